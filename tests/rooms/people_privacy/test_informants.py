"""Whistle-blowers are kept apart: nobody finds them who may not, not even by their number."""

from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from bare_rows import PEOPLE, hire, put_order, write
from one_order import SECRETS, WANG, Office, anybody, rules_of, seeded

from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import Database
from lianxin.orders.messages import SECRET
from lianxin.people.identities import Identities, identities, kept_in, store_of, telling_vault
from lianxin.people.persons import NoSuchPerson, Persons
from lianxin.people.vault import PersonErased, VaultClosed
from lianxin.retention import Erase, Erasure, matters_in_postgres

PERSON = UUID(int=7)
ORDER = 1020260309000017
NUMBER = "13800138000"
FOLLOWUP = ("followup_due", "followup_failed")


@pytest.fixture
async def both(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> Identities:
    await hire(pool)
    return identities(pool, tmp_path, "0543")


async def reported(pool: "asyncpg.Pool[asyncpg.Record]", both: Identities, state: str = "in_progress") -> None:
    """A report of a breach: the unit that has it, the unit it is about, and who is behind it."""
    await write(pool, both.lock(PERSON, WANG, kind="report").rows)
    await put_order(
        pool,
        ORDER,
        "20260309-000017",
        PERSON,
        kind="report",
        flags=["confidential"],
        state=state,
        holder="unit:zjj",
        units=["zjj"],
        actors=["staff:1001", "staff:1004"],
    )


@pytest.mark.parametrize(
    "kind, flags, store",
    [
        ("report", (), "informants"),
        ("report", ("confidential",), "informants"),
        ("complaint", ("confidential",), "informants"),
        ("complaint", (), "persons"),
        ("complaint", ("media", "repeat"), "persons"),
        ("", (), "persons"),
    ],
)
def test_kind_and_secrecy_say_where_a_person_belongs(kind: str, flags: tuple[str, ...], store: str) -> None:
    assert store_of(kind, flags) == store


async def test_an_informant_is_in_no_table_of_persons_and_found_by_nobody(
    pool: "asyncpg.Pool[asyncpg.Record]", both: Identities
) -> None:
    await reported(pool, both)
    assert await pool.fetchval("SELECT count(*) FROM persons") == 0
    assert await pool.fetchval("SELECT count(*) FROM person_numbers") == 0
    assert await both.persons.find(NUMBER) == () == await both.persons.find("8000")
    with pytest.raises(NoSuchPerson):
        await both.persons.row(PERSON)
    assert await both.persons.rows([PERSON]) == {}


@pytest.mark.parametrize("state", ["submitted", "in_progress", "followup_due", "followup_failed", "completed"])
async def test_only_duty_manager_and_follow_up_caller_learn_who_it_is(
    pool: "asyncpg.Pool[asyncpg.Record]", both: Identities, state: str
) -> None:
    await reported(pool, both, state)
    may = {"1006", *(["1004"] if state in FOLLOWUP else [])}
    opened = {number for number in PEOPLE if await both.behind(number, ORDER) is not None}
    assert opened == may
    found = {number for number in PEOPLE if await both.orders_with(number, NUMBER)}
    assert found == may, "a whole number finds them only for whoever may open them"
    for stranger in ("", "nobody", "staff:1006", "1006' OR true --"):
        assert await both.behind(stranger, ORDER) is None
        assert await both.orders_with(stranger, NUMBER) == ()


async def test_what_is_opened_is_what_was_said(pool: "asyncpg.Pool[asyncpg.Record]", both: Identities) -> None:
    await reported(pool, both)
    found = await both.behind("1006", ORDER)
    assert found is not None
    assert (found.name, found.numbers) == (WANG.name, ("+8613800138000",))
    assert await both.orders_with("1006", "138 0013 8000") == (ORDER,)
    assert await both.orders_with("1006", "13800138001") == ()
    assert await both.orders_with("1006", "8000") == (), "the last four digits find no informant"


async def test_a_duty_manager_of_a_unit_and_one_who_left_learn_nothing(
    pool: "asyncpg.Pool[asyncpg.Record]", both: Identities
) -> None:
    await reported(pool, both, "followup_due")
    await hire(
        pool,
        {
            "1006": {"roles": ["duty_manager"], "unit": "zjj", "units": ["zjj"]},
            "1004": {"roles": ["followup_caller"], "active": False},
        },
    )
    assert await both.behind("1006", ORDER) is None
    assert await both.behind("1004", ORDER) is None


async def test_a_deputy_may_what_the_one_stood_in_for_may(
    pool: "asyncpg.Pool[asyncpg.Record]", both: Identities
) -> None:
    await reported(pool, both)
    await hire(pool, {"1006": {"roles": ["duty_manager"], "deputy": "1014"}})
    assert await both.behind("1014", ORDER) is not None


@pytest.mark.parametrize("table", ["informants", "informant_numbers"])
@pytest.mark.parametrize("statement", ["SELECT * FROM {}", "DELETE FROM {}", "INSERT INTO {} SELECT * FROM {}"])
async def test_the_application_reaches_the_tables_through_their_functions_only(
    pool: "asyncpg.Pool[asyncpg.Record]", both: Identities, table: str, statement: str
) -> None:
    await reported(pool, both)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement.format(table, table))


