"""What must a request be like before a room is asked anything? JSON, small, polite, and of somebody known.

Everything is strict: an unknown field or parameter is refused, for a filter that is
misspelt and ignored would answer with what nobody asked for. A browser's session may
read; whoever changes something brings a token.
"""

import asyncio
import re
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    NotAuthorizedException,
    NotFoundException,
    TooManyRequestsException,
)
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Guard, Message, Scope

from lianxin.access import Who
from lianxin.exchange.api.once import KEY, KEY_PATTERN
from lianxin.exchange.api.rates import Allowance, Rates
from lianxin.exchange.api.refusing import KEY_TITLE, NO_KEY, Declined, TooSlow, Unreadable, WrongType
from lianxin.ground.web import marked

BODY_BYTES_MAX: Final = 1_000_000
PATIENCE_S: Final = 20.0
"""So long a body of at most a megabyte may take to arrive."""
JSON: Final = "application/json"
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_ALLOWANCE: Final = "lianxin.api.allowance"
_NUL: Final = b"\\u0000"
UNKNOWN: Final = marked("there is no such parameter")
TWICE: Final = marked("given twice")
NOT_TEXT: Final = marked("a text cannot hold NUL")
NOT_SO: Final = marked("not written as the interface's description has it; a filter that is not meant is left out")
Connection = ASGIConnection[Any, Any, Any, Any]


class ApiRequest(Request[Who, None, State]):
    """A request whose body is decoded straight into the value that its handler asks for."""

    async def body(self) -> bytes:
        """Return the body. Raises TooSlow when it does not come in time, Unreadable when it breaks off."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await super().body()
        except TimeoutError as slow:
            raise TooSlow from slow
        except InternalServerException as gone:
            raise Unreadable from gone

    async def json(self) -> Any:
        """Return the body as the handler's value. Raises WrongType, Unreadable or msgspec.ValidationError."""
        if self.content_type[0] != JSON:
            raise WrongType
        field = self.route_handler.parsed_data_field
        assert field is not None, self.route_handler
        return decoded(await self.body(), field.annotation)


def decoded(body: bytes, kind: Any) -> Any:
    """Return the value of this kind in a JSON text. Raises Unreadable, or msgspec.ValidationError for another value.

    PostgreSQL keeps no NUL in a text, so a body that has one is refused here.
    """
    try:
        if _NUL in body and _has_nul(msgspec.json.decode(body)):
            raise Unreadable
        return _decoder(kind).decode(body)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Unreadable from wrong


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any("\0" in name or _has_nul(one) for name, one in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))


def guards(rates: Rates) -> list[Guard]:
    """Return what every request of the interface passes, behind the gate; without `await`, it costs 10 µs."""

    async def polite(connection: Connection, handler: BaseRouteHandler) -> None:
        _within_rate(connection, rates)
        _with_token(connection)
        _takes_json(connection.headers.get("accept", ""), handler)
        _known_parameters(connection, handler)
        if handler.opt.get("once"):
            _with_key(connection.headers.get(KEY, ""))

    return [polite]


def _within_rate(connection: Connection, rates: Rates) -> None:
    who: Who | None = connection.scope.get("user")
    if who is None:
        return
    allowance = rates.take(who.number, asyncio.get_running_loop().time())
    connection.scope["state"][_ALLOWANCE] = allowance
    if not allowance.passes:
        raise TooManyRequestsException(headers={"Retry-After": str(allowance.retry_s)})


async def tell_rate(message: Message, scope: Scope) -> None:
    """Say on every answer how many requests are left; to be hung on every message that is sent."""
    if message["type"] == "http.response.start":
        found = scope.get("state", {}).get(_ALLOWANCE)
        if isinstance(found, Allowance):
            told = {"limit": found.limit, "remaining": found.remaining, "reset": found.reset_s}
            more = [(f"ratelimit-{name}".encode(), str(value).encode()) for name, value in told.items()]
            message["headers"] = [*message.get("headers", ()), *more]


def _takes_json(accept: str, handler: BaseRouteHandler) -> None:
    """Refuse who takes no JSON; of a file whoever asks takes it as it is."""
    if accept and not handler.opt.get("file") and not any(kind in accept for kind in ("*/*", "application/*", "json")):
        raise HTTPException(status_code=406)


def _with_token(connection: Connection) -> None:
    who: Who | None = connection.scope.get("user")
    if who is not None and who.scopes is None and connection.scope.get("method") not in _READING:
        raise NotAuthorizedException(headers={"WWW-Authenticate": "Bearer"})


def _with_key(key: str) -> None:
    if re.fullmatch(KEY_PATTERN, key) is None:
        raise Declined(400, NO_KEY, kind="idempotency-key", title=KEY_TITLE)


def _known_parameters(connection: Connection, handler: BaseRouteHandler) -> None:
    if any("\0" in str(value) for value in connection.path_params.values()):
        raise NotFoundException
    if not connection.scope["query_string"]:
        return
    known, asked = handler.opt.get("parameters", {}), connection.query_params.dict()
    wrong = [(name, UNKNOWN) for name in asked if name not in known]
    wrong += [(name, TWICE) for name, values in asked.items() if name in known and len(values) > 1]
    wrong += [(name, NOT_TEXT) for name, values in asked.items() if any("\0" in value for value in values)]
    if wrong:
        raise Declined(422, errors=wrong)
    unfit = [(name, NOT_SO) for name, (value,) in asked.items() if known[name] and not known[name].fullmatch(value)]
    if unfit:
        raise Declined(422, errors=unfit)
