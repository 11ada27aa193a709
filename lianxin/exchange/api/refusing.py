"""Which problem is told for what can go wrong? Each refusal of the rooms, once, with its status.

The sentences are the rooms' own: what a person at a desk would read, another system's log
gets. Those of the rules are Chinese whatever was asked for; the kind is for the program.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException

from lianxin.attachments.refusal import AttachmentRefused
from lianxin.contacts.course import ContactRefused
from lianxin.exchange.api.once import KeyReused, Stale
from lianxin.exchange.api.paging import BadCursor
from lianxin.exchange.api.wording import field_error
from lianxin.ground.ledger import ChainMoved, OutOfReach
from lianxin.ground.text.refusals import Refusal
from lianxin.ground.web import Language, marked
from lianxin.ground.web.language import translations
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.problem import (
    TYPE,
    FieldError,
    Problem,
    answer,
    language_of,
    name_of_answer,
    problem_of,
    refused_by_framework,
)
from lianxin.orders.overtaken import Overtaken
from lianxin.orders.refusal import Refused
from lianxin.orders.service import NoRight, NoSuchOrder
from lianxin.receipts.receipt import BadReceipt
from lianxin.rules import NoneInForce

RETRY_AFTER_S: Final = 5
NOT_ALLOWED: Final = frozenset({"not_your_role", "not_your_unit", "separation", "not_yours"})
"""Refusals for who asks, not for when."""
_OF_THE_BODY: Final = frozenset({"not_told", "not_read_back", "elements_missing", "personal_number", "past", "same"})
"""Refusals for what was sent; so are those whose code says that there is none of something (`no_reason`)."""
_OF_THE_ORDER: Final = frozenset({"no_proposal", "no_cards", "no_clock", "no_extension", "no_such_part"})
"""These say that the order has none of it."""
KEY_REUSED: Final = marked(
    "This Idempotency-Key belongs to another request of yours, which was carried out. Nothing was stored now. "
    "Take a new key for a new request."
)
NO_RULES: Final = marked(
    "The hotline has no rules yet by which it could promise an answer and a date. Nothing was stored. Tell its rule "
    "administrators; once a version is in force, send the request again with the same Idempotency-Key."
)
FILE_STATUS: Final = {"too_large": 413, "type": 415, "video": 415, "slow": 408, "no_room": 503, "scanner_away": 503}
"""Refusals of a file that have a status of their own."""
KEY_TITLE: Final = marked("The request needs an Idempotency-Key")
NO_KEY: Final = marked(
    "A request that changes something needs an Idempotency-Key of 8 to 64 visible characters, a new one for each "
    "request and the same when it is sent again. Nothing was stored."
)
_log = structlog.get_logger("lianxin.api")
Handler = Callable[[AnyRequest, Exception], Response[Any]]


class Declined(Exception):
    """A refusal of the interface itself.

    status, kind  what is told, see `problem.KINDS`; kind: where a name of its own is better
    detail        an English msgid; empty: what the status says
    errors        (parameter or place, English msgid)
    """

    def __init__(
        self, status: int, detail: str = "", errors: Iterable[tuple[str, str]] = (), kind: str = "", title: str = ""
    ) -> None:
        super().__init__(detail or kind or str(status))
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.kind = kind
        self.title = title


class WrongType(HTTPException):
    """The body is not said to be JSON."""

    status_code = 415


class Unreadable(HTTPException):
    """The body is no JSON, or holds what no text can."""

    status_code = 400


class TooSlow(HTTPException):
    """The body did not come in time."""

    status_code = 408


class StepRefused(Exception):
    """A rule forbids the step; `allowed`: what this caller may do on the order instead."""

    def __init__(self, refusal: Refused | Overtaken, sentence: str, allowed: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.refusal = refusal.refusal if isinstance(refusal, Overtaken) else refusal
        self.overtaken = isinstance(refusal, Overtaken)
        self.sentence = sentence
        self.allowed = allowed


class FormWrong(Exception):
    """What was sent with a step is not what its form asks for; errors: told already in the language of who asks."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__("form wrong")
        self.errors = tuple(errors)


def problem_for(error: Exception, language: Language) -> Problem | None:
    """Return what is told of a refusal; None for what is none of the interface's."""
    for kind, told in _TOLD.items():
        if isinstance(error, kind):
            return told(error, language)
    return None


def _declined(error: Declined, language: Language) -> Problem:
    say = translations(language).gettext
    errors = tuple(FieldError(where, say(what)) for where, what in error.errors)
    told = problem_of(error.status, language, detail=say(error.detail) if error.detail else "")
    told = msgspec.structs.replace(told, errors=errors)
    return told if not error.kind else _kind(told, error.kind, say(error.title))


