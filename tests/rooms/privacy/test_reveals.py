"""Who is shown a citizen's name and number, for what, for how long; and that it is recorded before it is shown."""

from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bare_rows import PEOPLE, hire, put_order, write
from one_order import WANG

from lianxin.access.who import Who
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, SECOND_MS, VirtualClock, at_iso
from lianxin.people.identities import Identities, identities
from lianxin.people.roles import ROLES
from lianxin.people.vault import Vault
from lianxin.privacy.looks import Looks
from lianxin.privacy.purposes import INSPECTION, PURPOSES, About, purposes_for
from lianxin.privacy.reveals import A_HOUR_MAX, SHOWN_MS, NotSeen, RevealRefused, Reveals
from lianxin.privacy.searching import FoundOrder, PeopleSearch, SearchRefused
from lianxin.privacy.whence import Marks

NOW = at_iso("2026-03-09T10:00:00+08:00")
PERSON = UUID(int=7)
ORDER = 1020260309000017
NUMBER = "20260309-000017"
EVERYTHING = tuple(purpose for purpose in PURPOSES if purpose != INSPECTION)


def who(number: str, **changes: Any) -> Who:
    person = PEOPLE[number]
    unit = person.get("unit")
    by = f"unit:{number}" if unit else f"staff:{number}"
    about = {"roles": frozenset(person["roles"]), "unit": unit}
    return Who(number, number, by, **{**about, **changes})


