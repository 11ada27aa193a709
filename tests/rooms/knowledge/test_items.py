"""Knowledge items: two persons, versions, validity, what readers find, and what the clock asks of the owner."""

import msgspec
import pytest
from made_knowledge import AGENT, CONTENT, EDITOR, OTHER, YBJ, Room

from lianxin.ground.clock import DAY_MS, at_iso, iso
from lianxin.ground.ledger import Standing
from lianxin.ground.ledger.entry import KNOWLEDGE
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.knowledge import steps as s
from lianxin.knowledge.deciding import next_date
from lianxin.knowledge.item import Item, ItemEntry, evolve, new_item, parse_name
from lianxin.knowledge.project import row_of
from lianxin.knowledge.refusal import KnowledgeRefused, NoSuchItem
from lianxin.orders.service import Services
from lianxin.worker.timers import Timers

TO_SUNDAY = msgspec.structs.replace(CONTENT, valid_to="2026-11-22")


@pytest.fixture
def room() -> Room:
    return Room()


async def refusal(awaitable) -> KnowledgeRefused:
    with pytest.raises(KnowledgeRefused) as refused:
        await awaitable
    return refused.value


async def code(awaitable) -> str:
    return (await refusal(awaitable)).code


# Two persons


async def test_what_one_wrote_another_publishes(room):
    number = await room.draft()
    await room.act(number, s.Submit)
    refused = await refusal(room.act(number, s.Publish, EDITOR))
    assert refused.code == "own_draft" and "另一位同事" in refused.sentence
    item = await room.act(number, s.Publish, OTHER)
    assert item.published is not None and item.published.reviewer == OTHER and item.published.writers == (EDITOR,)


async def test_who_changed_a_word_of_it_is_a_writer_too(room):
    number = await room.draft()
    await room.act(number, s.Write, OTHER, content=CONTENT, responsible="ybj")
    await room.act(number, s.Submit, EDITOR)
    assert await code(room.act(number, s.Publish, OTHER)) == "own_draft"
    assert (await room.act(number, s.Publish, YBJ)).current == 1


async def test_a_draft_is_not_published_unread(room):
    number = await room.draft()
    assert await code(room.act(number, s.Publish, OTHER)) == "no_draft"


async def test_the_reviewer_sends_it_back_with_a_remark(room):
    number = await room.draft()
    await room.act(number, s.Submit)
    assert await code(room.act(number, s.Return, OTHER, remark="")) == "no_remark"
    assert await code(room.act(number, s.Return, EDITOR, remark="依据不全")) == "own_draft"
    item = await room.act(number, s.Return, OTHER, remark="依据不全")
    assert item.pending is not None and (item.pending.state, item.pending.remark) == ("draft", "依据不全")
    item = await room.act(number, s.Submit)
    assert item.pending is not None and item.pending.remark == ""


async def test_what_is_in_review_is_not_changed_meanwhile(room):
    number = await room.draft()
    await room.act(number, s.Submit)
    assert await code(room.act(number, s.Write, content=CONTENT, responsible="ybj")) == "in_review"


async def test_a_unit_writes_and_publishes_its_own_items_only(room):
    number = await room.draft(by=YBJ)
    other = "unit:rsj:contact"
    assert await code(room.act(number, s.Write, other, content=CONTENT, responsible="rsj")) == "not_your_unit"
    assert await code(room.draft(by=other)) == "not_your_unit"
    item = await room.act(number, s.Submit, YBJ)
    assert item.pending is not None and item.pending.confirmed == YBJ  # what the unit hands in, it stands for
    assert await code(room.act(number, s.Publish, other)) == "not_your_unit"
    assert await code(room.act(number, s.Publish, YBJ)) == "own_draft"
    assert (await room.act(number, s.Publish, EDITOR)).current == 1


async def test_the_responsible_unit_confirms_what_the_house_wrote(room):
    number = await room.draft()
    await room.act(number, s.Submit)
    assert await code(room.act(number, s.Confirm, "unit:rsj:contact", role="unit_contact")) == "not_your_unit"
    assert await code(room.act(number, s.Confirm, OTHER)) == "not_your_role"
    item = await room.act(number, s.Confirm, YBJ, role="unit_contact")
    assert item.pending is not None and item.pending.confirmed == YBJ
    assert row_of(await room.act(number, s.Publish, OTHER)).confirmed


