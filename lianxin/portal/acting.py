"""What may a citizen do with their own order? Add, rate, ask for reopening, take it back; each form acts once.

Where their order was joined to another one, the other one is what they act on, as one of
several citizens: taking back lets them go, and the order goes on for the rest.
"""

import secrets
from typing import Any, Final
from uuid import UUID

from lianxin.ground.web import ReadPresent
from lianxin.orders import commands as c
from lianxin.orders.numbering import Numbers
from lianxin.orders.order import Order
from lianxin.orders.service import Services, Words, contact_id_of, order_id_of
from lianxin.portal.draft import Rating
from lianxin.portal.following import Following

_SALT_BYTES: Final = 16
_ME: Final[dict[str, Any]] = {"by": "citizen", "role": "citizen"}
EVIDENCE: Final = "来件人凭查询码在网上撤回"
"""What a withdrawal on the web rests on."""


class Acting:
    """Commands of citizens who showed number and code."""

    def __init__(self, services: Services, numbers: Numbers, following: Following, present: ReadPresent) -> None:
        self._services = services
        self._numbers = numbers
        self._following = following
        self._present = present

    async def add(self, number: str, text: str, command: UUID) -> None:
        """Put a text to the order. Raises Refused, Overtaken."""
        own, going = await self.orders(number)
        words = Words("", text, secrets.token_bytes(_SALT_BYTES))
        add = c.Add(id=command, contact=own.contact, text_hash=words.hash(), **_ME)
        form = contact_id_of(await self._numbers.contact())
        now = (await self._present()).now
        await self._services.add(going.id, add, now, words, "added", form=form)

    async def rate(self, number: str, rating: Rating, command: UUID) -> None:
        """Say how it went. Raises Refused, Overtaken."""
        own, going = await self.orders(number)
        words = Words("", rating.text, secrets.token_bytes(_SALT_BYTES)) if rating.text else None
        said: dict[str, Any] = {"solved": rating.solved, "satisfied": rating.satisfied, "reason": rating.reason}
        if words is not None:
            said["text_hash"] = words.hash()
        rate = c.Rate(id=command, contact=own.contact, **said, **_ME)
        await self._services.act(going.id, rate, (await self._present()).now, words)

    async def ask_reopen(self, number: str, text: str, command: UUID) -> None:
        """Ask to have a closed order opened again. Raises Refused, Overtaken."""
        own, going = await self.orders(number)
        words = Words("", text, secrets.token_bytes(_SALT_BYTES))
        ask = c.AskReopen(id=command, contact=own.contact, text_hash=words.hash(), **_ME)
        await self._services.act(going.id, ask, (await self._present()).now, words)

    async def withdraw(self, number: str, command: UUID) -> None:
        """Take the order back. Raises Refused, Overtaken."""
        own, going = await self.orders(number)
        withdraw = c.Withdraw(id=command, evidence=EVIDENCE, contact=own.contact, **_ME)
        await self._services.act(going.id, withdraw, (await self._present()).now)

    async def orders(self, number: str) -> tuple[Order, Order]:
        """Return the citizen's own order, and the one that goes on."""
        own = await self._following.chained(order_id_of(number))
        above, _ = await self._following.above(own)
        return own.order, (own if above is None else above).order
