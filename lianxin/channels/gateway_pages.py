"""`POST /gateway/sms`: a gateway for text messages brings what came in, signed with the secret it shares with us.

It is told 204 once the message is in the database, and again 204 when it brings it again.
Who is not the gateway learns nothing: without a secret in the settings there is no such page.
"""

from collections.abc import Sequence
from typing import Final

import structlog
from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.types import ControllerRouterHandler

from lianxin.channels.signing import NotSigned, check_signed
from lianxin.channels.sms_inbox import NoPart, read_part
from lianxin.channels.sms_room import SmsParts
from lianxin.ground.clock import Clock
from lianxin.ground.web.paper import AnyRequest
from lianxin.ground.web.present import ReadPresent

log = structlog.get_logger("lianxin.web")
BODY_MAX: Final = 16_384


def gateway_routes(
    parts: SmsParts, secret: bytes | None, real: Clock, present: ReadPresent
) -> Sequence[ControllerRouterHandler]:
    """Return the route.

    secret  None: no gateway pushes here
    real    the machine's clock, by which signatures grow old
    """

    @post("/gateway/sms", opt={"public": True, "csrf": False}, request_max_body_size=BODY_MAX)
    async def take(request: AnyRequest) -> Response[bytes]:
        if secret is None:
            raise NotFoundException
        body = await request.body()
        try:
            check_signed(secret, request.headers, body, real.now())
        except NotSigned as wrong:
            log.warning("a push to the gateway is not signed", reason=str(wrong))
            return _answer(401, str(wrong))
        try:
            part = read_part(body)
        except NoPart as wrong:
            log.warning("a push to the gateway is no text message", reason=str(wrong))
            return _answer(400, str(wrong))
        new = await parts.keep(part, (await present()).now)
        log.info("a text message came in", again=not new)
        return Response(b"", status_code=204)

    return [take]


def _answer(status: int, reason: str) -> Response[bytes]:
    return Response(f"{reason}\n".encode(), status_code=status, media_type="text/plain; charset=utf-8")
