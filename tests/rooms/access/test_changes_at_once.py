"""A right that ends, ends now: for who is logged in, for their tokens, and for the page that stands open.

The roll is changed as `lianxin staff` does it, by another process; the site only hears the database.
"""

import asyncio
from uuid import uuid4

import pytest
from made.entrance import AGENT, REVIEWER
from made.entry import entered

from lianxin.access.session import Policy
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.web.app import LIVE
from lianxin.people.roll import Grant, Hire, Leave, NameDeputy, Place, PlaceAnew, Revoke
from lianxin.personnel.service import Personnel, orders_in_postgres

GUARD_S = 30.0  # a guard, not a measure: the clock stands still, so nothing that is kept ever becomes too old
SYSTEM = {"by": "system", "reason": "任免通知"}


def no_rules(_):
    raise AssertionError("nobody here holds an order")


@pytest.fixture
def staff(site, pool):
    """Changes the roll as the command line does."""
    house = Personnel(PostgresLedger(pool), orders_in_postgres(pool), no_rules, lambda by, role: by == role)

    async def changed(number, kind, **fields):
        command = kind(id=uuid4(), **SYSTEM, **fields)
        do = house.leave if isinstance(command, Leave) else house.change
        await do(number, command, site.clock.now())

    return changed


async def until(true) -> None:
    async with asyncio.timeout(GUARD_S):
        while not await true():
            await asyncio.sleep(0.001)


async def test_a_role_that_is_taken_opens_nothing_more(site, pool, clock, staff):
    secret, _ = await site.access.tokens.make(REVIEWER, "城管系统", ("orders:read",), 30)
    async with await entered(site.app, pool, REVIEWER, clock=clock) as client:
        assert (await client.get("/reviewers")).status_code == 200
        assert (await site.access.tokens.who(secret, "")).may("reviewer")
        await staff(REVIEWER, Revoke, role="reviewer")

        async def shut():
            return (await client.get("/reviewers")).status_code == 403

        await until(shut)
        assert not (await site.access.tokens.who(secret, "")).may("reviewer")


async def test_a_role_that_is_given_opens_at_once(site, pool, clock, staff):
    async with await entered(site.app, pool, AGENT, clock=clock) as client:
        assert (await client.get("/reviewers")).status_code == 403
        await staff(AGENT, Grant, role="reviewer")

        async def opened():
            return (await client.get("/reviewers")).status_code == 200

        await until(opened)


async def test_a_deputy_loses_what_was_lent(site, pool, clock, staff):
    await staff(REVIEWER, NameDeputy, deputy=AGENT)
    async with await entered(site.app, pool, AGENT, clock=clock) as client:

        async def lent():
            return (await client.get("/reviewers")).status_code == 200

        async def over():
            return (await client.get("/reviewers")).status_code == 403

        await until(lent)
        await staff(REVIEWER, NameDeputy, deputy="")
        await until(over)


async def test_another_place_holds_for_the_next_request(site, pool, clock, staff):
    secret, _ = await site.access.tokens.make(AGENT, "城管系统", ("orders:read",), 30)
    begun = await site.access.sessions.begin(AGENT, "password")
    assert (await site.access.sessions.find(begun.secret)).who.zone == "受理"
    assert (await site.access.tokens.who(secret, "")).zone == "受理"
    await staff(AGENT, PlaceAnew, place=Place(zone="回访"))

    async def moved():
        session, who = await site.access.sessions.find(begun.secret), await site.access.tokens.who(secret, "")
        return (session.who.zone, who.zone) == ("回访", "回访")

    await until(moved)


async def test_a_leaver_is_out_and_stays_out_after_coming_back(site, pool, clock, staff):
    secret, _ = await site.access.tokens.make(AGENT, "城管系统", ("orders:read",), 30)
    async with await entered(site.app, pool, AGENT, clock=clock) as client:
        assert (await client.get("/page")).status_code == 200
        await staff(AGENT, Leave, successor="1002")

        async def out():
            return (await client.get("/page")).status_code == 303

        await until(out)
        assert await site.access.tokens.who(secret, "") is None
        await staff(AGENT, Hire, roles=("agent",))
        await site.access.forget()
        assert (await client.get("/page")).status_code == 303
        assert await site.access.tokens.who(secret, "") is None
    assert (
        await pool.fetchval("SELECT count(*) FROM sessions WHERE work_number = $1 AND ended_by = 'system'", AGENT) == 1
    )
    assert await pool.fetchval("SELECT revoked_by FROM tokens WHERE work_number = $1", AGENT) == "system"


@pytest.fixture
async def stream(site, pool, clock):
    """A page of the agent that stands open: the task is done when its stream has ended."""
    client = await entered(site.app, pool, AGENT, clock=clock)
    task = asyncio.create_task(client.get("/events"))
    live = site.app.state[LIVE]

    async def listens():
        return live.listeners == 1

    await until(listens)
    yield task
    await live.close()
    await task
    await client.aclose()


async def test_the_stream_of_a_leaver_ends_without_waiting_for_news(stream, staff):
    await staff(AGENT, Leave, successor="1002")
    answer = await asyncio.wait_for(asyncio.shield(stream), GUARD_S)
    assert answer.status_code == 200 and answer.text.count("event: ledger") == 1


async def test_the_stream_of_an_ended_session_ends(site, stream):
    await site.access.sessions.end_all(AGENT, "staff:9002")
    await asyncio.wait_for(asyncio.shield(stream), GUARD_S)


async def test_the_stream_ends_when_the_session_is_too_old(site, stream, clock):
    clock.set(clock.now() + Policy().life_ms)
    await site.app.state[LIVE].tell()
    await asyncio.wait_for(asyncio.shield(stream), GUARD_S)


async def test_who_comes_and_goes_elsewhere_ends_no_other_stream(site, pool, stream, clock, staff):
    live = site.app.state[LIVE]
    looks = live._looks
    await staff("1002", Leave, successor=AGENT)

    async def looked():
        return live._looks > looks

    await until(looked)
    await live.tell()
    await asyncio.sleep(0)
    assert not stream.done() and live.listeners == 1


async def test_a_stream_is_not_ended_because_the_database_is_away(site, pool, clock, monkeypatch):
    begun = await site.access.sessions.begin(AGENT, "password")
    request = type("Asked", (), {"scope": {"state": {}}})()
    visit = type("Came", (), {"secret": begun.secret})()
    monkeypatch.setattr("lianxin.access.service.visit_at", lambda _: visit)
    assert await site.access.still_in(request)

    async def away(_):
        raise ConnectionRefusedError

    monkeypatch.setattr(site.access.sessions, "find", away)
    assert await site.access.still_in(request)
