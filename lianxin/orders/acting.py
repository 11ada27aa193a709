"""How does a filled-in form become a step, and what is shown when it does not?

The one way by which people act on orders: the order must be seen, the form must be right,
then the services decide. What was written is never lost: until the step is taken it is
kept as a draft.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from lianxin.access.who import Who
from lianxin.ground.clock import Instant
from lianxin.ground.ledger import ChainMoved
from lianxin.ground.web import marked
from lianxin.orders import commands as c
from lianxin.orders.drafts import Draft, Drafts, DraftTooLarge, TooManyDrafts
from lianxin.orders.forms import Form
from lianxin.orders.forms.known import Known
from lianxin.orders.forms.parsing import Filled, Mistake, Sent, parse
from lianxin.orders.order import Order
from lianxin.orders.overtaken import Overtaken, plain_name
from lianxin.orders.possible import Action, Asks, Possible, possible, roles_for, why_not
from lianxin.orders.reading import OrderReader
from lianxin.orders.refusal import Refused
from lianxin.orders.sent import beside, new_command, preset, texts_of
from lianxin.orders.service import NoRight, Services, Words
from lianxin.orders.showing import FormShown, Panel, Told, actions_shown, draft_name, form_shown
from lianxin.people.rights import Rights
from lianxin.rules import Rules
from lianxin.units import Units

SALT_BYTES: Final = 16
ON_THE_PAGE: Final = frozenset({"directory", "text_hash", "answer_hash"})
"""What the shell gives on the page of an order. A form that needs more belongs to a desk that has it in hand."""
_SOMEBODY_FASTER: Final = marked(
    "Several people are writing on this order at this moment. Nothing of yours was saved; send it once more."
)


class Taken(NamedTuple):
    """The step was taken, or had been taken by this very form before."""

    form: Form
    number: str


class NotTaken(NamedTuple):
    """The step was not taken.

    status    409 where the order stands against it, 422 where the form does, 403 where the role does
    shown     the form as it was, with what is wrong
    possible  what this person can do on the order now
    """

    status: int
    shown: FormShown
    possible: Possible


class Acting:
    """People act on orders through this.

    rules_of  the rules of a pack's reference
    names     turns `staff:…`, `unit:…` into what somebody is called
    """

    def __init__(
        self,
        services: Services,
        reader: OrderReader,
        drafts: Drafts,
        rules_of: Callable[[str], Rules],
        rights: Rights,
        units: Units,
        names: Callable[[str], str] = plain_name,
    ) -> None:
        self._services = services
        self._reader = reader
        self._drafts = drafts
        self._rules_of = rules_of
        self._rights = rights
        self._units = units
        self._names = names

    async def order(self, who: Who, number: str) -> Order | None:
        """Return the order as it is now; None where there is none that this person may see."""
        order_id = await self._reader.seen(who.number, number)
        return None if order_id is None else await self._services.order(order_id)

    async def context(self, who: Who, number: str, now: Instant, next_: str = "") -> Panel | None:
        """Return what this person can do with an order; None where there is none that they may see.

        next_  the page to go back to after a step, a path of this site
        """
        order = await self.order(who, number)
        return None if order is None else await self.panel(who, order, now, next_)

    async def panel(self, who: Who, order: Order, now: Instant, next_: str = "") -> Panel:
        """Return what this person can do with an order that they see."""
        can = self.possible(who, order, now)
        drafts = await self._drafts.on(who.number, order.number) if can.actions else {}
        main = self._opened(can.actions[0], order, drafts, now, next_) if can.actions else None
        actions = actions_shown(can, order.number, tuple(drafts), next_)
        return Panel(number=order.number, main=main, actions=actions, barred=can.barred)

    def possible(self, who: Who, order: Order, now: Instant) -> Possible:
        """Return the steps that this person can take on the page of the order."""
        can = possible(order, Asks(who.by, who.roles), self._rules_of(order.pack), now, self._units.levels)
        here = tuple(one for one in can.actions if one.form.given <= ON_THE_PAGE)
        return Possible(here, tuple(one for one in can.barred if one.form.given <= ON_THE_PAGE))

    async def form(
        self, who: Who, order: Order, form: Form, now: Instant, part: int = 0, next_: str = ""
    ) -> FormShown | NotTaken:
        """Return the form as it opens, with its draft; NotTaken where the step cannot be taken now."""
        action = self.possible(who, order, now).action(form.slug, part)
        drafts = await self._drafts.on(who.number, order.number)
        if action is not None:
            return self._opened(action, order, drafts, now, next_)
        draft = drafts.get(draft_name(form, part))
        told, status = self._against(who, order, form, now, part)
        shown = self._shown(
            form, order, now, part, next_, draft.values if draft else {}, drafted=draft.at if draft else None, told=told
        )
        return NotTaken(status, shown, self.possible(who, order, now))

    async def give(
        self, who: Who, order: Order, form: Form, sent: Sent, now: Instant, part: int = 0
    ) -> Taken | NotTaken:
        """Take the step that a form asks for, once however often it is sent.

        Where it is not taken, what was written is kept as a draft.
        """
        command, seen, next_ = beside(sent)
        if command is None:
            wrong = Mistake("", marked("The form has lost its own number. It has a new one now; send it once more."))
            return await self._wrong(who, order, form, sent, now, part, (wrong,))
        known = self._known(order)
        filled = await self._looked_up(who, parse(form, preset(form, sent, part), known))
        if filled.mistakes:
            if await self._services.answered(command) is not None:
                return Taken(form, order.number)
            return await self._wrong(who, order, form, sent, now, part, filled.mistakes)
        try:
            result = await self._act(who, order, form, filled, command, seen, now)
        except (Refused, Overtaken, NoRight, ChainMoved) as refusal:
            await self._keep(who, order, form, part, sent, now)
            return self._refused(who, await self._again(order), form, now, part, next_, texts_of(sent), refusal)
        if result.get("number") != order.number:
            wrong = Mistake("", marked("This form was sent for another order before. Open it again."))
            return await self._wrong(who, order, form, sent, now, part, (wrong,))
        await self._drafts.drop(who.number, order.number, draft_name(form, part))
        return Taken(form, order.number)

    async def _act(
        self, who: Who, order: Order, form: Form, filled: Filled, command: UUID, seen: int | None, now: Instant
    ) -> dict[str, Any]:
        """Let the services carry it out, in the role that may. Raises what they raise."""
        words = None
        content = dict(filled.content)
        if form.words is not None and filled.text is not None:
            words = Words(filled.title, filled.text, secrets.token_bytes(SALT_BYTES))
            content[form.words.hash] = words.hash()
        if "directory" in form.given:
            content["directory"] = self._units.directory.release
        role = self._role(who, order, form, now)
        given = form.command(id=command, by=who.by, role=role, **content)
        if isinstance(given, c.Join):
            return await self._services.join(order.id, given, now)
        if isinstance(given, c.Separate):
            return await self._services.separate(order.id, given, now)
        return await self._services.act(order.id, given, now, words, seen)

    def _role(self, who: Who, order: Order, form: Form, now: Instant) -> str:
        """Return the role in which the step is possible, else the one in which it is refused with reason."""
        action = self.possible(who, order, now).action(form.slug)
        if action is not None:
            return action.role
        return next(iter(roles_for(form, Asks(who.by, who.roles))), min(who.roles, default=""))

    async def _looked_up(self, who: Who, filled: Filled) -> Filled:
        """Return what was filled in, with a mistake at each number that leads to nothing this person sees."""
        mistakes = list(filled.mistakes)
        for name, order_id in filled.orders.items():
            if not await self._reader.sees(who.number, order_id):
                mistakes.append(Mistake(name, marked("There is no order of this number, or it is not yours to see.")))
        for name, contact_id in filled.contacts.items():
            if not await self._reader.sees_contact(who.number, contact_id):
                mistakes.append(Mistake(name, marked("There is no contact of this number.")))
        return Filled(filled.content, filled.title, filled.text, tuple(mistakes))

    async def _wrong(
        self, who: Who, order: Order, form: Form, sent: Sent, now: Instant, part: int, mistakes: Sequence[Mistake]
    ) -> NotTaken:
        await self._keep(who, order, form, part, sent, now)
        can = self.possible(who, order, now)
        against = None if can.action(form.slug, part) else self._against(who, order, form, now, part)
        shown = self._shown(
            form,
            order,
            now,
            part,
            beside(sent)[2],
            texts_of(sent),
            mistakes=mistakes,
            told=against[0] if against else None,
            refused=True,
        )
        return NotTaken(against[1] if against else 422, shown, can)

    def _against(self, who: Who, order: Order, form: Form, now: Instant, part: int) -> tuple[Told, int]:
        """Return what stands against a step that nothing which is filled in could make possible."""
        asks, rules = Asks(who.by, who.roles), self._rules_of(order.pack)
        told, status = self._told(why_not(form, order, asks, rules, now, part, self._units.levels), now)
        return told, 409 if status == 422 else status

    def _refused(
        self,
        who: Who,
        order: Order,
        form: Form,
        now: Instant,
        part: int,
        next_: str,
        sent: Mapping[str, Sequence[str]],
        refusal: Exception,
    ) -> NotTaken:
        told, status = self._told(refusal, now)
        shown = self._shown(form, order, now, part, next_, sent, told=told, refused=True)
        return NotTaken(status, shown, self.possible(who, order, now))

    def _told(self, refusal: Exception | None, now: Instant) -> tuple[Told, int]:
        match refusal:
            case Overtaken():
                return Told(refusal.sentence(now, self._names), "", refusal.refusal.source, overtaken=True), 409
            case Refused():
                return Told(refusal.sentence, refusal.instead, refusal.source), _STATUS.get(refusal.code, 422)
            case ChainMoved():
                return Told(_SOMEBODY_FASTER), 409
            case NoRight():
                return Told(str(refusal)), 403
            case _:
                return Told(marked("This step is not one of yours.")), 403

    def _shown(
        self,
        form: Form,
        order: Order,
        now: Instant,
        part: int,
        next_: str,
        sent: Mapping[str, Sequence[str]],
        *,
        drafted: Instant | None = None,
        mistakes: Sequence[Mistake] = (),
        told: Told | None = None,
        refused: bool = False,
    ) -> FormShown:
        return form_shown(
            form,
            order,
            self._known(order),
            self._rules_of(order.pack),
            new_command(now),
            part=part,
            next_=next_,
            written=sent,
            drafted=drafted,
            mistakes=mistakes,
            told=told,
            refused=refused,
        )

    def _opened(self, action: Action, order: Order, drafts: Mapping[str, Draft], now: Instant, next_: str) -> FormShown:
        draft = drafts.get(draft_name(action.form, action.part))
        return form_shown(
            action.form,
            order,
            self._known(order),
            self._rules_of(order.pack),
            new_command(now),
            role=action.role,
            part=action.part,
            next_=next_,
            written=draft.values if draft else None,
            drafted=draft.at if draft else None,
        )

    async def _keep(self, who: Who, order: Order, form: Form, part: int, sent: Sent, now: Instant) -> None:
        """Keep what was written as a draft; what is too much for one still stands in the form that goes back."""
        try:
            await self._drafts.keep(who.number, order.number, draft_name(form, part), texts_of(sent), now)
        except (DraftTooLarge, TooManyDrafts):
            return

    async def _again(self, order: Order) -> Order:
        return await self._services.order(order.id)

    def _known(self, order: Order) -> Known:
        return Known(self._units, self._rights.house(), order)


_STATUS: Final = dict.fromkeys(
    ("wrong_state", "separation", "pending", "not_offered", "clock_back"), 409
) | dict.fromkeys(("not_your_role", "not_your_unit", "not_yours"), 403)
