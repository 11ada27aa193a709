"""What has somebody begun to write and not sent (草稿)? Kept as they type, so that nothing typed is ever lost.

A draft belongs to a person, a subject and a form: an order's number and the step, or
whatever a desk names. It is encrypted under a key that comes out of the house key and
bound to its row, for forms carry names and numbers of citizens. It goes when its command
succeeds, when its writer discards it, and by itself after a week.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from cryptography.exceptions import InvalidTag

from lianxin.ground.clock import DAY_MS, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries
from lianxin.orders.forms import FORMS
from lianxin.orders.forms.parsing import BESIDE
from lianxin.people.ring import Ring

if TYPE_CHECKING:
    from asyncpg import Pool, Record

KEPT_MS: Final = 7 * DAY_MS
"""A draft that nobody goes on with is forgotten after this (assumption)."""
MOST: Final = 100
"""So many drafts somebody may have at once (assumption)."""
BYTES_MAX: Final = 64_000
"""Largest draft, as JSON."""
_NONCE_BYTES: Final = 12
_NUMBER: Final = re.compile(r"\d{8}-\d{6,7}")
_QUERIES = load_queries("lianxin.orders")
_log = structlog.get_logger("lianxin.drafts")

Values = Mapping[str, Sequence[str]]


class DraftTooLarge(Exception):
    """There is more in the form than a draft keeps."""


class TooManyDrafts(Exception):
    """This person has as many drafts as anybody may have."""


class Draft(msgspec.Struct, frozen=True):
    """What was written, and when it was kept."""

    values: Values
    at: Instant


class DraftLine(msgspec.Struct, frozen=True):
    """A draft in the list of somebody's drafts."""

    subject: str
    form: str
    at: Instant


class Drafts:
    """Keeps drafts. The pool's connections enter as the application role.

    ring   locks and opens them, see `people.keys.KeyFolder.ring`
    """

    def __init__(self, pool: "Pool[Record]", ring: Ring) -> None:
        self._pool = pool
        self._ring = ring
        self._places: dict[str, str] = {}

    def leads(self, prefix: str, path: str) -> None:
        """Let drafts whose subject begins so be found at this address; `{}` stands for the rest of the subject."""
        self._places[prefix] = path

    def place_of(self, line: "DraftLine") -> str:
        """Return where somebody goes on with a draft: the form of an order's step, or what a room said of it.

        Empty where nobody said anything.
        """
        if _NUMBER.fullmatch(line.subject):
            slug, _, part = line.form.rpartition("-")
            if part.isdigit() and slug in FORMS:
                return f"/orders/{line.subject}/do/{slug}?part={part}"
            return f"/orders/{line.subject}/do/{line.form}" if line.form in FORMS else f"/orders/{line.subject}"
        for prefix, path in self._places.items():
            if line.subject.startswith(prefix):
                return path.format(line.subject.removeprefix(prefix))
        return ""

    async def keep(self, who: str, subject: str, form: str, values: Values, now: Instant) -> None:
        """Keep what somebody has written so far; a form with nothing in it has no draft.

        Raises DraftTooLarge, TooManyDrafts; what was kept before stays then.
        """
        written = {name: tuple(texts) for name, texts in values.items() if name not in BESIDE and any(texts)}
        if not written:
            await self.drop(who, subject, form)
            return
        plain = msgspec.json.encode(written)
        if len(plain) > BYTES_MAX:
            raise DraftTooLarge
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._ring.encrypt(nonce, plain, bound(who, subject, form))
        kept = await self._pool.execute(_QUERIES.keep_draft.sql, who, subject, form, sealed, to_datetime(now), MOST)
        if kept.endswith(" 0"):
            raise TooManyDrafts

    async def on(self, who: str, subject: str) -> dict[str, Draft]:
        """Return what somebody has written about a subject, by form."""
        found: dict[str, Draft] = {}
        for row in await self._pool.fetch(_QUERIES.drafts_on.sql, who, subject):
            values = self._opened(bytes(row["sealed"]), who, subject, row["form"])
            if values is not None:
                found[row["form"]] = Draft(values, from_datetime(row["updated_at"]))
        return found

    async def all(self, who: str) -> tuple[DraftLine, ...]:
        """Return everything somebody has begun to write, the latest first."""
        rows = await self._pool.fetch(_QUERIES.drafts_of.sql, who)
        return tuple(DraftLine(row["subject"], row["form"], from_datetime(row["updated_at"])) for row in rows)

    async def drop(self, who: str, subject: str, form: str) -> None:
        """Forget one."""
        await self._pool.execute(_QUERIES.drop_draft.sql, who, subject, form)

    async def sweep(self, now: Instant) -> int:
        """Forget what nobody has gone on with for `KEPT_MS`; return how many. Called by the worker."""
        return await sweep(self._pool, now)

    def _opened(self, sealed: bytes, who: str, subject: str, form: str) -> Values | None:
        """Return what is in a draft; None where no key of this home opens it any more."""
        try:
            plain = self._ring.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound(who, subject, form))
        except InvalidTag:
            _log.warning("no key opens this draft", form=form)
            return None
        return msgspec.json.decode(plain, type=dict[str, tuple[str, ...]])


async def sweep(pool: "Pool[Record]", now: Instant) -> int:
    """Forget every draft that was last kept longer than `KEPT_MS` ago; return how many."""
    done = await pool.execute(_QUERIES.drop_drafts_before.sql, to_datetime(now - KEPT_MS))
    return int(done.rpartition(" ")[2])


def bound(who: str, subject: str, form: str) -> bytes:
    """Bind a draft to its row, so that nobody can move it to another person's."""
    return f"{who}\n{subject}\n{form}".encode()
