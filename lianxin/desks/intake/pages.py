"""The pages of the agents' desk: the tray, and one contact with everything that can become of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.channels.inbox import NoSuchMessage
from lianxin.channels.replying import NoReply, Replying
from lianxin.contacts.course import ContactRefused
from lianxin.desks.intake.filled import (
    CHANNELS,
    OUTCOMES,
    NotFilledIn,
    as_sent,
    first,
    matter_of,
    person_of,
    signed_answer,
)
from lianxin.desks.intake.reading import AtDesk, IntakeReader
from lianxin.desks.intake.service import AGENTS, Intake
from lianxin.desks.intake.trays import DESK
from lianxin.desks.trays import Trays
from lianxin.ground.text import NumberError, TextError, parse_number
from lianxin.ground.web import Paper, ReadPresent
from lianxin.knowledge.refusal import KnowledgeRefused, NoSuchItem
from lianxin.orders.acting_pages import sent_in
from lianxin.orders.drafts import Drafts
from lianxin.orders.forms import FORMS
from lianxin.orders.forms.known import Known
from lianxin.orders.forms.parsing import Mistake, Sent, parse
from lianxin.orders.order import Order
from lianxin.orders.reading import OrderReader
from lianxin.orders.refusal import Refused
from lianxin.orders.sent import new_command
from lianxin.orders.service import NoRight, contact_id_of, order_id_of
from lianxin.orders.showing import form_shown
from lianxin.people.rights import Rights
from lianxin.privacy.looking import number_of
from lianxin.rules.adopted import AdoptedRules
from lianxin.units import Units

ROLES: Final = frozenset(AGENTS)
_ONLY: Final = {"roles": tuple(sorted(ROLES))}
_SUBMIT: Final = FORMS["submit"]
_PERSON: Final = ("name", "phone", "address", "mail")
_REFUSALS: Final = (
    *(Refused, ContactRefused, KnowledgeRefused, NoReply, NoRight, NotFilledIn, NumberError, TextError),
    *(NoSuchItem, NoSuchMessage),
)
Asked = Request[Who, Any, Any]


class IntakePages:
    """Renders the desk and reads its forms."""

    def __init__(
        self,
        intake: Intake,
        reader: IntakeReader,
        orders: OrderReader,
        trays: Trays,
        drafts: Drafts,
        replying: Replying,
        rules: AdoptedRules,
        rights: Rights,
        units: Units,
        present: ReadPresent,
        paper: Paper,
    ) -> None:
        self.intake = intake
        self.reader = reader
        self.orders = orders
        self.drafts = drafts
        self.replying = replying
        self.present = present
        self._trays = trays
        self._rules = rules
        self._rights = rights
        self._units = units
        self._paper = paper

    async def tray(self, request: Asked, tray: str, status: int = 200, refusal: str = "") -> Response[str]:
        """Return what waits for an agent."""
        moment, chosen = await self.present(), DESK.tray(tray)
        return self._paper.page(
            request,
            "desks.intake/desk.html",
            status=status,
            desk=DESK,
            tray=chosen,
            page=await self._trays.page(request.user, chosen, moment.now),
            counts={one.name: await self._trays.count(request.user, one, moment.now) for one in DESK.trays},
            most=1_000,
            waiting=await self.reader.waiting(request.user),
            mine=await self.reader.in_hand(request.user),
            channels=CHANNELS,
            command=new_command(moment.now),
            fresh_command=lambda: new_command(moment.now),
            refusal=refusal,
            now=moment.now,
            demo=moment.demo,
        )

    async def contact(self, request: Asked, number: str, status: int = 200, **said: Any) -> Response[str]:
        """Return one contact with its forms; `said`: what was filled in and what stands against it."""
        found = await self.found(request.user, number)
        moment = await self.present()
        subject = f"contact-{number}"
        kept = (await self.drafts.on(request.user.number, subject)).get(_SUBMIT.slug)
        sent: Mapping[str, Sequence[str]] | None = said.pop("sent", None)
        written = sent if sent is not None else (kept.values if kept is not None else None)
        shown = form_shown(
            _SUBMIT,
            Order(id=0, number=subject),
            self.known(),
            self._rules(""),
            new_command(moment.now),
            written=written,
            mistakes=said.pop("mistakes", ()),
        )
        values = {
            "found": found,
            "number": number,
            "shown": shown,
            "person": {name: as_sent(written or {}, name) for name in _PERSON},
            "drafted": kept.at if kept is not None and sent is None else None,
            "commands": [new_command(moment.now) for _ in range(4)],
            "outcomes": OUTCOMES,
            "expert_units": self._units.all,
            "given": {},
            "refusal": "",
            "earlier": found.earlier,
            **said,
        }
        return self._paper.page(
            request, "desks.intake/contact.html", status=status, now=moment.now, demo=moment.demo, **values
        )

    async def found(self, who: Who, number: str) -> AtDesk:
        """Return a contact by its number. Raises NotFoundException, also for one that this person may not see."""
        found = await self.reader.at_desk(who, contact_of(number))
        if found is None:
            raise NotFoundException
        return found

    def known(self) -> Known:
        """Return what a form of an order may name."""
        return Known(self._units, self._rights.house())


def intake_routes(pages: IntakePages) -> list[ControllerRouterHandler]:
    """Return `/intake` and what lies below it."""
    return [*_tray_routes(pages), *_contact_routes(pages), *_matter_routes(pages), *_ending_routes(pages)]


def _tray_routes(pages: IntakePages) -> list[ControllerRouterHandler]:
    @get("/intake", opt=_ONLY)
    async def tray(request: Asked, tray: FromQuery[str] = "") -> Response[str]:
        return await pages.tray(request, tray)

    @post("/intake/new", opt=_ONLY)
    async def typed_in(request: Asked) -> Response[Any]:
        sent = await sent_in(request)
        channel = as_sent(sent, "channel")
        if channel not in CHANNELS:
            return await pages.tray(request, "", 422, "请选择来件的渠道。没有登记。")
        now = (await pages.present()).now
        contact = await pages.intake.typed_in(request.user, channel, _command(sent), now)
        return Redirect(f"/intake/{number_of(contact)}", status_code=303)

    @post("/intake/{number:str}/take", opt=_ONLY)
    async def take(request: Asked, number: FromPath[str]) -> Response[Any]:
        sent = await sent_in(request)
        found = await pages.found(request.user, number)
        try:
            await pages.intake.take(request.user, found.line.id, _command(sent), (await pages.present()).now)
        except ContactRefused as refused:
            return await pages.tray(request, "", 409, str(refused))
        return Redirect(f"/intake/{number}", status_code=303)

    return [tray, typed_in, take]


def _contact_routes(pages: IntakePages) -> list[ControllerRouterHandler]:
    @get("/intake/{number:str}", opt=_ONLY)
    async def contact(request: Asked, number: FromPath[str]) -> Response[str]:
        return await pages.contact(request, number)

    @post("/intake/{number:str}/order", opt=_ONLY)
    async def order(request: Asked, number: FromPath[str]) -> Response[Any]:
        sent, who = texts_of(await sent_in(request)), request.user
        found = await pages.found(who, number)
        beside = {name: values for name, values in sent.items() if name in _PERSON}
        filled = parse(_SUBMIT, {name: values for name, values in sent.items() if name not in _PERSON}, pages.known())
        try:
            person = person_of(beside)
            if filled.mistakes:
                return await pages.contact(request, number, 422, sent=sent, mistakes=filled.mistakes)
            now = (await pages.present()).now
            opened = await pages.intake.order(who, found.line.id, filled, person, _command(sent), now)
        except (Refused, ContactRefused, NoRight) as refused:
            return await pages.contact(request, number, 409, sent=sent, refusal=str(refused))
        except NotFilledIn as wrong:
            mistakes = (*filled.mistakes, Mistake("", "%(sentence)s", {"sentence": str(wrong)}))
            return await pages.contact(request, number, 422, sent=sent, mistakes=mistakes)
        await pages.drafts.drop(who.number, f"contact-{number}", _SUBMIT.slug)
        return Redirect(f"/intake/{number}?opened={opened}", status_code=303)

    @post("/intake/{number:str}/caller", opt=_ONLY)
    async def caller(request: Asked, number: FromPath[str]) -> Response[str]:
        """Look for earlier orders by a telephone number; it stands in no address."""
        sent = await sent_in(request)
        try:
            phone = first(sent, "phone")
        except NotFilledIn as wrong:
            return await _refused(pages, request, number, sent, wrong)
        earlier = await pages.reader.earlier(request.user, phone) if phone else ()
        return await pages.contact(request, number, earlier=earlier, given={"phone": phone, "looked": "yes"})

    return [contact, order, caller]


def _matter_routes(pages: IntakePages) -> list[ControllerRouterHandler]:
    @post("/intake/{number:str}/join", opt=_ONLY)
    async def join(request: Asked, number: FromPath[str]) -> Response[Any]:
        sent, who = await sent_in(request), request.user
        found = await pages.found(who, number)
        try:
            other = parse_number(first(sent, "order"))
            if await pages.orders.seen(who.number, other) is None:
                raise NotFilledIn(f"没有单号为 {other} 的工单，或您无权查看。")
            text = first(sent, "text")
            if not text:
                raise NotFilledIn("请写下来电人这次说的话。没有保存。")
            outcome = "joined" if first(sent, "outcome") == "joined" else "added"
            now = (await pages.present()).now
            await pages.intake.add(who, found.line.id, order_id_of(other), text, outcome, _command(sent), now)
        except _REFUSALS as refused:
            return await _refused(pages, request, number, sent, refused)
        return Redirect(f"/intake/{number}", status_code=303)

    @post("/intake/{number:str}/outcome", opt=_ONLY)
    async def outcome(request: Asked, number: FromPath[str]) -> Response[Any]:
        sent, who = await sent_in(request), request.user
        found = await pages.found(who, number)
        command, now = _command(sent), (await pages.present()).now
        try:
            matter = matter_of(sent, first(sent, "item"))
            signed = who.may("expert") and matter.outcome == "answered" and not matter.item
            if signed:
                matter = signed_answer(sent, matter, who.name, pages.known().units)
            reply, rows = first(sent, "reply"), {}
            if reply:
                rows = await pages.replying.rows(who.number, found.line.id, reply, who.by, command, now)
            await pages.intake.outcome(who, found.line.id, matter, command, now, rows, signed=signed)
        except _REFUSALS as refused:
            return await _refused(pages, request, number, sent, refused)
        return Redirect(f"/intake/{number}", status_code=303)

    return [join, outcome]


def _ending_routes(pages: IntakePages) -> list[ControllerRouterHandler]:
    @post("/intake/{number:str}/end", opt=_ONLY)
    async def end(request: Asked, number: FromPath[str]) -> Response[Any]:
        sent = await sent_in(request)
        found = await pages.found(request.user, number)
        try:
            await pages.intake.end(request.user, found.line.id, _command(sent), (await pages.present()).now)
        except ContactRefused as refused:
            return await _refused(pages, request, number, sent, refused)
        return Redirect("/intake", status_code=303)

    return [end]


async def _refused(pages: IntakePages, request: Asked, number: str, sent: Sent, refused: Exception) -> Response[str]:
    given = {name: str(values[0]) for name, values in sent.items() if values and isinstance(values[0], str)}
    return await pages.contact(request, number, 409, refusal=_sentence(refused), given=given)


def _sentence(refused: Exception) -> str:
    match refused:
        case NumberError():
            return refused.sentence("zh")
        case NoSuchItem():
            return "知识库里没有这个编号，请核对后再填，例如 K18。没有保存。"
        case NoSuchMessage():
            return "这不是来信，不能在这里回信。没有保存。"
        case _:
            return str(refused)


def texts_of(sent: Sent) -> dict[str, tuple[str, ...]]:
    """Return the texts of what was sent; files are left out."""
    return {name: tuple(one for one in values if isinstance(one, str)) for name, values in sent.items()}


def contact_of(number: str) -> int:
    """Return the id of the contact with this number. Raises NotFoundException for what is no number."""
    try:
        return contact_id_of(parse_number(number))
    except NumberError:
        raise NotFoundException from None


def _command(sent: Sent) -> UUID:
    """Return the id that the form carries. Raises NotFoundException for a form that is none of ours."""
    try:
        return UUID(as_sent(sent, "command"))
    except ValueError:
        raise NotFoundException from None
