"""The twin (孪生城市): a simulated city of callers, staff and units that uses the same cores and services.

It plays days for the demo, for `lianxin day`, for load and for the proof by seed. No room imports it.
"""
