"""Nothing typed is ever lost: drafts survive whatever happens to the page, the session and the house."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from acting_day import NOW, OFFICER, OTHER_OFFICER, Desk, desk, text
from made.pages_day import LIFT, play
from made.site import open_site

from lianxin.desks.site import make_paper
from lianxin.ground.clock import DAY_MS, HOUR_MS
from lianxin.ground.web import Paper
from lianxin.orders.drafts import BYTES_MAX, KEPT_MS, MOST, DraftLine, Drafts, DraftTooLarge, TooManyDrafts
from lianxin.people.ring import house_keys

RING = house_keys(b"k" * 32).ring("drafts")
WORDS = {"answer": ("电梯已修好，请放心使用。",)}
WHERE = ("zjj:contact", LIFT, "reply")


@pytest.fixture(scope="module")
def paper() -> Paper:
    """The templates, compiled once."""
    return make_paper()


@pytest.fixture
async def site(database: Any, pool: Any, paper: Paper, tmp_path: Any) -> AsyncIterator[Any]:
    """The site over a few played days."""
    await play(pool)
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as opened:
        yield opened


@pytest.fixture
async def officer(site: Any, pool: Any) -> AsyncIterator[Desk]:
    found = await desk(site, pool, OFFICER)
    yield found
    await found.client.aclose()


async def test_what_was_kept_comes_back_and_the_latest_counts(pool: Any) -> None:
    drafts = Drafts(pool, RING)
    await drafts.keep(*WHERE, {"answer": ("电梯",)}, NOW)
    await drafts.keep(*WHERE, {**WORDS, "basis": ("条例",), "assist": ("a", "", "b")}, NOW + 1_000)
    found = (await drafts.on(OFFICER, LIFT))["reply"]
    assert found.at == NOW + 1_000
    assert found.values == {"answer": WORDS["answer"], "basis": ("条例",), "assist": ("a", "", "b")}


async def test_nobody_else_has_it(pool: Any) -> None:
    drafts = Drafts(pool, RING)
    await drafts.keep(*WHERE, WORDS, NOW)
    assert await drafts.on(OTHER_OFFICER, LIFT) == {}
    assert await drafts.all(OTHER_OFFICER) == ()
    await drafts.drop(OTHER_OFFICER, LIFT, "reply")
    assert len(await drafts.all(OFFICER)) == 1


async def test_the_table_tells_nobody_what_was_written(pool: Any) -> None:
    await Drafts(pool, RING).keep(*WHERE, WORDS, NOW)
    sealed = bytes(await pool.fetchval("SELECT sealed FROM drafts"))
    assert "电梯".encode() not in sealed and b"answer" not in sealed


async def test_a_draft_moved_to_somebody_elses_row_does_not_open(pool: Any) -> None:
    drafts = Drafts(pool, RING)
    await drafts.keep(*WHERE, WORDS, NOW)
    await pool.execute("UPDATE drafts SET who = $1", OTHER_OFFICER)
    assert await drafts.on(OTHER_OFFICER, LIFT) == {}
    assert len(await drafts.all(OTHER_OFFICER)) == 1  # it can still be discarded


async def test_a_draft_of_another_key_does_not_open_and_harms_nothing(pool: Any) -> None:
    await Drafts(pool, house_keys(b"o" * 32).ring("drafts")).keep(*WHERE, WORDS, NOW)
    assert await Drafts(pool, RING).on(OFFICER, LIFT) == {}


async def test_an_emptied_form_has_no_draft(pool: Any) -> None:
    drafts = Drafts(pool, RING)
    await drafts.keep(*WHERE, WORDS, NOW)
    await drafts.keep(*WHERE, {"answer": ("",), "command": ("x",), "_csrf": ("y",)}, NOW)
    assert await drafts.all(OFFICER) == ()


async def test_what_is_too_large_is_refused_and_what_was_kept_stays(pool: Any) -> None:
    drafts = Drafts(pool, RING)
    await drafts.keep(*WHERE, WORDS, NOW)
    with pytest.raises(DraftTooLarge):
        await drafts.keep(*WHERE, {"answer": ("x" * (BYTES_MAX + 1),)}, NOW)
    assert (await drafts.on(OFFICER, LIFT))["reply"].values == WORDS


async def test_somebody_has_at_most_so_many_and_may_go_on_with_those(pool: Any) -> None:
    drafts = Drafts(pool, RING)
    for n in range(MOST):
        await drafts.keep(OFFICER, f"subject-{n}", "reply", WORDS, NOW)
    with pytest.raises(TooManyDrafts):
        await drafts.keep(*WHERE, WORDS, NOW)
    await drafts.keep(OFFICER, "subject-0", "reply", {"answer": ("weiter",)}, NOW)
    await drafts.keep(OTHER_OFFICER, LIFT, "reply", WORDS, NOW)


async def test_after_a_week_it_is_forgotten(pool: Any) -> None:
    drafts = Drafts(pool, RING)
    await drafts.keep(*WHERE, WORDS, NOW)
    await drafts.keep(OFFICER, LIFT, "note", WORDS, NOW + HOUR_MS)
    assert await drafts.sweep(NOW + KEPT_MS) == 0
    assert await drafts.sweep(NOW + KEPT_MS + 1) == 1
    assert [line.form for line in await drafts.all(OFFICER)] == ["note"]
    assert await drafts.sweep(NOW + 30 * DAY_MS) == 1


async def test_it_is_kept_as_one_types_and_stands_there_again(officer: Desk) -> None:
    await officer.open(LIFT, "reply")
    kept = await officer.client.put(f"/drafts/{LIFT}/reply", data={**officer.beside, "answer": "电梯已修好。"})
    assert (kept.status_code, kept.text) == (200, "已存草稿 10:20")
    again = await officer.open(LIFT, "reply")
    assert "电梯已修好。" in again.text and "这是您 3月13日 10:20 (周五) 存的草稿" in text(again)
    assert "电梯已修好。" in (await officer.client.get(f"/orders/{LIFT}")).text


async def test_it_survives_logging_out_and_a_start_of_the_house(
    database: Any, pool: Any, paper: Paper, tmp_path: Any
) -> None:
    await play(pool)
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as first:
        before = await desk(first, pool, OFFICER)
        await before.client.put(f"/drafts/{LIFT}/reply", data={"answer": "写到一半"})
        assert (await before.client.post("/logout")).status_code in (200, 303)
        assert (await before.client.get(f"/orders/{LIFT}/do/reply")).status_code == 303  # to the door
        await before.client.aclose()
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as second:
        after = await desk(second, pool, OFFICER)
        assert "写到一半" in (await after.open(LIFT, "reply")).text
        await after.client.aclose()


async def test_who_is_not_in_keeps_nothing_and_is_told(site: Any, pool: Any) -> None:
    gone = await desk(site, pool, OFFICER)
    await gone.client.post("/logout")
    answer = await gone.client.put(f"/drafts/{LIFT}/reply", data={"answer": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code in (401, 403)
    assert await pool.fetchval("SELECT count(*) FROM drafts") == 0
    await gone.client.aclose()


async def test_a_form_that_is_not_taken_is_kept_without_any_script(officer: Desk, site: Any, pool: Any) -> None:
    answer = await officer.do(LIFT, "reply", answer="只写了答复")
    assert answer.status_code == 422
    again = await desk(site, pool, OFFICER)
    assert "只写了答复" in (await again.open(LIFT, "reply")).text
    await again.client.aclose()


async def test_it_goes_when_the_step_is_taken_and_what_comes_late_does_not_bring_it_back(
    officer: Desk, pool: Any
) -> None:
    await officer.open(LIFT, "note")
    typed = {**officer.beside, "text": "已进场施工"}
    await officer.client.put(f"/drafts/{LIFT}/note", data=typed)
    assert (await officer.send(LIFT, "note", text="已进场施工")).status_code == 303
    late = await officer.client.put(f"/drafts/{LIFT}/note", data=typed)
    assert (late.status_code, late.text) == (200, "")
    assert await pool.fetchval("SELECT count(*) FROM drafts") == 0


async def test_they_are_listed_and_can_be_discarded(officer: Desk) -> None:
    assert "没有草稿" in text(await officer.client.get("/drafts"))
    await officer.client.put(f"/drafts/{LIFT}/reply", data={"answer": "写到一半"})
    await officer.client.put("/drafts/contact-7/intake", data={"text": "来电"})
    page = await officer.client.get("/drafts")
    assert f'href="/orders/{LIFT}/do/reply"' in page.text and 'href="/intake/7"' in page.text
    assert "写到一半" not in page.text
    gone = await officer.client.post(f"/drafts/{LIFT}/reply/discard", data={"back": f"/orders/{LIFT}/do/reply"})
    assert (gone.status_code, gone.headers["location"]) == (303, f"/orders/{LIFT}/do/reply")
    back = await officer.client.post("/drafts/contact-7/intake/discard", data={"back": ""})
    assert back.headers["location"] == "/drafts"
    assert "没有草稿" in text(await officer.client.get("/drafts"))
    away = await officer.client.post(f"/drafts/{LIFT}/reply/discard", data={"back": "//evil.example"})
    assert away.headers["location"] == "/"


async def test_what_is_no_draft_is_refused(officer: Desk, pool: Any) -> None:
    for path in ("/drafts/a b/reply", "/drafts/x/Reply", "/drafts/%00/reply", f"/drafts/{'x' * 65}/reply", "/drafts/x"):
        assert (await officer.client.put(path, data={"answer": "x"})).status_code in (404, 405), path
    large = await officer.client.put(f"/drafts/{LIFT}/reply", data={"answer": "长" * 25_000})
    assert large.status_code == 413
    many = await officer.client.put(f"/drafts/{LIFT}/reply", data={f"f{n}": "x" for n in range(200)})
    assert many.status_code == 413
    assert await pool.fetchval("SELECT count(*) FROM drafts") == 0


def test_each_draft_leads_to_where_one_goes_on_with_it(pool: Any) -> None:
    drafts = Drafts(pool, RING)
    drafts.leads("contact-", "/intake/{}")
    for subject, form, place in (
        (LIFT, "reply", f"/orders/{LIFT}/do/reply"),
        (LIFT, "finish-part-2", f"/orders/{LIFT}/do/finish-part?part=2"),
        (LIFT, "something-else", f"/orders/{LIFT}"),
        ("contact-20260309-000013", "submit", "/intake/20260309-000013"),
        ("unknown-7", "submit", ""),
    ):
        assert drafts.place_of(DraftLine(subject, form, NOW)) == place


async def test_a_draft_about_an_order_that_is_not_seen_shows_nothing_of_it(site: Any, pool: Any) -> None:
    """Anybody may keep words under any name; they lead to no order."""
    other = await desk(site, pool, OTHER_OFFICER)
    assert (await other.client.put(f"/drafts/{LIFT}/reply", data={"answer": "x"})).status_code == 200
    assert (await other.client.get(f"/orders/{LIFT}/do/reply")).status_code == 404
    assert "锦苑" not in (await other.client.get("/drafts")).text
    await other.client.aclose()
