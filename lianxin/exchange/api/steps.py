"""How does another system take a step on an order? As a person at the page does, and once for each key.

The order must be seen, the body must be what the form asks for, then the services decide
on the chain as it stands. What a rule forbids is told with the rule and with the steps
that are possible instead; those are looked for only then.
"""

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from lianxin.access import Who
from lianxin.exchange.api.bodies import API_FORMS, sent_of
from lianxin.exchange.api.door import Door
from lianxin.exchange.api.etags import Expected
from lianxin.exchange.api.once import OnceStore, Stale, command_id_of, fingerprint
from lianxin.exchange.api.refusing import FormWrong, StepRefused
from lianxin.exchange.api.shapes import Done
from lianxin.ground.clock import Instant
from lianxin.ground.web import Language, marked
from lianxin.ground.web.language import translations
from lianxin.ground.web.problem import FieldError
from lianxin.orders import commands as c
from lianxin.orders.forms import Form
from lianxin.orders.forms.known import Known
from lianxin.orders.forms.parsing import Filled, parse
from lianxin.orders.lifecycle import ALL_STEPS
from lianxin.orders.order import Order
from lianxin.orders.overtaken import Overtaken
from lianxin.orders.possible import Asks, possible, roles_for
from lianxin.orders.refusal import Refused
from lianxin.orders.service import NoRight, NoSuchOrder, Services, Words, order_id_of
from lianxin.orders.step import permit_to

NOT_YOURS: Final = Refused("not_your_role", "您的岗位不能做这一步。")
NOTHING_THERE: Final = marked("There is nothing of this number that you may see.")
_SALT_BYTES: Final = 16
AGAIN: Final = "请重新读取后再定。"
Result = dict[str, Any]


class Asked(NamedTuple):
    """A request for a step: who asks, of which order, by which form and body, under which key, in which version."""

    who: Who
    number: str
    form: Form
    body: msgspec.Struct
    key: str
    expected: Expected | None
    language: Language


class Steps:
    """Takes steps for other systems."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def take(self, asked: Asked, now: Instant) -> Done:
        """Take the step; answer what it answered when it was taken before.

        Raises NoSuchOrder, FormWrong, StepRefused, Stale, KeyReused, and what the services raise.
        """
        order_id = order_id_of(asked.number)
        services = self._services(asked, order_id)
        command = command_id_of(asked.who.number, asked.key)
        try:
            result = await self._taken(asked, order_id, services, command, now)
        except (NoSuchOrder, FormWrong, Refused, Overtaken, NoRight, Stale) as refusal:
            before = await services.answered(command)
            if before is None:
                raise await self._told(asked, order_id, refusal, now) from refusal
            result = before
        return Done(result["number"], result["state"], result["seq"], result.get("hash", ""))

    async def _taken(self, asked: Asked, order_id: int, services: Services, command: UUID, now: Instant) -> Result:
        given, words = await self._command(asked, order_id, services, command)
        if isinstance(given, c.Join):
            return await services.join(order_id, given, now)
        if isinstance(given, c.Separate):
            return await services.separate(order_id, given, now)
        return await services.act(order_id, given, now, words)

    def _services(self, asked: Asked, order_id: int) -> Services:
        door = self._door
        mark = fingerprint(asked.form.slug, asked.number, msgspec.to_builtins(asked.body))
        seen = partial(door.reader.load, asked.who.number, order_id)
        return Services(
            OnceStore(door.store, mark, order_id, asked.expected, seen), door.rules, door.rights, door.units.levels
        )

    async def _command(
        self, asked: Asked, order_id: int, services: Services, command: UUID
    ) -> tuple[c.Command, Words | None]:
        """Return what the body says, as a command. Raises FormWrong, Refused, NoSuchOrder, Stale."""
        form, who = asked.form, asked.who
        roles = roles_for(form, Asks(who.by, who.roles))
        if not roles:
            raise NOT_YOURS
        order = await services.order(order_id) if len(roles) > 1 or _names_parts(form) else None
        known = Known(self._door.units, self._door.rights.house(), order)
        filled = parse(form, sent_of(form, asked.body), known)
        await self._check(who, filled, asked.language)
        content = dict(filled.content)
        words = None
        if form.words is not None and filled.text is not None:
            words = Words(filled.title, filled.text, secrets.token_bytes(_SALT_BYTES))
            content[form.words.hash] = words.hash()
        if "directory" in form.given:
            content["directory"] = self._door.units.directory.release
        role = roles[0] if order is None else _role(order, form, who.by, roles)
        return form.command(id=command, by=who.by, role=role, **content), words

    async def _check(self, who: Who, filled: Filled, language: Language) -> None:
        """Raise FormWrong for mistakes, and for numbers that lead to nothing that this reader sees."""
        say = translations(language).gettext
        wrong = [FieldError(_pointer(one.field), say(one.words) % one.values) for one in filled.mistakes]
        for name, order_id in filled.orders.items():
            if not await self._door.orders.sees(who.number, order_id):
                wrong.append(FieldError(_pointer(name), say(NOTHING_THERE)))
        for name, contact_id in filled.contacts.items():
            if not await self._door.orders.sees_contact(who.number, contact_id):
                wrong.append(FieldError(_pointer(name), say(NOTHING_THERE)))
        if wrong:
            raise FormWrong(wrong)

    async def _told(self, asked: Asked, order_id: int, refusal: Exception, now: Instant) -> Exception:
        """Return the refusal with what is possible instead, or who was faster. Raises NoSuchOrder."""
        order = await self._services(asked._replace(expected=None), order_id).order(order_id)
        if isinstance(refusal, FormWrong | NoRight):
            return refusal
        if isinstance(refusal, Stale):
            return Stale(_faster(order, asked.form).sentence(now))
        assert isinstance(refusal, Refused | Overtaken)
        who = Asks(asked.who.by, asked.who.roles)
        slugs = possible(order, who, self._door.rules(order.pack), now, self._door.units.levels).slugs
        sentence = refusal.sentence(now) if isinstance(refusal, Overtaken) else str(refusal)
        return StepRefused(refusal, sentence, tuple(slug for slug in slugs if slug in API_FORMS))


def _names_parts(form: Form) -> bool:
    """Whether a field can only be read beside the order itself: one of its parts, instructions or citizens."""
    return any(field.kind in ("part", "instruction", "citizen") for field in form.fields)


def _role(order: Order, form: Form, by: str, roles: Sequence[str]) -> str:
    """Return the first of somebody's roles in which the step may be taken, else the one in which it is refused."""
    for role in roles:
        try:
            permit_to(order, form.command, by, role, form.step, ALL_STEPS)
        except Refused:
            continue
        return role
    return roles[0]


def _faster(order: Order, form: Form) -> Overtaken:
    """Return who wrote on the order last."""
    to = order.offer.to if order.offer is not None else order.holder or ""
    refusal = Refused("stale", "", AGAIN)
    return Overtaken(refusal, order.last_actor, order.last_kind, order.last_at, to, form.step.zh)


def _pointer(field: str) -> str:
    return "/" + field.replace(".", "/") if field else ""
