"""Every try to come in: counted, made to wait, and written down.

A try is counted as wrong before the password is looked at, and only then becomes right:
a hundred at once are a hundred failures, not one.
"""

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from lianxin.access.keys import AccessKeys
from lianxin.access.patience import ACCOUNT, ADDRESS, DEVICE, Failures, Patience, wait_ms
from lianxin.ground.clock import Clock, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries
from lianxin.ground.web import marked

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    Reach = Connection[Record] | PoolConnectionProxy[Record]

Kind = Literal["password", "second", "unlock", "passkey", "oidc", "demo"]
Outcome = Literal["wrong", "unknown", "disabled", "right", "in"]
"""right: the password was, and a second factor is asked for."""
KIND_WORDS: Final[dict[str, str]] = {
    "password": marked("password"),
    "second": marked("second factor"),
    "unlock": marked("unlocking"),
    "passkey": marked("passkey"),
    "oidc": marked("sign-on"),
    "demo": marked("demo’s door"),
}
OUTCOME_WORDS: Final[dict[str, str]] = {
    "in": marked("in"),
    "right": marked("right, second factor asked for"),
    "wrong": marked("wrong"),
    "unknown": marked("unknown number"),
    "disabled": marked("account closed or passkey of somebody else"),
    "waiting": marked("not looked at, had to wait"),
    "begun": marked("broken off"),
    "cleared": marked("let try again"),
}
_QUERIES = load_queries("lianxin.access")
_SUBJECT: Final = "subject"


class Try(NamedTuple):
    """One try: what was typed as number, of whom (None: of nobody known), from which browser and address."""

    kind: Kind
    typed: str
    known: str | None
    device: bytes | None
    address: str


class Allowed(NamedTuple):
    """A try that may be made; its outcome is told to `Attempts.ended`."""

    id: int


class Wait(NamedTuple):
    """A try that may not be made for so many milliseconds."""

    ms: int


class TryLine(msgspec.Struct, frozen=True):
    """A try in the list of them.

    number  of an account that exists, else None: what was typed is not kept
    known   whether it came from a browser in which they were logged in before
    by      who let them try again; None for every other outcome
    """

    id: int
    at: Instant
    kind: Kind
    number: str | None
    name: str
    known: bool
    address: str
    outcome: str
    by: str | None


class Attempts:
    """The tries to come in."""

    def __init__(self, pool: "Pool[Record]", clock: Clock, keys: AccessKeys) -> None:
        self._pool = pool
        self._clock = clock
        self._keys = keys

    async def begin(self, tried: Try) -> Allowed | Wait:
        """Count a try as begun, or say how long to wait; either is written down."""
        now = self._clock.now()
        subject = self._keys.mark(_SUBJECT, tried.typed.encode())
        async with self._pool.acquire() as connection, connection.transaction():
            # Address first, number second: whoever waits for the one never holds the other.
            await _QUERIES.one_at_a_time(connection, key=f"address {tried.address}")
            await _QUERIES.one_at_a_time(connection, key=f"subject {subject.hex()}")
            wait = await self._wait_ms(connection, tried, subject, now)
            attempt_id = await _QUERIES.begin_attempt(
                connection,
                now=to_datetime(now),
                kind=tried.kind,
                subject=subject,
                number=tried.known,
                device=tried.device,
                address=tried.address,
                outcome="waiting" if wait else "begun",
            )
        return Wait(wait) if wait else Allowed(attempt_id)

    async def ended(self, allowed: Allowed, outcome: Outcome) -> None:
        """Write down how a try ended."""
        await _QUERIES.end_attempt(self._pool, attempt_id=allowed.id, outcome=outcome)

    async def noted(self, tried: Try, outcome: Outcome) -> None:
        """Write down a try that nobody can guess at: a passkey, a sign-on, a demo's door."""
        await _QUERIES.begin_attempt(
            self._pool,
            now=to_datetime(self._clock.now()),
            kind=tried.kind,
            subject=self._keys.mark(_SUBJECT, tried.typed.encode()),
            number=tried.known,
            device=tried.device,
            address=tried.address,
            outcome=outcome,
        )

    async def clear(self, number: str, by: str) -> None:
        """Let somebody try again at once, whoever made them wait."""
        subject = self._keys.mark(_SUBJECT, number.encode())
        await _QUERIES.clear_attempts(
            self._pool, now=to_datetime(self._clock.now()), subject=subject, number=number, by=by
        )

    async def lines(
        self, limit: int, before: int | None = None, number: str | None = None, outcome: str | None = None
    ) -> tuple[TryLine, ...]:
        """Return tries, the latest first; before one of them, of one number, with one outcome."""
        rows = _QUERIES.attempts(self._pool, before=before, number=number, outcome=outcome, limit_count=limit)
        return tuple([_line(row) async for row in rows])

    async def _wait_ms(self, connection: "Reach", tried: Try, subject: bytes, now: Instant) -> int:
        mine, patience = (tried.device, DEVICE) if tried.device else (None, ACCOUNT)
        row = await _QUERIES.failures_of_number(
            connection, subject=subject, kind=tried.kind, device=mine, since=to_datetime(now - patience.window_ms)
        )
        wait = wait_ms(_failures(row), now, patience)
        if tried.device is None:
            wait = max(wait, await self._address_ms(connection, tried.address, now, ADDRESS))
        return wait

    async def _address_ms(self, connection: "Reach", address: str, now: Instant, patience: Patience) -> int:
        row = await _QUERIES.failures_of_address(
            connection, address=address, since=to_datetime(now - patience.window_ms)
        )
        return wait_ms(_failures(row), now, patience)


def _failures(row: "Record") -> Failures:
    return Failures(row["failures"], 0 if row["last_at"] is None else from_datetime(row["last_at"]))


def _line(row: "Record") -> TryLine:
    return TryLine(
        id=row["attempt_id"],
        at=from_datetime(row["at"]),
        kind=row["kind"],
        number=row["work_number"],
        name=row["name"] or "",
        known=row["known_browser"],
        address=row["address"],
        outcome=row["outcome"],
        by=row["by"],
    )
