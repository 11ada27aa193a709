"""What came in by another channel and is handed in here: the province's platform, WeChat, letters that were typed."""

import hashlib
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody, QueryParameter

from lianxin.channels import letters
from lianxin.channels.letters import Incoming, Letter
from lianxin.channels.mail_headers import Sender
from lianxin.channels.receiving import Receiving, command_of
from lianxin.contacts.contact import DISPOSITIONS, PENDING, Contact, Matter
from lianxin.exchange.api import shapes
from lianxin.exchange.api.asking import ApiRequest
from lianxin.exchange.api.describing import ContactNumber, Cursor, Key, Limit, reading, writing
from lianxin.exchange.api.door import Door, TheDoor
from lianxin.exchange.api.instants import Moment, believable
from lianxin.exchange.api.once import OnceStore, command_id_of, fingerprint
from lianxin.exchange.api.orders import written
from lianxin.exchange.api.paging import PAGE, earlier
from lianxin.exchange.api.reading import ContactFilters
from lianxin.exchange.api.telling import contact_line
from lianxin.ground.text import clean_text
from lianxin.insight.audit.violation import number_of
from lianxin.orders.service import Services, contact_id_of
from lianxin.people.vault import PersonFields

HANDS_IN: Final = ("agent", "seat_enterprise", "seat_dialect", "shift_lead", "duty_manager")
"""Who brings what came in by another channel: those who would have answered the call."""

Channel = Literal["call", "visit", "web", letters.Channel]
ChannelFilter = Annotated[Channel | None, QueryParameter(description="by which channel they came")]
Disposition = Literal[PENDING, *DISPOSITIONS]  # type: ignore[valid-type]
DispositionFilter = Annotated[
    Disposition | None, QueryParameter(description="in what they ended; pending: those that go on")
]
SinceFilter = Annotated[Moment | None, QueryParameter(description="only those that arrived at or after this instant")]
BeforeFilter = Annotated[Moment | None, QueryParameter(description="only those that arrived before this instant")]


@writing(
    "/contacts", "contacts:write", 409, roles=HANDS_IN, operation_id="addContact", tags=["contacts"], status_code=201
)
async def add_contact(
    request: ApiRequest, door: TheDoor, data: JSONBody[shapes.ContactIn], key: Key
) -> Response[shapes.ContactTaken]:
    """Hand in what a citizen wrote. It waits in the intake tray within its clock, encrypted, or stands with the open
    order whose query code its text gives."""
    incoming = incoming_of(request.user.number, request.user.by, key, data)
    store = OnceStore(door.store, fingerprint("contact", data))
    services = Services(store, door.rules, door.rights, door.units.levels)
    receiving = Receiving(door.pool, services, door.numbers, door.receipts, door.vault, door.filing)
    contact = await receiving.take_in(incoming, (await door.present()).now)
    await services.answered(command_of(incoming.key))  # refuses a key of another request
    taken = await _taken(door, contact)
    return Response(taken, headers={"Location": f"/api/v1/contacts/{taken.number}", "Cache-Control": "no-store"})


@reading("/contacts", "contacts:read", operation_id="listContacts", tags=["contacts"])
async def list_contacts(
    request: ApiRequest,
    door: TheDoor,
    channel: ChannelFilter = None,
    disposition: DispositionFilter = None,
    arrived_since: SinceFilter = None,
    arrived_before: BeforeFilter = None,
    after: Cursor = None,
    limit: Limit = PAGE,
) -> shapes.ContactPage:
    """List the contacts that you may see, latest first. Go on with `next` until it is null."""
    asked = ContactFilters(
        channel=channel,
        disposition=disposition,
        since=believable(arrived_since, "arrived_since"),
        before=believable(arrived_before, "arrived_before"),
    )
    return await door.reader.contacts(request.user.number, asked, earlier(after), limit)


@reading("/contacts/{number:str}", "contacts:read", 404, operation_id="getContact", tags=["contacts"])
async def get_contact(request: ApiRequest, door: TheDoor, number: ContactNumber) -> shapes.ContactAnswer:
    """Get one contact: in what it ended, or who has it and until when."""
    row: Any = await door.reader.contact(request.user.number, contact_id_of(written(number)))
    if row is None:
        raise NotFoundException
    await door.looks.note(request.user, row["contact_id"], "api", (await door.present()).now)
    contact = msgspec.json.decode(row["snapshot"], type=Contact)
    orders = {matter.order for matter in contact.matters if matter.order is not None}
    seen = await door.reader.seen_among(request.user.number, orders)
    return shapes.ContactAnswer(**contact_line(row), matters=[_matter(matter, seen) for matter in contact.matters])


def incoming_of(sender: str, by: str, key: str, data: shapes.ContactIn) -> Incoming:
    """Return the message that was handed in; the same key makes the same message. Raises TextError."""
    citizen = data.citizen or shapes.CitizenIn()
    address = citizen.mail or next(iter(citizen.numbers), "")
    return Incoming(
        key=hashlib.sha256(command_id_of(sender, key).bytes).digest(),
        channel=data.channel,
        letter=Letter(
            sender=Sender(citizen.name, address),
            subject=" ".join(data.subject.split()),
            text=clean_text(data.text),
            message_id=data.foreign_id,
        ),
        trusted=False,
        person=PersonFields(citizen.name, citizen.numbers, citizen.address, citizen.identity, citizen.mail),
        by=by,
    )


async def _taken(door: Door, contact: int) -> shapes.ContactTaken:
    received, order_id = await door.reader.brought(contact)
    return shapes.ContactTaken(number_of(contact), received, None if order_id is None else number_of(order_id))


def _matter(matter: Matter, seen: frozenset[int]) -> shapes.MatterLine:
    """Return what became of a matter; of an order that the reader does not see not even the number."""
    order = number_of(matter.order) if matter.order in seen else None
    return shapes.MatterLine(matter.outcome, order, matter.item, matter.to, matter.ground)