@pytest.mark.parametrize("kind", [s.Submit, s.Publish])
async def test_who_reads_does_not_write(room, kind):
    number = await room.draft()
    if kind is s.Publish:
        await room.act(number, s.Submit)
    assert await code(room.act(number, kind, AGENT)) == "not_your_role"


async def test_a_role_that_somebody_does_not_have_is_refused():
    room = Room(rights=lambda by, role: (by, role) == (EDITOR, "kb_editor"))
    number = await room.draft()
    await room.act(number, s.Submit)
    assert await code(room.act(number, s.Publish, OTHER)) == "not_your_role"


# Versions


async def test_every_version_is_kept(room):
    number = await room.publish()
    second = msgspec.structs.replace(CONTENT, answer="新的口径")
    item = await room.revise(number, second)
    assert [(version.n, version.state) for version in item.versions] == [(1, "replaced"), (2, "published")]
    assert item.versions[0].content == CONTENT and item.published is not None and item.published.content == second
    assert row_of(item).answer == "新的口径"


async def test_what_is_published_is_read_out_while_the_next_version_is_written(room):
    number = await room.publish()
    item = await room.act(number, s.Write, content=msgspec.structs.replace(CONTENT, answer="草稿"), responsible="ybj")
    assert item.pending is not None and item.pending.n == 2
    assert (await room.knowledge.usable(f"K{number}", AGENT, room.now)).n == 1
    assert (row_of(item).answer, row_of(item).version, row_of(item).pending) == (CONTENT.answer, 1, 2)


async def test_a_replay_of_the_chain_makes_the_item(room):
    number = await room.publish()
    await room.act(number, s.Report, AGENT, kind="unclear", words="没有写地址")
    await room.revise(number, CONTENT)
    await room.act(number, s.Withdraw, reason="政策停止")
    item, ledger = await room.knowledge.item(number), room.ledger
    assert isinstance(ledger, MemoryLedger)
    again = new_item(number)
    for entry in ledger.entries[item.id]:
        again = evolve(again, msgspec.json.decode(entry.body, type=ItemEntry))
    assert again == item
    assert ledger.tables["knowledge_write"][(item.id,)] == msgspec.to_builtins(row_of(item))
    stood: Standing = ledger.chains[item.id]
    assert msgspec.json.decode(stood.snapshot or b"", type=Item) == item


async def test_what_was_withdrawn_is_answered_with_by_nobody_and_comes_back_as_a_new_version(room):
    number = await room.publish()
    assert await code(room.act(number, s.Withdraw, reason="")) == "no_reason"
    item = await room.act(number, s.Withdraw, reason="答复有误")
    assert row_of(item).state == "withdrawn"
    assert await code(room.knowledge.usable(f"K{number} v1", AGENT, room.now)) == "withdrawn"
    assert await code(room.knowledge.usable(f"K{number}", AGENT, room.now)) == "withdrawn"
    assert await code(room.act(number, s.Withdraw, reason="再撤")) == "not_published"
    assert (await room.revise(number, CONTENT)).current == 2


# AC-02: what an agent may answer with


async def test_an_expired_item_is_refused_and_its_owner_gets_a_review_task(room):
    """K17 v4 valid to 2026-11-22, pressed on 2026-11-23: the owner has until the end of the next working day."""
    number = await room.publish(TO_SUNDAY)
    for answer in ("第二版", "第三版", "第四版"):
        await room.revise(number, msgspec.structs.replace(TO_SUNDAY, answer=answer))
    room.at("2026-11-22T23:59:00+08:00")
    assert (await room.knowledge.usable(f"K{number} v4", AGENT, room.now)).n == 4
    room.at("2026-11-23T10:00:00+08:00")
    refused = await refusal(room.knowledge.usable(f"K{number} v4", AGENT, room.now))
    assert refused.code == "expired" and "2026-11-22" in refused.sentence and "建单" in refused.instead
    (task,) = (await room.knowledge.item(number)).tasks.values()
    assert (task.kind, task.by, task.version) == ("expired", AGENT, 4)
    assert task.due is not None and iso(task.due) == "2026-11-25T00:00:00+08:00"


async def test_a_valid_item_is_answered_with_and_named_with_its_version(room):
    await room.publish()
    number = await room.publish()
    await room.revise(number, CONTENT)
    name, rows = await room.knowledge.used("k2", 2 * 10**15 + 7, AGENT, room.now)
    assert name == "K2 v2"
    (use,) = rows["knowledge_uses_write"]
    assert (use.contact, use.number, use.version) == (2 * 10**15 + 7, 2, 2)


