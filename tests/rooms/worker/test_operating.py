"""What an operator does at the command line: letters, timers, people, erasure."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import typer
from one_order import MORNING, SECRETS, Office
from typer.testing import CliRunner, Result

from lianxin.channels import commands as channels
from lianxin.ground.clock import DAY_MS
from lianxin.ground.ledger.command_id import command_id
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.demo_mark import demo_mark
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database, open_pool
from lianxin.people import load_staff
from lianxin.people.keys import load_house_keys
from lianxin.people.vault import Vault
from lianxin.personnel import commands as personnel
from lianxin.personnel import enrol
from lianxin.retention import commands as retention
from lianxin.worker import commands as worker

NUMBER = "20260309-000017"
SYSADMIN, SECADMIN = "staff:2037", "staff:2038"


class Site:
    """A home with a database, operated by commands."""

    def __init__(self, home: Path, database: Database) -> None:
        self.home = home
        self.database = database
        self.app = typer.Typer()
        for room in (channels, personnel, retention, worker):
            room.register(self.app)

    def run(self, *words: str, answer: str | None = None) -> Result:
        """Give a command."""
        return CliRunner().invoke(self.app, words, input=answer)

    def told(self, *words: str) -> dict[str, Any]:
        """Give a command that answers in JSON."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    def on(self, act: Callable[[Any, Office], Awaitable[Any]]) -> Any:
        """Do something on the database beside the commands."""

        async def done() -> Any:
            pool = await open_pool(self.database.app_url, size_max=2)
            office = Office(PostgresLedger(pool))
            office.vault = Vault(load_house_keys(self.home))
            try:
                return await act(pool, office)
            finally:
                await pool.close()

        return asyncio.run(done())


