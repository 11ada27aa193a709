"""What an agent does with a contact: each step is one command, sent once however often it is pressed."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from lianxin.access import Who
from lianxin.contacts import course
from lianxin.contacts.contact import Matter
from lianxin.ground.clock import Instant
from lianxin.knowledge.service import Knowledge
from lianxin.orders import commands as c
from lianxin.orders.forms.parsing import Filled
from lianxin.orders.numbering import Numbers
from lianxin.orders.service import Services, Words, contact_id_of, order_id_of
from lianxin.people.identities import Identities, store_of
from lianxin.people.vault import PersonFields
from lianxin.receipts.codes import any_code, code_row
from lianxin.receipts.sending import code_messages

SALT_BYTES: Final = 16
AGENTS: Final = ("agent", "seat_enterprise", "seat_dialect", "expert")


def role_of(who: Who) -> str:
    """Return the role in which somebody sits at this desk."""
    return next((role for role in AGENTS if role in who.roles), "agent")


class Intake:
    """The commands of the desk, over the same services as everything else."""

    def __init__(
        self, services: Services, numbers: Numbers, identities: Identities, knowledge: Knowledge | None
    ) -> None:
        self._services = services
        self._numbers = numbers
        self._identities = identities
        self._knowledge = knowledge

    async def typed_in(self, who: Who, channel: str, command: UUID, now: Instant) -> int:
        """Begin a contact that came to the agent directly, and take it; return its id.

        command  of the form: sent twice, it is one contact
        """
        done = await self._services.answered(command)
        if done is not None:
            return int(done["contact"])
        contact = contact_id_of(await self._numbers.contact())
        await self._services.meet(contact, course.Arrive(id=command, by=who.by, channel=channel), now)
        await self.take(who, contact, _next(command), now)
        return contact

    async def take(self, who: Who, contact: int, command: UUID, now: Instant) -> None:
        """Take a contact that waits. Raises ContactRefused."""
        await self._services.meet(contact, course.Take(id=command, by=who.by), now)

    async def order(
        self, who: Who, contact: int, filled: Filled, person: PersonFields | None, command: UUID, now: Instant
    ) -> str:
        """Open an order of a contact; return its number.

        filled  what the form of the order says, without mistakes
        person  who the citizen says they are, None: they did not say
        Raises Refused, ContactRefused.
        """
        done = await self._services.answered(command)
        if done is not None:
            return str(done["number"])
        assert filled.text is not None, "a form of an order has words"
        number, code = await self._numbers.order(), any_code()
        words = Words(filled.title, filled.text, secrets.token_bytes(SALT_BYTES))
        content: dict[str, Any] = dict(filled.content)
        rows: dict[str, list[Any]] = {
            "receipts_write": [await asyncio.to_thread(code_row, order_id_of(number), 1, now, code)]
        }
        about: dict[str, Any] = {}
        if person is not None:
            kind, flags = content["kind"], content.get("flags", ())
            record = self._identities.lock(uuid4(), person, kind=kind, flags=flags)
            vault = self._identities.vault(store_of(kind, flags))
            rows |= {writer: list(more) for writer, more in record.rows.items()}
            rows["outbox_write"] = list(code_messages(number, 1, code, record.row, person, vault, now))
            about = {"person": str(record.row.id), "who": record.who}
        submit = c.Submit(
            id=command,
            by=who.by,
            role=role_of(who),
            number=number,
            contact=contact,
            citizen_since=now,
            text_hash=words.hash(),
            **content,
            **about,
        )
        await self._services.submit(contact, submit, now, words, **rows)
        return number

    async def add(
        self, who: Who, contact: int, order: int, text: str, outcome: str, command: UUID, now: Instant
    ) -> None:
        """Put a contact to an order: `joined` by another citizen, or `added` to the citizen's own. Raises Refused."""
        words = Words("", text, secrets.token_bytes(SALT_BYTES))
        add = c.Add(id=command, by=who.by, role=role_of(who), contact=contact, text_hash=words.hash())
        await self._services.add(order, add, now, words, outcome)

    async def outcome(
        self,
        who: Who,
        contact: int,
        matter: Matter,
        command: UUID,
        now: Instant,
        beside: Mapping[str, list[Any]],
        *,
        signed: bool = False,
    ) -> None:
        """Note what became of a matter that has no order.

        beside  rows of other rooms that belong to it, by writer: an answer in writing
        signed  an expert answers for it by name, without a knowledge item
        Raises ContactRefused, KnowledgeRefused, NoSuchItem.
        """
        rows = dict(beside)
        if matter.outcome == "answered" and self._knowledge is not None and matter.item and not signed:
            item, used = await self._knowledge.used(matter.item, contact, who.by, now)
            matter = Matter("answered", item=item, agreed=matter.agreed)
            rows |= used
        await self._services.meet(contact, course.NoteMatter(id=command, by=who.by, matter=matter), now, **rows)

    async def end(self, who: Who, contact: int, command: UUID, now: Instant) -> None:
        """End a contact whose matters are written up. Raises ContactRefused."""
        await self._services.meet(contact, course.End(id=command, by=who.by), now)


def _next(command: UUID) -> UUID:
    """Return the id of the command that follows another in the same form, always the same one."""
    return UUID(int=command.int ^ 1)
