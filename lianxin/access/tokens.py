"""Personal access tokens (访问令牌): how does another system ask in somebody's name?

A token is shown once and kept as a hash. It has scopes and an end, opens nothing that its
owner may not do, and ends at once when it is revoked or its owner leaves.
"""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import msgspec

from lianxin.access.persons import who_is
from lianxin.access.scopes import SCOPES, unknown
from lianxin.access.sessions import KEPT_MAX, KEPT_MS, hashed
from lianxin.access.who import Who
from lianxin.ground.clock import DAY_MS, MINUTE_MS, Clock, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries
from lianxin.ground.web import marked

if TYPE_CHECKING:
    from asyncpg import Pool, Record

PREFIX: Final = "lx_"
"""Every token begins like this, so that scanners find one that got into a text."""
DAYS_MAX: Final = 366
NAME_MAX: Final = 60
PER_PERSON_MAX: Final = 20
_NOTE_MS: Final = MINUTE_MS
_BYTES: Final = 32
_QUERIES = load_queries("lianxin.access")

NO_SCOPE: Final = marked("Choose what the token is for: at least one of the scopes.")
NO_NAME: Final = marked("Give the token a name, so that you know later where it is used.")
NO_END: Final = marked("A token lives at least a day and at most 366 days.")
TOO_MANY: Final = marked("You have 20 tokens. Revoke one that is not used any more, then make the new one.")


class TokenNotMade(Exception):
    """The token cannot be made; the message is an English msgid."""


class Token(msgspec.Struct, frozen=True):
    """A token as its owner sees it; the secret itself is not in it."""

    id: UUID
    number: str
    name: str
    scopes: tuple[str, ...]
    made: Instant
    expires: Instant
    revoked: Instant | None
    used: Instant | None
    used_from: str

    def live(self, now: Instant) -> bool:
        """Whether it still opens something."""
        return self.revoked is None and now < self.expires


class Tokens:
    """The tokens of this site."""

    def __init__(self, pool: "Pool[Record]", clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._kept: dict[bytes, tuple[Instant, UUID, Instant, Who]] = {}
        self._noted: dict[UUID, Instant] = {}
        self._told = 0

    async def forget(self) -> None:
        """Believe nothing any more that was read before."""
        self._told += 1
        self._kept.clear()

    async def make(self, number: str, name: str, scopes: Sequence[str], days: int) -> tuple[str, Token]:
        """Make a token; return its secret, which is kept nowhere, and the token. Raises TokenNotMade."""
        self._check(name, frozenset(scopes), days)
        secret = f"{PREFIX}{secrets.token_urlsafe(_BYTES)}"
        now = self._clock.now()
        token_id = await _QUERIES.make_token(
            self._pool,
            token_id=uuid4(),
            token_hash=hashed(secret),
            number=number,
            name=name.strip(),
            scopes=sorted(set(scopes)),
            now=to_datetime(now),
            expires=to_datetime(now + days * DAY_MS),
            most=PER_PERSON_MAX,
        )
        if token_id is None:
            raise TokenNotMade(TOO_MANY)
        made = [token for token in await self.of(number) if token.id == token_id]
        return secret, made[0]

    async def who(self, secret: str, address: str) -> Who | None:
        """Return who asks with this token; None where it is unknown, expired or revoked, or its owner left."""
        if not secret.startswith(PREFIX):
            return None
        key, now = hashed(secret), self._clock.now()
        kept = self._kept.get(key)
        if kept is None or abs(now - kept[0]) >= KEPT_MS:
            kept = await self._read(key, now)
        if kept is None or now >= kept[2]:
            return None
        await self._note(kept[1], now, address)
        return kept[3]

    async def of(self, number: str) -> tuple[Token, ...]:
        """Return somebody's tokens, the newest first, also those that open nothing any more."""
        return tuple([_token(row) async for row in _QUERIES.tokens_of(self._pool, number=number)])

    async def live(self) -> tuple[Token, ...]:
        """Return all tokens that open something, the newest first."""
        now = to_datetime(self._clock.now())
        return tuple([_token(row) async for row in _QUERIES.live_tokens(self._pool, now=now)])

    async def revoke(self, token_id: UUID, by: str, number: str | None = None) -> bool:
        """End a token; False where it had ended before, or where it is not this number's."""
        gone = await _QUERIES.revoke_token(
            self._pool, token_id=token_id, by=by, number=number, now=to_datetime(self._clock.now())
        )
        await self.forget()
        return gone is not None

    async def _read(self, key: bytes, now: Instant) -> tuple[Instant, UUID, Instant, Who] | None:
        told = self._told
        row = await _QUERIES.token(self._pool, token_hash=key)
        if row is None:
            return None
        kept = (now, row["token_id"], from_datetime(row["expires_at"]), who_is(row, frozenset(row["scopes"])))
        if told == self._told:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            self._kept[key] = kept
        return kept

    async def _note(self, token_id: UUID, now: Instant, address: str) -> None:
        """Write down, once a minute, that a token is used and from where."""
        if now - self._noted.get(token_id, 0) < _NOTE_MS:
            return
        self._noted[token_id] = now
        await _QUERIES.note_token(self._pool, token_id=token_id, now=to_datetime(now), address=address)

    def _check(self, name: str, scopes: frozenset[str], days: int) -> None:
        if not name.strip() or len(name.strip()) > NAME_MAX:
            raise TokenNotMade(NO_NAME)
        if not scopes or unknown(scopes):
            raise TokenNotMade(NO_SCOPE)
        if not 1 <= days <= DAYS_MAX:
            raise TokenNotMade(NO_END)


def _token(row: "Record") -> Token:
    return Token(
        id=row["token_id"],
        number=row["work_number"],
        name=row["name"],
        scopes=tuple(scope for scope in SCOPES if scope in row["scopes"]),
        made=from_datetime(row["made_at"]),
        expires=from_datetime(row["expires_at"]),
        revoked=None if row["revoked_at"] is None else from_datetime(row["revoked_at"]),
        used=None if row["used_at"] is None else from_datetime(row["used_at"]),
        used_from=row["used_from"] or "",
    )
