"""What does a machine read when its request is refused? A problem (问题详情) as in RFC 9457.

Below `/api/` every refusal is one, whoever raised it: a room, the gate, or the framework
itself. What happened, what is safe and what to do stand in `detail`, in the words of
the person who will read the log of the other system; `type` is for the program.
"""

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from lianxin.ground.web.language import TAGS, Language, marked, preferred, translations
from lianxin.ground.web.paper import AnyRequest

API: Final = "/api/"
MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:lianxin:problem:"
_encode = msgspec.json.Encoder().encode


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field; pointer: its place in the body (RFC 6901), or the name of a parameter."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why a request was refused.

    type      what kind of refusal, a URN that never changes its meaning
    title     the kind in words;  detail: this refusal, what was kept and what to do now
    instance  names this very answer; the log of the house has it too
    code      the rule of the house that forbids the step, e.g. `wrong_state`
    rule      where that rule comes from
    allowed   steps that this caller may take on the order now
    errors    what is wrong, field by field
    """

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    code: str = ""
    rule: str = ""
    allowed: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()


KINDS: Final[dict[int, tuple[str, str, str]]] = {
    400: (
        "malformed",
        marked("The request cannot be read"),
        marked("The request is not written as HTTP or JSON demand. Nothing was stored. Correct it and send it again."),
    ),
    401: (
        "unauthenticated",
        marked("Nobody is logged in"),
        marked(
            "The request carries no token, or one that is unknown, expired or revoked. Nothing was stored. "
            "Send a valid token in the header Authorization."
        ),
    ),
    403: (
        "forbidden",
        marked("This is not allowed to you"),
        marked("Your role or the scopes of your token do not permit it. Nothing was stored."),
    ),
    404: (
        "not-found",
        marked("There is nothing here"),
        marked("Nothing that you may see has this address. Nothing was changed."),
    ),
    405: (
        "method-not-allowed",
        marked("This address does not know the method"),
        marked("The header Allow names the methods that it knows. Nothing was stored."),
    ),
    406: (
        "not-acceptable",
        marked("There is no such format"),
        marked("The answers of this interface are JSON. Ask with Accept: application/json."),
    ),
    408: (
        "too-slow",
        marked("The request took too long to arrive"),
        marked("Its body did not come in time. Nothing was stored. Send it again, with the same Idempotency-Key."),
    ),
    409: (
        "conflict",
        marked("It does not fit what is true now"),
        marked("Somebody else was faster. Nothing was stored. Read it again and decide anew."),
    ),
    412: (
        "precondition-failed",
        marked("It has changed since you read it"),
        marked("The ETag in If-Match is not the present one. Nothing was stored. Read it again and decide anew."),
    ),
    413: (
        "too-large",
        marked("The request is too large"),
        marked("Its body is larger than this address takes. Nothing was stored. Send less at once."),
    ),
    415: (
        "unsupported-media-type",
        marked("The body is of another kind than this address takes"),
        marked("It takes UTF-8 JSON as application/json, or a file as multipart/form-data. Nothing was stored."),
    ),
    422: (
        "invalid",
        marked("Something in the request is wrong"),
        marked("Nothing was stored. The list of errors names each field; correct them and send it again."),
    ),
    429: (
        "too-many",
        marked("Too many requests"),
        marked("Nothing was stored. Wait as long as the header Retry-After says, then send it again."),
    ),
    500: (
        "broken",
        marked("The program has a fault"),
        marked(
            "The fault was written to the log. Send a command again with the same Idempotency-Key: it acts once. "
            "If the fault stays, tell the administrator the instance of this answer."
        ),
    ),
    503: (
        "away",
        marked("The database does not answer"),
        marked(
            "Everything that was acknowledged stands in the ledger. Wait as long as Retry-After says and send it "
            "again, a command with the same Idempotency-Key: it acts once."
        ),
    ),
}
"""Status -> kind, title, and the detail where nobody knows a better one; English msgids."""


def is_api(request: AnyRequest) -> bool:
    """Whether a machine asks: its refusals are problems, not pages."""
    return str(request.scope["path"]).startswith(API)


def language_of(request: AnyRequest) -> Language:
    """Return the language that the other side wants to read: the header Accept-Language, else Chinese."""
    return preferred(request.headers.get("accept-language", ""))


def problem_of(status: int, language: Language, *, detail: str = "", code: str = "") -> Problem:
    """Return the plain problem of a status; one that has no words of its own is told as 400 or 500."""
    kind, title, plain = KINDS.get(status) or KINDS[400 if status < 500 else 500]
    say = translations(language).gettext
    return Problem(type=TYPE + kind, title=say(title), status=status, detail=detail or say(plain), code=code)


def answer(
    request: AnyRequest, problem: Problem, headers: Mapping[str, str] | None = None, instance: str = ""
) -> Response[bytes]:
    """Return the answer that tells a problem.

    instance  where its name stands in the log already
    """
    told = msgspec.structs.replace(problem, instance=instance or name_of_answer())
    fixed = {
        "Content-Type": MEDIA_TYPE,
        "Cache-Control": "no-store",
        "Content-Language": TAGS[language_of(request)],
        "Vary": "Accept-Language",
    }
    return Response(_encode(told), status_code=problem.status, headers={**fixed, **(headers or {})})


def name_of_answer() -> str:
    """Return a new name for an answer, by which the log finds it."""
    return f"urn:uuid:{uuid4()}"


def refused_by_framework(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Return the problem for what the framework or the gate refused; its headers (Allow, Retry-After) stay."""
    return answer(request, problem_of(error.status_code, language_of(request)), error.headers)
