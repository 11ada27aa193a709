"""Personnel: people begin, change roles and leave, and nobody's work is left behind."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from one_order import MORNING, Office, anybody, rules_of

from lianxin.contacts import course
from lianxin.ground.ledger import GENESIS, STAFF, Store, kind_of_chain, link
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.orders import commands as c
from lianxin.people import ROLES, load_staff, roll
from lianxin.people.rights import Rights
from lianxin.people.roll import Grant, Hire, Leave, Member, MemberEntry, NameDeputy, Revoke, RollRefused
from lianxin.personnel import Enrolled, Personnel, enrol, orders_in_memory, orders_in_postgres
from lianxin.personnel.enrolling import unit_place
from lianxin.personnel.service import left_behind
from lianxin.units import load_units


class House:
    """An office with its personnel, on one store."""

    def __init__(self, store: Store, personnel: Personnel) -> None:
        self.office = Office(store)
        self.personnel = personnel
        self.store = store

    async def hire(self, *numbers: str, roles: tuple[str, ...] = ("dispatcher", "agent")) -> None:
        for number in numbers:
            await self.personnel.change(
                number, Hire(id=self.office.id(), by="system", roles=roles), self.office.later()
            )

    async def leave(self, number: str, successor: str) -> dict[str, Any]:
        command = Leave(id=self.office.id(), by="system", successor=successor, reason="人事令 12 号")
        return await self.personnel.leave(number, command, self.office.later())


@pytest.fixture(params=["memory", "postgres"])
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """The same promises on both stores."""
    if request.param == "memory":
        ledger = MemoryLedger()
        yield House(ledger, Personnel(ledger, orders_in_memory(ledger), rules_of, anybody))
    else:
        pool = await request.getfixturevalue("pool_later")()
        store = PostgresLedger(pool)
        yield House(store, Personnel(store, orders_in_postgres(pool), rules_of, anybody))
        await pool.close()


@pytest.fixture
def pool_later(database: Any) -> Any:
    """A pool that is opened within the test's own loop."""
    from lianxin.ground.store import open_pool

    return lambda: open_pool(database.app_url)


async def test_a_leavers_orders_go_to_the_successor_in_one_step(house: House) -> None:
    await house.hire("3001", "3002")
    office = house.office
    followed = await office.submit("20260309-000018", None)
    await office.dispatch(followed, "staff:3001")
    offered = await office.submit("20260309-000026", None)
    await office.act(offered, c.SendBack, "staff:2001", "reviewer", remarks={"region": "请补充楼号"})
    held = await office.submit("20260309-000034", None)
    await office.act(held, c.SendBack, "staff:2001", "reviewer", remarks={"region": "请补充楼号"})
    await office.act(held, c.Sign, "staff:1001", "agent")

    assert await house.leave("3001", "3002") == {"number": "3001", "successor": "3002", "orders": 1}
    await house.hire("1001", "1002")
    answer = await house.leave("1001", "1002")

    assert answer["orders"] == 2
    assert (await office.order(followed)).tracker == "staff:3002"
    order = await office.order(offered)
    assert (order.holder, order.offer and order.offer.to) == ("tray:review", "staff:1002")
    assert (await office.order(held)).holder == "staff:1002"
    left = await house.personnel.member("3001")
    assert (left.active, left.successor) == (False, "3002")


async def test_a_closed_order_and_others_orders_stay_as_they_are(house: House) -> None:
    await house.hire("3001", "3002")
    office = house.office
    closed = await office.submit("20260309-000018", None)
    await office.dispatch(closed, "staff:3001")
    await office.act(closed, c.Withdraw, "citizen", "citizen", evidence="录音 8812")
    others = await office.submit("20260309-000026", None)
    await office.dispatch(others, "staff:3003")
    before = await office.order(closed), await office.order(others)

    assert (await house.leave("3001", "3002"))["orders"] == 0
    assert (await office.order(closed), await office.order(others)) == before


