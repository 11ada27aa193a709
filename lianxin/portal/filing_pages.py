"""The pages on which a citizen puts photos to their order, and opens the files that are meant for them.

Files may come with the request (`writing_pages`) or at any time after it, from here.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from lianxin.attachments.attachment import Attachment
from lianxin.attachments.pages import check_own
from lianxin.attachments.reading import NoSuchAttachment
from lianxin.attachments.receiving import AtOnce, Incoming, Received, receive
from lianxin.attachments.refusal import AttachmentRefused, megabytes
from lianxin.attachments.sealing import SealBroken
from lianxin.attachments.service import Attachments, Given
from lianxin.attachments.serving import whole_or_part
from lianxin.attachments.several import add_several, at_once, command_of_file, nothing_chosen
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


class NotKept(NamedTuple):
    """What of a form was not kept, in the words of its reader, and with which status that is answered."""

    sentences: tuple[str, ...] = ()
    status: int = 422


class Filing:
    """What the pages of files need."""

    def __init__(self, doing: Doing, files: Attachments) -> None:
        self.doing = doing
        self.files = files

    @property
    def at_once(self) -> AtOnce:
        """How much one form of a citizen may bring."""
        return at_once(self.files.limits, FILES_MAX)

    @property
    def body_max(self) -> int:
        """Bytes that a form with files may have."""
        return self.at_once.bytes + _AROUND

    async def count(self, number: str) -> int:
        """Return how many files the citizen put to this order."""
        return len(await self._own(order_id_of(number)))

    async def shown(
        self, request: AnyRequest, opened: Opened, refused: Sequence[str] = (), status: int = 200
    ) -> Response[str]:
        """Return the page with the files that are there and the form for more."""
        own, answer = await self._kept(opened)
        given: dict[str, Any] = {"number": opened.number, "own": own, "answer": answer, "refused": refused}
        more, size = max(FILES_MAX - len(own), 0), megabytes(self.at_once.bytes)
        return await self.doing.watching.frame.shown(
            request, "file.html", status, "follow", command=self.doing.command(), more=more, size=size, **given
        )

    async def put(self, request: AnyRequest, opened: Opened) -> list[AttachmentRefused]:
        """Keep the files that a form brings; return what was not taken. Raises AttachmentRefused where none was."""
        received = await self.received(request)
        with closing(received):
            if not received.files:
                raise nothing_chosen()
            return await self.add(opened.number, received.files, command_of(received.fields))

    async def received(self, request: AnyRequest) -> Received:
        """Return what a form of ours brings. Raises AttachmentRefused, Forged."""
        return await receive(
            request,
            self.files.limits,
            self.files.shelf.incoming,
            lambda fields: check_own(request, fields),
            at_once=self.at_once,
        )

    async def add(self, number: str, incoming: Sequence[Incoming], command: UUID) -> list[AttachmentRefused]:
        """Put a citizen's files to their order; return what was not taken. Raises what commands on orders raise."""
        own, order_id = len(await self._own(order_id_of(number))), order_id_of(number)
        brought = [await self.files.reader.brought_by(command_of_file(command, n)) for n in range(len(incoming))]
        if own + brought.count(None) > FILES_MAX:
            raise AttachmentRefused(
                "too_many",
                f"已有 {own} 个附件，最多 {FILES_MAX} 个，这次选的没有保存。还有要紧的，请写在补充情况里。",
                f"There are {own} files already, at most {FILES_MAX} are taken; none of these was kept.",
            )
        form = Given(incoming[0].source, "", "citizen", "citizen", "citizen", command)
        now = (await self.doing.watching.frame.present()).now
        return await add_several(self.files, order_id, incoming, form, now)

    async def refused(
        self, request: AnyRequest, opened: Opened, act: Callable[[], Awaitable[list[AttachmentRefused]]]
    ) -> NotKept:
        """Do it; return what was not kept of it, and why."""
        left: list[AttachmentRefused] = []

        async def keep() -> None:
            left.extend(await act())

        try:
            refused = await self.doing.refusal(request, opened, keep)
        except AttachmentRefused as no:
            left.append(no)
        else:
            if refused:
                return NotKept((refused,))
        return self.told(request, left)

    def told(self, request: AnyRequest, left: Sequence[AttachmentRefused]) -> NotKept:
        """Return what is said of files that were not taken."""
        if not left:
            return NotKept()
        _log.info("a citizen's file was refused", codes=[no.code for no in left])
        return NotKept(tuple(no.sentence(language_of(request)) for no in left), _STATUS.get(left[0].code, 422))

    async def file(self, opened: Opened, n: int) -> Attachment:
        """Return the n-th file of the page. Raises NotFoundException."""
        own, answer = await self._kept(opened)
        files = (*own, *answer)
        if not 1 <= n <= len(files):
            raise NotFoundException
        return files[n - 1]

    async def _kept(self, opened: Opened) -> tuple[list[Attachment], list[Attachment]]:
        """Return what the citizen put there themselves, and what is part of the answer to them."""
        own, going = await self.doing.acting.orders(opened.number)
        mine = await self._own(own.id)
        answered = going.answered_at is not None
        answer = [
            file
            for file in await self.files.reader.of(going.id)
            if answered and file.shown and file.purpose == "reply" and file.erased is None
        ]
        return mine, answer

    async def _own(self, order_id: int) -> list[Attachment]:
        return [file for file in await self.files.reader.of(order_id) if file.by == "citizen" and file.erased is None]


def file_routes(filing: Filing) -> list[ControllerRouterHandler]:
    """Return `/follow/file` and each file."""
    watching = filing.doing.watching

    @get("/follow/file", opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        opened = await watching.opened(request)
        return see("/follow") if opened is None else await filing.shown(request, opened)

    # The token of the form is asked for before a file is read.
    @post("/follow/file", opt={**PUBLIC, "csrf": False}, request_max_body_size=filing.body_max)
    async def put(request: AnyRequest) -> Response[Any]:
        opened = await watching.opened(request)
        if opened is None:
            return see("/follow")
        refused = await filing.refused(request, opened, lambda: filing.put(request, opened))
        if not refused.sentences:
            return see("/follow?done=filed")
        return await filing.shown(request, opened, refused.sentences, refused.status)

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