async def test_trying_the_same_expired_item_again_makes_no_second_task(room):
    number = await room.publish(TO_SUNDAY)
    room.at("2026-11-23T10:00:00+08:00")
    for _ in range(3):
        assert await code(room.knowledge.usable(f"K{number}", AGENT, room.later())) == "expired"
    assert len((await room.knowledge.item(number)).tasks) == 1


@pytest.mark.parametrize(
    "name, wanted",
    [("K1 v1", "replaced"), ("K1 v9", "unknown"), ("K3", "not_published"), ("K3 v1", "not_published"),
     ("K2", "not_yet"), ("十七", "unknown"), ("K0", "unknown"), ("K1 v0", "unknown"), ("", "unknown"),
     ("K" + "9" * 30, "unknown")],
)  # fmt: skip
async def test_what_may_not_be_answered_with_is_refused_with_the_reason(room, name, wanted):
    await room.revise(await room.publish(), CONTENT)
    await room.publish(msgspec.structs.replace(CONTENT, valid_from="2026-12-01"))
    await room.draft()
    refused = await refusal(room.knowledge.usable(name, AGENT, room.now))
    assert refused.code == wanted and refused.instead


async def test_an_item_that_does_not_exist(room):
    with pytest.raises(NoSuchItem):
        await room.knowledge.usable("K99", AGENT, room.now)


@pytest.mark.parametrize(
    "written, name",
    [("K18 v2", (18, 2)), ("k18V2", (18, 2)), (" K18 ", (18, 0)), ("K18  v2", (18, 2)), ("K1.8", None), ("K-1", None),
     ("K18 v2; DROP", None), ("Ｋ18", None), ("K٣", None)],
)  # fmt: skip
def test_a_name_is_read_as_it_is_written(written, name):
    assert parse_name(written) == name


# What readers find, what the clock asks


async def test_what_an_agent_finds_goes_to_the_owner_with_a_date(room):
    room.at("2026-11-20T16:00:00+08:00")  # a Friday
    number = await room.publish()
    item = await room.act(number, s.Report, AGENT, kind="wrong", words="电话已换")
    (task,) = item.tasks.values()
    assert (task.kind, task.words, task.by, task.version) == ("wrong", "电话已换", AGENT, 1)
    assert task.due is not None and iso(task.due) == "2026-11-24T00:00:00+08:00"  # Monday is the first working day


async def test_an_urgent_error_is_marked_for_everybody_and_due_in_two_hours(room):
    number = await room.publish()
    item = await room.act(number, s.Report, AGENT, kind="wrong", words="地址错", urgent=True)
    (task,) = item.tasks.values()
    assert task.due == item.last_at + 2 * 3_600_000 and row_of(item).urgent


@pytest.mark.parametrize(
    "content", [{"kind": "wrong", "words": ""}, {"kind": "missing", "words": "x"}, {"kind": "x", "words": "y"}]
)
async def test_a_report_says_what_and_in_which_words(room, content):
    number = await room.publish()
    assert await code(room.act(number, s.Report, AGENT, **content)) == "no_words"


async def test_a_report_does_not_carry_a_citizens_number(room):
    number = await room.publish()
    found = room.act(number, s.Report, AGENT, kind="wrong", words="来电人 13800138000 说电话错了")
    assert await code(found) == "personal_number"


async def test_whoever_has_no_business_here_reports_nothing(room):
    number = await room.publish()
    assert (
        await code(room.act(number, s.Report, "staff:2037", role="sysadmin", kind="wrong", words="x"))
        == "not_your_role"
    )


async def test_the_owner_settles_a_task_in_words(room):
    number = await room.publish()
    await room.act(number, s.Report, AGENT, kind="wrong", words="电话已换")
    assert await code(room.act(number, s.Settle, "unit:rsj:contact", task=1, words="无误")) == "not_your_unit"
    assert await code(room.act(number, s.Settle, YBJ, task=1, words="")) == "no_words"
    assert await code(room.act(number, s.Settle, YBJ, task=2, words="无误")) == "no_task"
    assert (await room.act(number, s.Settle, YBJ, task=1, words="核实无误")).tasks == {}


