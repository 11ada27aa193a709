"""Which systems are told of what, and what became of it? Set up by the unit itself or the system administrator.

A webhook speaks as one person of a unit and never of an order that this person may not see.
Its secret is made here, shown once, and kept encrypted.
"""

import secrets
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import msgspec

from lianxin.access.who import Who
from lianxin.channels.hook_address import AddressRefused, AddressRules
from lianxin.channels.hook_topics import TEST, TOPIC_WORDS
from lianxin.channels.sealing import Sealer
from lianxin.channels.signing import secret_text
from lianxin.ground.clock import Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries
from lianxin.ground.text import TextError, clean_text

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES: Final = load_queries("lianxin.channels")
UNIT_ROLES: Final = frozenset({"unit_contact", "unit_leader", "county_office", "township"})
SYSTEM_ROLE: Final = "sysadmin"
ROLES: Final = (SYSTEM_ROLE, *sorted(UNIT_ROLES))
NAME_MAX: Final = 60
SECRET_BYTES: Final = 32
PER_UNIT_MAX: Final = 20
SHOWN_MAX: Final = 100


class HookRefused(Exception):
    """This cannot be set up or done; the sentence says why and what to do. Nothing was changed."""


class NoSuchHook(LookupError):
    """There is no such webhook or delivery, or it is not for this person."""


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as its page shows it; the counts are of the deliveries that are kept."""

    id: UUID
    reader: str
    unit: str
    name: str
    url: str
    topics: tuple[str, ...]
    active: bool
    made: Instant
    made_by: str
    sent: int
    waiting: int
    dead: int
    last: Instant | None


class Attempt(msgspec.Struct, frozen=True):
    """One request: when, the status (None: no answer), how long it took, the beginning of the answer."""

    at: Instant
    status: int | None
    duration_ms: int
    excerpt: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What was to be told, what became of it, and every attempt, the latest first.

    number  "" for a test, and for an order that whoever looks may not see
    """

    id: UUID
    kind: str
    number: str
    seq: int
    made: Instant
    due: Instant
    state: str
    attempts: tuple[Attempt, ...]
    error: str | None


