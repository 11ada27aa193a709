"""The interface for other systems: JSON below `/api/v1`, described by `openapi.json` (docs/api.md).

It decides nothing: orders are read as pages read them, commands act as people do, and a
refusal is the same sentence, told as a problem. What is here is only how it is written.
"""
