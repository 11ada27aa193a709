"""`lianxin order NUMBER`, as somebody types it: 0 told, 2 there is no such order."""

import asyncio
import json
from datetime import date
from pathlib import Path

import psycopg
import pytest
import typer
from made.lives import World
from typer.testing import CliRunner, Result

from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database, open_pool
from lianxin.ground.text import make_number
from lianxin.orders import desk_commands
from lianxin.people import load_staff
from lianxin.personnel.enrolling import enrol

app = typer.Typer()
desk_commands.register(app)
SECRET = "老人无法下楼"
"""Words of the citizen, which the terminal does not show."""


@pytest.fixture
def site(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """A site with some orders; name -> number."""
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)
    return asyncio.run(_filled(database))


async def _filled(database: Database) -> dict[str, str]:
    pool = await open_pool(database.app_url)
    try:
        store = PostgresLedger(pool)
        world = World(store)
        await enrol(store, load_staff(), world.now)
        orders = {"reworked": await world.reworked(), "signed": await world.signed()}
        parent, child = await world.joined()
        orders |= {"parent": parent, "child": child, "transferred": await world.transferred()}
        return {name: (await world.services.order(order)).number for name, order in orders.items()}
    finally:
        await pool.close()


READER = "1023"
"""A duty manager, who sees every order."""


def typed(*words: str, reader: str = READER) -> Result:
    return CliRunner().invoke(app, [*words, "--as", reader])


def told(number: str) -> dict[str, object]:
    answer = typed(number, "--json")
    assert answer.exit_code == 0, answer.output
    return dict(json.loads(answer.stdout))


def test_it_tells_holder_dates_promises_and_the_whole_course(site: dict[str, str]) -> None:
    order = told(site["signed"])
    assert (order["state"], order["holder"], order["tracker"]) == ("in_progress", "unit:zjj", "staff:3001")
    assert isinstance(order["due"], dict) and isinstance(order["course"], list) and isinstance(order["promises"], list)
    assert order["due"]["due"] == "2026-03-17T00:00:00+08:00"  # 5 WD after Monday 9 March
    assert order["due"]["steps"][0]["kind"] == "clock" and order["due"]["steps"][0]["src"]
    assert {promise["kind"] for promise in order["promises"]} == {"answer", "contact"}
    assert [step["seq"] for step in order["course"]] == list(range(1, len(order["course"]) + 1))
    signed = order["course"][-1]
    assert (signed["kind"], signed["giver"], signed["taker"]) == ("signed", "tray:dispatch", "unit:zjj")
    assert order["chain"]["intact"] is True  # type: ignore[index]


def test_a_closed_order_is_told_to_its_end(site: dict[str, str]) -> None:
    order = told(site["reworked"])
    assert (order["open"], order["holder"], order["next"] is None) == (False, None, False)
    assert order["course"][-1]["kind"] == "completed"  # type: ignore[index]


def test_joined_orders_name_each_other(site: dict[str, str]) -> None:
    assert told(site["child"])["parent"] == site["parent"]
    assert told(site["parent"])["joined"] == [site["child"]]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("办理中", "责任人", "办理期限", "承诺", "全程", "链条完整")),
        ("en", ("held by", "Due", "Promises", "Course")),
    ],
)
def test_a_person_reads_it_in_either_language(site: dict[str, str], lang: str, words: tuple[str, ...]) -> None:
    answer = typed(site["signed"], "--lang", lang)
    assert answer.exit_code == 0
    assert all(word in answer.stdout for word in words), answer.stdout


@pytest.mark.parametrize("name", ["signed", "reworked", "parent", "child", "transferred"])
def test_every_kind_of_order_can_be_told_and_no_words_of_a_citizen_are_shown(site: dict[str, str], name: str) -> None:
    for more in ((), ("--json",), ("--lang", "en")):
        answer = typed(site[name], *more)
        assert answer.exit_code == 0 and site[name] in answer.stdout
        assert SECRET not in answer.output


def test_a_number_read_over_the_telephone_may_have_blanks(site: dict[str, str]) -> None:
    spoken = " ".join(site["signed"].replace("-", " "))
    assert typed(spoken).exit_code == 0


def test_one_wrong_digit_is_noticed(site: dict[str, str]) -> None:
    number = site["signed"]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    answer = typed(wrong)
    assert answer.exit_code == 2 and "有一位数字不对" in answer.output
    assert "One digit of this number is wrong" in typed(wrong, "--lang", "en").output


def test_a_number_that_nobody_has_is_no_order(site: dict[str, str]) -> None:
    missing = make_number(date(2026, 3, 9), 88_888)
    answer = typed(missing)
    assert answer.exit_code == 2 and answer.output.strip() == f"没有单号为 {missing} 的工单。请对照回执或短信核对单号。"
    assert "There is no order" in typed(missing, "--lang", "en").output


def test_without_a_database_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    answer = typed(make_number(date(2026, 3, 9), 1))
    assert answer.exit_code == 2 and answer.output.strip() and "Traceback" not in answer.output


def test_what_the_reader_may_not_see_is_not_told(site: dict[str, str]) -> None:
    answer = typed(site["signed"], reader="cgj:contact")
    assert answer.exit_code == 2
    assert "没有单号为" in answer.output
    assert typed(site["signed"], reader="zjj:contact").exit_code == 0


def test_who_reads_at_the_terminal_stands_in_the_access_log(site: dict[str, str], database: Database) -> None:
    typed(site["signed"])
    with psycopg.connect(database.owner_url) as owner:
        looks = owner.execute("SELECT who, what, about FROM looks").fetchall()
    assert looks == [(READER, "page", "terminal")]
