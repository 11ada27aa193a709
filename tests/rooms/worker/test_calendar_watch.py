"""The calendar of a missing year: one alarm, and every date counted in one run when it comes (AC-14)."""

from datetime import date, timedelta
from itertools import count
from uuid import UUID

import asyncpg

from lianxin.contacts import course
from lianxin.deadlines import Calendar, make_calendar, official_calendar
from lianxin.ground.clock import Instant, at_iso, iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.orders import commands as c
from lianxin.orders.service import Services, Words, contact_id_of, order_id_of
from lianxin.rules import Rules, load_rules
from lianxin.worker.calendar_watch import CAL_MISSING, watch_calendar

NUMBER = "20261225-000013"
CONTACT = contact_id_of(NUMBER)
ORDER = order_id_of(NUMBER)
CHRISTMAS = at_iso("2026-12-25T09:00:00+08:00")


def calendar_with_2027() -> Calendar:
    """The official calendar and an invented plan: New Year's Day off, otherwise plain weeks."""
    known = official_calendar()
    days = known.days()
    day = known.last + timedelta(days=1)
    while day.year == 2027:
        days[day] = day.weekday() < 5 and day != date(2027, 1, 1)
        day += timedelta(days=1)
    return make_calendar(days)


class House:
    """Services whose rules can be given another calendar."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.rules: Rules = load_rules("sd-binzhou")
        self.services = Services(PostgresLedger(pool), lambda _: self.rules, lambda *_: True)
        self._ids = (UUID(int=n) for n in count(1))

    async def dispatch(self, at: Instant) -> None:
        services, words = self.services, Words("路灯不亮", "新年路灯全灭了", b"s" * 16)
        await services.meet(CONTACT, course.Arrive(id=next(self._ids), by="system", channel="call"), at - 500_000)
        await services.meet(CONTACT, course.Take(id=next(self._ids), by="staff:1001"), at - 490_000)
        submit = c.Submit(
            id=next(self._ids),
            by="staff:1001",
            role="agent",
            number=NUMBER,
            contact=CONTACT,
            citizen_since=at - 400_000,
            kind="complaint",
            category="0205",
            region="371602",
            text_hash=words.hash(),
        )
        await services.submit(CONTACT, submit, at - 400_000, words)
        await services.meet(CONTACT, course.End(id=next(self._ids), by="staff:1001"), at - 350_000)
        approve = c.Approve(
            id=next(self._ids), by="staff:1002", role="reviewer", category="0205", region="371602", urgency="normal"
        )
        await services.act(ORDER, approve, at - 300_000)
        dispatch = c.Dispatch(
            id=next(self._ids), by="staff:1003", role="dispatcher", unit="zjj", basis="派单目录", directory="dir"
        )
        await services.act(ORDER, dispatch, at)


async def _alarms(pool: "asyncpg.Pool[asyncpg.Record]") -> list[tuple[str, str, bool]]:
    rows = await pool.fetch("SELECT kind, subject, closed_at IS NULL FROM alarms ORDER BY alarm_id")
    return [tuple(row) for row in rows]


async def test_an_unresolved_date_raises_one_alarm_and_has_a_next_date(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    house = House(pool)
    await house.dispatch(CHRISTMAS)
    order = await house.services.order(ORDER)
    promise = next(one for one in order.promises.values() if one.kind == "answer")
    # Five working days after 25 December 2026 reach into 2027, whose plan nobody knows.
    assert promise.due is None and promise.next - CHRISTMAS <= 7 * 24 * 3_600_000
    for _ in range(3):
        await watch_calendar(pool, house.services, CHRISTMAS)
    assert await _alarms(pool) == [(CAL_MISSING, "2027", True)]


async def test_when_the_plan_comes_every_open_date_is_counted_in_one_run(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    house = House(pool)
    await house.dispatch(CHRISTMAS)
    await watch_calendar(pool, house.services, CHRISTMAS)
    known = calendar_with_2027()
    house.rules = house.rules.with_calendar(known)
    await watch_calendar(pool, house.services, at_iso("2026-12-28T10:00:00+08:00"), known)
    order = await house.services.order(ORDER)
    assert order.clock is not None and order.last_kind == "counted_again"
    # 28, 29, 30, 31 December and Monday 4 January (New Year's Day is a Friday).
    assert iso(order.clock.due) == "2027-01-05T00:00:00+08:00"
    assert all(promise.due is not None for promise in order.promises.values())
    assert await _alarms(pool) == [(CAL_MISSING, "2027", False)]


async def test_the_warning_comes_on_the_first_of_november_and_not_before(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    house = House(pool)
    await watch_calendar(pool, house.services, at_iso("2026-10-31T23:00:00+08:00"))
    assert await _alarms(pool) == []
    await watch_calendar(pool, house.services, at_iso("2026-11-01T08:00:00+08:00"))
    assert await _alarms(pool) == [(CAL_MISSING, "2027", True)]
