"""The page of the manual that is drawn from this room: the description of the interface for other systems."""

from lianxin.exchange.api.document import document


def pages() -> dict[str, str]:
    """Return `openapi.json`, as `lianxin api openapi` and the site itself give it."""
    return {"openapi.json": document().decode()}
