"""No command brings a citizen's mobile or identity number into an entry, where nothing could erase it."""

from uuid import UUID

import pytest
from one_order import Office

from lianxin.contacts import course
from lianxin.contacts.contact import Matter
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.orders import commands as c
from lianxin.orders.discreet import tells_a_number
from lianxin.orders.refusal import Refused

NUMBERS = ("13812345678", "138 1234 5678", "138-1234-5678", "+8613812345678", "37230119800101123X")
PLAIN = (
    "已按《条例》第十条电话告知，本月15日前完成，工单20260309-001237",
    "回电 0543-3161234 转督办科",
    "编号 202603090012370001，金额 1350000 元",
)


def remark(words: str) -> c.SendBack:
    return c.SendBack(id=UUID(int=1), by="staff:2001", role="reviewer", remarks={"text": words})


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_seen_wherever_it_stands(number: str) -> None:
    assert tells_a_number(remark(f"请联系{number}（本人）"))
    matter = Matter("answered", item=f"K18 {number}")
    assert tells_a_number(course.NoteMatter(id=UUID(int=1), by="staff:1001", matter=matter))


@pytest.mark.parametrize("words", PLAIN)
def test_dates_offices_and_sums_are_no_ones_number(words: str) -> None:
    assert not tells_a_number(remark(words))


def test_ids_and_hashes_are_not_read_as_words() -> None:
    ids = {"person": "13812345678", "who": {"phone": "13812345678"}}
    assert not tells_a_number(course.Arrive(id=UUID(int=13812345678), by="system", channel="call", **ids))


async def test_the_command_is_refused_and_nothing_is_written() -> None:
    store = MemoryLedger()
    office = Office(store)
    order = await office.submit("20260309-000018", None)
    before = await office.order(order)
    with pytest.raises(Refused, match="手机号码") as refused:
        await office.services.act(order, remark("请联系13812345678"), office.later())
    assert refused.value.code == "personal_number"
    assert await office.order(order) == before
    assert "13812345678" not in str(store.entries)


async def test_an_agent_is_told_so_too() -> None:
    office = Office(MemoryLedger())
    contact = await office.contact("20260309-000026", None)
    note = course.NoteMatter(id=office.id(), by="staff:1001", matter=Matter("referred", to="13812345678"))
    with pytest.raises(course.ContactRefused, match="手机号码"):
        await office.services.meet(contact, note, office.later())
