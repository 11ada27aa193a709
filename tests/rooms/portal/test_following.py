"""A citizen follows their order with number and code; a stranger with a number but no code learns nothing."""

import asyncio
import re
from datetime import date

import pytest
from citizen import WHAT, WORDS, Citizen, words_of
from made.one_order import Office

from lianxin.ground.clock import HOUR_MS, MINUTE_MS
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.service import Words, order_id_of
from lianxin.orders.steps.written import TakeIn

WRONG = "单号和查询码对不上"
NOBODYS = make_number(date(2026, 3, 9), 7)
"""A number as good as any, that no order has."""
ABOUT = {"kind": "complaint", "category": "0401", "region": "371602"}
INSIDE = ("责任不清", "内部研究意见", "答非所问", "staff:", "王雅茹", "工号")


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


def bare(html: str) -> str:
    """A page without what differs from one answer to the next: tokens and puzzles."""
    return re.sub(r'(value|data-puzzle)="[^"]*"', "", html)


async def to_unit(office: Office, number: str) -> int:
    """Taken in, reviewed and dispatched; the housing bureau signed."""
    order = order_id_of(number)
    await office.act(order, TakeIn, "staff:1001", "agent", **ABOUT)
    await office.dispatch(order)
    await office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    return order


async def note(office: Office, order: int, text: str, told: str = "") -> None:
    words = Words("", text, b"n" * 16)
    await office.act(order, c.Note, "unit:zjj:contact", "unit_contact", text_hash=words.hash(), told=told, words=words)


async def answer(office: Office, order: int, text: str) -> None:
    words = Words("", text, b"a" * 16)
    proof = {"answer_hash": words.hash(), "basis": "供热条例", "contacted": "电话"}
    await office.act(order, c.Reply, "unit:zjj:contact", "unit_contact", words=words, **proof)


async def test_number_and_code_open_the_course(citizen, stranger):
    kept = await citizen.lodge()
    answered = await stranger.follow(kept.number, f" {kept.code[:4]}-{kept.code[4:]} ")
    assert answered.headers["location"] == "/follow" and kept.code not in answered.headers["location"]
    page = words_of((await stranger.see("/follow")).text)
    for words in (kept.number, "第 1 天", "热线话务员正在看您写的内容", "最迟3月16日 24:00", WORDS, "回执没有被改过"):
        assert words in page, words


async def test_who_just_sent_it_need_not_type_the_code(citizen):
    await citizen.lodge()
    assert "您在网上提交" in words_of((await citizen.see("/follow")).text)


async def test_wrong_code_wrong_number_and_no_order_look_the_same(citizen, stranger):
    kept = await citizen.lodge()
    answers = [
        await stranger.follow(kept.number, other(kept.code)),
        await stranger.follow(kept.number, ""),
        await stranger.follow(NOBODYS, kept.code),
        await stranger.follow(NOBODYS, "not a code"),
    ]
    assert {one.status_code for one in answers} == {422}
    assert all(WRONG in words_of(one.text) for one in answers)
    assert len({bare(one.text) for one in answers}) == 1
    assert not any("lianxin-look" in one.headers.get("set-cookie", "") for one in answers)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [("", "一共有0位"), ("20260309-000019", "有一位数字不对"), ("abc", "出现了“a”"), ("<b>", "出现了“<”")],
)
async def test_what_is_no_number_at_all_is_explained_without_looking_anything_up(citizen, number, sentence):
    answered = await citizen.follow(number, "12345678")
    assert answered.status_code == 422 and sentence in words_of(answered.text) and "<b>" not in answered.text


async def test_a_stranger_with_a_number_and_no_code_gets_no_word(citizen, stranger):
    kept = await citizen.lodge()
    for path in ("/follow", "/follow/add", "/follow/withdraw", "/follow/verify", "/follow/file", "/follow/file/1"):
        page = (await stranger.see(path)).text
        assert "我的事办得怎么样了" in page and WORDS not in page and kept.number not in page
    page = (await stranger.see("/follow/lost")).text
    token = stranger.hidden(page, "/follow/lost")
    for path, fields in (
        ("/follow/add", {"text": "x"}),
        ("/follow/withdraw", {}),
        ("/follow/verify", {"receipt": kept.head}),
    ):
        answered = await stranger.client.post(path, data={**token, **fields})
        assert kept.number not in answered.text and WORDS not in answered.text
    for path in (f"/follow/{kept.number}", f"/follow?number={kept.number}", f"/orders/{kept.number}"):
        assert WORDS not in (await stranger.see(path)).text


