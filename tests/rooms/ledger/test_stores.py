"""What every store of the house promises; PostgreSQL and the store in memory obey the same tests."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from made.lives import AGENT, CALLER, MORNING, REVIEWER, World

from lianxin.custody import Move
from lianxin.ground.clock import MINUTE_MS
from lianxin.ground.ledger import GENESIS, Batch, ChainMoved, DoneBefore, Envelope, Guard, Standing, Store, seal
from lianxin.ground.ledger.memory import MemoryLedger, Overlap
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database, open_pool
from lianxin.orders import commands as c
from lianxin.orders.dates import next_date
from lianxin.orders.project import TimerRow
from lianxin.orders.service import NoSuchOrder, Overtaken

ONE, TWO = 10**15 + 1, 10**15 + 2


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Each store of the house, empty."""
    if request.param == "memory":
        yield MemoryLedger()
        return
    database: Database = request.getfixturevalue("database")
    pool = await open_pool(database.app_url)
    try:
        yield PostgresLedger(pool)
    finally:
        await pool.close()


@pytest.fixture
def world(store: Store) -> World:
    """A hotline on it."""
    return World(store)


def batch(command: int, chains: dict[int, int], heads: dict[int, bytes] | None = None, **writes: Any) -> Batch:
    """Return one entry on each chain, expected to stand at the given place."""
    entries = [
        seal(
            (heads or {}).get(chain, GENESIS),
            Envelope(chain=chain, seq=seq + 1, at=MORNING, kind="k", actor="a", command=UUID(int=command)),
        )
        for chain, seq in chains.items()
    ]
    return Batch(
        command=UUID(int=command),
        at=MORNING,
        result={"command": command},
        guards=[Guard(chain, seq) for chain, seq in sorted(chains.items())],
        entries=entries,
        snapshots={chain: b'{"n":%d}' % (seq + 1) for chain, seq in chains.items()},
        writes=writes,
    )


async def test_what_was_committed_is_loaded_again(store: Store) -> None:
    written = batch(1, {ONE: 0})
    await store.commit(written)
    loaded = await store.load(UUID(int=1), (ONE, TWO))
    assert loaded.done == {"command": 1}
    assert loaded.chains == (Standing(1, written.entries[0].hash, b'{"n":1}'), Standing())


async def test_a_command_sent_twice_acts_once(store: Store) -> None:
    await store.commit(batch(1, {ONE: 0}))
    with pytest.raises(DoneBefore):
        await store.commit(batch(1, {ONE: 1}))
    assert (await store.load(UUID(int=9), (ONE,))).chains[0].seq == 1


async def test_whoever_decided_on_an_older_state_writes_nothing(store: Store) -> None:
    await store.commit(batch(1, {ONE: 0}))
    with pytest.raises(ChainMoved):
        await store.commit(batch(2, {ONE: 0, TWO: 0}))
    loaded = await store.load(UUID(int=2), (ONE, TWO))
    assert loaded.done is None
    assert [stands.seq for stands in loaded.chains] == [1, 0]


async def test_a_chain_that_was_only_read_is_guarded_too(store: Store) -> None:
    await store.commit(batch(1, {ONE: 0}))
    only_read = batch(2, {TWO: 0})
    only_read.guards = [Guard(ONE, 2), Guard(TWO, 0)]
    with pytest.raises(ChainMoved):
        await store.commit(only_read)


async def test_several_chains_are_written_together(store: Store) -> None:
    await store.commit(batch(1, {ONE: 0, TWO: 0}))
    assert [stands.seq for stands in (await store.load(UUID(int=9), (TWO, ONE))).chains] == [1, 1]