async def test_whoever_is_still_on_the_line_does_not_leave(house: House) -> None:
    await house.hire("1001", "1002")
    contact = await house.office.contact("20260309-000018", None)
    with pytest.raises(RollRefused, match="1 calls in hand"):
        await house.leave("1001", "1002")
    assert (await house.personnel.member("1001")).active
    await house.office.submit("20260309-000026", None)
    matter = course.Matter("heard")
    end = course.End(id=house.office.id(), by="staff:1001", matter=matter)
    await house.office.services.meet(contact, end, house.office.later())
    assert (await house.leave("1001", "1002"))["orders"] == 0


@pytest.mark.parametrize("successor, reason", [("3001", "own successor"), ("3999", "does not work here")])
async def test_a_successor_must_be_somebody_else_who_works_here(house: House, successor: str, reason: str) -> None:
    await house.hire("3001")
    with pytest.raises(RollRefused, match=reason):
        await house.leave("3001", successor)
    assert (await house.personnel.member("3001")).active


async def test_the_same_departure_twice_is_one_and_a_second_one_is_refused(house: House) -> None:
    await house.hire("3001", "3002")
    command = Leave(id=UUID(int=77), by="system", successor="3002")
    first = await house.personnel.leave("3001", command, house.office.later())
    assert await house.personnel.leave("3001", command, house.office.later()) == first
    with pytest.raises(RollRefused, match="does not work here"):
        await house.leave("3001", "3002")


async def test_what_a_leaver_still_gets_afterwards_goes_to_who_works_here_now(house: House) -> None:
    await house.hire("3001", "3002", "3003")
    await house.leave("3001", "3002")
    await house.leave("3002", "3003")
    late = await house.office.submit("20260309-000018", None)
    await house.office.dispatch(late, "staff:3001")  # was on its way when they left
    assert await house.personnel.sweep("3001", house.office.later()) == 1
    assert (await house.office.order(late)).tracker == "staff:3003"
    assert await house.personnel.sweep("3001", house.office.later()) == 0


async def test_leavers_who_point_at_each_other_have_no_heir(house: House) -> None:
    await house.hire("3001", "3002")
    await house.leave("3001", "3002")
    await house.hire("3001")
    await house.leave("3002", "3001")
    await house.hire("3002")
    await house.leave("3001", "3002")
    heir = await house.personnel.heir("3001")
    assert heir is not None and heir.number == "3002"
    assert await house.personnel.heir("3999") is None


async def test_roles_come_and_go_and_the_chain_says_who_gave_them(house: House) -> None:
    office, personnel = house.office, house.personnel
    await house.hire("2001", roles=("reviewer",))
    grant = Grant(id=office.id(), by="staff:9001", role="qa", reason="岗位调整")
    assert (await personnel.change("2001", grant, office.later()))["roles"] == ["qa", "reviewer"]
    await personnel.change("2001", Revoke(id=office.id(), by="staff:9001", role="reviewer"), office.later())
    member = await personnel.member("2001")
    assert (member.roles, member.seq, member.last_at) == (("qa",), 3, office.now)
    with pytest.raises(RollRefused, match="has the role qa already"):
        await personnel.change("2001", Grant(id=office.id(), by="system", role="qa"), office.later())
    with pytest.raises(RollRefused, match="no role king"):
        await personnel.change("2001", Grant(id=office.id(), by="system", role="king"), office.later())
    with pytest.raises(RollRefused, match="does not have the role reviewer"):
        await personnel.change("2001", Revoke(id=office.id(), by="system", role="reviewer"), office.later())
    with pytest.raises(RollRefused, match="works here already"):
        await personnel.change("2001", Hire(id=office.id(), by="system", roles=("agent",)), office.later())
    with pytest.raises(RollRefused, match="clock is behind"):
        await personnel.change("2001", Revoke(id=office.id(), by="system", role="qa"), MORNING)