class Hooks:
    """Sets up webhooks and reads their log. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]", sealer: Sealer, rules: AddressRules) -> None:
        self._pool = pool
        self._sealer = sealer
        self._rules = rules

    async def all(self, who: Who) -> tuple[Hook, ...]:
        """Return the webhooks this person looks after: of their unit, or for the system administrator all."""
        rows = await self._pool.fetch(_QUERIES.hooks_of.sql, *_scope(who), None)
        return tuple(_hook(row) for row in rows)

    async def one(self, who: Who, hook_id: UUID) -> Hook:
        """Return one of them. Raises NoSuchHook."""
        row = await self._pool.fetchrow(_QUERIES.hooks_of.sql, *_scope(who), hook_id)
        if row is None:
            raise NoSuchHook(str(hook_id))
        return _hook(row)

    async def make(self, who: Who, form: "Wanted", now: Instant) -> tuple[Hook, str]:
        """Set up a webhook; return it and its secret, which nobody is shown again. Raises HookRefused."""
        name, url, topics = self._checked(form)
        reader = who.number if who.may(*UNIT_ROLES) else form.reader.strip()
        row = await self._pool.fetchrow(_QUERIES.hook_reader.sql, reader)
        if row is None:
            raise HookRefused("没有这个单位人员，没有保存。请填写单位联络员的账号，例如 zjj:contact。")
        if row["hooks"] >= PER_UNIT_MAX:
            raise HookRefused(f"一个单位最多设 {PER_UNIT_MAX} 个推送地址，没有保存。请先停掉不用的。")
        secret = secrets.token_bytes(SECRET_BYTES)
        sealed = self._sealer.sealed(secret, secret_place(form.id))
        made = await self._pool.fetchval(
            _QUERIES.make_hook.sql, form.id, reader, name, url, sealed, list(topics), to_datetime(now), who.by
        )
        if made is None:
            raise HookRefused("这个推送地址已经设好，密钥只显示一次。如没有记下密钥，请把它去掉，再新设一个。")
        return await self.one(who, form.id), secret_text(secret)

    async def set_active(self, who: Who, hook_id: UUID, active: bool) -> None:
        """Pause a webhook, or let it go on: what waits is sent, what happened in between is not. Raises NoSuchHook."""
        await self._change(who, hook_id, _QUERIES.set_active.sql, active, hook_id)

    async def end(self, who: Who, hook_id: UUID, now: Instant) -> None:
        """Take a webhook away; what waits is dropped, its log stays a while. Raises NoSuchHook."""
        await self._change(who, hook_id, _QUERIES.end_hook.sql, to_datetime(now), hook_id)

    async def test(self, who: Who, hook_id: UUID, now: Instant) -> None:
        """Send a test event, also to one that is otherwise quiet. Raises NoSuchHook, HookRefused for a paused one."""
        hook = await self.one(who, hook_id)
        if not hook.active:
            raise HookRefused("这个推送已暂停，没有发送测试。请先恢复推送。")
        await self._pool.execute(_QUERIES.add_test.sql, uuid4(), TEST, hook_id, to_datetime(now))

    async def again(self, who: Who, hook_id: UUID, delivery_id: UUID, now: Instant) -> None:
        """Send a delivery again under its id, dead or taken. Raises NoSuchHook."""
        await self._change(who, hook_id, _QUERIES.send_again.sql, to_datetime(now), hook_id, delivery_id)

    async def log(self, who: Who, hook_id: UUID, limit: int = SHOWN_MAX) -> tuple[Delivery, ...]:
        """Return the latest deliveries, with numbers of orders that this person sees. Raises NoSuchHook."""
        await self.one(who, hook_id)
        rows = await self._pool.fetch(_QUERIES.deliveries_of.sql, who.number, hook_id, limit)
        attempts: dict[UUID, list[Attempt]] = {}
        for row in await self._pool.fetch(_QUERIES.attempts_of.sql, [row["delivery_id"] for row in rows]):
            found = Attempt(from_datetime(row["at"]), row["status"], row["duration_ms"], row["excerpt"])
            attempts.setdefault(row["delivery_id"], []).append(found)
        return tuple(_delivery(row, attempts.get(row["delivery_id"], [])) for row in rows)

    async def readers(self) -> tuple[str, ...]:
        """Return the people of units as whom a system may be told, for the system administrator's form."""
        return tuple(row[0] for row in await self._pool.fetch(_QUERIES.hook_readers.sql))

    def _checked(self, form: "Wanted") -> tuple[str, str, tuple[str, ...]]:
        try:
            name = clean_text(form.name).replace("\n", " ")
        except TextError:
            raise HookRefused("请写一个名称，例如“局办公系统”。没有保存。") from None
        if len(name) > NAME_MAX:
            raise HookRefused(f"名称最多 {NAME_MAX} 个字，没有保存。")
        try:
            url = self._rules.check_url(form.url)
        except AddressRefused as refused:
            raise HookRefused(str(refused)) from None
        topics = tuple(topic for topic in TOPIC_WORDS if topic in form.topics)
        if not topics:
            raise HookRefused("请至少选一类要推送的事项。没有保存。")
        return name, url, topics

    async def _change(self, who: Who, hook_id: UUID, query: str, *values: Any) -> None:
        await self.one(who, hook_id)
        if await self._pool.fetchval(query, *values) is None:
            raise NoSuchHook(str(hook_id))


class Wanted(msgspec.Struct, frozen=True):
    """A webhook as somebody's form wants it; id: made with the form, so that a double click sets up one."""

    id: UUID
    name: str
    url: str
    topics: frozenset[str]
    reader: str = ""


def secret_place(hook_id: UUID) -> str:
    """Return what a secret is bound to."""
    return f"webhook {hook_id}"


def _scope(who: Who) -> tuple[bool, str | None]:
    return who.may(SYSTEM_ROLE), who.unit if who.may(*UNIT_ROLES) else None


def _hook(row: "Record") -> Hook:
    return Hook(
        id=row["webhook_id"],
        reader=row["reader"],
        unit=row["unit"] or "",
        name=row["name"],
        url=row["url"],
        topics=tuple(row["topics"]),
        active=row["active"],
        made=from_datetime(row["made_at"]),
        made_by=row["made_by"],
        sent=row["sent"],
        waiting=row["waiting"],
        dead=row["dead"],
        last=None if row["last_at"] is None else from_datetime(row["last_at"]),
    )


def _delivery(row: "Record", attempts: list[Attempt]) -> Delivery:
    return Delivery(
        id=row["delivery_id"],
        kind=row["kind"],
        number=row["number"] or "",
        seq=row["seq"],
        made=from_datetime(row["made_at"]),
        due=from_datetime(row["due_at"]),
        state=row["state"],
        attempts=tuple(attempts),
        error=row["last_error"],
    )
