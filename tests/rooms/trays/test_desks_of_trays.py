"""Every desk opens on its trays: what lies in them, for whom, and how they stay calm while the house works."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from made.entry import entered
from made.site import open_site
from pages_day import play

from lianxin.access import Who
from lianxin.desks.county.trays import DESK as COUNTY
from lianxin.desks.dispatch.trays import DESK as DISPATCH
from lianxin.desks.duty.trays import DESK as DUTY
from lianxin.desks.followup.trays import DESK as FOLLOWUP
from lianxin.desks.leader.trays import DESK as LEADER
from lianxin.desks.objection.trays import DESK as OBJECTION
from lianxin.desks.review.trays import DESK as REVIEW
from lianxin.desks.supervision.trays import DESK as SUPERVISION
from lianxin.desks.trays import Tray, Trays
from lianxin.desks.trays.tray import Place, place_of
from lianxin.desks.trays.trays import PAGE
from lianxin.desks.unit.trays import DESK as UNIT
from lianxin.ground.clock import DAY_MS, at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database
from lianxin.orders.forms import FORMS
from lianxin.people import load_staff
from lianxin.personnel import enrol

DESKS = (REVIEW, DISPATCH, OBJECTION, SUPERVISION, FOLLOWUP, UNIT, COUNTY, DUTY, LEADER)
NOW = at_iso("2026-03-20T10:00:00+08:00")


def somebody(role: str) -> str:
    """The number of the first person with the role."""
    return load_staff().by_role(role)[0].id


@pytest.fixture
async def site(database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> AsyncIterator[Any]:
    """The site of a house with people and some days behind it."""
    await enrol(PostgresLedger(pool), load_staff(), at_iso("2026-03-01T00:00:00+08:00"))
    await play(pool)
    await write_site_clock(pool, NOW, 0.0)
    async with open_site(pool, database.app_url, tmp_path) as opened:
        yield opened


async def at_desk(site: Any, pool: Any, role: str) -> httpx.AsyncClient:
    """A client in which somebody of the role is logged in."""
    return await entered(site, pool, somebody(role))


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: desk.path)
async def test_every_desk_opens_on_each_of_its_trays_for_its_people_and_nobody_else(
    site: Any, pool: Any, desk: Any
) -> None:
    async with await at_desk(site, pool, min(desk.roles)) as client:
        for tray in desk.trays:
            page = await client.get(f"{desk.path}?tray={tray.name}")
            assert page.status_code == 200, page.text
            fragment = await client.get(f"{desk.path}/rows?tray={tray.name}&shown=20260101-000000,x")
            assert fragment.status_code == 200 and "<html" not in fragment.text
        assert (await client.get(f"{desk.path}?tray=nothing")).status_code == 404
        assert (await client.get(f"{desk.path}?after=1.x")).status_code == 200
    async with await at_desk(site, pool, "auditadmin") as stranger:
        assert (await stranger.get(desk.path)).status_code == 403


def test_every_step_offered_in_a_row_has_a_form() -> None:
    offered = {step for desk in DESKS for steps in desk.acts.values() for step, _ in steps}
    assert offered <= set(FORMS)
    for desk in DESKS:
        assert set(desk.acts) <= {tray.name for tray in desk.trays}, desk.path


async def test_a_tray_holds_what_its_way_says_and_only_what_the_reader_may_see(pool: Any, site: Any) -> None:
    assert site
    rows = await pool.fetch("SELECT number, unit, due_at FROM orders WHERE closed_at IS NULL AND unit IS NOT NULL")
    unit = rows[0]["unit"]
    who = Who(f"{unit}:contact", "", f"unit:{unit}:contact", frozenset({"unit_contact"}), unit)
    every = Tray(name="all", words="", empty="", teaches="", way="unit", keys=lambda one: (one.unit,))
    page = await Trays(pool).page(who, every, NOW)
    assert {row.number for row in page.rows} == {row["number"] for row in rows if row["unit"] == unit}
    dates = [row.due for row in page.rows if row.due is not None]
    assert dates == sorted(dates)
    stranger = Who("1005", "", "staff:1005", frozenset(), None)
    await pool.execute("UPDATE staff SET roles = '{}' WHERE work_number = '1005'")
    every = Tray(name="all", words="", empty="", teaches="", way="unit", keys=lambda _: (unit,))
    assert (await Trays(pool).page(stranger, every, NOW)).rows == ()
    assert await Trays(pool).count(stranger, every, NOW) == 0


async def test_the_pages_of_a_tray_show_every_order_once_those_without_a_date_last(pool: Any, site: Any) -> None:
    assert site
    await pool.execute(
        """INSERT INTO orders (order_id, number, state, holder, held_since, kind, category, region, urgency, contact_id,
                               pack, opened_at, due_at)
           SELECT 9000 + i, 'n' || i, 'approved', 'tray:dispatch', now(), 'help', '99', '', 'normal', i, 'p', now(),
                  CASE WHEN i % 7 > 0 THEN timestamptz '2026-03-20' + i % 5 * interval '1 h' END
             FROM generate_series(1, 120) i"""
    )
    who = Who(somebody("dispatcher"), "", "", frozenset({"dispatcher"}))
    tray = DISPATCH.tray("approved")
    seen: list[str] = []
    place: Place | None = None
    while True:
        page = await Trays(pool).page(who, tray, NOW, place)
        seen += [row.number for row in page.rows]
        assert len(page.rows) <= PAGE
        if not page.after:
            break
        place = place_of(page.after)
    assert len(seen) == len(set(seen)) == await Trays(pool).count(who, tray, NOW)
    undated = {f"n{i}" for i in range(7, 121, 7)}
    assert set(seen[-len(undated) :]) == undated


async def test_only_what_is_past_its_date_is_overdue(pool: Any, site: Any) -> None:
    assert site
    who = Who(somebody("supervisor"), "", "", frozenset({"supervisor"}))
    for at in (NOW, NOW + 90 * DAY_MS):
        for row in (await Trays(pool).page(who, SUPERVISION.tray("overdue"), at)).rows:
            assert row.due is not None and row.due <= at


async def test_what_has_gone_on_stays_in_its_place_and_what_came_in_is_announced(site: Any, pool: Any) -> None:
    number = await pool.fetchval("SELECT number FROM orders WHERE closed_at IS NULL AND state = 'in_progress' LIMIT 1")
    async with await at_desk(site, pool, "dispatcher") as client:
        fragment = (await client.get(f"/dispatch/rows?tray=approved&shown={number}")).text
    assert number in fragment and "已流转，不在这个待办里了" in fragment
    waiting = await pool.fetchval("SELECT count(*) FROM orders WHERE holder = 'tray:dispatch' AND state = 'approved'")
    assert (f"新到 {waiting} 件" in fragment) == (waiting > 0)


@pytest.mark.parametrize("word", ["", "x", "1", "1.", ".1", "1.2.3", "9" * 16 + ".1", "1." + "9" * 19, "١.١", "1.-1"])
def test_a_place_that_is_none_means_the_first_page(word: str) -> None:
    assert place_of(word) is None


def test_a_place_survives_its_address() -> None:
    for place in (Place(0, 1), Place(1_773_000_000_000, 10**15 + 7), Place(-1, 3)):
        assert place_of(str(place)) == place


async def test_who_logs_in_comes_to_the_own_desk(site: Any, pool: Any) -> None:
    for role, path in (("reviewer", "/review"), ("unit_contact", "/unit"), ("leader", "/leader"), ("qa", "/quality")):
        async with await at_desk(site, pool, role) as client:
            assert (await client.get("/desk")).headers["location"] == path, role
