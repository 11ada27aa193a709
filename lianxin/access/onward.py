"""Which page comes next for somebody who comes in, and which form values did they send?"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar.exceptions import ClientException, SerializationException
from litestar.response import Redirect

from lianxin.access.refusals import STEPS
from lianxin.access.session import Waits
from lianxin.access.ways import FRONT, way_back
from lianxin.ground.web.paper import AnyRequest

OPEN: Final[Mapping[str, Any]] = {"public": True, "session": True}
"""Options of routes for everybody, that look at the session all the same."""


def onward(waits: Waits, wanted: str) -> Redirect:
    """Lead to what somebody must still do, or to where they wanted to go."""
    return Redirect(with_way(STEPS[waits], wanted) if waits else wanted, status_code=303)


def with_way(path: str, wanted: str) -> str:
    """Return a path that keeps where somebody wants to go in the end."""
    return path if wanted == FRONT else f"{path}?{urlencode({'next': wanted})}"


def wanted_by(request: AnyRequest) -> str:
    """Return where somebody who opened this page wants to go in the end."""
    return way_back(request.query_params.get("next", FRONT))


async def form_of(request: AnyRequest) -> dict[str, str]:
    """Return the texts of a form, the last of each name; files are left out."""
    form = await request.form()
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


async def many_of(request: AnyRequest, name: str) -> list[str]:
    """Return all texts of one name in a form."""
    form = await request.form()
    return [value for key, value in form.multi_items() if key == name and isinstance(value, str)]


async def json_of(request: AnyRequest) -> dict[str, Any]:
    """Return the JSON object that a script sent. Raises ClientException for anything else."""
    try:
        sent = await request.json()
    except SerializationException as malformed:
        raise ClientException("no JSON") from malformed
    if not isinstance(sent, dict):
        raise ClientException("no JSON object")
    return sent
