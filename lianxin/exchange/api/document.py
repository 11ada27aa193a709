"""How is the interface described? One OpenAPI document, drawn from the routes and their values.

Served as `/api/v1/openapi.json`; the same text lies in `docs/openapi.json`, written by
`lianxin api openapi` and compared with the code by a test.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, get_args

import msgspec
from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, Reference, SecurityScheme, Server, Tag

from lianxin.access.cookies import SESSION
from lianxin.exchange.api.tidying import tidied
from lianxin.orders.steps.beside import PURPOSES

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
    told = tidied(app.openapi_schema.to_schema(), closed_names(app))
    told["paths"][f"{PATH}/orders/{{number}}/attachments"]["post"]["requestBody"] = FILE_SENT
    told["paths"][f"{PATH}/attachments/{{attachment}}"]["get"]["responses"] |= FILE_GOT
    return told


FILE_SENT: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "purpose": {"type": "string", "enum": list(PURPOSES), "default": "evidence"},
                    "shown": {"type": "string", "enum": ["true", "false"], "description": "the citizen sees it"},
                    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                },
            }
        }
    },
}
"""A file is sent as a form, which the framework does not read: it goes straight to the disk."""
_BYTES: Final[dict[str, Any]] = {media: {} for media in ("image/*", "audio/*", "application/pdf")}
FILE_GOT: Final[dict[str, Any]] = {
    "200": {"description": "the file", "content": _BYTES},
    "206": {"description": "the part of it that Range names", "content": _BYTES},
}
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
    """Return the names of the bodies and of what is in them, which take no field that they do not know."""
    handlers = [handler for route in app.routes for handler in getattr(route, "route_handlers", ())]
    fields = [handler.parsed_data_field for handler in handlers if handler.parsed_data_field is not None]
    return frozenset(kind.__name__ for field in fields for kind in _structs_in(field.annotation))


def _structs_in(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """Yield the structs of a type, and those inside of them."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from _structs_in(field.type)
    for inner in get_args(kind):
        yield from _structs_in(inner)