@pytest.fixture
def site(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site with the people of the city and one order of a citizen, at noon."""
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)
    here = Site(tmp_path, database)

    async def prepare(pool: Any, office: Office) -> None:
        await enrol(PostgresLedger(pool), load_staff(), MORNING - DAY_MS)
        await office.submit(NUMBER, office.person(), "我是王小芳，电梯停运")
        await write_site_clock(pool, MORNING + DAY_MS, 0.0)

    here.on(prepare)
    return here


def test_dead_letters_are_shown_and_tried_again(site: Site) -> None:
    assert site.told("outbox", "--json")["counts"] == {"waiting": 1, "sent": 0, "dead": 0, "dropped": 0, "returned": 0}
    site.on(lambda pool, _: pool.execute("UPDATE outbox SET state = 'dead', last_error = 'refused', attempts = 24"))
    shown = site.run("outbox", "--dead").stdout
    assert "1 dead" in shown and "refused" in shown and NUMBER in shown
    (letter,) = site.told("outbox", "--dead", "--json")["letters"]
    assert (letter["template"], letter["attempts"]) == ("receipt", 24)

    assert site.run("outbox", "--retry", letter["id"]).stdout.startswith("1 dead letters will be tried again now.")
    assert site.told("outbox", "--json")["letters"][0]["attempts"] == 0
    again = site.run("outbox", "--retry", letter["id"])
    assert again.exit_code == 1 and "no such dead letter" in again.stdout
    assert site.run("outbox", "--retry", "7").exit_code == 2


def test_every_dead_letter_can_be_tried_again_at_once(site: Site) -> None:
    site.on(lambda pool, _: pool.execute("UPDATE outbox SET state = 'dead'"))
    assert site.told("outbox", "--retry", "all", "--json") | {"letters": []} == {
        "counts": {"waiting": 1, "sent": 0, "dead": 0, "dropped": 0, "returned": 0},
        "letters": [],
        "retried": 1,
    }


def test_timers_that_cannot_be_seen_to_are_shown_with_their_reason(site: Site) -> None:
    assert site.told("timers", "--json")["late"] == 1

    async def fail(pool: Any, _: Office) -> int:
        (due,) = await PostgresLedger(pool).due_timers(MORNING + DAY_MS, 10)
        await PostgresLedger(pool).postpone_timer(due, MORNING + 2 * DAY_MS, "Refused: no")
        return due.subject

    subject = site.on(fail)
    shown = site.run("timers", "--failing").stdout
    assert "1 timers, 0 late, next at 2026-03-11T09:00:00+08:00" in shown
    assert f"{subject}  1 attempts, again at 2026-03-11T09:00:00+08:00: Refused: no" in shown


def test_people_begin_change_and_leave(site: Site) -> None:
    hired = site.told("staff", "hire", "5001", "--by", SYSADMIN, "--reason", "人事令 12 号")
    assert hired == {"number": "5001", "roles": [], "seq": 1}
    assert site.told("staff", "grant", "5001", "agent", "--by", SECADMIN)["roles"] == ["agent"]
    assert site.told("staff", "grant", "5001", "qa", "--by", SECADMIN)["roles"] == ["agent", "qa"]
    assert site.told("staff", "revoke", "5001", "agent", "--by", SECADMIN)["roles"] == ["qa"]
    left = site.told("staff", "leave", "5001", "--successor", "1001", "--by", SYSADMIN)
    assert left == {"number": "5001", "successor": "1001", "orders": 0}
    refused = site.run("staff", "grant", "1001", "qa", "--by", "staff:1002")
    assert refused.exit_code == 1 and "may not change the roll" in refused.output


def test_a_citizen_is_erased_after_being_asked_once_more(site: Site) -> None:
    ground = ("--ground", "个人信息保护法 第四十七条", "--by", SECADMIN)
    assert site.run("erase", NUMBER, *ground, answer="n\n").exit_code == 1
    assert "王小芳" in site.on(lambda pool, _: pool.fetchval("SELECT text FROM texts"))

    answer = site.run("erase", NUMBER, *ground, answer="y\n")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout.splitlines()[-1])["texts"] == 1
    left = site.on(lambda pool, _: pool.fetch("SELECT title, text FROM texts"))
    assert not [secret for secret in SECRETS if secret in str(left)]

    again = site.run("erase", NUMBER, *ground, "--yes")
    assert again.exit_code == 1 and "erased already" in again.output
    assert site.run("erase", "20260309-000018", *ground, "--yes").exit_code == 2, "the check digit does not hold"
    nobody = site.run("erase", "20260309-000025", *ground, "--yes")
    assert nobody.exit_code == 1 and "There is no order 20260309-000025" in nobody.output
    forbidden = site.run("erase", NUMBER, "--ground", "x", "--by", SYSADMIN, "--yes")
    assert forbidden.exit_code == 1 and "security administrator" in forbidden.output


def test_who_shares_the_number_of_an_erased_citizen_is_named_and_erased_apart(site: Site) -> None:
    ground = ("--ground", "个人信息保护法 第四十七条", "--by", SECADMIN, "--yes")
    call = "20260309-000025"

    async def calls(_: Any, office: Office) -> None:
        for _ in range(10):
            office.id()
        await office.contact(call, office.person(2))

    site.on(calls)
    told = site.told("erase", NUMBER, *ground)
    assert (told["orders_with_same_number"], told["contacts_with_same_number"]) == ([], [call])
    wrong = site.run("erase", call, *ground)
    assert wrong.exit_code == 1 and f"There is no order {call}" in wrong.output
    told = site.told("erase", call, *ground, "--contact")
    assert (told["contacts"], told["contacts_with_same_number"]) == (1, [])
    assert site.on(lambda pool, _: pool.fetchval("SELECT count(*) FROM person_numbers")) == 0


def test_ids_of_commands_sort_by_time_and_are_of_version_7() -> None:
    ids = [command_id(MORNING + n, bytes([255 - n] * 10)) for n in range(5)]
    assert ids == sorted(ids) and {one.version for one in ids} == {7}
    assert {one.variant for one in ids} == {UUID(int=0x8000 << 48).variant}
    assert int(ids[0]) >> 80 == MORNING
    assert len({command_id(MORNING, msgspec.json.encode(f"{n:08}")) for n in range(100)}) == 100


def test_a_demo_city_moves_in_once_and_the_database_says_so_for_good(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)
    site = Site(tmp_path, database)
    refused = site.run("seed", "atlantis")
    assert refused.exit_code == 2 and "There are those of: binzhou" in refused.output
    assert site.on(lambda pool, _: demo_mark(pool)) is None
    people = len(load_staff().people)
    assert f"has moved in: {people} people, 3 rule packs" in site.run("seed", "binzhou").output
    mark = site.on(lambda pool, _: demo_mark(pool))
    assert mark.city == "binzhou"
    assert "had moved in before" in site.run("seed", "binzhou").output
    assert site.on(lambda pool, _: demo_mark(pool)) == mark


def test_no_demo_city_moves_into_a_hotline(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)
    site = Site(tmp_path, database)
    site.on(lambda pool, _: enrol(PostgresLedger(pool), load_staff(), MORNING, packs=()))
    refused = site.run("seed", "binzhou")
    assert refused.exit_code == 2 and "A real hotline has begun in this database" in refused.output
    assert site.on(lambda pool, _: demo_mark(pool)) is None
    assert site.on(lambda pool, _: pool.fetchval("SELECT count(*) FROM packs")) == 0