async def test_of_many_at_once_one_wins(store: Store) -> None:
    results = await asyncio.gather(*(store.commit(batch(n, {ONE: 0})) for n in range(1, 6)), return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert all(result is None or isinstance(result, ChainMoved) for result in results)


async def test_two_holders_at_one_instant_are_refused(store: Store) -> None:
    await store.commit(batch(1, {ONE: 0}, custody_write=[Move(ONE, 0, 1, "tray:review", MORNING)]))
    second = batch(2, {TWO: 0}, custody_write=[Move(ONE, 0, 2, "tray:dispatch", MORNING - MINUTE_MS)])
    with pytest.raises((Overlap, asyncpg.IntegrityConstraintViolationError)):
        await store.commit(second)
    assert (await store.load(UUID(int=2), (TWO,))) == (None, (Standing(),))


async def test_a_subject_has_one_next_date_and_the_last_word_counts(store: Store) -> None:
    await store.commit(batch(1, {ONE: 0}, timers_write=[TimerRow(ONE, MORNING), TimerRow(TWO, MORNING - 1)]))
    assert [due.subject for due in await store.due_timers(MORNING, 10)] == [TWO, ONE]
    assert [due.subject for due in await store.due_timers(MORNING, 1)] == [TWO]
    await store.commit(batch(2, {TWO: 0}, timers_write=[TimerRow(ONE, MORNING + 1), TimerRow(TWO, None)]))
    assert await store.due_timers(MORNING, 10) == []


async def test_a_timer_whose_command_failed_comes_again_later(store: Store) -> None:
    await store.commit(batch(1, {ONE: 0}, timers_write=[TimerRow(ONE, MORNING)]))
    (due,) = await store.due_timers(MORNING, 10)
    await store.postpone_timer(due, MORNING + MINUTE_MS, "no")
    assert await store.due_timers(MORNING, 10) == []
    (again,) = await store.due_timers(MORNING + MINUTE_MS, 10)
    assert (again.subject, again.attempts) == (ONE, 1)


async def test_a_command_repeated_through_the_services_answers_the_same(world: World) -> None:
    order = await world.submitted()
    approve = c.Approve(id=world.id(), by=REVIEWER, role="reviewer", category="0401", region="371602", urgency="normal")
    first = await world.services.act(order, approve, world.now)
    again = await world.services.act(order, approve, world.now + MINUTE_MS)
    assert again == first
    assert (await world.order(order)).seq == first["seq"]


async def test_of_two_reviewers_the_slower_is_told_who_was_faster(world: World) -> None:
    order = await world.submitted()

    async def approve(who: str) -> Any:
        command = c.Approve(id=world.id(), by=who, role="reviewer", category="0401", region="371602", urgency="normal")
        return await world.services.act(order, command, world.now)

    results = await asyncio.gather(approve(REVIEWER), approve("staff:2002"), return_exceptions=True)
    won = [result for result in results if isinstance(result, dict)]
    lost = [result for result in results if not isinstance(result, dict)]
    assert len(won) == 1
    # In memory nobody waits for a disk, so the second is simply refused by what it reads.
    assert isinstance(lost[0], Overtaken) or "待派发" in str(lost[0])
    assert (await world.order(order)).seq == 2


async def test_one_command_may_date_a_promise_anew_and_settle_it(world: World, store: Store) -> None:
    order = await world.signed()
    until = world.now + MINUTE_MS * 60
    await world.act(order, c.AskSuspension, "unit:zjj:contact", "unit_contact", ground="season", resume_at=until)
    await world.act(order, c.DecideSuspension, "staff:8001", "supervisor", granted=True, text="同意")
    due = next_date(await world.order(order))
    assert due == until
    # The worker was away for half a year: work resumes, and what was promised is long past.
    await world.services.tick(order, world.id(), until + 180 * 24 * 60 * MINUTE_MS)
    assert (await world.order(order)).state == "in_progress"


async def test_an_order_nobody_knows_is_called_so(world: World) -> None:
    with pytest.raises(NoSuchOrder):
        await world.services.order(ONE)


async def test_a_whole_life_ends_in_the_archive(world: World) -> None:
    order = await world.archived()
    after = await world.order(order)
    assert after.state == "archived"
    assert (after.agents, after.callers) == (frozenset({AGENT}), frozenset({CALLER}))