async def test_the_house_key_opens_no_informant_and_theirs_no_other_person(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", both: Identities
) -> None:
    await reported(pool, both)
    persons, informants = both.vault("persons"), both.vault("informants")
    with pytest.raises(VaultClosed):
        persons.open(both.lock(PERSON, WANG, kind="report").row)
    with pytest.raises(VaultClosed):
        informants.open(both.lock(PERSON, WANG, kind="help").row)
    assert set(persons.lookups(NUMBER)).isdisjoint(informants.lookups(NUMBER))
    owner = await asyncpg.connect(database.owner_url)
    try:
        everything = b"".join(bytes(v) for row in await owner.fetch("SELECT * FROM informants") for v in row[1:4])
    finally:
        await owner.close()
    assert not [secret for secret in SECRETS if secret.encode() in everything]


async def test_a_person_made_secret_later_moves_and_what_was_hashed_and_locked_still_holds(
    pool: "asyncpg.Pool[asyncpg.Record]", both: Identities
) -> None:
    record = both.lock(PERSON, WANG, kind="complaint")
    await write(pool, record.rows)
    letter = both.vault("persons").lock(record.row, SECRET, b"code")
    await put_order(pool, ORDER, "20260309-000017", PERSON, flags=["confidential"], state="submitted")
    rows = await both.secreted(PERSON)
    assert set(rows) == {"informants_write", "informant_numbers_write"}
    await write(pool, rows)
    assert await pool.fetchval("SELECT count(*) FROM persons") == 0
    assert await pool.fetchval("SELECT count(*) FROM person_numbers") == 0
    found = await both.behind("1006", ORDER)
    assert found is not None and found.numbers == ("+8613800138000",)
    (moved,) = rows["informants_write"]
    assert both.vault("informants").who(moved) == record.who  # type: ignore[arg-type]
    assert both.vault("informants").unlock(moved, SECRET, letter) == b"code"  # type: ignore[arg-type]
    assert await both.secreted(PERSON) == {}, "who is there already stays"
    assert await both.secreted(UUID(int=404)) == {}


async def test_nobody_is_in_both(pool: "asyncpg.Pool[asyncpg.Record]", both: Identities) -> None:
    await reported(pool, both)
    with pytest.raises(asyncpg.PostgresError, match="kept apart"):
        await write(pool, both.lock(PERSON, WANG, kind="complaint").rows)


async def test_a_message_reaches_them_only_while_it_waits(
    pool: "asyncpg.Pool[asyncpg.Record]", both: Identities, tmp_path: Path
) -> None:
    await reported(pool, both)
    await pool.execute(
        "INSERT INTO outbox (message_id, subject_id, channel, body, made_at, due_at) "
        "VALUES (gen_random_uuid(), $1, 'sms', jsonb_build_object('person', $2::text), now(), now())",
        ORDER,
        str(PERSON),
    )
    vault = telling_vault(tmp_path)
    persons = Persons(pool, vault)
    (row,) = (await persons.rows([PERSON, UUID(int=404)])).values()
    assert vault.open(row).numbers == ("+8613800138000",)
    await pool.execute("UPDATE outbox SET state = 'sent'")
    assert await persons.rows([PERSON]) == {}


async def test_an_informant_is_erased_like_everybody(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", both: Identities
) -> None:
    office = Office(PostgresLedger(pool))
    record = both.lock(PERSON, WANG, kind="report")
    await office.submit("20260309-000018", record, "单位领导虚开发票")
    assert await kept_in(pool, PERSON) is not None
    erasure = Erasure(office.store, matters_in_postgres(pool), rules_of, anybody, seeded(3))
    wish = Erase(id=office.id(), by="staff:9001", person=PERSON, ground="个人信息保护法 第四十七条")
    answer = await erasure.erase(wish, office.later())
    assert (answer["orders"], answer["texts"]) == (1, 1)
    kept = await kept_in(pool, PERSON)
    assert kept is not None and kept[0] == "informants" and kept[1].erased is not None
    with pytest.raises(PersonErased):
        both.vault("informants").open(kept[1])
    owner = await asyncpg.connect(database.owner_url)
    try:
        assert await owner.fetchval("SELECT count(*) FROM informant_numbers") == 0
        left = await owner.fetchrow("SELECT wrapped_key, fields, salts FROM informants")
        assert left is not None and tuple(left) == (None, None, None)
    finally:
        await owner.close()
