"""The pages on which a citizen puts photos to their order, and opens the files that are meant for them.

A file comes after the request itself: what is written is safe before a slow upload begins.
"""

from typing import Any, Final

import structlog
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from lianxin.attachments.attachment import Attachment
from lianxin.attachments.pages import check_own
from lianxin.attachments.reading import NoSuchAttachment
from lianxin.attachments.receiving import Received, receive
from lianxin.attachments.refusal import AttachmentRefused
from lianxin.attachments.sealing import SealBroken
from lianxin.attachments.service import Attachments, Given
from lianxin.attachments.serving import whole_or_part
from lianxin.ground.web.paper import AnyRequest
from lianxin.orders.service import order_id_of
from lianxin.portal.acting_pages import Doing, command_of
from lianxin.portal.following import Opened
from lianxin.portal.pages import PUBLIC, language_of, see

FILES_MAX: Final = 5
"""So many files a citizen puts to one order themselves."""
_AROUND: Final = 100_000
_STATUS: Final = {"too_large": 413, "type": 415, "slow": 408, "no_room": 503, "scanner_away": 503}
_log = structlog.get_logger("lianxin.portal")


class Filing:
    """What the pages of files need."""

    def __init__(self, doing: Doing, files: Attachments) -> None:
        self.doing = doing
        self.files = files

    async def shown(self, request: AnyRequest, opened: Opened, refused: str = "", status: int = 200) -> Response[str]:
        """Return the page with the files that are there and the form for one more."""
        own, answer = await self._kept(opened)
        given: dict[str, Any] = {"number": opened.number, "own": own, "answer": answer, "refused": refused}
        more = max(FILES_MAX - len(own), 0)
        return await self.doing.watching.frame.shown(
            request, "file.html", status, "follow", command=self.doing.command(), more=more, **given
        )

    async def put(self, request: AnyRequest, opened: Opened) -> None:
        """Keep the file that a form brings. Raises AttachmentRefused, and what commands on orders raise."""
        received = await receive(
            request, self.files.limits, self.files.shelf.incoming, lambda fields: check_own(request, fields)
        )
        if received.file is None:
            raise AttachmentRefused(
                "empty", "还没有选择文件。请先选择再上传。", "No file was chosen. Please choose one."
            )
        with received.file as source:
            await self._put(opened, received, source)

    async def file(self, opened: Opened, n: int) -> Attachment:
        """Return the n-th file of the page. Raises NotFoundException."""
        own, answer = await self._kept(opened)
        files = (*own, *answer)
        if not 1 <= n <= len(files):
            raise NotFoundException
        return files[n - 1]

    async def _put(self, opened: Opened, received: Received, source: Any) -> None:
        own, _ = await self._kept(opened)
        command = command_of(received.fields)
        if len(own) >= FILES_MAX and await self.files.reader.brought_by(command) is None:
            raise AttachmentRefused(
                "too_many",
                f"您已经补充了 {len(own)} 个附件，最多 {FILES_MAX} 个，这个没有保存。还有要紧的，请写在补充情况里。",
                f"You added {len(own)} files already, at most {FILES_MAX} are taken; this one was not kept.",
            )
        given = Given(source, received.name, "citizen", "citizen", "citizen", command)
        await self.files.add(order_id_of(opened.number), given, (await self.doing.watching.frame.present()).now)

    async def _kept(self, opened: Opened) -> tuple[list[Attachment], list[Attachment]]:
        """Return what the citizen put there themselves, and what is part of the answer to them."""
        own, going = await self.doing.acting.orders(opened.number)
        mine = [file for file in await self.files.reader.of(own.id) if file.by == "citizen" and file.erased is None]
        answered = going.answered_at is not None
        answer = [
            file
            for file in await self.files.reader.of(going.id)
            if answered and file.shown and file.purpose == "reply" and file.erased is None
        ]
        return mine, answer


def file_routes(filing: Filing) -> list[ControllerRouterHandler]:
    """Return `/follow/file` and each file."""
    watching = filing.doing.watching

    @get("/follow/file", opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        opened = await watching.opened(request)
        return see("/follow") if opened is None else await filing.shown(request, opened)

    # The token of the form is asked for before the file is read.
    @post("/follow/file", opt={**PUBLIC, "csrf": False}, request_max_body_size=filing.files.limits.largest + _AROUND)
    async def put(request: AnyRequest) -> Response[Any]:
        opened = await watching.opened(request)
        if opened is None:
            return see("/follow")
        try:
            refused = await filing.doing.refusal(request, opened, lambda: filing.put(request, opened))
        except AttachmentRefused as no:
            _log.info("a citizen's file was refused", code=no.code)
            sentence = no.sentence(language_of(request))
            return await filing.shown(request, opened, sentence, _STATUS.get(no.code, 422))
        return await filing.shown(request, opened, refused, 422) if refused else see("/follow?done=filed")

    @get("/follow/file/{n:int}", opt=PUBLIC)
    async def one(request: AnyRequest, n: FromPath[int]) -> Response[Any] | Stream:
        opened = await watching.opened(request)
        if opened is None:
            return see("/follow")
        file = await filing.file(opened, n)
        try:
            return await whole_or_part(filing.files.reader, file, request.headers.get("range"))
        except (SealBroken, FileNotFoundError, NoSuchAttachment) as broken:
            _log.error("attachment broken", attachment_id=str(file.id), reason=type(broken).__name__)
            raise NotFoundException from broken

    return [ask, put, one]
