"""Timers: what is due happens once, and one that fails holds up nobody."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from one_order import MORNING, Office, anybody, rules_of
from structlog.testing import capture_logs

from lianxin.ground.clock import DAY_MS, HOUR_MS, SECOND_MS, Instant
from lianxin.ground.ledger import Due, Loaded, Store
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database, open_pool
from lianxin.orders import commands as c
from lianxin.orders.service import Services, Words
from lianxin.worker.looking import outlook
from lianxin.worker.timers import BATCH, LONGEST_PAUSE_MS, Fired, Timers, command_of, pause_ms

NUMBERS = ("20260309-000018", "20260309-000026", "20260309-000034")


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """The same promises on both stores."""
    if request.param == "memory":
        yield MemoryLedger()
        return
    database: Database = request.getfixturevalue("database")
    pool = await open_pool(database.app_url)
    yield PostgresLedger(pool)
    await pool.close()


def timers(office: Office, store: Store | None = None) -> Timers:
    return Timers(Services(store or office.store, rules_of, anybody), store or office.store)


async def kinds(office: Office, order: int) -> tuple[str, int]:
    found = await office.order(order)
    return found.last_kind, found.seq


async def test_an_order_left_on_the_review_desk_is_noticed_when_its_time_comes(store: Store) -> None:
    office = Office(store)
    order = await office.submit(NUMBERS[0], None)
    due = (await office.order(order)).desk_due
    assert due is not None
    ring = timers(office).ring
    assert await ring(due - 1) == Fired()
    assert await ring(due) == Fired(done=1)
    assert await kinds(office, order) == ("desk_overdue", 2)
    assert await ring(due) == Fired(), "its next date lies ahead"


def test_the_same_timer_is_the_same_command_in_every_worker() -> None:
    assert command_of(Due(1, 2, 0)) == command_of(Due(1, 2, 5))
    assert len({command_of(Due(1, 2, 0)), command_of(Due(1, 3, 0)), command_of(Due(2, 2, 0))}) == 3
    assert command_of(Due(1, 2, 0, seq=4)) != command_of(Due(1, 2, 0, seq=5)), "set anew since"


async def ring_until(clock: Timers, store: Store, last: Instant) -> None:
    """Let every date up to this one come; none fails."""
    while (due := await store.next_timer()) is not None and due <= last:
        assert (await clock.ring(due)).failed == 0


async def test_a_date_set_anew_to_an_instant_that_was_seen_to_is_seen_to_again(store: Store) -> None:
    """Found in a storm: a returned reply was signed after its date, and the red card of that date was never drawn."""
    office = Office(store)
    order = await office.submit(NUMBERS[0], None)
    await office.dispatch(order)
    await office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    clock, due = timers(office), (await office.order(order)).clock
    assert due is not None
    await ring_until(clock, store, due.due - 10 * HOUR_MS)
    office.now = due.due - 10 * HOUR_MS
    words = Words("", "已修好", b"t" * 16)
    reply = {"answer_hash": words.hash(), "words": words, "basis": "特种设备安全法", "contacted": "电话"}
    await office.act(order, c.Reply, "unit:zjj:contact", "unit_contact", **reply)
    await office.act(order, c.ReturnReply, "staff:2001", "reviewer", defects="缺少现场照片")
    await ring_until(clock, store, due.due)
    office.now = due.due
    await office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    assert (await office.order(order)).card_at == due.due
    assert await clock.ring(office.now) == Fired(done=1)
    assert (await kinds(office, order))[0] == "card_red"


async def test_two_workers_at_once_act_once(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    ledger = PostgresLedger(pool)
    office = Office(ledger)
    orders = [await office.submit(number, None) for number in NUMBERS]
    now = office.now + DAY_MS
    seen, reading = asyncio.Barrier(2), asyncio.Lock()

    class Meeting(PostgresLedger):
        """Both workers have been given the same timers before either acts."""

        async def due_timers(self, now: Instant, limit: int) -> list[Due]:
            async with reading:  # at the same instant the second would be given nothing
                due = await super().due_timers(now, limit)
            await seen.wait()
            return due

    one, two = timers(office, Meeting(pool)), timers(office, Meeting(pool))
    fired = await asyncio.gather(one.ring(now), two.ring(now))
    assert fired == [Fired(done=3), Fired(done=3)]
    for order in orders:
        assert await kinds(office, order) == ("desk_overdue", 2)
    commands = await pool.fetchval("SELECT count(DISTINCT command_id) FROM entries WHERE kind = 'desk_overdue'")
    assert (commands, await pool.fetchval("SELECT count(*) FROM timers WHERE last_error IS NOT NULL")) == (3, 0)


async def test_what_somebody_else_has_in_hand_is_passed_over(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    ledger = PostgresLedger(pool)
    office = Office(ledger)
    first, second, third = [await office.submit(number, None) for number in NUMBERS]
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM timers WHERE subject_id = $1 FOR UPDATE", second)
        due = await ledger.due_timers(office.now + DAY_MS, BATCH)
        assert {timer.subject for timer in due} == {first, third}
    assert len(await ledger.due_timers(office.now + DAY_MS, BATCH)) == 3


class Poisoned(Services):
    """Services to which one order is poison."""

    poison = 0

    async def tick(self, subject: int, command_id: UUID, now: Instant) -> dict[str, Any]:
        """See `Services.tick`."""
        if subject == self.poison:
            raise ZeroDivisionError("a fault\nDETAIL: with values of somebody")
        return await super().tick(subject, command_id, now)


async def test_a_timer_that_fails_is_postponed_with_its_reason_and_the_others_go_on(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    ledger = PostgresLedger(pool)
    office = Office(ledger)
    orders = [await office.submit(number, None) for number in NUMBERS]
    services = Poisoned(ledger, rules_of, anybody)
    services.poison = orders[0]
    clock, now = Timers(services, ledger), office.now + DAY_MS

    with capture_logs() as logs:
        assert await clock.ring(now) == Fired(done=2, failed=1)
    assert [(log["subject"], UUID(log["command_id"]).version) for log in logs] == [(orders[0], 5)]
    assert "somebody" not in str(logs)
    look = await outlook(pool, now)
    assert (look.timers, look.late, len(look.failing)) == (3, 0, 1)
    assert (look.failing[0].subject, look.failing[0].attempts) == (orders[0], 1)
    assert look.failing[0].reason == "ZeroDivisionError: a fault"

    assert await clock.ring(now + 2 * SECOND_MS - 1) == Fired()
    assert await clock.ring(now + 2 * SECOND_MS) == Fired(failed=1)
    assert await clock.ring(now + 6 * SECOND_MS - 1) == Fired()
    services.poison = 0
    assert await clock.ring(now + 6 * SECOND_MS) == Fired(done=1)
    assert (await outlook(pool, now)).failing == ()
    assert await kinds(office, orders[0]) == ("desk_overdue", 2)


def test_pauses_grow_to_an_hour_and_no_further() -> None:
    assert [pause_ms(n) // SECOND_MS for n in (1, 2, 3, 11)] == [2, 4, 8, 2048]
    assert pause_ms(12) == pause_ms(10_000) == LONGEST_PAUSE_MS == HOUR_MS


async def test_a_timer_that_stays_due_although_it_was_seen_to_does_not_fire_for_ever() -> None:
    ledger = MemoryLedger()
    office = Office(ledger)
    order = await office.submit(NUMBERS[0], None)
    ledger.timers[order] = Due(order, office.now, 0)  # nothing of the order is due then
    clock = timers(office)
    assert await clock.ring(office.now) == Fired(done=1)
    assert await clock.ring(office.now) == Fired(failed=1)
    assert ledger.timers[order] == Due(order, office.now + 2 * SECOND_MS, 1)


async def test_a_batch_is_limited_and_the_earliest_come_first(store: Store) -> None:
    office = Office(store)
    orders = [await office.submit(number, None) for number in NUMBERS]
    clock, now = timers(office), office.now + DAY_MS
    assert await clock.ring(now, limit=2) == Fired(done=2)
    assert [(await office.order(order)).last_kind for order in orders] == ["desk_overdue", "desk_overdue", "submitted"]
    assert await clock.ring(now, limit=2) == Fired(done=1)
    assert BATCH > 2


async def test_told_to_stop_it_leaves_what_it_has_not_begun(store: Store) -> None:
    office = Office(store)
    orders = [await office.submit(number, None) for number in NUMBERS]
    asked: list[bool] = []

    def stopping() -> bool:
        asked.append(True)
        return len(asked) > 1

    clock, now = timers(office), office.now + DAY_MS
    assert await clock.ring(now, stopping=stopping) == Fired(done=1)
    assert await clock.ring(now) == Fired(done=2)
    assert {(await office.order(order)).last_kind for order in orders} == {"desk_overdue"}


async def test_a_database_that_goes_away_is_not_the_timers_fault() -> None:
    class Going(MemoryLedger):
        """There for the list, gone for the first command."""

        gone = False

        async def load(self, command: UUID, chains: Sequence[int]) -> Loaded:
            if self.gone:
                raise ConnectionResetError
            return await super().load(command, chains)

    ledger = Going()
    office = Office(ledger)
    order = await office.submit(NUMBERS[0], None)
    before = ledger.timers[order]
    ledger.gone = True
    with pytest.raises(ConnectionResetError):
        await timers(office).ring(MORNING + DAY_MS)
    assert ledger.timers[order] == before
