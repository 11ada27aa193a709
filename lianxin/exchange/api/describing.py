"""How is a route declared, so that its description says what it needs and everything that it may answer?"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, get_args, get_type_hints

from litestar import get, post
from litestar.datastructures import ResponseHeader
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import SecurityRequirement
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from lianxin.exchange.api.once import KEY, KEY_PATTERN
from lianxin.exchange.api.paging import PAGE_MAX
from lianxin.ground.web.problem import KINDS, MEDIA_TYPE, Problem

ALWAYS: Final = (400, 401, 403, 406, 422, 429, 500, 503)
"""What any request of the interface may be refused with."""
_EMPTY: Final = {304: "what you have is still the present version", 416: "the file has no such part"}
WRITING: Final = (408, 413, 415)
ETAG: Final = ResponseHeader("ETag", documentation_only=True, description="version of the order, for If-Match")

OrderNumber = Annotated[str, PathParameter(description="number of the order, e.g. 20260309-000019")]
ContactNumber = Annotated[str, PathParameter(description="number of the contact, as it was answered")]
Cursor = Annotated[str | None, QueryParameter(max_length=64, description="`next` of the page before")]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_MAX, description="lines of a page")]
Key = Annotated[
    str,
    HeaderParameter(
        name=KEY,
        pattern=KEY_PATTERN,
        description="a new one for each request, the same when it is sent again; 8 to 64 visible ASCII characters",
    ),
]
IfMatch = Annotated[
    str | None, HeaderParameter(name="If-Match", description="only if the order is still in this version (its ETag)")
]
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match", description="ETag of what you have")]

Written = Mapping[str, re.Pattern[str] | None]
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].+")
_SOMETHING: Final = re.compile(r"(?!null$).*", re.IGNORECASE | re.DOTALL)
Decorator = Callable[[Callable[..., Any]], HTTPRouteHandler]


def reading(
    path: str, scope: str | None, *more: int, roles: tuple[str, ...] = (), file: bool = False, **options: Any
) -> Decorator:
    """Declare a route that reads.

    scope  what a token needs; None: any token
    more   statuses that it may refuse with, besides ALWAYS
    roles  only for those who have one of these
    file   what it answers is a file, whatever the other side would like best
    """
    scopes = () if scope is None else (scope,)
    security: list[SecurityRequirement] = [{"token": list(scopes)}, {"session": []}]

    def declared(function: Callable[..., Any]) -> HTTPRouteHandler:
        opt = {"scopes": scopes, "roles": roles, "file": file, "parameters": parameters_of(function)}
        return get(path, opt=opt, responses=refusals(*more), security=security, **options)(function)

    return declared


def writing(
    path: str, scope: str, *more: int, once: bool = True, roles: tuple[str, ...] = (), **options: Any
) -> Decorator:
    """Declare a route that changes something; once: it needs an Idempotency-Key; roles: only for those who have one."""
    security: list[SecurityRequirement] = [{"token": [scope]}]

    def declared(function: Callable[..., Any]) -> HTTPRouteHandler:
        opt = {"scopes": (scope,), "once": once, "roles": roles, "parameters": parameters_of(function)}
        return post(path, opt=opt, responses=refusals(*WRITING, *more), security=security, **options)(function)

    return declared


def parameters_of(function: Callable[..., Any]) -> Written:
    """Return what may stand behind the question mark of a route's address, and how it is written; None: any text.

    What fills a filter would else be read too kindly: `null` as no filter at all, a plain number as seconds of 1970.
    """
    return {
        about.name or name: _pattern(set(_types_in(hint)))
        for name, hint in get_type_hints(function, include_extras=True).items()
        for about in getattr(hint, "__metadata__", ())
        if isinstance(about, QueryParameter)
    }


def _pattern(types: set[Any]) -> "re.Pattern[str] | None":
    if datetime in types:
        return _INSTANT
    return None if str in types else _SOMETHING


def _types_in(hint: Any) -> Iterator[Any]:
    yield hint
    for inner in get_args(hint):
        yield from _types_in(inner)


def refusals(*more: int) -> dict[int, ResponseSpec]:
    """Return the description of the problems that a route may answer."""
    return {status: _refusal(status) for status in sorted({*ALWAYS, *more})}


def _refusal(status: int) -> ResponseSpec:
    if status in _EMPTY:
        return ResponseSpec(None, generate_examples=False, description=_EMPTY[status])
    return ResponseSpec(Problem, generate_examples=False, description=KINDS[status][1], media_type=MEDIA_TYPE)
