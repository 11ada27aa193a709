"""What is answered when something cannot be shown: the look cannot be kept, or no key opens the record."""

from litestar import Response

from lianxin.ground.web import problem
from lianxin.ground.web.paper import AnyRequest, Paper
from lianxin.ground.web.refusals import RETRY_AFTER_S, Answer, Handler
from lianxin.people.keys import KeyUnfit
from lianxin.people.vault import VaultClosed
from lianxin.privacy.looks import NotKept


def privacy_refusals(paper: Paper) -> dict[type[Exception], Handler]:
    """Return what is answered to each."""

    def not_shown(request: AnyRequest, error: Exception) -> Answer:
        if problem.is_api(request):
            away = problem.problem_of(503, problem.language_of(request))
            return problem.answer(request, away, {"Retry-After": str(RETRY_AFTER_S)})
        closed = isinstance(error, VaultClosed | KeyUnfit)
        page: Response[str] = paper.page(request, "privacy/not_shown.html", status=503, closed=closed)
        page.headers["Retry-After"] = str(RETRY_AFTER_S)
        return page

    return {NotKept: not_shown, VaultClosed: not_shown, KeyUnfit: not_shown}
