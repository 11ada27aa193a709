"""What does a reader see when a page cannot be shown?

What happened, what is safe, what to do next; for the log the kind of the error and
the path's pattern, never the text of a request.
"""

import asyncio
import traceback
from collections.abc import Callable
from pathlib import Path

import asyncpg
import structlog
from litestar import Response
from litestar.exceptions import ClientException, HTTPException

from lianxin.ground.web import problem
from lianxin.ground.web.paper import AnyRequest, Paper

GONE: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""The database does not answer; it is another matter when it answers that a statement is wrong."""

NO_TEXT: type[Exception] = asyncpg.CharacterNotInRepertoireError
"""The database says so of a text with NUL, which only an address or a form from outside can bring; nothing is kept."""

RETRY_AFTER_S = 5
FRAMES = 6

_log = structlog.get_logger("lianxin.web")

Answer = Response[str] | Response[bytes]
Handler = Callable[[AnyRequest, Exception], Answer]


def refusal_handlers(paper: Paper) -> dict[int | type[Exception], Handler]:
    """Return the pages for what can go wrong below every room; below `/api/` they are problems."""

    def gone(request: AnyRequest, error: Exception) -> Answer:
        _log.warning("database gone", error=type(error).__name__, route=_route(request))
        if problem.is_api(request):
            away = problem.problem_of(503, problem.language_of(request))
            return problem.answer(request, away, {"Retry-After": str(RETRY_AFTER_S)})
        response = paper.page(request, "web/gone.html", status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response

    def refused(request: AnyRequest, error: Exception) -> Answer:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if problem.is_api(request) and isinstance(error, HTTPException) and status < 500:
            return problem.refused_by_framework(request, error)
        if status == 404:
            return paper.page(request, "web/missing.html", status=404)
        if status < 500:
            answer = paper.page(request, "web/refused.html", status=status)
            answer.headers.update(getattr(error, "headers", None) or {})  # which methods there are, when to ask again
            return answer
        return broken(request, error)

    def broken(request: AnyRequest, error: Exception) -> Answer:
        name = problem.name_of_answer()
        told = {"error": type(error).__name__, "route": _route(request), "where": _where(error)}
        if problem.is_api(request):
            _log.error("answer broken", **told, instance=name)
            return problem.answer(request, problem.problem_of(500, problem.language_of(request)), instance=name)
        _log.error("page broken", **told)
        return paper.page(request, "web/broken.html", status=500)

    def no_text(request: AnyRequest, _: Exception) -> Answer:
        return refused(request, ClientException("what was sent holds NUL, which is in no text"))

    kinds: dict[int | type[Exception], Handler] = {Exception: broken, HTTPException: refused, NO_TEXT: no_text}
    return {**kinds, **dict.fromkeys(GONE, gone)}


def _where(error: Exception) -> list[str]:
    """Return the innermost lines of the program that the fault passed through; no message, no value of a variable."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def _route(request: AnyRequest) -> str:
    return str(request.scope.get("path_template", "unknown"))
