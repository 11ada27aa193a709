"""What a citizen holds in hand fits the books or does not; a lost code is replaced, and nobody is told anything."""

import json
import re

import pytest
from citizen import WHAT, WHO, Citizen, words_of
from test_following import NOBODYS, WRONG, bare, to_unit

from lianxin.orders.service import order_id_of
from lianxin.portal.lost import LostCodes

# The receipt


async def verified(citizen: Citizen, written: str) -> str:
    return words_of((await citizen.send("/follow/verify", "/follow/verify", receipt=written)).text)


async def test_mark_and_whole_receipt_fit_the_books(citizen, office):
    kept = await citizen.lodge()
    file = (await citizen.client.get("/new/receipt.json")).text
    await to_unit(office, kept.number)
    grouped = " ".join(kept.head[at : at + 4] for at in range(0, 64, 4)).upper()
    for written in (kept.head, kept.head[:12], grouped, file, f"\n{file}\n"):
        page = await verified(citizen, written)
        assert "对得上" in page and "现在一共 5 笔" in page


async def test_a_receipt_of_another_history_does_not_fit(citizen):
    kept = await citizen.lodge()
    receipt = json.loads((await citizen.client.get("/new/receipt.json")).text)
    changed = f"{int(kept.head[0], 16) ^ 1:x}{kept.head[1:]}"
    for written in (changed, json.dumps({**receipt, "head": changed}), json.dumps({**receipt, "seq": 2})):
        page = await verified(citizen, written)
        assert "对不上" in page and "拨打 12345" in page


async def test_the_receipt_of_another_order_is_called_so(citizen, stranger):
    await stranger.lodge()
    theirs = (await stranger.client.get("/new/receipt.json")).text
    await citizen.lodge()
    assert "另一件事" in await verified(citizen, theirs)


@pytest.mark.parametrize(
    "written", ["", "abc", "看不清", "{}", '{"number": 1}', "0" * 11, "g" * 64, "<script>x</script>"]
)
async def test_what_is_no_receipt_is_called_so(citizen, written):
    await citizen.lodge()
    assert "既不是印记" in await verified(citizen, written)


async def test_a_record_that_was_changed_is_noticed_without_anybody_asking(citizen, pool):
    kept = await citizen.lodge()
    await pool.execute("UPDATE receipts SET seq = NULL, head = NULL WHERE order_id = $1", order_id_of(kept.number))
    await pool.execute(
        "UPDATE receipts SET seq = 1, head = $2 WHERE order_id = $1", order_id_of(kept.number), bytes(32)
    )
    page = words_of((await citizen.see("/follow")).text)
    assert "记录和回执对不上" in page and "0000 0000 0000 0000" in page


# A lost code


@pytest.fixture
def lost(site):
    """Waits until everything that was asked for is done."""
    return next(one for one in _reached(site) if isinstance(one, LostCodes))


def _reached(site):
    for route in site.routes:
        for handler in getattr(route, "route_handlers", ()):
            for cell in getattr(handler.fn, "__closure__", None) or ():
                yield from vars(cell.cell_contents).values() if hasattr(cell.cell_contents, "__dict__") else ()


async def ask(citizen: Citizen, lost, number: str, phone: str) -> str:
    answered = await citizen.send("/follow/lost", "/follow/lost", number=number, phone=phone)
    await lost.settle()
    assert answered.status_code == 200
    return bare(answered.text)


async def codes_sent(pool) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM outbox WHERE body ->> 'template' = 'code'"))


async def test_a_new_code_goes_to_the_telephone_that_was_left_and_the_old_one_is_void(citizen, stranger, pool, lost):
    kept = await citizen.lodge()
    await ask(stranger, lost, kept.number, "+86 138-0013-8000")
    assert await codes_sent(pool) == 2
    assert "我的事办得怎么样了" in (await citizen.see("/follow")).text, "an open look is closed as well"
    assert WRONG in (await citizen.follow(kept.number, kept.code)).text


async def test_the_answer_is_the_same_whatever_belongs_together(citizen, stranger, pool, lost):
    kept = await citizen.lodge()
    pairs = [
        (kept.number, "13900139000"),
        (kept.number, "8000"),
        (kept.number, ""),
        (NOBODYS, "13800138000"),
    ]
    answers = {await ask(stranger, lost, number, phone) for number, phone in pairs[:2]}
    clean = {re.sub(r"\d{8}-\d{6}", "", page) for page in answers}
    assert len(clean) == 1 and await codes_sent(pool) == 1
    async with Citizen(stranger.site, "192.0.2.5") as another:
        clean |= {re.sub(r"\d{8}-\d{6}", "", await ask(another, lost, number, phone)) for number, phone in pairs[3:]}
    assert len(clean) == 1 and await codes_sent(pool) == 1
    assert (await citizen.follow(kept.number, kept.code)).status_code == 303, "the code still holds"


async def test_who_reported_a_breach_is_told_to_call(stranger):
    page = (await stranger.client.get("/follow/lost")).text
    assert "您办的是举报吗" in page and "请拨打 12345" in page


async def test_a_slip_in_the_number_is_said_and_nothing_is_looked_up(stranger, pool):
    answered = await stranger.send("/follow/lost", "/follow/lost", number="20260309-000019", phone=WHO["phone"])
    assert answered.status_code == 422 and "有一位数字不对" in words_of(answered.text)
    assert await pool.fetchval("SELECT count(*) FROM portal_buckets") == 0


async def test_nobody_can_fill_a_telephone_with_codes(citizen, site, pool, lost):
    kept = await citizen.lodge()
    answers = []
    for place in range(1, 6):
        async with Citizen(site, f"192.0.2.{place}") as one:
            answered = await one.send("/follow/lost", "/follow/lost", number=kept.number, phone=WHO["phone"])
            await lost.settle()
            answers.append(answered.status_code)
    assert answers == [200, 200, 429, 429, 429] and await codes_sent(pool) == 3


async def test_who_is_kept_apart_gets_a_new_code_from_people_only(citizen, stranger, pool, lost):
    kept = await citizen.lodge(what={**WHAT, "kind": "report"})
    await ask(stranger, lost, kept.number, "13800138000")
    assert await pool.fetchval("SELECT count(*) FROM receipts") == 1


async def test_who_left_no_telephone_gets_no_code_by_any_other(citizen, stranger, pool, lost):
    kept = await citizen.lodge(who={"mail": "wang@example.org"})
    await ask(stranger, lost, kept.number, "13800138000")
    assert await pool.fetchval("SELECT count(*) FROM receipts") == 1
