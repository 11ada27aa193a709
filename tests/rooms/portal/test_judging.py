"""A citizen says how it went, and asks to have it opened again: two questions, two facts, the first word stands."""

import asyncio

import pytest
from citizen import Citizen, words_of
from made.one_order import Office
from test_following import answer, to_unit

from lianxin.orders import commands as c
from lianxin.orders.service import order_id_of

GOOD = {"solved": "solved", "satisfied": "very", "reason": "", "text": ""}


async def answered(citizen: Citizen, office: Office) -> int:
    """The citizen's order, answered and accepted."""
    kept = await citizen.lodge()
    order = await to_unit(office, kept.number)
    await answer(office, order, "阀门已更换。")
    await office.act(order, c.AcceptReply, "staff:2001", "reviewer")
    return order


async def rate(citizen: Citizen, **fields: str):
    return await citizen.send("/follow/rate", "/follow/rate", **{**GOOD, **fields})


async def test_solved_and_content_ends_it_and_both_are_kept_apart(citizen, office):
    order = await answered(citizen, office)
    assert "评价办理结果" in (await citizen.see("/follow")).text
    assert (await rate(citizen, satisfied="basic", reason="slow")).headers["location"] == "/follow?done=rated"
    after = await office.order(order)
    assert (after.state, after.solved_first, after.satisfied_first) == ("completed", "solved", "basic")
    page = words_of((await citizen.see("/follow?done=rated")).text)
    assert "谢谢" in page and "已办结" in page and "申请重新办理" in page


async def test_not_solved_asks_for_rework_with_the_citizens_own_words(citizen, office, pool):
    order = await answered(citizen, office)
    await rate(citizen, solved="not_solved", satisfied="very_no", reason="answer_wrong", text="阀门根本没有换")
    after = await office.order(order)
    assert (after.proposal, after.solved_first, after.satisfied_first) == ("rework", "not_solved", "very_no")
    texts = await pool.fetch("SELECT text FROM texts WHERE order_id = $1 ORDER BY n", order)
    assert texts[-1]["text"] == "阀门根本没有换"
    page = words_of((await citizen.see("/follow")).text)
    assert "阀门根本没有换" in page and "还没有办好" in page and "评价办理结果" not in page


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"solved": ""}, "solved"),
        ({"satisfied": ""}, "satisfied"),
        ({"solved": "promised_later"}, "solved"),
        ({"satisfied": "no_comment"}, "satisfied"),  # silence is no answer that one gives
        ({"solved": "partly"}, "reason"),
        ({"reason": "weather"}, "reason"),
        ({"text": "字" * 5_001}, "text"),
    ],
)
async def test_what_is_missing_is_said_and_nothing_is_recorded(citizen, office, fields, field):
    order = await answered(citizen, office)
    page = await rate(citizen, **fields)
    assert page.status_code == 422 and f'aria-describedby="{field}-error"' in page.text
    assert (await office.order(order)).solved_first is None


async def test_the_first_word_stands(citizen, office):
    order = await answered(citizen, office)
    html = (await citizen.see("/follow/rate")).text
    form = {**citizen.hidden(html, "/follow/rate"), **GOOD}
    both = await asyncio.gather(*(citizen.client.post("/follow/rate", data=form) for _ in range(2)))
    assert {one.status_code for one in both} == {303}, "the same form twice is one rating"
    again = await rate(citizen, satisfied="very_no")
    assert again.status_code == 422 and "办结" in words_of(again.text)
    assert (await office.order(order)).satisfied_first == "very"


async def test_nobody_rates_before_there_is_an_answer(citizen, office):
    kept = await citizen.lodge()
    assert "评价办理结果" not in (await citizen.see("/follow")).text
    page = await rate(citizen)
    assert page.status_code == 422 and 'role="alert"' in page.text
    assert (await office.order(order_id_of(kept.number))).solved_first is None


async def test_opened_again_on_new_facts_by_a_reviewer(citizen, office, pool):
    order = await answered(citizen, office)
    await rate(citizen)
    asked = await citizen.send("/follow/reopen", "/follow/reopen", text="今天又不热了，只有 14 度")
    assert asked.headers["location"] == "/follow?done=reopen_asked"
    after = await office.order(order)
    assert (after.state, after.holder) == ("reopen_asked", "tray:review")
    page = words_of((await citizen.see("/follow")).text)
    assert "您申请重新办理，热线正在审核" in page and "今天又不热了" in page
    await office.act(order, c.Reopen, "staff:2001", "reviewer", contact=after.contact, facts="复发")
    page = words_of((await citizen.see("/follow")).text)
    assert "已转给滨州市住房和城乡建设局，签收之前由热线负责" in page and "复发" not in page


async def test_a_declined_reopening_tells_why(citizen, office):
    order = await answered(citizen, office)
    await rate(citizen)
    await citizen.send("/follow/reopen", "/follow/reopen", text="想问问别的小区")
    told = {"reason": "是另一件事，请另行反映", "told": "已电话说明"}
    await office.act(order, c.DeclineReopen, "staff:2001", "reviewer", **told)
    page = words_of((await citizen.see("/follow")).text)
    assert "不再重新办理" in page and "是另一件事，请另行反映" in page and "已电话说明" not in page


async def test_what_is_still_open_is_not_opened_again(citizen, office):
    await citizen.lodge()
    page = await citizen.send("/follow/reopen", "/follow/reopen", text="快一点")
    assert page.status_code == 422 and "快一点" in page.text


async def test_nothing_new_is_no_ground(citizen, office):
    await answered(citizen, office)
    await rate(citizen)
    assert (await citizen.send("/follow/reopen", "/follow/reopen", text=" ")).status_code == 422
