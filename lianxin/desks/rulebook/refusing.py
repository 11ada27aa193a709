"""What is answered to who wants something taken in while no rules are in force?"""

import structlog

from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.refusals import Answer, Handler

RETRY_AFTER_S = 60
_log = structlog.get_logger("lianxin.rules")


def none_in_force(paper: Paper) -> Handler:
    """Return the page that says so."""

    def told(request: AnyRequest, error: Exception) -> Answer:
        _log.warning("no rules in force", detail=str(error))
        page = paper.page(request, "desks.rulebook/none.html", status=503)
        page.headers["Retry-After"] = str(RETRY_AFTER_S)
        return page

    return told
