"""What the house acknowledges it has written, once; who was slower is told who was faster."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest
from made.orders_house import MONDAY, RULES, House

from lianxin.contacts import course
from lianxin.contacts.contact import Matter
from lianxin.ground.clock import DAY_MS, MINUTE_MS, at_iso
from lianxin.ground.ledger import Batch, Loaded
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.overtaken import DID, Overtaken
from lianxin.orders.refusal import Refused
from lianxin.orders.service import NoRight, NoSuchOrder, Services, Words, order_id_of
from lianxin.orders.words import ENTRY_WORDS
from lianxin.rules import Shelf, rules_from_text
from lianxin.rules.loading import SHIPPED

APPROVE: dict[str, Any] = {"category": "0401", "region": "371602", "urgency": "normal"}
DISPATCH: dict[str, Any] = {"unit": "zjj", "basis": "0401", "directory": "v1"}


@pytest.fixture
def house() -> House:
    return House()


async def approved(house: House) -> int:
    order = await house.open()
    await house.act(order, c.Approve, "staff:2001", "reviewer", **APPROVE)
    return order


# Once


async def test_a_command_sent_twice_acts_once_and_answers_the_same(house: House) -> None:
    order = await house.open()
    command = c.Approve(id=house.id(), by="staff:2001", role="reviewer", **APPROVE)
    first = await house.services.act(order, command, house.later())
    entries = len(house.ledger.entries[order])
    assert await house.services.act(order, command, house.later()) == first
    assert len(house.ledger.entries[order]) == entries


async def test_a_submission_sent_twice_opens_one_order(house: House) -> None:
    contact, number, words = await house.call(), house.number(), Words("", "电梯停运", b"s" * 16)
    submit = c.Submit(
        id=house.id(),
        by="staff:1001",
        role="agent",
        number=number,
        contact=contact,
        citizen_since=house.now,
        kind="help",
        category="0401",
        region="371602",
        text_hash=words.hash(),
    )
    first = await house.services.submit(contact, submit, house.later(), words)
    assert await house.services.submit(contact, submit, house.later(), words) == first
    assert len(house.orders()) == 1 and len((await house.services.contact(contact)).matters) == 1


async def test_a_number_is_given_once(house: House) -> None:
    order = await house.open()
    number = (await house.order(order)).number
    contact, words = await house.call(), Words("", "别的事", b"s" * 16)
    again = c.Submit(
        id=house.id(),
        by="staff:1001",
        role="agent",
        number=number,
        contact=contact,
        citizen_since=house.now,
        kind="help",
        category="0401",
        region="371602",
        text_hash=words.hash(),
    )
    with pytest.raises(Refused, match="已经有工单"):
        await house.services.submit(contact, again, house.later(), words)


async def test_every_command_of_a_whole_life_may_come_twice(house: House) -> None:
    """The second house gets each command twice; both come to the same books."""
    twice = House()
    twice.services = _Twice(twice.ledger)
    for one in (house, twice):
        order = await one.open()
        await one.to_unit(order)
        await one.act(order, c.Reply, "unit:zjj:contact", "unit_contact", basis="条例", contacted="电话")
        await one.act(order, c.AcceptReply, "staff:2001", "reviewer")
    assert house.ledger.entries == twice.ledger.entries and house.ledger.tables == twice.ledger.tables


class _Twice(Services):
    """Services whose senders never trust an answer: everything is sent again."""

    def __init__(self, ledger: MemoryLedger) -> None:
        super().__init__(ledger, lambda _: RULES, lambda _who, _role: True)

    async def act(self, *args: Any, **more: Any) -> dict[str, Any]:
        first = await super().act(*args, **more)
        assert await super().act(*args, **more) == first
        return first

    async def submit(self, *args: Any, **more: Any) -> dict[str, Any]:
        first = await super().submit(*args, **more)
        assert await super().submit(*args, **more) == first
        return first

    async def meet(self, *args: Any, **more: Any) -> dict[str, Any]:
        first = await super().meet(*args, **more)
        assert await super().meet(*args, **more) == first
        return first


# Two at once


class Slow(MemoryLedger):
    """A ledger on which somebody else is always a little faster: `others` act between reading and writing."""

    def __init__(self) -> None:
        super().__init__()
        self.others: list[Any] = []

    async def load(self, command: UUID, chains: Sequence[int]) -> Loaded:
        loaded = await super().load(command, chains)
        if self.others:
            await self.others.pop()()
        return loaded


async def test_of_two_dispatchers_one_wins_and_the_other_reads_who_did_what() -> None:
    house = House()
    house.ledger = slow = Slow()
    house.services = Services(slow, lambda _: RULES, lambda _who, _role: True)
    order = await approved(house)

    async def wang_dispatches() -> None:
        await house.act(order, c.Dispatch, "staff:3002", "dispatcher", **DISPATCH)

    slow.others.append(wang_dispatches)
    with pytest.raises(Overtaken) as told:
        await house.act(order, c.Dispatch, "staff:3001", "dispatcher", **{**DISPATCH, "unit": "csglj"})
    assert (told.value.by, told.value.kind, told.value.to) == ("staff:3002", "dispatched", "unit:zjj")
    names = {"staff:3002": "王芳", "unit:zjj": "市住建局"}
    sentence = told.value.sentence(told.value.at + 3 * MINUTE_MS, lambda key: names[key])
    assert sentence.startswith("这张工单 3 分钟前已由王芳转给市住建局，您的“转办”没有保存。")
    assert "您现在可以:" in sentence
    assert (await house.order(order)).unit == "zjj"


async def test_who_looks_at_an_old_page_is_told_what_happened_since(house: House) -> None:
    order = await approved(house)
    seen = (await house.order(order)).seq
    await house.act(order, c.Dispatch, "staff:3002", "dispatcher", **DISPATCH)
    late = c.Dispatch(id=house.id(), by="staff:3001", role="dispatcher", **DISPATCH)
    with pytest.raises(Overtaken) as told:
        await house.services.act(order, late, house.later(), seen=seen)
    assert told.value.sentence(house.now + 2 * DAY_MS).startswith("这张工单在3月9日 09:0")
    again = c.Dispatch(id=house.id(), by="staff:3001", role="dispatcher", **DISPATCH)
    with pytest.raises(Refused, match="待签收"):
        await house.services.act(order, again, house.later(), seen=seen + 1)


async def test_a_step_that_still_fits_is_taken_though_somebody_was_faster() -> None:
    house = House()
    house.ledger = slow = Slow()
    house.services = Services(slow, lambda _: RULES, lambda _who, _role: True)
    order = await approved(house)

    async def news() -> None:
        await house.act(order, c.Note, "staff:8001", "supervisor", told="已回电安抚")

    slow.others.append(news)
    await house.act(order, c.Dispatch, "staff:3001", "dispatcher", **DISPATCH)
    assert [entry.kind for entry in slow.entries[order]][-2:] == ["noted", "dispatched"]
    house.check()


async def test_two_agents_do_not_take_one_call(house: House) -> None:
    contact = await house.call("staff:1001")
    with pytest.raises(course.ContactRefused, match="已有人接听"):
        await house.services.meet(contact, course.Take(id=house.id(), by="staff:1002"), house.later())


async def test_many_at_once_on_one_order_leave_one_true_chain(house: House) -> None:
    order = await house.open()
    await house.to_unit(order)
    notes = [c.Note(id=house.id(), by="staff:8001", role="supervisor", told=f"第 {n} 次告知") for n in range(20)]
    await asyncio.gather(*(house.services.act(order, one, house.now + 1) for one in notes))
    assert sum(entry.kind == "noted" for entry in house.ledger.entries[order]) == 20
    house.check()


def test_whatever_was_done_can_be_said() -> None:
    assert set(ENTRY_WORDS) == set(DID)


# Whose it is


async def test_without_the_role_nothing_is_read_or_written(house: House) -> None:
    order = await house.open()
    strict = Services(house.ledger, lambda _: RULES, lambda _who, role: role == "agent")
    command = c.Approve(id=house.id(), by="staff:2001", role="reviewer", **APPROVE)
    with pytest.raises(NoRight, match="工号 2001没有“审核员”岗位的权限"):
        await strict.act(order, command, house.later())


async def test_an_unknown_number_is_no_order(house: House) -> None:
    missing = order_id_of(make_number(date(2026, 3, 9), 77))
    with pytest.raises(NoSuchOrder):
        await house.act(missing, c.Note, "staff:8001", "supervisor", told="x")
    with pytest.raises(NoSuchOrder):
        await house.services.contact(missing)


async def test_a_text_is_kept_with_the_hash_its_entry_holds(house: House) -> None:
    order = await house.open()
    command = c.Add(id=house.id(), by="staff:1001", role="agent", contact=1, text_hash="other words")
    with pytest.raises(AssertionError, match="hash of other words"):
        await house.services.act(order, command, house.later(), Words("", "补充", b"s" * 16))
    with pytest.raises(AssertionError, match="nobody gave"):
        await house.services.act(order, command, house.later())
    house.check()


# The rules an order was accepted under


async def test_an_order_keeps_the_pack_that_was_in_force_when_it_was_accepted() -> None:
    old = (SHIPPED / "sd-binzhou-2026.1.yaml").read_text(encoding="utf-8")
    new = (
        old.replace('version: "2026.1"\ntitle', 'version: "2027.1"\ntitle')
        .replace('from: "2026-01-01T00:00:00+08:00"', 'from: "2026-04-01T00:00:00+08:00"')
        .replace("default:     {value: 5, unit: WD", "default:     {value: 3, unit: WD")
    )
    shelf = Shelf([rules_from_text(old), rules_from_text(new)])
    house = House()
    house.now = at_iso("2026-03-31T23:50:00+08:00")
    house.services = Services(
        house.ledger,
        lambda ref: shelf.frozen(ref) if ref else shelf.in_force("sd-binzhou", house.now),
        lambda _who, _role: True,
    )
    before = await house.open()
    house.now = at_iso("2026-04-01T09:00:00+08:00")
    after = await house.open()
    for order in (before, after):
        await house.to_unit(order)
    clocks = [(await house.order(order)).clock for order in (before, after)]
    assert [(await house.order(order)).pack for order in (before, after)] == ["sd-binzhou@2026.1", "sd-binzhou@2027.1"]
    # 04-06 is Qingming: five WD after 04-01 end on 04-09, three on 04-07
    assert [clock.due for clock in clocks if clock] == [
        at_iso("2026-04-10T00:00:00+08:00"),
        at_iso("2026-04-08T00:00:00+08:00"),
    ]


# Nothing sinks


async def test_the_nightly_sweep_finds_the_forgotten_reply_and_the_suspension_that_is_over(house: House) -> None:
    forgotten, asleep = await house.open(), await house.open()
    for order in (forgotten, asleep):
        await house.to_unit(order)
    await house.act(forgotten, c.Reply, "unit:zjj:contact", "unit_contact", basis="条例", contacted="电话")
    await house.act(
        asleep, c.AskSuspension, "unit:zjj:contact", "unit_contact", ground="court", resume_at=MONDAY + 12 * 3_600_000
    )
    await house.act(asleep, c.DecideSuspension, "staff:8001", "supervisor", granted=True, text="同意")
    night = at_iso("2026-03-10T03:00:00+08:00")
    for _ in range(2):  # the sweep was killed in the middle and began again
        for timer in await house.ledger.due_timers(night, 100):
            await house.services.tick(timer.subject, house.id(), night)
    reviewed, resumed = await house.order(forgotten), await house.order(asleep)
    assert "late_desk" in reviewed.flags and reviewed.desk_due == night + 30 * MINUTE_MS
    assert [entry.kind for entry in house.ledger.entries[forgotten]].count("desk_overdue") == 1
    assert resumed.state == "in_progress" and resumed.clock is not None and resumed.clock.paused is None
    house.check()
    house.check_ticked(night)


async def test_a_direct_answer_is_no_order_and_asks_for_one_rating(house: House) -> None:
    contact = await _answered_call(house, Matter("answered", item="K18 v2"))
    assert house.orders() == [] and (await house.services.contact(contact)).disposition == "answered"
    messages = [row["body"]["template"] for row in house.ledger.tables["outbox_write"].values()]
    assert messages == ["rate_call"]


async def _answered_call(house: House, matter: Matter) -> int:
    contact = await house.call()
    known = house.ledger.chains[contact]
    snapshot = msgspec.json.decode(known.snapshot or b"{}") | {"person": "0198b2c4-0000-7000-8000-000000000001"}
    house.ledger.chains[contact] = known._replace(snapshot=msgspec.json.encode(snapshot))
    await house.services.meet(contact, course.End(id=house.id(), by="staff:1001", matter=matter), house.later())
    return contact


async def test_a_batch_names_every_chain_it_was_decided_on(house: House) -> None:
    seen: list[Batch] = []
    commit = house.ledger.commit

    async def watch(batch: Batch) -> None:
        seen.append(batch)
        await commit(batch)

    house.ledger.commit = watch  # type: ignore[method-assign]
    order = await house.open()
    guarded = [{guard.chain for guard in batch.guards} for batch in seen]
    assert any(order in chains and len(chains) == 2 for chains in guarded)
    assert all({entry.chain for entry in batch.entries} <= chains for batch, chains in zip(seen, guarded, strict=True))