async def test_one_administrator_lets_people_in_and_another_gives_them_rights() -> None:
    ledger = MemoryLedger()
    rights = Rights(
        [
            roll.MemberRow("9001", 1, ("sysadmin",), True, None),
            roll.MemberRow("9002", 2, ("secadmin",), True, None),
            roll.MemberRow("1001", 3, ("agent",), True, None),
        ]
    )
    personnel = Personnel(ledger, orders_in_memory(ledger), rules_of, rights)
    for by, roles, sentence in (
        ("staff:1001", (), "may not change the roll"),
        ("staff:9002", (), "the system administrator may"),
        ("staff:9001", ("agent",), "the security administrator gives them"),
    ):
        with pytest.raises(RollRefused, match=sentence):
            await personnel.change("1005", Hire(id=UUID(int=1), by=by, roles=roles), MORNING)
    await personnel.change("1005", Hire(id=UUID(int=1), by="staff:9001"), MORNING, "周晓")
    assert (await personnel.member("1005")).roles == ()
    with pytest.raises(RollRefused, match="the security administrator may"):
        await personnel.change("1005", Grant(id=UUID(int=2), by="staff:9001", role="agent"), MORNING)
    await personnel.change("1005", Grant(id=UUID(int=2), by="staff:9002", role="agent"), MORNING)
    assert (await personnel.member("1005")).roles == ("agent",)
    assert ledger.tables["staff_names_write"]


async def test_the_three_administrators_are_three_people(house: House) -> None:
    office, personnel = house.office, house.personnel
    await personnel.change("2001", Hire(id=office.id(), by="system", roles=("sysadmin",)), office.later())
    for role in ("secadmin", "auditadmin"):
        with pytest.raises(RollRefused, match="三员分立"):
            await personnel.change("2001", Grant(id=office.id(), by="system", role=role), office.later())
    with pytest.raises(RollRefused, match="三员分立"):
        both = Hire(id=office.id(), by="system", roles=("auditadmin", "secadmin"))
        await personnel.change("2002", both, office.later())


