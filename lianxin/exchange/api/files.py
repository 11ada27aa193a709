"""The files of an order: which there are, one of them, and a new one put to it."""

from collections.abc import Mapping
from contextlib import closing
from typing import Annotated, Any, Final
from uuid import UUID

import structlog
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import PathParameter
from litestar.response import Stream

from lianxin.attachments.attachment import Attachment, harmless_name
from lianxin.attachments.permission import role_to_attach
from lianxin.attachments.reading import NoSuchAttachment, SeenOrder
from lianxin.attachments.receiving import Received, receive
from lianxin.attachments.refusal import AttachmentRefused
from lianxin.attachments.service import Given
from lianxin.attachments.serving import whole_or_part
from lianxin.exchange.api import shapes
from lianxin.exchange.api.asking import ApiRequest
from lianxin.exchange.api.describing import Key, OrderNumber, reading, writing
from lianxin.exchange.api.door import Door, TheDoor
from lianxin.exchange.api.once import KeyReused, command_id_of
from lianxin.exchange.api.orders import written
from lianxin.exchange.api.refusing import WrongType
from lianxin.ground.clock import to_datetime
from lianxin.orders.steps.beside import is_shown

FileId = Annotated[UUID, PathParameter(description="`id` of a file, as the list of an order tells it")]
FORM: Final = "multipart/form-data"
NO_FILE: Final = ("empty", "没有收到文件，没有保存任何内容。", "No file came; nothing was kept.")
_log = structlog.get_logger("lianxin.api")


@reading("/orders/{number:str}/attachments", "attachments", 404, operation_id="listAttachments", tags=["attachments"])
async def list_attachments(request: ApiRequest, door: TheDoor, number: OrderNumber) -> shapes.FileList:
    """List the files of an order and of the contact it came from, oldest first. Erased ones are listed without name."""
    order = await _seen(request, door, number)
    files = await door.files.reader.of(order.order_id, order.contact_id)
    return shapes.FileList([_line(file, order) for file in files])


@reading(
    "/attachments/{attachment:uuid}",
    "attachments",
    404,
    416,
    file=True,
    operation_id="getAttachment",
    tags=["attachments"],
)
async def get_attachment(request: ApiRequest, door: TheDoor, attachment: FileId) -> Response[Any]:
    """Get a file as it is kept, or the part of it that a Range header names. Who gets it stands in the access log."""
    try:
        file, order_id = await door.files.reader.seen(request.user.number, attachment)
    except NoSuchAttachment as nothing:
        raise NotFoundException from nothing
    now = (await door.present()).now
    await door.looks.note(request.user, order_id or file.subject, "attachment", now, str(file.id))
    sent: Response[Any] | Stream = await whole_or_part(door.files.reader, file, request.headers.get("range"))
    return sent


@writing(
    "/orders/{number:str}/attachments",
    "attachments",
    404,
    409,
    operation_id="addAttachment",
    tags=["attachments"],
    status_code=201,
    request_max_body_size=None,  # files have limits of their own, and are read straight to the disk
)
async def add_attachment(
    request: ApiRequest, door: TheDoor, number: OrderNumber, key: Key
) -> Response[shapes.FileLine]:
    """Put a file to an order, as multipart/form-data. The fields come before the file; what it is tells its content."""
    if request.content_type[0] != FORM:
        raise WrongType
    order = await _seen(request, door, number)
    received = await receive(request, door.files.limits, door.files.shelf.incoming, _any_form)
    if not received.files:
        raise AttachmentRefused(*NO_FILE)
    with closing(received):
        given = await _given(request, door, order, received, key)
        file = await door.files.add(order.order_id, given, (await door.present()).now)
    if (file.purpose, file.shown, file.name) != _as_asked(given, file.media):
        raise KeyReused
    return Response(
        _line(file, order), headers={"Location": f"/api/v1/attachments/{file.id}", "Cache-Control": "no-store"}
    )


async def _seen(request: ApiRequest, door: Door, number: str) -> SeenOrder:
    seen = await door.files.reader.seen_order(request.user.number, written(number))
    if seen is None:
        raise NotFoundException
    return seen


async def _given(request: ApiRequest, door: Door, order: SeenOrder, received: Received, key: str) -> Given:
    who = request.user
    role = role_to_attach(await door.services.order(order.order_id), who.by, who.roles)
    [(source, name)] = received.files
    return Given(
        source=source,
        name=name,
        purpose=received.fields.get("purpose", "evidence"),
        by=who.by,
        role=role or min(who.roles, default=""),
        command=command_id_of(who.number, key),
        shown=received.fields.get("shown") == "true",
    )


def _as_asked(given: Given, media: str) -> tuple[str, bool, str]:
    return given.purpose, is_shown(given.purpose, given.shown), harmless_name(given.name, media)


def _any_form(_: Mapping[str, str]) -> None:
    """Take the form: whoever brings a token has no page that it could be forged from."""


def _line(file: Attachment, order: SeenOrder) -> shapes.FileLine:
    return shapes.FileLine(
        id=str(file.id),
        of="order" if file.subject == order.order_id else "contact",
        n=file.n,
        at=to_datetime(file.at),
        by=file.by,
        purpose=file.purpose,
        shown=file.shown,
        media=file.media,
        size=file.size,
        hash=file.hash,
        name=file.name,
        erased=None if file.erased is None else to_datetime(file.erased),
    )
