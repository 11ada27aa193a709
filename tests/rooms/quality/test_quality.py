"""Inspection: drawn by rule, scored by somebody else, contested once, decided by a third; scores stand."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from made.entry import entered
from made.site import made_site
from pages_day import play

from lianxin.ground.clock import at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database
from lianxin.people import load_staff
from lianxin.personnel import enrol
from lianxin.quality.sampling import Candidate, draw, needed
from lianxin.quality.service import Inspection, QualityRefused
from lianxin.quality.sheet import WrongScore, quality_pack, total

CALL = quality_pack().sheets["call"]
FULL = {item.id: item.w for item in CALL.items}
FRIDAY = at_iso("2026-03-20T10:00:00+08:00")
QA = [person.id for person in load_staff().by_role("qa")]
DECIDER = load_staff().by_role("qa_appeal")[0].id
AGENT = "1001"


def test_a_sheet_adds_up_and_a_hard_fault_makes_it_nothing() -> None:
    assert total(CALL, FULL, ()) == 100
    assert total(CALL, {**FULL, "answer": 5}, ()) == 85
    assert total(CALL, FULL, ("F3",)) == 0


@pytest.mark.parametrize(
    ("points", "fatal", "sentence"),
    [
        ({}, (), "还没有打分"),
        ({**FULL, "greet": 6}, (), "最多 5 分"),
        ({**FULL, "greet": -1}, (), "最多 5 分"),
        ({**FULL, "charm": 1}, (), "没有这一项"),
        (FULL, ("F9",), "没有这个致命项"),
    ],
)
def test_a_sheet_filled_in_wrongly_says_where(points: dict[str, int], fatal: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(WrongScore, match=sentence):
        total(CALL, points, fatal)


def test_the_month_needs_so_many_by_today() -> None:
    assert [needed(8, day, 31) for day in (1, 4, 16, 31)] == [1, 2, 5, 8]


def test_risk_is_drawn_whole_and_chance_fills_up_what_each_person_needs() -> None:
    calls = [Candidate(n, f"staff:{1001 + n % 3}", "emergency" if n == 7 else "opened", n == 8) for n in range(60)]
    need = {"staff:1001": 4, "staff:1002": 1}
    drawn = draw(calls, {"staff:1002": 1}, need, "2026-03")
    assert {(one.contact, one.why) for one in drawn if one.why != "random"} == {(7, "emergency"), (8, "unhappy")}
    assert Counter(one.person for one in drawn if one.why == "random") == {"staff:1001": 4}
    assert draw(list(reversed(calls)), {"staff:1002": 1}, need, "2026-03")[2:] == drawn[2:]  # nobody chooses
    assert draw(calls, {"staff:1002": 1}, need, "2026-04")[2:] != drawn[2:]


@pytest.fixture
async def inspection(pool: "asyncpg.Pool[asyncpg.Record]") -> Inspection:
    """The inspection of a house that has people and a few days behind it."""
    await enrol(PostgresLedger(pool), load_staff(), at_iso("2026-03-01T00:00:00+08:00"))
    await play(pool)
    await write_site_clock(pool, FRIDAY, 0.0)
    return Inspection(pool)


async def drawn_call(inspection: Inspection, person: str = f"staff:{AGENT}") -> UUID:
    """A call of the agent, drawn by hand."""
    return await inspection.ask_for("call", 2_000_202_603_130_000_017, person, f"staff:{QA[0]}", FRIDAY)


async def test_a_score_is_given_once_contested_once_and_decided_by_a_third_person(inspection: Inspection) -> None:
    sample = await drawn_call(inspection)
    one, other, decider, agent = (f"staff:{number}" for number in (QA[0], QA[1], DECIDER, AGENT))
    with pytest.raises(QualityRefused, match="自己的工作"):
        await inspection.score(sample, agent, FULL, (), "", FRIDAY)
    assert await inspection.score(sample, one, {**FULL, "listen": 0}, (), "打断三次", FRIDAY) == 85
    with pytest.raises(QualityRefused, match="已经评过"):
        await inspection.score(sample, other, FULL, (), "", FRIDAY)
    with pytest.raises(QualityRefused, match="只能对自己的分数申诉"):
        await inspection.appeal(sample, other, "不对", FRIDAY)
    with pytest.raises(QualityRefused, match="请写明申诉理由"):
        await inspection.appeal(sample, agent, "  ", FRIDAY)
    await inspection.appeal(sample, agent, "来电人语速很快，我在复述确认", FRIDAY)
    (waiting,) = await inspection.open_appeals()
    assert waiting["due"] == at_iso("2026-03-24T00:00:00+08:00")  # one working day after Friday: all of Monday
    with pytest.raises(QualityRefused, match="还没有答复"):
        await inspection.decide(sample, decider, False, "维持", FRIDAY)
    await inspection.answer(sample, one, "录音第 40 秒确为打断", FRIDAY)
    with pytest.raises(QualityRefused, match="评分人和本人都不能裁定"):
        await inspection.decide(sample, one, False, "维持", FRIDAY)
    await inspection.decide(sample, decider, True, "复述不是打断", FRIDAY, FULL)
    found = await inspection.sample(sample)
    assert found is not None and [score.total for score in found[1]] == [85, 100]  # the old one stays visible
    assert await inspection.open_appeals() == []
    with pytest.raises(QualityRefused, match="已经申诉过"):
        await inspection.appeal(sample, agent, "再申诉", FRIDAY)


async def test_an_appeal_comes_within_three_working_days(inspection: Inspection) -> None:
    sample = await drawn_call(inspection)
    await inspection.score(sample, f"staff:{QA[0]}", FULL, (), "", FRIDAY)
    thursday = at_iso("2026-03-26T00:00:00+08:00")  # Monday, Tuesday and Wednesday are over
    with pytest.raises(QualityRefused, match="3 个工作日内"):
        await inspection.appeal(sample, f"staff:{AGENT}", "不对", thursday)
    await inspection.appeal(sample, f"staff:{AGENT}", "不对", thursday - 1)


async def test_a_hard_fault_needs_its_facts(inspection: Inspection) -> None:
    sample = await drawn_call(inspection)
    with pytest.raises(WrongScore, match="写明事实"):
        await inspection.score(sample, f"staff:{QA[0]}", FULL, ("F1",), " ", FRIDAY)
    assert await inspection.score(sample, f"staff:{QA[0]}", FULL, ("F1",), "录音 1 分 05 秒挂断", FRIDAY) == 0


@pytest.fixture
async def desk(
    inspection: Inspection, database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """An inspector at her desk."""
    assert inspection
    async with await entered(made_site(pool, database.app_url, tmp_path), pool, QA[0]) as client:
        yield client


async def test_the_sample_of_today_is_drawn_shown_and_scored_in_the_browser(desk: httpx.AsyncClient, pool: Any) -> None:
    assert "没有待评的样本" in (await desk.get("/quality")).text
    drawn = await desk.post("/quality/draw")
    assert drawn.status_code == 200 and "抽取了" in drawn.text
    assert "抽取了 0 通来电" in (await desk.post("/quality/draw")).text  # what the month needs by today is there
    sample = await pool.fetchval("SELECT sample_id FROM samples ORDER BY sample_id LIMIT 1")
    assert "耐心倾听" in (await desk.get(f"/quality/{sample}")).text
    half = await desk.post(f"/quality/{sample}/score", data={"item-greet": "5", "remark": "<script>x</script>"})
    assert half.status_code == 409 and "还没有打分" in half.text and "<script>x" not in half.text
    points = {f"item-{name}": str(most) for name, most in FULL.items()}
    words = await desk.post(f"/quality/{sample}/score", data={**points, "item-greet": "five"})
    assert words.status_code == 409 and "整数" in words.text
    assert (await desk.post(f"/quality/{sample}/score", data=points)).status_code == 303


async def test_the_tray_counts_all_that_waits_also_what_is_not_listed_yet(desk: httpx.AsyncClient, pool: Any) -> None:
    await pool.execute(
        """INSERT INTO samples (sample_id, sheet, subject_id, person, why, drawn_at, drawn_by)
           SELECT gen_random_uuid(), 'call', 2020260309000000 + i, 'staff:1001', 'random', now(), 'staff:2021'
             FROM generate_series(1, 75) i"""
    )
    page = (await desk.get("/quality")).text
    assert '<b class="num push">75</b>' in page and "这里先列出 60 份" in page


async def test_scores_are_for_the_inspectors_and_whose_work_it_is(desk: httpx.AsyncClient, pool: Any) -> None:
    sample = await drawn_call(Inspection(pool))
    await Inspection(pool).score(sample, f"staff:{QA[0]}", FULL, (), "", FRIDAY)
    app = desk._transport.app  # type: ignore[attr-defined]
    async with await entered(app, pool, AGENT) as own, await entered(app, pool, "1002") as stranger:
        assert (await own.get(f"/quality/{sample}")).status_code == 200
        assert "100" in (await own.get("/quality/mine")).text
        assert (await stranger.get(f"/quality/{sample}")).status_code == 404
        for path in ("/quality", "/quality/draw"):
            assert (await stranger.request("POST" if "draw" in path else "GET", path)).status_code == 403
        assert (await own.post(f"/quality/{sample}/appeal", data={"words": "请复核"})).status_code == 303


async def test_a_piece_of_work_is_drawn_by_its_orders_number(desk: httpx.AsyncClient, pool: Any) -> None:
    row = await pool.fetchrow("SELECT number, actors FROM orders WHERE array_length(actors, 1) > 0 LIMIT 1")
    person = row["actors"][0].partition(":")[2]
    form = {"number": row["number"], "person": person, "sheet": "order_record"}
    assert (await desk.post("/quality/ask", data=form)).status_code == 303
    for wrong, status in (({"number": "12"}, 422), ({"person": "9999"}, 422), ({"sheet": "beauty"}, 409)):
        assert (await desk.post("/quality/ask", data={**form, **wrong})).status_code == status
