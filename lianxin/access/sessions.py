"""Sessions on the server: how do they begin, how are they found, and how do they end?

The cookie holds a secret of 32 random bytes; the database holds its hash. What was read
is kept in memory for a moment, and forgotten at once when the database says on `access`
or `rights` that something changed: a session that was ended opens nothing any more.
"""

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import msgspec

from lianxin.access.persons import who_is
from lianxin.access.session import TOUCH_MS, Method, Policy, Session, Waits
from lianxin.ground.clock import DAY_MS, Clock, Instant, RealClock, from_datetime, to_datetime
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

ACCESS_CHANNEL: Final = "access"
"""NOTIFY channel on which a change of sessions, tokens or accounts is told."""
KEPT_MS: Final = 5_000
"""So long what was read is believed without asking again, should the database's word not get through."""
KEPT_MAX: Final = 10_000
REMEMBERED_MS: Final = 180 * DAY_MS
"""Sessions that are over stay so long on the record: six months, as 网络安全法 article 21 asks for logs."""
TEXT_MAX: Final = 200
LINES_MAX: Final = 500
_SECRET_BYTES: Final = 32
_QUERIES = load_queries("lianxin.access")


class Begun(msgspec.Struct, frozen=True):
    """A session that begins: the secret for its cookie, and the session."""

    secret: str
    id: UUID
    csrf: bytes


class Line(msgspec.Struct, frozen=True):
    """A session in a list."""

    id: UUID
    number: str
    name: str
    method: Method
    waits: Waits
    begun: Instant
    seen: Instant
    locked: bool
    address: str
    browser: str


class Sessions:
    """The sessions of this site.

    clock   the machine's, never a demo's
    """

    def __init__(self, pool: "Pool[Record]", clock: Clock | None = None, policy: Policy | None = None) -> None:
        self._pool = pool
        self.clock = clock or RealClock()
        self.policy = policy or Policy()
        self._kept: dict[bytes, tuple[Instant, Session]] = {}
        self._told = 0

    async def forget(self) -> None:
        """Believe nothing any more that was read before; called when the database says that something changed."""
        self._told += 1
        self._kept.clear()

    async def begin(
        self, number: str, method: Method, *, waits: Waits = "", address: str = "", browser: str = ""
    ) -> Begun:
        """Begin a session of somebody who proved who they are; always under a new secret."""
        now = self.clock.now()
        begun = Begun(secrets.token_urlsafe(_SECRET_BYTES), uuid4(), secrets.token_bytes(_SECRET_BYTES))
        await _QUERIES.begin_session(
            self._pool,
            session_id=begun.id,
            token_hash=hashed(begun.secret),
            csrf=begun.csrf,
            number=number,
            method=method,
            waits=waits,
            now=to_datetime(now),
            expires=to_datetime(now + self.policy.life_ms),
            address=_short(address),
            browser=_short(browser),
        )
        await _QUERIES.forget_old_sessions(self._pool, before=to_datetime(now - REMEMBERED_MS))
        return begun

    async def find(self, secret: str) -> Session | None:
        """Return the session of a cookie's secret; None where there is none (any more)."""
        key, now = hashed(secret), self.clock.now()
        kept = self._kept.get(key)
        if kept is not None and abs(now - kept[0]) < KEPT_MS:
            return kept[1]
        told = self._told
        row = await _QUERIES.session(self._pool, token_hash=key)
        if row is None:
            self._kept.pop(key, None)
            return None
        session = _session(row)
        if told == self._told:
            self._keep(key, now, session)
        return session

    async def touch(self, secret: str, session: Session) -> None:
        """Note that the session's owner did something just now."""
        now = self.clock.now()
        if now - session.seen < TOUCH_MS:
            return
        await _QUERIES.touch_session(self._pool, session_id=session.id, now=to_datetime(now))
        self._keep(hashed(secret), now, msgspec.structs.replace(session, seen=now))

    async def lock(self, session: Session) -> None:
        """Lock a session until its owner proves again who they are."""
        await _QUERIES.lock_session(self._pool, session_id=session.id, now=to_datetime(self.clock.now()))
        await self.forget()

    async def unlock(self, session: Session) -> str | None:
        """Open a locked session; return its new secret, or None where it was ended meanwhile."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        now = to_datetime(self.clock.now())
        opened = await _QUERIES.unlock_session(self._pool, session_id=session.id, token_hash=hashed(secret), now=now)
        await self.forget()
        return None if opened is None else secret

    async def end(self, session_id: UUID, by: str) -> bool:
        """End a session; return False where it had ended before.

        by  who ended it, as in entries (`staff:1023`), or `system`
        """
        ended = await _QUERIES.end_session(self._pool, session_id=session_id, by=by, now=to_datetime(self.clock.now()))
        await self.forget()
        return ended is not None

    async def end_all(self, number: str, by: str, but: UUID | None = None) -> int:
        """End all of somebody's sessions, or all but one; return how many."""
        ended = _QUERIES.end_sessions_of(self._pool, number=number, but=but, by=by, now=to_datetime(self.clock.now()))
        count = len([row async for row in ended])
        await self.forget()
        return count

    async def of(self, number: str) -> tuple[Line, ...]:
        """Return somebody's sessions that are not over, the latest first."""
        rows = _QUERIES.sessions_of(self._pool, number=number, now=to_datetime(self.clock.now()))
        return tuple([_line(row) async for row in rows])

    async def open(self, limit: int = LINES_MAX) -> tuple[Line, ...]:
        """Return all sessions that are not over, the latest first."""
        rows = _QUERIES.open_sessions(self._pool, now=to_datetime(self.clock.now()), limit_count=limit)
        return tuple([_line(row) async for row in rows])

    def _keep(self, key: bytes, now: Instant, session: Session) -> None:
        if len(self._kept) >= KEPT_MAX:
            self._kept.clear()
        self._kept[key] = (now, session)


async def present_numbers(pool: "Pool[Record]", policy: Policy, now: Instant) -> frozenset[str]:
    """Return the work numbers of all who are logged in and not away at `now`, an instant of the machine."""
    rows = _QUERIES.present_numbers(pool, now=to_datetime(now), seen_after=to_datetime(now - policy.idle_ms))
    return frozenset([row[0] async for row in rows])


def hashed(secret: str) -> bytes:
    """Return the hash under which a random secret is kept. It is long, so it needs no salt and no slow hash."""
    return sha256(secret.encode()).digest()


def _session(row: "Record") -> Session:
    return Session(
        id=row["session_id"],
        who=who_is(row),
        method=row["method"],
        waits=row["waits"],
        csrf=row["csrf"],
        begun=from_datetime(row["begun_at"]),
        seen=from_datetime(row["seen_at"]),
        proved=from_datetime(row["proved_at"]),
        expires=from_datetime(row["expires_at"]),
        locked=None if row["locked_at"] is None else from_datetime(row["locked_at"]),
    )


def _line(row: "Record") -> Line:
    return Line(
        id=row["session_id"],
        number=row["work_number"],
        name=row["name"] or row["work_number"],
        method=row["method"],
        waits=row["waits"],
        begun=from_datetime(row["begun_at"]),
        seen=from_datetime(row["seen_at"]),
        locked=row["locked_at"] is not None,
        address=row["address"],
        browser=row["browser"],
    )


def _short(text: str) -> str:
    """Return what a client says of itself, short and on one line."""
    return "".join(char if char.isprintable() else " " for char in text)[:TEXT_MAX]
