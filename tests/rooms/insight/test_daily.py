"""The figures of a day are counted once after its end, by hand-checkable rules, and stay as they were counted."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from made.entry import entered
from made.site import made_site
from pages_day import play

from lianxin.desks.analysis.report import Asked, Wrong, as_csv, asked, laid_out
from lianxin.ground.clock import at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database
from lianxin.insight.daily import count_days, counted_days, report
from lianxin.insight.figures import FIGURES, Line, share, summed
from lianxin.people import load_staff
from lianxin.personnel import enrol

LATER = at_iso("2026-03-20T00:05:00+08:00")
FIRST, LAST = date(2026, 3, 9), date(2026, 3, 19)


def figure(name: str) -> Any:
    return next(one for one in FIGURES if one.name == name)


def test_a_share_is_formed_from_sums_and_not_from_the_shares_of_days() -> None:
    days = [{"timed": 1, "on_time": 1}, {"timed": 9, "on_time": 0}]
    assert share(summed(days), figure("on_time")) == 0.1
    assert share({}, figure("on_time")) is None  # nobody was due: no share, not a hundred per cent
    assert share({"closed": 5}, figure("closed")) is None


def test_every_share_names_a_count_that_is_kept() -> None:
    assert len({one.name for one in FIGURES}) == len(FIGURES)
    assert {one.of for one in FIGURES} <= {
        "", "calls", "matters", "timed", "closed",
        "solved_first_of", "solved_final_of", "satisfied_first_of", "satisfied_final_of",
    }  # fmt: skip


async def test_days_are_counted_once_and_stay(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    await play(pool)
    begun = await pool.fetchval("SELECT min(arrived_at) FROM contacts")
    counted = await count_days(pool, LATER)
    known = await counted_days(pool)
    assert known is not None and known[1] == LAST and counted == (known[1] - known[0]).days + 1
    assert known[0] == begun.astimezone().date()
    assert await count_days(pool, LATER) == 0
    (city,) = await report(pool, "city", *known)
    booked = await pool.fetch("SELECT order_id, what, (at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM order_events")
    assert city.counts["opened"] == sum(row["what"] == "opened" for row in booked)
    assert city.counts["closed"] == len({(row["order_id"], row["day"]) for row in booked if row["what"] == "closed"})
    assert city.counts["contacts"] == await pool.fetchval("SELECT count(*) FROM contacts")
    for grouping in ("unit", "category", "region"):
        lines = await report(pool, grouping, *known)
        for name in ("opened", "closed", "timed", "solved_first_of"):
            assert sum(line.counts[name] for line in lines) == city.counts[name], (grouping, name)
    channels = await report(pool, "channel", *known)
    assert sum(line.counts["contacts"] for line in channels) == city.counts["contacts"]
    with pytest.raises(asyncpg.PostgresError, match="permission denied"):
        await pool.execute("UPDATE daily SET figures = '{}'")


async def test_a_house_in_which_nobody_called_has_nothing_to_count(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    assert (await count_days(pool, LATER), await counted_days(pool)) == (0, None)


@pytest.mark.parametrize(
    ("by", "first", "last", "sentence"),
    [
        ("rank", "", "", "没有这种分组"),
        ("unit", "2026-03-19", "2026-03-09", "开始日期晚于结束日期"),
        ("unit", "19.3.2026", "", "日期要写成"),
        ("unit", "2020-01-01", "2026-03-09", "一次最多查 400 天"),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_why(by: str, first: str, last: str, sentence: str) -> None:
    with pytest.raises(Wrong, match=sentence):
        asked(by, first, last, (FIRST, LAST))


def test_nothing_said_means_the_last_seven_days() -> None:
    assert asked("city", "", "", (FIRST, LAST)) == Asked("city", date(2026, 3, 13), LAST)
    assert asked("city", "", "", (LAST, LAST)) == Asked("city", LAST, LAST)


def test_units_stand_by_name_and_a_cell_is_no_formula() -> None:
    lines = laid_out(
        [Line("b", {"opened": 9}), Line("a", {"opened": 1})], "unit", {"a": "甲局", "b": "=乙局"}.__getitem__
    )
    assert [line.name for line in lines] == ["=乙局", "甲局", None]
    text = as_csv(lines, ["单位"], "导出人", "合计")
    assert "'=乙局" in text and "\n=乙局" not in text and text.splitlines()[-1].startswith("合计")


@pytest.fixture
async def analyst(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """An analyst at her desk, after some days."""
    await enrol(PostgresLedger(pool), load_staff(), at_iso("2026-03-01T00:00:00+08:00"))
    await play(pool)
    await count_days(pool, LATER)
    await write_site_clock(pool, LATER, 0.0)
    number = load_staff().by_role("analyst")[0].id
    async with await entered(made_site(pool, database.app_url, tmp_path), pool, number) as client:
        yield client


async def test_the_report_is_shown_taken_out_and_leads_to_its_rows(analyst: httpx.AsyncClient) -> None:
    assert "接通率" in (await analyst.get("/analysis")).text
    page = (await analyst.get("/analysis?by=unit&first=2026-03-09&last=2026-03-19")).text
    assert "市城管局" in page and "合计" in page
    behind = (await analyst.get("/analysis/orders?by=city&first=2026-03-01&last=2026-03-19")).text
    assert "/orders/2026" in behind
    file = await analyst.get("/analysis/report.csv?by=unit&first=2026-03-09&last=2026-03-19")
    assert file.headers["content-type"].startswith("text/csv") and "导出人" in file.text.splitlines()[0]
    wrong = await analyst.get("/analysis?by=unit&first=yesterday")
    assert wrong.status_code == 422 and "日期要写成" in wrong.text


async def test_an_agent_has_no_reports(analyst: httpx.AsyncClient, pool: Any) -> None:
    async with await entered(analyst._transport.app, pool, "1001") as agent:  # type: ignore[attr-defined]
        for path in ("/analysis", "/analysis/report.csv", "/analysis/orders"):
            assert (await agent.get(path)).status_code == 403
