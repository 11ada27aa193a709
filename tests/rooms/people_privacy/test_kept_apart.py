"""Whichever command makes an order secret, its citizen is kept apart in the same transaction."""

from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bare_rows import hire
from one_order import WANG, Office

from lianxin.contacts import course
from lianxin.ground.ledger import ChainMoved
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.orders import commands as c
from lianxin.orders.service import Words, contact_id_of
from lianxin.people.identities import Identities, identities, kept_in
from lianxin.people.vault import VaultClosed
from lianxin.privacy import KeptApart

PERSON = UUID(int=7)
NUMBER = "20260309-000017"


class House:
    """An office that writes through the store of a site."""

    def __init__(self, pool: Any, home: Path) -> None:
        self.both: Identities = identities(pool, home, "0543")
        self.store = KeptApart(PostgresLedger(pool), pool, self.both)
        self.office = Office(self.store)

    async def call(self, kind: str = "complaint") -> int:
        return await self.office.submit(NUMBER, self.both.lock(PERSON, WANG, kind=kind))

    async def approve(self, order: int, **about: Any) -> None:
        content = {"category": "0401", "region": "371602", "urgency": "normal", **about}
        await self.office.act(order, c.Approve, "staff:2001", "reviewer", **content)


@pytest.fixture
async def house(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> House:
    await hire(pool)
    return House(pool, tmp_path)


async def where(pool: Any) -> str:
    found = await kept_in(pool, PERSON)
    return "nowhere" if found is None else found[0]


async def test_a_reviewer_makes_an_order_confidential_and_its_citizen_moves(
    house: House, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    order = await house.call()
    assert await where(pool) == "persons"
    await house.approve(order, confidential=True)
    assert await where(pool) == "informants"
    assert await pool.fetchval("SELECT count(*) FROM persons") == 0
    assert await pool.fetchval("SELECT count(*) FROM person_numbers") == 0
    found = await house.both.behind("1006", order)
    assert found is not None and found.name == WANG.name


async def test_a_plain_order_leaves_its_citizen_where_they_are(
    house: House, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await house.approve(await house.call())
    assert await where(pool) == "persons"


async def test_who_calls_and_reports_a_breach_moves_with_the_order(
    house: House, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    """The call came in before anybody knew what it was about: the contact's citizen was one like everybody."""
    office = house.office
    record = house.both.lock(PERSON, WANG, kind="")
    contact = await office.contact(NUMBER, record)
    assert await where(pool) == "persons"
    words = Words("", "单位领导虚开发票", b"s" * 16)
    submit = c.Submit(
        id=office.id(),
        by="staff:1001",
        role="agent",
        number=NUMBER,
        contact=contact,
        citizen_since=office.now,
        kind="report",
        category="0401",
        region="371602",
        text_hash=words.hash(),
        person=str(UUID(int=8)),
    )
    other = house.both.lock(UUID(int=8), WANG, kind="report")
    await office.services.submit(contact, submit, office.later(), words, **other.rows)
    assert await where(pool) == "informants", "the contact would have led to who it is"
    assert (await kept_in(pool, UUID(int=8)) or ("",))[0] == "informants"
    assert await pool.fetchval("SELECT count(*) FROM persons") == 0


async def test_rows_that_would_write_an_informant_among_the_others_are_turned_round(
    house: House, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    order = await house.call()
    approve = c.Approve(
        id=house.office.id(),
        by="staff:2001",
        role="reviewer",
        category="0401",
        region="371602",
        urgency="normal",
        confidential=True,
    )
    await house.office.services.act(order, approve, house.office.later(), **house.both.lock(PERSON, WANG, kind="").rows)
    assert await where(pool) == "informants"


async def test_when_somebody_was_faster_nobody_has_moved(
    house: House, pool: "asyncpg.Pool[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await house.call()

    async def moved(*_: Any) -> None:
        raise ChainMoved("others were faster")

    monkeypatch.setattr(PostgresLedger, "commit", moved)
    with pytest.raises(ChainMoved):
        await house.approve(order, confidential=True)
    assert await where(pool) == "persons"


async def test_a_record_that_no_key_opens_keeps_the_order_from_becoming_secret_half_way(
    house: House, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    (tmp_path / "another").mkdir()
    stranger = identities(pool, tmp_path / "another")
    order = await house.office.submit(NUMBER, stranger.lock(PERSON, WANG, kind="help"))
    with pytest.raises(VaultClosed):
        await house.approve(order, confidential=True)
    assert (await house.office.order(order)).state == "submitted"


async def test_the_store_of_a_site_keeps_its_timers_like_any_other(house: House) -> None:
    arrive = course.Arrive(id=house.office.id(), by="system", channel="call")
    await house.office.services.meet(contact_id_of("20260309-000025"), arrive, house.office.later())
    first = await house.store.next_timer()
    assert first is not None
    (due,) = await house.store.due_timers(first, 10)
    await house.store.postpone_timer(due, due.due + 1, "why")
    assert await house.store.next_timer() == first + 1
