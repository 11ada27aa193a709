"""Lianxin 连心: a city's 12345 hotline in which no request is ever lost.

The rooms of the house and the floors they stand on are listed in `house.py`.
"""

__version__ = "0.1.0"
