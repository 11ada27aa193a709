"""The event stream: calm, honest about a lost database, and gone when the house closes."""

import asyncio

from lianxin.ground.web import Live

SOON_S = 5.0  # a guard, not a measure: everything here happens at once


async def _next(stream):
    return (await asyncio.wait_for(anext(stream), SOON_S)).event


async def test_a_new_page_is_told_at_once():
    live = Live()
    assert await _next(live.stream()) == "ledger"


async def test_a_page_hears_when_the_ledger_moves():
    live = Live(calm_s=0.0)
    stream = live.stream()
    await _next(stream)
    waiting = asyncio.create_task(_next(stream))
    await live.tell()
    assert await waiting == "ledger"


async def test_many_movements_within_a_moment_are_one_signal():
    live = Live(calm_s=0.001, pulse_s=0.001)
    stream = live.stream()
    await _next(stream)
    for _ in range(1_000):
        await live.tell()
    assert await _next(stream) == "ledger"
    assert live._version == 1_000


async def test_a_quiet_ledger_still_moves_the_clock_of_a_page():
    stream = Live(calm_s=0.0, pulse_s=0.001).stream()
    assert [await _next(stream) for _ in range(3)] == ["ledger"] * 3


async def test_a_page_is_told_when_nobody_can_say_whether_the_ledger_moved():
    live = Live(calm_s=0.0)
    stream = live.stream()
    await _next(stream)
    await live.tell(connected=False)
    assert await _next(stream) == "lost"
    await live.tell()
    assert await _next(stream) == "ledger"


async def test_every_stream_ends_when_the_house_closes():
    live = Live(calm_s=60.0, pulse_s=60.0)
    stream = live.stream()
    await _next(stream)
    assert live.listeners == 1
    await live.close()
    assert [event async for event in stream] == []
    assert live.listeners == 0


async def test_a_movement_in_the_database_reaches_the_page(database, pool):
    import asyncpg

    live = Live(calm_s=0.0)
    listening = asyncio.create_task(live.listen(lambda: asyncpg.connect(database.app_url)))
    stream = live.stream()
    try:
        await _next(stream)
        before = live._version
        async with asyncio.timeout(SOON_S):
            while live._version == before:  # until the listener stands, a notice would go unheard
                await pool.execute("SELECT pg_notify('ledger', '')")
                await _next(stream)
        assert live._version > before
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_a_database_that_cannot_be_entered_is_said_and_tried_again():
    live = Live(calm_s=0.0)

    async def nobody_there():
        raise ConnectionRefusedError

    listening = asyncio.create_task(live.listen(nobody_there))
    stream = live.stream()
    try:
        async with asyncio.timeout(SOON_S):
            while await _next(stream) != "lost":
                continue
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert not live._connected
