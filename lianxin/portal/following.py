"""How does a citizen open their order with number and query code, and what do they see?

Opening takes as long, and says the same, whether the number, the code or both are wrong. What
is opened is kept in a box of the browser for half an hour at a time, and is void as soon as
the code is replaced. What is shown is what the verified chain makes of the order; of one that
was joined to another, what is told of that other one to each of its citizens.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from lianxin.deadlines import Step
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, Instant, local_date
from lianxin.ground.ledger import GENESIS, link
from lianxin.ground.store import load_queries
from lianxin.ground.text import NumberError, parse_number
from lianxin.ground.web import Language
from lianxin.orders.dates import explained
from lianxin.orders.evolve import replay
from lianxin.orders.order import Order, OrderEntry
from lianxin.orders.service import order_id_of
from lianxin.portal.boxes import Boxes
from lianxin.portal.draft import TEXT_MAX
from lianxin.portal.possible import Act, Case, acts_of
from lianxin.portal.standing import Standing, standing_of
from lianxin.portal.story import Seen, Told, story_of
from lianxin.receipts import Receipts
from lianxin.rules import Rules
from lianxin.units import OUTSIDE_KEY, UNIT_KEY, Units

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.portal")
KEEP_MS: Final = 30 * MINUTE_MS
LONGEST_MS: Final = 4 * HOUR_MS
"""A look ends half an hour after the last page, and four hours after the first in any case."""
TITLE_MAX: Final = 30
_encode = msgspec.json.Encoder().encode
_decode_entry = msgspec.json.Decoder(OrderEntry).decode


class Opened(msgspec.Struct, frozen=True, omit_defaults=True):
    """An order that was opened with its n-th code, at an instant of the machine's clock.

    unsent  what was written when an earlier look ended, and is still to be sent
    """

    number: str
    n: int
    since: Instant
    unsent: str = ""


class Chained(msgspec.Struct, frozen=True):
    """An order as its chain makes it; intact: every hash follows from the one before and the bytes kept."""

    order: Order
    entries: tuple[OrderEntry, ...]
    hashes: tuple[str, ...]
    intact: bool


class Seal(msgspec.Struct, frozen=True):
    """What the books say of the receipt that was handed out with the valid code.

    head, seq  what stands on it;  holds  the books agree with it;  sealed  a published checkpoint says so
    """

    head: str
    seq: int
    holds: bool
    sealed: bool


class Look(msgspec.Struct, frozen=True):
    """What the page shows.

    title  the first words of what the citizen wrote;  day  the how-manieth day it is for them
    acts   what they may do now, what matters most first
    why    how the unit's date was counted
    """

    number: str
    title: str
    day: int
    standing: Standing
    acts: tuple[Act, ...]
    story: tuple[Told, ...]
    why: tuple[Step, ...]
    seal: Seal | None


class Following:
    """The looks of a site. The pool's connections enter as the application role.

    rules  pack reference -> compiled rules
    """

    def __init__(
        self, pool: "Pool[Record]", boxes: Boxes, receipts: Receipts, rules: Callable[[str], Rules], units: Units
    ) -> None:
        self._pool = pool
        self._boxes = boxes
        self._receipts = receipts
        self._rules = rules
        self._units = units

    async def open(self, number: str, code: str, now: Instant, unsent: str = "") -> str | None:
        """Return the secret of a new look, None where number and code do not belong together.

        now     the machine's clock
        unsent  what its writer did not get sent before
        Raises NumberError for what is no number at all: its check digit tells that to anybody.
        """
        meant = parse_number(number)
        n = await self._receipts.opens(meant, code)
        return None if n is None else await self.begin(Opened(meant, n, now, unsent[:TEXT_MAX]))

    async def begin(self, opened: Opened) -> str:
        """Keep a look; return the secret of its box."""
        return await self._boxes.put(_encode(opened), KEEP_MS)

    async def opened(self, secret: str, now: Instant) -> Opened | None:
        """Return what this browser has opened, and let it last; None: nothing, it is over, or the code was replaced."""
        kept = await self._boxes.open(secret)
        if kept is None:
            return None
        opened = msgspec.json.decode(kept.content, type=Opened)
        left_ms = opened.since + LONGEST_MS - now
        if left_ms <= 0 or not await self._receipts.valid(order_id_of(opened.number), opened.n):
            await self._boxes.drop(secret)
            return None
        await self._boxes.change(secret, kept.version, kept.content, min(KEEP_MS, left_ms))
        return opened

    async def close(self, secret: str) -> None:
        """End the look."""
        await self._boxes.drop(secret)

    async def look(self, number: str, now: Instant, language: Language) -> Look:
        """Return what is told of an order; `now` is the site's own time."""
        own = await self.chained(order_id_of(number))
        above, joined = await self.above(own)
        contact = own.order.contact
        names = self._names(language)
        texts = await self._texts(own.order.id)
        told = story_of(Seen(own.entries, texts, contact, names))
        if above is not None:
            more = await self._texts(above.order.id)
            told = (*story_of(Seen(above.entries, more, contact, names, joined)), *told)
        going = own if above is None else above
        return Look(
            number=number,
            title=_title(texts),
            day=(local_date(own.order.closed_at or now) - local_date(own.order.citizen_since)).days + 1,
            standing=standing_of(going.order, contact, names),
            acts=acts_of(self._case(own), self._case(going), now),
            story=tuple(sorted(told, key=lambda one: -one.at)),
            why=self._why(going.order, language),
            seal=await self._seal(number, own),
        )

    def _case(self, chained: Chained) -> Case:
        return Case(chained.order, self._rules(chained.order.pack))

    async def chained(self, order_id: int) -> Chained:
        """Return an order as its chain makes it."""
        rows = await self._pool.fetch(_QUERIES.entries_of.sql, order_id)
        entries = tuple(_decode_entry(row["body"]) for row in rows)
        number = str(entries[0].fields.get("number", "")) if entries else ""
        order = replay(Order(id=order_id, number=number), entries)
        return Chained(order, entries, tuple(row["hash"].hex() for row in rows), _intact(rows))

    async def above(self, own: Chained) -> tuple[Chained | None, Instant]:
        """Return the order that goes on for one that was joined, and since when; None where it goes on itself."""
        parent, since = own.order.parent, 0
        if own.order.result != "merged" or parent is None:
            return None, 0
        since = max(entry.at for entry in own.entries if entry.kind == "merged")
        above = await self.chained(parent)
        while above.order.result == "merged" and above.order.parent is not None:
            above = await self.chained(above.order.parent)
        return above, since

    async def _texts(self, order_id: int) -> dict[int, tuple[str, str]]:
        rows = await self._pool.fetch(_QUERIES.texts_of.sql, order_id)
        return {row["n"]: (row["title"], row["text"]) for row in rows}

    def _why(self, order: Order, language: Language) -> tuple[Step, ...]:
        clock = order.clock
        if clock is None or order.closed_at is not None or clock.paused is not None:
            return ()
        return tuple(explained(self._rules(order.pack), clock, language))

    async def _seal(self, number: str, own: Chained) -> Seal | None:
        """Compare the receipt that was handed out with the chain."""
        receipt = await self._receipts.handed_out(number)
        if receipt is None:
            return None
        verdict = await self._receipts.verify(receipt)
        return Seal(receipt.head, receipt.seq, own.intact and verdict.ok, verdict.sealed)

    def _names(self, language: Language) -> Callable[[str], str]:
        """Return how units and outside systems are called in full; whoever else holds is the hotline itself."""

        def name(key: str) -> str:
            unit_id = key.removeprefix(UNIT_KEY).removeprefix(OUTSIDE_KEY)
            if not self._units.knows(unit_id):
                return unit_id
            unit = self._units.unit(unit_id)
            return unit.name_en if language == "en" else unit.name

        return name


def number_of(text: str) -> str | None:
    """Return the order's number written in a text, None where it holds none."""
    try:
        return parse_number(text)
    except NumberError:
        return None


def _intact(rows: "list[Record]") -> bool:
    head = GENESIS
    for place, row in enumerate(rows, 1):
        if row["seq"] != place or row["hash"] != link(head, row["body"]):
            return False
        head = row["hash"]
    return bool(rows)


def _title(texts: dict[int, tuple[str, str]]) -> str:
    title, text = texts.get(1, ("", ""))
    line = title or " ".join(text.split())
    return line if len(line) <= TITLE_MAX else f"{line[:TITLE_MAX]}…"
