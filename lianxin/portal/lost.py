"""How does somebody get a new query code who lost the old one? By the telephone that was left with the order.

The answer on the page is the same, and comes before anything is looked up, whether number and
telephone belong together or not; only a text message on that very telephone tells. Whoever is
kept apart as one who reports a breach gets a new code from people only.
"""

import asyncio
import secrets
from typing import Final
from uuid import UUID

import structlog

from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
from lianxin.ground.web import ReadPresent
from lianxin.orders.messages import Message
from lianxin.orders.service import NoSuchOrder, Services, order_id_of
from lianxin.people.identities import Identities
from lianxin.people.numbers import normalised
from lianxin.people.persons import NoSuchPerson
from lianxin.people.vault import PersonErased, PersonFields, PersonRow
from lianxin.receipts import Receipts
from lianxin.receipts.sending import code_messages

_MOBILE: Final = "+861"
_log = structlog.get_logger("lianxin.portal")


class LostCodes:
    """Replaces query codes."""

    def __init__(self, services: Services, receipts: Receipts, identities: Identities, present: ReadPresent) -> None:
        self._services = services
        self._receipts = receipts
        self._persons = identities.persons
        self._vault = identities.vault("persons")
        self._present = present
        self._under_way: set[asyncio.Task[bool]] = set()

    def ask(self, number: str, phone: str) -> None:
        """Begin to look whether they belong together, and send a new code if so; nobody waits for it."""
        task = asyncio.get_running_loop().create_task(self.replace(number, phone))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    async def settle(self) -> None:
        """Wait until everything that was asked for is done."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def replace(self, number: str, phone: str) -> bool:
        """Replace the code of an order if this mobile telephone was left with it; return whether it was."""
        person = await self._person(number)
        if person is None:
            return False
        row, fields = person
        wanted = normalised(phone)
        if not wanted.startswith(_MOBILE) or wanted not in fields.numbers:
            return False
        now = (await self._present()).now
        command = command_id(now, secrets.token_bytes(CHANCE_BYTES))

        def tell(code: str, n: int) -> list[Message]:
            return code_messages(number, n, code, row, fields, self._vault, now)

        await self._receipts.renew(number, command, "system", "system", now, tell)
        return True

    async def _person(self, number: str) -> tuple[PersonRow, PersonFields] | None:
        try:
            order = await self._services.order(order_id_of(number))
            if order.person is None:
                return None
            row = await self._persons.row(UUID(order.person))
            return row, self._persons.open(row)
        except (NoSuchOrder, NoSuchPerson, PersonErased):
            return None

    def _ended(self, task: "asyncio.Task[bool]") -> None:
        self._under_way.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            _log.error("a query code was not replaced", error=type(failure).__name__)
