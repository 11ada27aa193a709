"""A step on two orders, or on a contact and its order, is written whole or not at all."""

import pytest
from made.orders_house import House

from lianxin.contacts import course
from lianxin.contacts.contact import Matter
from lianxin.orders import commands as c
from lianxin.orders.refusal import Refused
from lianxin.orders.service import Words, order_id_of


@pytest.fixture
def house() -> House:
    return House()


# News on an order


async def test_a_second_citizens_call_is_joined_to_the_order_in_one_step(house: House) -> None:
    order = await house.open()
    await house.to_unit(order)
    contact, words = await house.call("staff:1002"), Words("", "我家也停了", b"s" * 16)
    add = c.Add(id=house.id(), by="staff:1002", role="agent", contact=contact, text_hash=words.hash())
    await house.services.add(order, add, house.later(), words, "joined")
    await house.services.meet(contact, course.End(id=house.id(), by="staff:1002"), house.later())
    after = await house.order(order)
    assert contact in after.appellants and after.texts == 2
    assert (await house.services.contact(contact)).disposition == "joined"
    house.check()


async def test_neither_is_written_when_the_other_is_refused(house: House) -> None:
    order = await house.open()
    contact, words = await house.call("staff:1002"), Words("", "我家也停了", b"s" * 16)
    stranger = c.Add(id=house.id(), by="staff:1003", role="agent", contact=contact, text_hash=words.hash())
    with pytest.raises(course.ContactRefused):
        await house.services.add(order, stranger, house.later(), words, "joined")
    assert (await house.order(order)).texts == 1


# Joining


async def test_joining_leads_to_the_root_and_never_in_a_circle(house: House) -> None:
    root, middle, child = [await house.open() for _ in range(3)]

    def join(parent: int) -> c.Join:
        return c.Join(id=house.id(), by="staff:2001", role="reviewer", parent=parent, reason="同一部电梯")

    await house.services.join(middle, join(root), house.later())
    await house.services.join(child, join(middle), house.later())
    assert (await house.order(child)).parent == root, "not the one that was joined itself"
    with pytest.raises(Refused) as refused:
        await house.services.join(root, join(middle), house.later())
    assert refused.value.code == "circle"
    house.check()


async def test_undoing_reaches_every_order_the_child_was_united_with(house: House) -> None:
    root, middle, child = [await house.open() for _ in range(3)]

    def join(parent: int) -> c.Join:
        return c.Join(id=house.id(), by="staff:2001", role="reviewer", parent=parent, reason="同一部电梯")

    await house.services.join(child, join(middle), house.later())
    await house.services.join(middle, join(root), house.later())
    part = c.Separate(id=house.id(), by="staff:2001", role="reviewer", reason="不是同一部")
    result = await house.services.separate(child, part, house.later())
    assert result["root"] == (await house.order(root)).number
    assert (await house.order(middle)).joined == () and (await house.order(root)).joined == (middle,)
    house.check()


async def test_a_joining_and_its_undoing_sent_twice(house: House) -> None:
    parent, child = await house.open(), await house.open()
    join = c.Join(id=house.id(), by="staff:2001", role="reviewer", parent=parent, reason="同一部电梯")
    part = c.Separate(id=house.id(), by="staff:2001", role="reviewer", reason="不是")
    first = await house.services.join(child, join, house.later())
    assert await house.services.join(child, join, house.later()) == first
    second = await house.services.separate(child, part, house.later())
    assert await house.services.separate(child, part, house.later()) == second
    house.check()


# A contact and its order


async def test_a_contact_names_no_order_that_is_not_there(house: House) -> None:
    """Found in a storm: the order was never opened, and its contact said that it was."""
    contact, order = await house.call(), await house.open()
    for missing in (order_id_of(house.number()), 7, contact):
        note = course.NoteMatter(id=house.id(), by="staff:1001", matter=Matter("joined", order=missing))
        with pytest.raises(course.ContactRefused, match="没有这张工单"):
            await house.services.meet(contact, note, house.later())
    note = course.NoteMatter(id=house.id(), by="staff:1001", matter=Matter("joined", order=order))
    await house.services.meet(contact, note, house.later())
    house.check()
