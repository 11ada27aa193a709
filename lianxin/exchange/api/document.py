"""How is the interface described? One OpenAPI document, drawn from the routes and their values.

Served as `/api/v1/openapi.json`; the same text lies in `docs/openapi.json`, written by
`lianxin api openapi` and compared with the code by a test.
"""

from functools import cache
from typing import Any, Final

import msgspec
from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, Reference, SecurityScheme, Server, Tag

from lianxin.access.cookies import SESSION
from lianxin.exchange.api.tidying import tidied

PATH: Final = "/api/v1"
VERSION: Final = "1.0.0"
_INTRODUCTION: Final = (
    "The interface of a Lianxin hotline (政务服务便民热线) for other systems. Reading needs a token with the scope "
    "that the operation names, or a browser's session; whatever changes something needs a token and an "
    "`Idempotency-Key`: sent again with the same key it acts once and answers the same. Refusals are problem details "
    "(RFC 9457). "
    "What a reader may not see answers 404, as if it did not exist. See docs/api.md."
)


@cache
def document() -> bytes:
    """Return the description as JSON, readable, with a line end."""
    from lianxin.exchange.api.routes import api_router

    return msgspec.json.format(msgspec.json.encode(described(api_router())), indent=1) + b"\n"


def described(router: Router) -> dict[str, Any]:
    """Return the description of these routes; they are not called for it."""
    config = OpenAPIConfig(
        title="Lianxin 连心",
        version=VERSION,
        description=_INTRODUCTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        servers=[Server(url="/")],
        tags=[Tag(name=name, description=about) for name, about in TAGS.items()],
        use_handler_docstrings=True,
        components=Components(security_schemes=_SCHEMES),
        security=[{"token": []}],
    )
    app = Litestar([router], openapi_config=config)
    return tidied(app.openapi_schema.to_schema(), closed_names(app))


TAGS: Final = {
    "orders": "Orders, their chains and promises.",
    "commands": "Steps on orders, as the people of the house and of the units take them.",
    "contacts": "What came in by another channel and is handed in here.",
    "attachments": "Pictures, recordings and documents of an order.",
    "receipts": "Receipts, and whether the books agree with them.",
    "house": "Who asks, and what the audit found.",
}
_SCHEMES: Final[dict[str, SecurityScheme | Reference]] = {
    "token": SecurityScheme(type="http", scheme="bearer", description="a personal access token, see docs/api.md"),
    "session": SecurityScheme(
        type="apiKey",
        name=SESSION,
        security_scheme_in="cookie",
        description="a browser's session, which only reads; behind HTTPS its name begins with __Host-",
    ),
}


def closed_names(app: Litestar) -> frozenset[str]:
    """Return the names of the bodies, which take no field that they do not know."""
    handlers = [handler for route in app.routes for handler in getattr(route, "route_handlers", ())]
    fields = [handler.parsed_data_field for handler in handlers if handler.parsed_data_field is not None]
    kinds = [field.annotation for field in fields if isinstance(field.annotation, type)]
    return frozenset(kind.__name__ for kind in kinds if issubclass(kind, msgspec.Struct))
