"""The pages of attachments: the files of an order, and each file."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from litestar.types import ControllerRouterHandler

from lianxin.access import csrf
from lianxin.access.refusals import Forged
from lianxin.access.visit import visit_at
from lianxin.access.who import Who
from lianxin.attachments.attachment import Attachment
from lianxin.attachments.permission import role_to_attach
from lianxin.attachments.reading import NoSuchAttachment, SeenOrder
from lianxin.attachments.receiving import Received, receive
from lianxin.attachments.refusal import AttachmentRefused, file_size, megabytes
from lianxin.attachments.sealing import SealBroken
from lianxin.attachments.service import Attachments, Given
from lianxin.attachments.serving import small_picture, whole_or_part
from lianxin.attachments.several import add_several, at_once, nothing_chosen
from lianxin.attachments.words import PURPOSE_WORDS
from lianxin.ground.web import Paper, ReadPresent
from lianxin.ground.web.language import chosen
from lianxin.ground.web.paper import AnyRequest
from lianxin.orders.overtaken import Overtaken
from lianxin.orders.refusal import Refused
from lianxin.orders.service import NoRight, Services
from lianxin.orders.steps.beside import PURPOSES
from lianxin.privacy import Looks

TERMS: dict[str, Any] = {"purpose_words": PURPOSE_WORDS, "megabytes": megabytes, "file_size": file_size}

_STATUS: Final = {"too_large": 413, "type": 415, "slow": 408, "no_room": 503, "scanner_away": 503}
_BODY_AROUND: Final = 100_000
_log = structlog.get_logger("lianxin.attachments")


class AttachmentPages:
    """Answers what browsers ask about files."""

    def __init__(
        self, files: Attachments, services: Services, looks: Looks, present: ReadPresent, paper: Paper
    ) -> None:
        self._files = files
        self._services = services
        self._looks = looks
        self._present = present
        self._paper = paper

    def routes(self) -> list[ControllerRouterHandler]:
        """Return `/orders/{number}/attachments` and `/attachments/{id}`."""

        @get("/orders/{number:str}/attachments")
        async def listed(request: AnyRequest, number: FromPath[str]) -> Response[str]:
            return await self._list(request, await self._seen(request, number))

        @post(
            "/orders/{number:str}/attachments",
            request_max_body_size=at_once(self._files.limits).bytes + _BODY_AROUND,
            opt={"csrf": False},  # asked for here, before the files are read
        )
        async def put(request: AnyRequest, number: FromPath[str]) -> Response[str] | Redirect:
            return await self._put(request, await self._seen(request, number))

        @get("/attachments/{attachment:uuid}")
        async def one(request: AnyRequest, attachment: FromPath[UUID]) -> Response[Any] | Stream:
            return await self._one(request, attachment)

        @get("/attachments/{attachment:uuid}/small")
        async def small(request: AnyRequest, attachment: FromPath[UUID]) -> Response[Any]:
            file = await self._shown(request, attachment)
            try:
                return small_picture(await self._files.reader.small(file.id))
            except NoSuchAttachment as nothing:
                raise NotFoundException from nothing

        return [listed, put, one, small]

    async def _seen(self, request: AnyRequest, number: str) -> SeenOrder:
        seen = await self._files.reader.seen_order(request.user.number, number)
        if seen is None:
            raise NotFoundException
        return seen

    async def _list(
        self, request: AnyRequest, order: SeenOrder, refused: Sequence[str] = (), status: int = 200, **kept: str
    ) -> Response[str]:
        moment, who = await self._present(), request.user
        await self._looks.note(who, order.order_id, "attachment", moment.now)
        values = {
            "order": order,
            "files": await self._files.reader.of(order.order_id, order.contact_id),
            "may": role_to_attach(await self._services.order(order.order_id), who.by, who.roles) is not None,
            "purposes": PURPOSES,
            "command": uuid4(),
            "limits": self._files.limits,
            "at_once": at_once(self._files.limits),
            "refused": refused,
            "kept": kept,
            "now": moment.now,
            "demo": moment.demo,
        }
        part = "attachments/files.html" if "hx-request" in request.headers else "attachments/page.html"
        return self._paper.page(request, part, status=status, **values)

    async def _put(self, request: AnyRequest, order: SeenOrder) -> Response[str] | Redirect:
        kept: dict[str, str] = {}

        def accept(fields: Mapping[str, str]) -> None:
            check_own(request, fields)
            kept.update({name: fields.get(name, "") for name in ("purpose", "shown")})

        try:
            received = await receive(
                request,
                self._files.limits,
                self._files.shelf.incoming,
                accept,
                at_once=at_once(self._files.limits),
            )
            with closing(received):
                refused = await self._add(request.user, order, received)
        except AttachmentRefused as no:
            refused = [no]
        except (Refused, NoRight) as no:
            return await self._list(request, order, (str(no),), 409, **kept)
        except Overtaken as overtaken:
            moment = await self._present()
            return await self._list(request, order, (overtaken.sentence(moment.now),), 409, **kept)
        if not refused:
            return Redirect(f"/orders/{order.number}/attachments", status_code=303)
        _log.info("attachment refused", codes=[no.code for no in refused], order_id=order.order_id)
        language = chosen(request.query_params, request.cookies)
        sentences = [no.sentence(language) for no in refused]
        return await self._list(request, order, sentences, _STATUS.get(refused[0].code, 422), **kept)

    async def _add(self, who: Who, order: SeenOrder, received: Received) -> list[AttachmentRefused]:
        """Put the files of a form to the order; return what was not taken."""
        if not received.files:
            raise nothing_chosen()
        role = role_to_attach(await self._services.order(order.order_id), who.by, who.roles)
        form = Given(
            source=received.files[0].source,
            name="",
            purpose=received.fields.get("purpose", ""),
            by=who.by,
            role=role or next(iter(sorted(who.roles)), ""),
            command=_command(received.fields.get("command", "")),
            shown=received.fields.get("shown") == "1",
        )
        return await add_several(self._files, order.order_id, received.files, form, (await self._present()).now)

    async def _shown(self, request: AnyRequest, attachment: UUID) -> Attachment:
        """Return a file that this person may see, noted in the access log."""
        try:
            file, order_id = await self._files.reader.seen(request.user.number, attachment)
        except NoSuchAttachment as nothing:
            raise NotFoundException from nothing
        moment = await self._present()
        await self._looks.note(request.user, order_id or file.subject, "attachment", moment.now, str(file.id))
        return file

    async def _one(self, request: AnyRequest, attachment: UUID) -> Response[Any] | Stream:
        file = await self._shown(request, attachment)
        try:
            return await whole_or_part(self._files.reader, file, request.headers.get("range"))
        except (SealBroken, FileNotFoundError) as broken:
            _log.error("attachment broken", attachment_id=str(file.id), file=file.file, reason=type(broken).__name__)
            moment = await self._present()
            values = {"file": file, "now": moment.now, "demo": moment.demo}
            return self._paper.page(request, "attachments/broken.html", status=500, **values)


def check_own(request: AnyRequest, fields: Mapping[str, str]) -> None:
    """Return if the form came from a page of our own. Raises Forged."""
    visit = visit_at(request)
    token = request.headers.get(csrf.HEADER) or fields.get(csrf.FIELD, "")
    if request.headers.get("sec-fetch-site") == "cross-site" or not (visit.bearer or visit.is_own(token)):
        raise Forged


def _command(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError as wrong:
        raise AttachmentRefused(
            "form",
            "表单不完整，文件没有保存。请刷新页面后再上传。",
            "The form is incomplete; the file was not kept. Please load the page again.",
        ) from wrong