def _refused_step(error: StepRefused, language: Language) -> Problem:
    told = _refused(error.refusal, error.sentence, language)
    if error.overtaken:
        told = msgspec.structs.replace(problem_of(409, language, detail=error.sentence), code=told.code, rule=told.rule)
    return msgspec.structs.replace(told, allowed=error.allowed)


def _refused(refusal: Refused, sentence: str, language: Language) -> Problem:
    told = problem_of(status_of(refusal.code), language, detail=sentence, code=refusal.code)
    return msgspec.structs.replace(told, rule=refusal.source)


def status_of(code: str) -> int:
    """Return 403 where a rule stands against who asks, 422 against what was sent, 409 against the order as it is."""
    if code in NOT_ALLOWED:
        return 403
    of_the_body = code in _OF_THE_BODY or (code.startswith("no_") and code not in _OF_THE_ORDER)
    return 422 if of_the_body else 409


def _kind(told: Problem, kind: str, title: str) -> Problem:
    return msgspec.structs.replace(told, type=TYPE + kind, title=title)


def _cursor(_: BadCursor, language: Language) -> Problem:
    error = FieldError("after", translations(language).gettext(marked("no cursor of this list")))
    return msgspec.structs.replace(problem_of(422, language), errors=(error,))


def _no_rules(_: NoneInForce, language: Language) -> Problem:
    say = translations(language).gettext
    return _kind(problem_of(503, language, detail=say(NO_RULES)), "no-rules", say(marked("No rules are in force")))


def _key_reused(_: KeyReused, language: Language) -> Problem:
    say = translations(language).gettext
    return _kind(
        problem_of(422, language, detail=say(KEY_REUSED)),
        "key-reused",
        say(marked("The key was used for something else")),
    )


def _body(error: msgspec.ValidationError, language: Language) -> Problem:
    return msgspec.structs.replace(problem_of(422, language), errors=(field_error(str(error), language),))


_NAMED: Final = {"in_state": "state"}
"""Parameters that the framework keeps for itself, by their names in a signature."""


def _parameters(error: ValidationException, language: Language) -> Problem:
    """Return what the framework found wrong with parameters."""
    found = [one for one in error.extra if isinstance(one, Mapping)] if isinstance(error.extra, list) else []
    errors = tuple(
        FieldError(
            "" if one.get("source") == "body" else _NAMED.get(str(one.get("key", "")), str(one.get("key", ""))),
            field_error(str(one.get("message", "")), language).detail,
        )
        for one in found
    )
    return msgspec.structs.replace(problem_of(422, language), errors=errors)


_TOLD: Final[dict[type[Exception], Callable[[Any, Language], Problem]]] = {
    Declined: _declined,
    FormWrong: lambda error, language: msgspec.structs.replace(problem_of(422, language), errors=error.errors),
    StepRefused: _refused_step,
    Refused: lambda error, language: _refused(error, str(error), language),
    Overtaken: lambda error, language: problem_of(
        409, language, detail=error.sentence(error.at), code=error.refusal.code
    ),
    BadCursor: _cursor,
    KeyReused: _key_reused,
    Stale: lambda error, language: problem_of(412, language, detail=str(error)),
    ChainMoved: lambda _, language: problem_of(409, language),
    OutOfReach: lambda error, language: problem_of(503, language, detail=error.en if language == "en" else error.zh),
    NoneInForce: _no_rules,
    NoSuchOrder: lambda _, language: problem_of(404, language),
    NoRight: lambda error, language: problem_of(403, language, detail=str(error)),
    AttachmentRefused: lambda error, language: problem_of(
        FILE_STATUS.get(error.code, 422), language, detail=error.sentence(language), code=error.code
    ),
    Refusal: lambda error, language: problem_of(422, language, detail=error.sentence(language), code=error.code),
    ContactRefused: lambda error, language: problem_of(409, language, detail=str(error)),
    BadReceipt: lambda error, language: problem_of(422, language, detail=str(error)),
    msgspec.ValidationError: _body,
    ValidationException: _parameters,
}
"""Exception of a room -> the problem that it is told as."""


def api_refusals() -> dict[int | type[Exception], Handler]:
    """Return what is answered to each of them below `/api/v1`."""

    def refused(request: AnyRequest, error: Exception) -> Response[Any]:
        told = problem_for(error, language_of(request))
        assert told is not None, error
        name = name_of_answer()
        route = str(request.scope.get("path_template", "unknown"))
        _log.info("refused", route=route, status=told.status, kind=told.type, code=told.code, instance=name)
        headers = {"Retry-After": str(RETRY_AFTER_S)} if told.status == 503 else {}
        return answer(request, told, headers, name)

    def framework(request: AnyRequest, error: Exception) -> Response[Any]:
        assert isinstance(error, HTTPException)
        return refused_by_framework(request, error)

    return {**dict.fromkeys(_TOLD, refused), WrongType: framework, Unreadable: framework, TooSlow: framework}
