"""Steps that would leave the books in a state the audit calls a violation are refused when they are asked for."""

import pytest
from made.lives import CALLER, CONTACT_PERSON, DISPATCHER, REVIEWER, World

from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.insight.audit import audit_memory
from lianxin.orders import commands as c
from lianxin.orders.refusal import Refused


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def world(ledger: MemoryLedger) -> World:
    return World(ledger)


async def test_a_transferred_order_with_an_open_part_is_not_closed(world: World, ledger: MemoryLedger) -> None:
    order = await world.dispatched(assist=("csglj",))
    await world.act(order, c.Transfer, DISPATCHER, "dispatcher", system="sd-12345", foreign_id="SD-1")
    await world.act(order, c.Sign, "outside:sd-12345", "outside")
    with pytest.raises(Refused, match="子项"):
        await world.act(order, c.Inform, DISPATCHER, "dispatcher", told="电话告知")
    assert audit_memory(ledger).ok


async def test_a_lawful_refusal_is_not_closed_without_its_explanation(world: World, ledger: MemoryLedger) -> None:
    order = await world.answered()
    await world.follow_up(order, CALLER, "not_solved")
    with pytest.raises(Refused, match="不必重办"):
        await world.act(order, c.ConfirmRework, REVIEWER, "reviewer", agreed=False, text="")
    await world.act(order, c.ConfirmRework, REVIEWER, "reviewer", agreed=False, text="依据条例第十条，已向来电人解释")
    assert (await world.order(order)).state == "completed"
    assert audit_memory(ledger).ok


async def test_an_unreasonable_demand_is_not_closed_without_the_decision_s_words(
    world: World, ledger: MemoryLedger
) -> None:
    order = await world.signed()
    await world.act(
        order,
        c.ProposeUnreasonable,
        CONTACT_PERSON,
        "unit_contact",
        ground="UR1",
        facts="已补偿",
        explained="已当面解释",
    )
    await world.act(order, c.ConcurUnreasonable, "staff:8001", "supervisor", agreed=True, text="同意")
    with pytest.raises(Refused, match="意见"):
        await world.act(order, c.DecideUnreasonable, "staff:9001", "duty_manager", agreed=True, text="")
    assert audit_memory(ledger).ok