async def test_guesses_at_one_number_end_soon_and_its_citizen_still_gets_in(citizen, site):
    kept = await citizen.lodge()
    async with Citizen(site, "192.0.2.66") as guesser:
        codes = [f"{n:08d}" for n in range(8)]
        answers = [(await guesser.follow(kept.number, code)).status_code for code in codes]
        assert answers == [422] * 5 + [429] * 3
        right = await guesser.follow(kept.number, kept.code)
        assert right.status_code == 429, "also the right one is not tried any more from there"
        nobodys = [(await guesser.follow(NOBODYS, code)).status_code for code in codes]
        assert nobodys == answers, "an order that is none is guessed at just as long"
    await citizen.send("/follow", "/follow/leave")
    assert (await citizen.follow(kept.number, kept.code)).headers["location"] == "/follow"


async def test_guesses_from_many_places_end_too(citizen, site, clock):
    kept = await citizen.lodge()
    tried = 0
    for place in range(1, 13):
        async with Citizen(site, f"192.0.2.{place}") as guesser:
            for code in range(5):
                tried += (await guesser.follow(kept.number, f"{place * 10 + code:08d}")).status_code == 422
    assert tried == 50
    clock.set(clock.now() + HOUR_MS)
    async with Citizen(site, "192.0.2.99") as owner:
        assert (await owner.follow(kept.number, kept.code)).status_code == 303


async def test_the_right_code_uses_nothing_up(citizen):
    kept = await citizen.lodge()
    for _ in range(8):
        assert (await citizen.follow(kept.number, kept.code)).status_code == 303


async def test_a_look_ends_after_half_an_hour_and_four_hours_at_most(citizen, clock):
    await citizen.lodge()
    for _ in range(8):
        clock.set(clock.now() + 29 * MINUTE_MS)
        assert "您反映的事" in (await citizen.see("/follow")).text
    clock.set(clock.now() + 9 * MINUTE_MS)
    assert "我的事办得怎么样了" in (await citizen.see("/follow")).text


async def test_half_an_hour_without_a_page_ends_it_too(citizen, clock):
    await citizen.lodge()
    await citizen.see("/follow")
    clock.set(clock.now() + 30 * MINUTE_MS)
    assert "我的事办得怎么样了" in (await citizen.see("/follow")).text


async def test_closed_it_is_closed(citizen):
    await citizen.lodge()
    secret = citizen.client.cookies["lianxin-look"]
    await citizen.send("/follow", "/follow/leave")
    citizen.client.cookies.set("lianxin-look", secret)
    assert "我的事办得怎么样了" in (await citizen.see("/follow")).text


async def test_what_was_written_too_late_is_kept_and_sent_after_all(citizen, clock, pool):
    kept = await citizen.lodge()
    form = citizen.hidden((await citizen.see("/follow/add")).text, "/follow/add")
    clock.set(clock.now() + 31 * MINUTE_MS)
    late = await citizen.client.post("/follow/add", data={**form, "text": "楼上也不热了"})
    assert late.status_code == 401 and "还没有提交" in words_of(late.text) and "楼上也不热了" in late.text
    again = {**citizen.hidden(late.text, "/follow"), "number": kept.number, "code": kept.code, "unsent": "楼上也不热了"}
    assert (await citizen.client.post("/follow", data=again)).headers["location"] == "/follow/add"
    assert "楼上也不热了" in (await citizen.see("/follow/add")).text
    await citizen.send("/follow/add", "/follow/add", text="楼上也不热了")
    assert await pool.fetchval("SELECT text FROM texts WHERE n = 2") == "楼上也不热了"


async def test_the_course_in_plain_words_and_nothing_of_the_house_itself(citizen, office):
    kept = await citizen.lodge()
    order = await to_unit(office, kept.number)
    await note(office, order, "内部研究意见：责任不清")
    await note(office, order, "师傅明早八点上门", told="已电话告知")
    await answer(office, order, "已维修")
    await office.act(order, c.ReturnReply, "staff:2001", "reviewer", defects="答非所问")
    page = words_of((await citizen.see("/follow")).text)
    assert "热线正在审核滨州市住房和城乡建设局的答复" in page and "师傅明早八点上门" in page
    assert "已维修" not in page and "答复还不完整" in page
    await office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    await answer(office, order, "阀门已更换，室温 20 度。")
    await office.act(order, c.AcceptReply, "staff:2001", "reviewer")
    page = words_of((await citizen.see("/follow")).text)
    assert "阀门已更换，室温 20 度。" in page and "热线会回访您" in page
    assert not [words for words in (*INSIDE, "已维修") if words in page]


async def test_how_the_date_was_counted_stands_with_its_source(citizen, office):
    kept = await citizen.lodge()
    await to_unit(office, kept.number)
    page = words_of((await citizen.see("/follow")).text)
    assert "现在由滨州市住房和城乡建设局负责" in page and "这个日子怎么算的" in page
    assert "山东省政务服务热线管理办法" in page