async def test_a_new_version_settles_what_was_found_in_the_old_one(room):
    number = await room.publish()
    await room.act(number, s.Report, AGENT, kind="wrong", words="电话已换")
    item = await room.revise(number, CONTENT)
    assert item.tasks == {}
    assert isinstance(room.ledger, MemoryLedger)
    (row,) = room.ledger.tables["knowledge_tasks_write"].values()
    assert row["settled"] == item.last_at


async def test_a_question_without_an_answer_begins_an_item(room):
    ask = s.Ask(id=room.id(), by=AGENT, role="agent", question="宠物医院怎么投诉", responsible="nyj")
    number = (await room.knowledge.begin(ask, room.later()))["item"]
    item = await room.knowledge.item(number)
    assert (item.title, row_of(item).state, [task.kind for task in item.tasks.values()]) == (
        "宠物医院怎么投诉", "wanted", ["missing"],
    )  # fmt: skip
    content = msgspec.structs.replace(CONTENT, title="宠物医院投诉")
    await room.act(number, s.Write, content=content, responsible="nyj")
    await room.act(number, s.Submit)
    item = await room.act(number, s.Publish, OTHER)
    assert item.tasks == {} and item.wanted == "" and item.current == 1


async def test_the_owner_is_asked_a_month_before_the_last_day(room):
    number = await room.publish(msgspec.structs.replace(CONTENT, valid_to="2027-01-15"))
    item = await room.knowledge.item(number)
    due = next_date(item)
    assert due == at_iso("2026-12-16T00:00:00+08:00")
    await room.knowledge.tick(item.id, room.id(), due - 1)
    assert (await room.knowledge.item(number)).tasks == {}
    await room.knowledge.tick(item.id, room.id(), due)
    item = await room.knowledge.item(number)
    assert [task.kind for task in item.tasks.values()] == ["review"]
    assert next_date(item) == at_iso("2027-01-16T00:00:00+08:00")


async def test_what_has_no_last_day_is_looked_at_every_half_year(room):
    number = await room.publish(msgspec.structs.replace(CONTENT, valid_to=None))
    item = await room.knowledge.item(number)
    assert next_date(item) == at_iso("2026-11-16T00:00:00+08:00") + 180 * DAY_MS


async def test_an_item_that_expires_asks_for_a_new_version_and_nothing_less(room):
    number = await room.publish(TO_SUNDAY)
    item = await room.knowledge.item(number)
    await room.knowledge.tick(item.id, room.id(), at_iso("2026-11-23T00:00:00+08:00"))
    item = await room.knowledge.item(number)
    assert [task.kind for task in item.tasks.values()] == ["expired"] and next_date(item) is None
    room.at("2026-11-23T09:00:00+08:00")
    assert await code(room.act(number, s.Settle, YBJ, task=1, words="还有效")) == "expired"
    longer = msgspec.structs.replace(TO_SUNDAY, valid_to="2027-11-22")
    assert (await room.revise(number, longer)).tasks == {}


async def test_the_clock_comes_twice_and_does_it_once(room):
    number = await room.publish(TO_SUNDAY)
    item = await room.knowledge.item(number)
    for _ in range(2):
        await room.knowledge.tick(item.id, room.id(), at_iso("2026-11-23T00:00:00+08:00"))
    assert len((await room.knowledge.item(number)).tasks) == 1


async def test_a_date_in_a_year_without_calendar_is_left_open(room):
    """2027 is not published yet: two working days from 30 December reach into it."""
    number = await room.publish()
    room.at("2026-12-31T10:00:00+08:00")
    item = await room.act(number, s.Report, AGENT, kind="unclear", words="看不懂")
    (task,) = item.tasks.values()
    assert task.due is None


async def test_the_workers_clock_looks_at_items_as_at_orders(room):
    """Its timer lies among those of orders; whoever sees to timers gives it to the knowledge base."""
    await room.publish(TO_SUNDAY)
    timers = Timers(
        Services(room.ledger, lambda _: None, lambda *_: True), room.ledger, {KNOWLEDGE: room.knowledge.tick}
    )
    monday = at_iso("2026-11-23T00:00:00+08:00")
    assert (await timers.ring(monday)).done == 1
    assert [task.kind for task in (await room.knowledge.item(1)).tasks.values()] == ["expired"]
    assert (await timers.ring(monday)).seen == 0
