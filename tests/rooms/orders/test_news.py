"""News and instructions as desks read them: from the database, for who may see the order, once."""

import asyncpg
import pytest
from made.one_order import Office

from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.orders import commands as c
from lianxin.orders.news import instructions_by, instructions_of, see, unanswered, unseen, unseen_count
from lianxin.orders.service import Words
from lianxin.people import load_staff
from lianxin.personnel import enrol

DISPATCHER, OTHER = (person.id for person in load_staff().by_role("dispatcher")[:2])
LEADER, SUPERVISOR = (load_staff().by_role(role)[0].id for role in ("leader", "supervisor"))
TRACKER = f"staff:{DISPATCHER}"
Pool = asyncpg.Pool


@pytest.fixture
async def office(pool: Pool) -> Office:
    """A hotline of Binzhou's people."""
    store = PostgresLedger(pool)
    house = Office(store)
    await enrol(store, load_staff(), house.now)
    return house


@pytest.fixture
async def order(office: Office) -> int:
    """Dispatched by who follows it, and signed by the housing bureau."""
    order = await office.submit("20260309-000018", None)
    await office.dispatch(order, TRACKER)
    await office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    return order


async def instruct(office: Office, order: int, text: str) -> None:
    words = Words("", text, b"s" * 16)
    await office.act(order, c.Instruct, f"staff:{LEADER}", "leader", text_hash=words.hash(), words=words)


async def test_news_is_unseen_until_it_was_seen_and_then_gone(office: Office, order: int, pool: Pool) -> None:
    (piece,) = await unseen(pool, DISPATCHER, TRACKER)
    signed = await office.order(order)
    assert (piece.order_id, piece.number, piece.title) == (order, signed.number, "电梯停运")
    assert (piece.kind, piece.seq, piece.at) == ("signed", signed.seq, signed.last_at)
    assert await unseen_count(pool, DISPATCHER, TRACKER) == 1
    assert await see(pool, TRACKER, order, piece.seq, office.now) == 1
    assert await see(pool, TRACKER, order, piece.seq, office.now) == 0
    assert await unseen(pool, DISPATCHER, TRACKER) == () and await unseen_count(pool, DISPATCHER, TRACKER) == 0


async def test_what_came_after_the_last_look_stays_unseen(office: Office, order: int, pool: Pool) -> None:
    (first,) = await unseen(pool, DISPATCHER, TRACKER)
    await office.act(order, c.LogContact, "unit:zjj:contact", "unit_contact", how="电话")
    ground = {"code": "R2", "basis": "三定规定", "suggested": "cgj"}
    await office.act(order, c.AskSendBack, "unit:zjj:contact", "unit_contact", **ground)
    await see(pool, TRACKER, order, first.seq, office.now)
    assert [piece.kind for piece in await unseen(pool, DISPATCHER, TRACKER)] == ["send_back_asked"]


async def test_another_dispatcher_is_told_nothing_and_marks_nothing(office: Office, order: int, pool: Pool) -> None:
    assert await unseen(pool, OTHER, f"staff:{OTHER}") == ()
    assert await see(pool, f"staff:{OTHER}", order, 99, office.now) == 0
    assert await unseen_count(pool, DISPATCHER, TRACKER) == 1


async def test_who_may_not_see_the_order_any_more_is_told_nothing_of_it(office: Office, order: int, pool: Pool) -> None:
    """Somebody of a unit that is reported about reads no news of it, even under the tracker's key."""
    await pool.execute("UPDATE orders SET targets = '{zjj}' WHERE order_id = $1", order)
    assert await unseen(pool, "zjj:contact", TRACKER) == () and await unseen_count(pool, "zjj:contact", TRACKER) == 0


async def test_the_latest_comes_first_and_only_so_many(office: Office, order: int, pool: Pool) -> None:
    for _ in range(3):
        await office.act(order, c.Urge, TRACKER, "dispatcher")
        await office.act(order, c.LogContact, "unit:zjj:contact", "unit_contact", how="电话")
    kinds = [piece.kind for piece in await unseen(pool, DISPATCHER, TRACKER)]
    assert kinds == ["urge_answered"] * 3 + ["signed"]
    assert len(await unseen(pool, DISPATCHER, TRACKER, limit=2)) == 2


async def test_an_instruction_waits_on_the_list_with_its_words_and_date(office: Office, order: int, pool: Pool) -> None:
    await instruct(office, order, "请住建局一周内修好，举一反三")
    (waiting,) = await unanswered(pool, SUPERVISOR)
    assert (waiting.order_id, waiting.n, waiting.by) == (order, 1, f"staff:{LEADER}")
    assert waiting.text == "请住建局一周内修好，举一反三" and waiting.due is not None
    assert await instructions_of(pool, SUPERVISOR, order) == (waiting,)
    assert await instructions_by(pool, LEADER, f"staff:{LEADER}") == (waiting,)


async def test_answered_it_is_off_the_list_and_the_leader_reads_the_answer(
    office: Office, order: int, pool: Pool
) -> None:
    await instruct(office, order, "请限期解决")
    words = Words("", "已更换主板，全区电梯排查完毕", b"t" * 16)
    answer = {"instruction": 1, "text_hash": words.hash(), "words": words}
    await office.act(order, c.AnswerInstruction, f"staff:{SUPERVISOR}", "supervisor", **answer)
    assert await unanswered(pool, SUPERVISOR) == ()
    (mine,) = await instructions_by(pool, LEADER, f"staff:{LEADER}")
    assert (mine.answer, mine.answered_by) == ("已更换主板，全区电梯排查完毕", f"staff:{SUPERVISOR}")
    assert mine.answered == office.now


async def test_a_leader_sees_no_instruction_on_what_is_kept_from_them(office: Office, order: int, pool: Pool) -> None:
    await instruct(office, order, "请限期解决")
    await pool.execute("UPDATE orders SET flags = '{confidential}' WHERE order_id = $1", order)
    assert await instructions_by(pool, LEADER, f"staff:{LEADER}") == ()
    assert len(await unanswered(pool, SUPERVISOR)) == 1, "supervision always sees it"