class House:
    """A hotline whose machine's clock is moved by hand."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", home: Path) -> None:
        self.pool = pool
        self.clock = VirtualClock(NOW)
        self.both: Identities = identities(pool, home, "0543")
        self.looks = Looks(pool, home, Marks(b"m" * 32))
        self.reveals = Reveals(pool, self.both, self.looks, self.clock)
        self.search = PeopleSearch(pool, self.both, self.looks)

    async def order(self, kind: str = "help", **about: Any) -> None:
        await write(self.pool, self.both.lock(PERSON, WANG, kind=kind, flags=about.get("flags", ())).rows)
        await put_order(self.pool, ORDER, NUMBER, PERSON, kind=kind, **about)

    async def held_by(self, holder: str, part: int = 0) -> None:
        await self.pool.execute(
            "SELECT custody_write($1::jsonb)",
            f'[{{"subject": {ORDER}, "part": {part}, "n": 1, "holder": "{holder}", "at": {NOW}, "reason": "signed"}}]',
        )

    async def looked(self) -> list[tuple[Any, ...]]:
        rows = await self.pool.fetch("SELECT who, subject_id, what, about FROM looks ORDER BY look_id")
        return [tuple(row) for row in rows]


@pytest.fixture
async def house(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> House:
    await hire(pool)
    return House(pool, tmp_path)


async def test_masked_for_who_sees_the_order_and_in_full_for_ten_minutes_for_who_asked(house: House) -> None:
    await house.order(state="submitted", actors=["staff:1001"])
    reviewer = who("1002")
    before = await house.reveals.box(reviewer, NUMBER)
    assert before.fields is not None
    assert (before.fields.name, before.fields.numbers, before.left_s) == ("王**", ("138****8000",), 0)

    shown = await house.reveals.ask(reviewer, NUMBER, "contact", "核实地址", NOW)
    assert shown.fields is not None
    assert (shown.fields.name, shown.fields.numbers, shown.left_s) == (WANG.name, ("+8613800138000",), 600)

    house.clock.set(NOW + SHOWN_MS - SECOND_MS)
    assert (await house.reveals.box(reviewer, NUMBER)).left_s == 1
    house.clock.set(NOW + SHOWN_MS)
    after = await house.reveals.box(reviewer, NUMBER)
    assert after.fields is not None and after.fields.name == "王**"


async def test_it_is_shown_to_nobody_else_and_of_no_other_order(house: House) -> None:
    await house.order(state="submitted", actors=["staff:1001"])
    other = UUID(int=8)
    await write(house.pool, house.both.lock(other, WANG, kind="help").rows)
    await put_order(house.pool, ORDER + 8, "20260309-000025", other)
    await house.reveals.ask(who("1002"), NUMBER, "contact", "", NOW)
    for reader, number in (("1005", NUMBER), ("1001", NUMBER), ("1002", "20260309-000025")):
        box = await house.reveals.box(who(reader), number)
        assert box.fields is not None and box.fields.name == "王**" and box.left_s == 0


async def test_the_look_is_there_with_its_purpose_and_a_seal_of_the_words(house: House) -> None:
    await house.order(state="submitted")
    await house.reveals.ask(who("1002"), NUMBER, "contact", "  核实  地址 ", NOW)
    ((person, subject, what, about),) = await house.looked()
    assert (person, subject, what, about.split()[0]) == ("1002", ORDER, "reveal", "contact")
    kept = await house.pool.fetchrow("SELECT who, order_id, purpose, words FROM reveals")
    assert kept is not None and tuple(kept) == ("1002", ORDER, "contact", "核实 地址")
    assert WANG.name not in str(await house.looked())


async def test_nothing_is_shown_when_it_cannot_be_recorded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.order(state="submitted")

    async def gone(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(house.looks, "note", gone)
    with pytest.raises(ConnectionError):
        await house.reveals.ask(who("1002"), NUMBER, "contact", "", NOW)
    box = await house.reveals.box(who("1002"), NUMBER)
    assert box.left_s == 0


@pytest.mark.parametrize(
    "purpose, words, code",
    [
        ("", "", "no_purpose"),
        ("curiosity", "", "no_purpose"),
        ("contact' OR '1", "", "no_purpose"),
        (INSPECTION, "", "not_yours"),
        ("other", "", "no_words"),
        ("other", "看看", "no_words"),
        ("contact", "字" * 201, "no_words"),
        ("contact", "打13800138000问", "number"),
        ("contact", "身份证372301199001011234", "number"),
    ],
)
async def test_a_wish_that_is_not_right_shows_nothing_and_leaves_no_trace(
    house: House, purpose: str, words: str, code: str
) -> None:
    await house.order(state="submitted")
    with pytest.raises(RevealRefused) as refused:
        await house.reveals.ask(who("1002"), NUMBER, purpose, words, NOW)
    assert refused.value.code == code
    assert await house.looked() == []
    assert await house.pool.fetchval("SELECT count(*) FROM reveals") == 0


async def test_who_does_not_see_the_order_learns_nothing_of_it(house: House) -> None:
    await house.order(state="in_progress", holder="unit:zjj", units=["zjj"])
    for number in ("1008", "1009", "1010", "1013", "slj:contact"):
        with pytest.raises(NotSeen):
            await house.reveals.box(who(number), NUMBER)
        with pytest.raises(NotSeen):
            await house.reveals.ask(who(number), NUMBER, "contact", "", NOW)
    with pytest.raises(NotSeen):
        await house.reveals.box(who("1006"), "20260309-999999")


async def test_a_unit_is_shown_it_while_it_holds_the_order_or_a_part(house: House) -> None:
    await house.order(state="in_progress", units=["zjj", "slj"])
    officer = who("zjj:contact")
    assert (await house.reveals.box(officer, NUMBER)).purposes == ()
    await house.held_by("unit:zjj")
    assert (await house.reveals.box(officer, NUMBER)).purposes == EVERYTHING
    await house.reveals.ask(officer, NUMBER, "visit", "", NOW)
    assert (await house.reveals.box(who("slj:contact"), NUMBER)).purposes == ()
    await house.held_by("unit:slj", part=1)
    assert (await house.reveals.box(who("slj:contact"), NUMBER)).purposes == EVERYTHING
    await house.pool.execute("UPDATE custody SET until = since + interval '1 minute' WHERE part = 0")
    box = await house.reveals.box(officer, NUMBER)
    assert box.left_s == 0 and box.fields is not None and box.fields.name == "王**", "it gave the order away"


async def test_after_so_many_in_an_hour_it_stops(house: House) -> None:
    await house.order(state="submitted")
    for n in range(A_HOUR_MAX):
        house.clock.set(NOW + n * SECOND_MS)
        await house.reveals.ask(who("1002"), NUMBER, "contact", "", NOW)
    with pytest.raises(RevealRefused, match="too_many"):
        await house.reveals.ask(who("1002"), NUMBER, "contact", "", NOW)
    house.clock.set(NOW + HOUR_MS + A_HOUR_MAX * SECOND_MS)
    await house.reveals.ask(who("1002"), NUMBER, "contact", "", NOW)


@pytest.mark.parametrize("state", ["in_progress", "followup_due", "followup_failed", "completed"])
async def test_of_a_whistle_blower_only_who_calls_back_and_the_duty_manager_are_shown_more(
    house: House, state: str
) -> None:
    everybody = [f"unit:{number}" if ":" in number else f"staff:{number}" for number in PEOPLE]
    await house.order(
        "report", flags=["confidential"], state=state, holder="unit:zjj", units=["zjj", "slj"], actors=everybody
    )
    await house.held_by("unit:zjj")
    may = {"1006", *(["1004"] if state.startswith("followup") else [])}
    for number in PEOPLE:
        box = await house.reveals.box(who(number), NUMBER)
        assert (box.fields, box.apart) == (None, True), "not even masked"
        assert bool(box.purposes) == (number in may), number
        for purpose in PURPOSES:
            if purpose in box.purposes:
                continue
            with pytest.raises(RevealRefused):
                await house.reveals.ask(who(number), NUMBER, purpose, "查看", NOW)
    shown = await house.reveals.ask(who("1006"), NUMBER, "emergency", "", NOW)
    assert shown.fields is not None and shown.fields.name == WANG.name
    house.clock.set(NOW + SHOWN_MS)
    assert (await house.reveals.box(who("1006"), NUMBER)).fields is None


async def test_a_role_that_is_only_claimed_opens_no_whistle_blower(house: House) -> None:
    await house.order("report", flags=["confidential"], state="in_progress", actors=["staff:1001"])
    liar = who("1001", roles=frozenset({"duty_manager"}))
    box = await house.reveals.ask(liar, NUMBER, "emergency", "", NOW)
    assert box.fields is None, "the database asks the roll, not the request"


async def test_nobody_and_erased_and_closed_are_told_apart(house: House, tmp_path: Path) -> None:
    await put_order(house.pool, ORDER, NUMBER, None, state="submitted")
    assert (await house.reveals.box(who("1002"), NUMBER)).state == "nobody"
    row = house.both.lock(PERSON, WANG, kind="help").row
    await write(house.pool, {"persons_write": [Vault.erased(row, NOW)]})
    await put_order(house.pool, ORDER, NUMBER, PERSON, state="submitted")
    assert (await house.reveals.box(who("1002"), NUMBER)).state == "erased"
    (tmp_path / "another").mkdir()
    stranger = identities(house.pool, tmp_path / "another")
    await write(house.pool, stranger.lock(UUID(int=9), WANG, kind="help").rows)
    await put_order(house.pool, ORDER, NUMBER, UUID(int=9), state="submitted")
    assert (await house.reveals.box(who("1002"), NUMBER)).state == "closed"
    for purpose in ("contact", "reply"):
        with pytest.raises(RevealRefused, match="nobody"):
            await house.reveals.ask(who("1002"), NUMBER, purpose, "", NOW)


NEVER = (
    "analyst",
    "leader",
    "media_editor",
    "sysadmin",
    "secadmin",
    "auditadmin",
    "kb_editor",
    "kb_owner",
    "rule_admin",
)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_for_what_it_needs_and_no_more(role: str) -> None:
    """An order in the hands of `zjj`, taken in by 1001, while it is with the follow-up; asked by everybody in turn."""
    kind = ROLES[role].kind
    unit = "zjj" if kind == "unit" else None
    by = "unit:zjj:contact" if unit else "staff:1001"
    asked = About("followup_due", frozenset({"unit:zjj"}), frozenset({by}))
    found = purposes_for(Who("x", "", by, frozenset({role}), unit), asked)
    if role in NEVER or role in ("shift_lead", "objection_reviewer"):
        assert found == ()
    elif role in ("qa", "qa_appeal"):
        assert found == (INSPECTION,)
    else:
        assert found == EVERYTHING


@pytest.mark.parametrize("role", NEVER)
def test_who_counts_leads_or_administers_never_is_whatever_they_did_on_the_order(role: str) -> None:
    for state in ("submitted", "in_progress", "followup_due", "completed"):
        about = About(state, frozenset({"tray:review"}), frozenset({"staff:1"}))
        assert purposes_for(Who("1", "", "staff:1", frozenset({role})), about) == ()


def test_an_agent_is_for_what_they_took_in_only() -> None:
    about = About("in_progress", frozenset({"unit:zjj"}), frozenset({"staff:1001"}))
    assert purposes_for(who("1001"), about) == EVERYTHING
    assert purposes_for(who("1014"), about) == ()


def test_who_calls_back_is_only_while_the_order_is_with_the_follow_up() -> None:
    for state in ("in_progress", "replied", "completed", "archived"):
        assert purposes_for(who("1004"), About(state, (), ())) == ()


# The search by number.


async def found(house: House, reader: str, number: str) -> list[str]:
    orders: tuple[FoundOrder, ...] = await house.search.find(who(reader), number, NOW)
    return [order.number for order in orders]


async def test_a_caller_is_found_by_number_or_its_end_and_only_in_orders_one_sees(house: House) -> None:
    await house.order(state="in_progress", holder="unit:zjj", units=["zjj"])
    for way in ("13800138000", "+86 138 0013 8000", "8000", "８０００"):
        assert await found(house, "1001", way) == [NUMBER]
    assert await found(house, "1001", "13800138001") == []
    assert await found(house, "slj:contact", "13800138000") == [], "a unit that does not have it does not see it"
    assert [(look[0], look[2], look[3]) for look in await house.looked()][:3] == [
        ("1001", "search", "whole"),
        ("1001", "search", "whole"),
        ("1001", "search", "last_four"),
    ]
    assert "8000" not in str(await house.looked())


@pytest.mark.parametrize("number", ["", "123", "不知道", "1" * 21, "'; --", "13800138000" * 9])
async def test_what_is_no_number_is_not_searched(house: House, number: str) -> None:
    with pytest.raises(SearchRefused, match="too_short"):
        await found(house, "1001", number)
    assert await house.looked() == []


async def test_a_whistle_blower_is_not_found_by_who_may_not_know_them(house: House) -> None:
    await house.order("report", flags=["confidential"], state="followup_due", actors=["staff:1001", "staff:1002"])
    for reader in PEOPLE:
        whole, end = await found(house, reader, "13800138000"), await found(house, reader, "8000")
        assert whole == ([NUMBER] if reader in ("1004", "1006") else []), reader
        assert end == []


async def test_who_tries_one_ending_after_the_other_is_stopped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianxin.privacy.searching.A_HOUR_MAX", 5)
    for ending in range(5):
        await found(house, "1001", f"{ending:04d}")
    with pytest.raises(SearchRefused, match="too_many"):
        await found(house, "1001", "0005")
    assert await found(house, "1002", "0005") == []
    assert await house.search.find(who("1001"), "0005", NOW + HOUR_MS + MINUTE_MS) == ()
