"""Showing who is behind an order: to whom, for what, and for how long (查看个人信息)?

Masked for everybody who sees the order; for ten minutes in full for who asked with a
purpose and may. What was asked stands in the access log before anything is shown.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import msgspec

from lianxin.access.who import Who
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, SECOND_MS, Clock, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries
from lianxin.people.identities import Identities, store_of
from lianxin.people.numbers import stands_in
from lianxin.people.person import PersonFields, PersonRow
from lianxin.people.persons import person_row
from lianxin.people.vault import PersonErased, VaultClosed
from lianxin.privacy.looks import Looks
from lianxin.privacy.masking import masked
from lianxin.privacy.purposes import PURPOSES, About, purposes_for

if TYPE_CHECKING:
    from asyncpg import Pool, Record

SHOWN_MS: Final = 10 * MINUTE_MS
A_HOUR_MAX: Final = 60
"""So many may one person be shown within an hour; who works needs a fraction of it."""
WORDS_MAX: Final = 200
_QUERIES = load_queries("lianxin.privacy")


class NotSeen(LookupError):
    """There is no such order for this person; it is answered as if there were none at all."""


class RevealRefused(Exception):
    """It is not shown; `code` says why: not_yours, no_purpose, no_words, number, too_many, nobody."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Box(msgspec.Struct, frozen=True):
    """What a page shows of the person behind an order.

    state     kept, erased, nobody (none was named), or closed (no key of this home opens the record)
    fields    masked; in full while `left_s`; None where they are kept apart and are not to be shown now
    apart     whether they are a whistle-blower, or asked to stay secret
    left_s    for so many seconds they are shown in full; 0: masked
    purposes  for which this reader may ask; none: they may not
    """

    number: str
    order_id: int
    state: str
    fields: PersonFields | None
    apart: bool
    left_s: int
    purposes: tuple[str, ...]


class _Order(msgspec.Struct, frozen=True):
    """record: the locked record, None where they are kept apart or nobody is; until: they are shown in full."""

    id: int
    number: str
    person: UUID | None
    about: About
    record: PersonRow | None
    until: Instant | None


class Reveals:
    """Shows persons to people.

    clock  the machine's: ten minutes are ten minutes also in a demo
    """

    def __init__(self, pool: "Pool[Record]", identities: Identities, looks: Looks, clock: Clock) -> None:
        self._pool = pool
        self._identities = identities
        self._looks = looks
        self._clock = clock

    async def box(self, who: Who, number: str) -> Box:
        """Return what this person is shown of who is behind an order. Raises NotSeen."""
        return await self._box(who, await self._order(who, number))

    async def ask(self, who: Who, number: str, purpose: str, words: str, now: Instant) -> Box:
        """Show the person behind an order to somebody who may, for ten minutes; return what they are shown.

        purpose  one of those in the box;  words  what they say about it
        Raises NotSeen, RevealRefused.
        """
        order, words = await self._order(who, number), " ".join(words.split())
        _check(purposes_for(who, order.about), purpose, words)
        if (await self._box(who, order)).state != "kept":
            raise RevealRefused("nobody")
        hour_ago = to_datetime(self._clock.now() - HOUR_MS + SHOWN_MS)
        if await self._pool.fetchval(_QUERIES.revealed_since.sql, who.number, hour_ago) >= A_HOUR_MAX:
            raise RevealRefused("too_many")
        seal = f" {sha256(words.encode()).hexdigest()[:16]}" if words else ""
        await self._looks.note(who, order.id, "reveal", now, f"{purpose}{seal}")
        until = to_datetime(self._clock.now() + SHOWN_MS)
        await self._pool.execute(
            _QUERIES.reveal.sql, uuid4(), order.id, who.number, purpose, words, to_datetime(now), until
        )
        return await self.box(who, number)

    async def _order(self, who: Who, number: str) -> _Order:
        now = to_datetime(self._clock.now())
        row = await self._pool.fetchrow(_QUERIES.about_order.sql, who.number, now, number)
        if row is None:
            raise NotSeen(number)
        secret = store_of(row["kind"], row["flags"]) == "informants"
        return _Order(
            row["order_id"],
            row["number"],
            row["person_id"],
            About(row["state"], frozenset(row["holders"]), frozenset(row["actors"]), secret),
            person_row(row) if row["among_others"] else None,
            None if row["shown_until"] is None else from_datetime(row["shown_until"]),
        )

    async def _box(self, who: Who, order: _Order) -> Box:
        purposes = purposes_for(who, order.about)
        left_s = self._left_s(order.until) if purposes else 0
        state, fields, apart = await self._found(who, order, in_full=left_s > 0)
        if fields is None:
            left_s = 0
        return Box(order.number, order.id, state, fields, apart, left_s, purposes if state == "kept" else ())

    def _left_s(self, until: Instant | None) -> int:
        """Return for how many seconds more they are shown in full; one that is not over is at least one second."""
        return 0 if until is None else max(0, -((self._clock.now() - until) // SECOND_MS))

    async def _found(self, who: Who, order: _Order, *, in_full: bool) -> tuple[str, PersonFields | None, bool]:
        """Return state, fields and whether they are kept apart; of who is kept apart nothing is shown masked."""
        if order.person is None:
            return "nobody", None, order.about.secret
        if order.record is None:
            return await self._apart(who, order.id, order.person, in_full=in_full)
        try:
            fields = self._identities.persons.open(order.record)
        except PersonErased:
            return "erased", None, order.about.secret
        except VaultClosed:
            return "closed", None, order.about.secret
        if order.about.secret and not in_full:
            return "kept", None, True
        return "kept", fields if in_full else masked(fields), order.about.secret

    async def _apart(
        self, who: Who, order_id: int, person: UUID, *, in_full: bool
    ) -> tuple[str, PersonFields | None, bool]:
        kept = await self._identities.kept_apart(person)
        if kept != "kept" or not in_full:
            return kept, None, True
        try:
            return "kept", await self._identities.behind(who.number, order_id), True
        except VaultClosed:
            return "closed", None, True


def _check(allowed: Sequence[str], purpose: str, words: str) -> None:
    if not allowed:
        raise RevealRefused("not_yours")
    if purpose not in PURPOSES:
        raise RevealRefused("no_purpose")
    if purpose not in allowed:
        raise RevealRefused("not_yours")
    if purpose == "other" and len(words) < 4:
        raise RevealRefused("no_words")
    if len(words) > WORDS_MAX:
        raise RevealRefused("no_words")
    if stands_in(words):
        raise RevealRefused("number")