async def test_what_is_added_is_read_by_whoever_works_on_it_and_acts_once(citizen, pool):
    kept = await citizen.lodge()
    form = citizen.hidden((await citizen.see("/follow/add")).text, "/follow/add")
    both = [citizen.client.post("/follow/add", data={**form, "text": "楼上也不热"}) for _ in range(3)]
    answers = await asyncio.gather(*both)
    assert {one.headers.get("location") for one in answers} == {"/follow?done=added"}
    order = order_id_of(kept.number)
    assert [row[0] for row in await pool.fetch("SELECT text FROM texts WHERE order_id = $1 AND n > 1", order)] == [
        "楼上也不热"
    ]
    ended = await pool.fetch("SELECT disposition FROM contacts ORDER BY arrived_at, contact_id")
    assert [row[0] for row in ended] == ["opened", "added"]
    page = words_of((await citizen.see("/follow?done=added")).text)
    assert "已补充" in page and "楼上也不热" in page


async def test_nothing_is_no_addition_and_too_much_is_none_either(citizen, pool):
    await citizen.lodge()
    for text in ("", "   ", "字" * 5_001):
        answered = await citizen.send("/follow/add", "/follow/add", text=text)
        assert answered.status_code == 422 and 'aria-invalid="true"' in answered.text
    assert await pool.fetchval("SELECT count(*) FROM texts") == 1


async def test_a_made_up_command_acts_once_as_well_and_takes_nobody_elses_place(citizen, stranger, pool):
    await citizen.lodge()
    await stranger.lodge()
    for one in (citizen, stranger):
        form = one.hidden((await one.see("/follow/add")).text, "/follow/add")
        for command in ("not-a-uuid", "", "../.."):
            answered = await one.client.post("/follow/add", data={**form, "command": command, "text": "再补充"})
            assert answered.status_code == 303
    assert await pool.fetchval("SELECT count(*) FROM texts WHERE n > 1") == 6


async def test_taking_back_is_asked_twice_and_done_once(citizen, pool):
    kept = await citizen.lodge()
    question = await citizen.see("/follow/withdraw")
    assert "确定要撤回吗" in question.text and "有人催您撤回吗" in question.text
    assert await pool.fetchval("SELECT state FROM orders") == "received", "looking at the question does nothing"
    form = citizen.hidden(question.text, "/follow/withdraw")
    for _ in range(2):
        answered = await citizen.client.post("/follow/withdraw", data=form)
        assert answered.headers["location"] == "/follow?done=withdrawn"
    assert await pool.fetchval("SELECT state FROM orders WHERE number = $1", kept.number) == "withdrawn"
    page = words_of((await citizen.see("/follow")).text)
    assert "您已撤回" in page and "补充情况" not in page


async def test_what_endangers_others_cannot_be_taken_back(citizen, office):
    kept = await citizen.lodge()
    order = order_id_of(kept.number)
    await office.act(order, TakeIn, "staff:1001", "agent", **{**ABOUT, "urgency": "life_danger"})
    assert "/follow/withdraw" not in (await citizen.see("/follow")).text
    answered = await citizen.send("/follow/withdraw", "/follow/withdraw")
    assert answered.status_code == 422 and "不能撤回" in words_of(answered.text)


async def test_who_does_too_much_at_once_keeps_what_was_written(citizen):
    await citizen.lodge()
    for n in range(8):
        assert (await citizen.send("/follow/add", "/follow/add", text=f"第 {n} 次")).status_code == 303
    answered = await citizen.send("/follow/add", "/follow/add", text="第九次的话")
    assert answered.status_code == 422 and "提交得太密了" in answered.text and "第九次的话" in answered.text


async def test_joined_to_another_order_one_follows_the_one_that_goes_on(citizen, stranger, office):
    first, second = await stranger.lodge(), await citizen.lodge(what={**WHAT, "text": "我家也不热"})
    root = await to_unit(office, first.number)
    child = order_id_of(second.number)
    await office.act(child, TakeIn, "staff:1001", "agent", **ABOUT)
    join = c.Join(id=office.id(), by="staff:2001", role="reviewer", parent=root, reason="同一栋楼")
    await office.services.join(child, join, office.later())
    await note(office, root, "只告诉第一位的话", told="已电话告知")
    page = words_of((await citizen.see("/follow")).text)
    assert "现在由滨州市住房和城乡建设局负责" in page and "合在一起办理" in page and "我家也不热" in page
    assert first.number not in page and WORDS not in page and "只告诉第一位的话" not in page
    assert "我家也不热" not in words_of((await stranger.see("/follow")).text)
    await citizen.send("/follow/add", "/follow/add", text="我家更冷了")
    await answer(office, root, "整栋楼已修好。")
    await office.act(root, c.AcceptReply, "staff:2001", "reviewer")
    assert "整栋楼已修好。" in words_of((await citizen.see("/follow")).text)
    theirs = words_of((await stranger.see("/follow")).text)
    assert "整栋楼已修好。" in theirs and "我家更冷了" not in theirs