async def test_who_stands_in_acts_in_the_roles_of_both(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    personnel = Personnel(PostgresLedger(pool), orders_in_postgres(pool), rules_of, anybody)
    await personnel.change("2001", Hire(id=UUID(int=1), by="system", roles=("reviewer",)), MORNING)
    await personnel.change("2002", Hire(id=UUID(int=2), by="system", roles=("agent",)), MORNING)
    with pytest.raises(RollRefused, match="does not work here"):
        await personnel.change("2001", NameDeputy(id=UUID(int=3), by="staff:2001", deputy="2009"), MORNING)
    with pytest.raises(RollRefused, match="stand in for themselves"):
        await personnel.change("2001", NameDeputy(id=UUID(int=3), by="staff:2001", deputy="2001"), MORNING)
    await personnel.change("2001", NameDeputy(id=UUID(int=3), by="staff:2001", deputy="2002"), MORNING)
    rights = await Rights.load(pool)
    assert rights("staff:2002", "reviewer") and rights("staff:2002", "agent")
    assert rights("staff:2001", "reviewer") and not rights("staff:2001", "agent")
    await personnel.change("2001", NameDeputy(id=UUID(int=4), by="staff:2001", deputy=""), MORNING)
    await rights.refresh(pool)
    assert not rights("staff:2002", "reviewer")


async def test_somebody_moves_to_another_unit(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    personnel = Personnel(PostgresLedger(pool), orders_in_postgres(pool), rules_of, anybody)
    await personnel.change("2001", Hire(id=UUID(int=1), by="system", place=unit_place("zjj", load_units())), MORNING)
    move = roll.PlaceAnew(id=UUID(int=2), by="system", place=unit_place("cgj", load_units()))
    await personnel.change("2001", move, MORNING)
    row = await pool.fetchrow("SELECT unit, units FROM staff WHERE work_number = '2001'")
    assert tuple(row) == ("cgj", ["cgj"])
    with pytest.raises(RollRefused, match="works there already"):
        await personnel.change("2001", msgspec.structs.replace(move, id=UUID(int=3)), MORNING)


async def test_two_who_change_one_person_at_once_both_happen(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    store = PostgresLedger(pool)
    personnel = Personnel(store, orders_in_postgres(pool), rules_of, anybody)
    await personnel.change("2001", Hire(id=UUID(int=1), by="system", roles=("reviewer",)), MORNING)
    roles = [role for role in ROLES if role != "reviewer"][:6]
    grants = [Grant(id=UUID(int=2 + n), by="system", role=role) for n, role in enumerate(roles)]
    await asyncio.gather(*(personnel.change("2001", grant, MORNING) for grant in grants))
    member = await personnel.member("2001")
    assert (set(member.roles), member.seq) == ({"reviewer", *roles}, 7)


async def test_a_city_moves_in_with_one_batch_and_only_once(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    store, staff = PostgresLedger(pool), load_staff()
    people = len(staff.people)
    both = await asyncio.gather(enrol(store, staff, MORNING), enrol(store, staff, MORNING))
    assert sorted(both) == [Enrolled(0, 0), Enrolled(people, 3)]
    assert await enrol(store, staff, MORNING) == Enrolled(0, 0)
    assert len(staff.house) == 170
    assert await pool.fetchval("SELECT count(*) FROM commands") == 1
    assert await pool.fetchval("SELECT count(*) FROM staff WHERE active") == people

    head = GENESIS
    row = await pool.fetchrow("SELECT * FROM entries WHERE chain_id = $1", roll.member_chain("1001"))
    assert row is not None and link(head, row["body"]) == row["hash"]
    entry = msgspec.json.decode(row["body"], type=MemberEntry)
    assert (entry.kind, entry.number, entry.grants, entry.active) == ("hired", "1001", ("agent",), True)
    assert staff.person("1001").name.encode() not in row["body"], "a name is no business of the chain"


async def test_a_person_hired_later_does_not_stop_the_rest_from_moving_in() -> None:
    ledger, staff = MemoryLedger(), load_staff()
    personnel = Personnel(ledger, orders_in_memory(ledger), rules_of, anybody)
    await personnel.change("1001", Hire(id=UUID(int=1), by="system", roles=("qa",)), MORNING)
    assert await enrol(ledger, staff, MORNING) == Enrolled(len(staff.people) - 1, 3)
    assert (await personnel.member("1001")).roles == ("qa",)


async def test_rights_follow_the_staff_table(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    store = PostgresLedger(pool)
    await enrol(store, load_staff(), MORNING)
    rights = await Rights.load(pool)
    assert rights("staff:1001", "agent") and not rights("staff:1001", "reviewer")
    assert rights("unit:zjj:contact", "unit_contact") and rights("unit:zjj:leader", "unit_leader")
    assert not rights("unit:zjj:contact", "unit_leader") and not rights("unit:nowhere:contact", "unit_contact")
    assert rights("outside:sd-12345", "outside") and not rights("outside:sd-12345", "dispatcher")
    assert rights("system", "system") and not rights("staff:1001", "system") and not rights("system", "agent")
    assert rights("citizen", "citizen") and not rights("staff:1001", "citizen")

    personnel = Personnel(store, orders_in_postgres(pool), rules_of, rights)
    await personnel.leave("1001", Leave(id=UUID(int=1), by="system", successor="1002"), MORNING + 1)
    assert rights("staff:1001", "agent"), "until the table is read again"
    await rights.refresh(pool)
    assert not rights("staff:1001", "agent")
    assert await left_behind(pool) == ()


async def test_the_database_names_leavers_with_orders(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    store = PostgresLedger(pool)
    house = House(store, Personnel(store, orders_in_postgres(pool), rules_of, anybody))
    await house.hire("3001", "3002")
    await house.leave("3001", "3002")
    assert await left_behind(pool) == ()
    await house.office.dispatch(await house.office.submit("20260309-000018", None), "staff:3001")
    assert await left_behind(pool) == ("3001",)


def test_chains_of_people_do_not_meet() -> None:
    people = load_staff().people
    chains = {roll.member_chain(person.id) for person in people}
    assert len(chains) == len(people)
    assert {kind_of_chain(chain) for chain in chains} == {STAFF}


def test_a_member_follows_from_the_entries_alone() -> None:
    ledger_entries: list[MemberEntry] = []
    member = roll.new_member("1001")
    for n, command in enumerate(
        [
            Hire(id=UUID(int=1), by="system", roles=("agent", "qa")),
            Revoke(id=UUID(int=2), by="system", role="qa"),
            Leave(id=UUID(int=3), by="system", successor="1002"),
            Hire(id=UUID(int=4), by="system", roles=("reviewer",)),
        ]
    ):
        entries, member = roll.decide(member, command, n)
        ledger_entries += entries
    again = roll.new_member("1001")
    for entry in ledger_entries:
        again = roll.evolve(again, entry)
    assert (
        again
        == member
        == Member(id=member.id, number="1001", seq=4, last_at=3, roles=("reviewer",), active=True, successor=None)
    )
