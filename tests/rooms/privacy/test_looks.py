"""The access log: whoever was shown an order stands in it, also when a process died in between."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from lianxin.access.who import Who
from lianxin.ground.clock import MINUTE_MS, at_iso
from lianxin.ground.store import Database, open_pool
from lianxin.privacy import Looks, NotKept
from lianxin.privacy.looks import bring_left_behind
from lianxin.privacy.spool import FOLDER
from lianxin.privacy.whence import Marks

NOW = at_iso("2026-03-09T10:00:00+08:00")
LI = Who("1023", "李强", "staff:1023", frozenset({"agent"}))
ZHAO = Who("2038", "赵敏", "staff:2038", frozenset({"reviewer"}))
ORDER = 1020260309000017
OTHER = 1020260309000025
MARKS = Marks(b"m" * 32)


@pytest.fixture
def looks(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> Looks:
    return Looks(pool, tmp_path, MARKS)


async def kept(pool: "asyncpg.Pool[asyncpg.Record]") -> list[Any]:
    rows = await pool.fetch("SELECT look_id, who, subject_id, what, about FROM looks ORDER BY look_id")
    return [tuple(row) for row in rows]


async def test_a_page_seen_twice_in_a_minute_is_one_look_and_a_minute_later_another(
    looks: Looks, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    for now in (NOW, NOW + 1, NOW + MINUTE_MS - 1, NOW + MINUTE_MS):
        await looks.note(LI, ORDER, "page", now)
    await looks.note(ZHAO, ORDER, "page", NOW)
    await looks.note(LI, OTHER, "page", NOW)
    await looks.note(LI, ORDER, "attachment", NOW)
    assert await looks.flush()
    assert await kept(pool) == [
        (1, "1023", ORDER, "page", ""),
        (2, "1023", ORDER, "page", ""),
        (3, "2038", ORDER, "page", ""),
        (4, "1023", OTHER, "page", ""),
        (5, "1023", ORDER, "attachment", ""),
    ]


async def test_two_processes_that_show_the_same_page_note_it_once(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    for _ in range(2):
        process = Looks(pool, tmp_path, MARKS)
        await process.note(LI, ORDER, "page", NOW)
        assert await process.flush()
    assert len(await kept(pool)) == 1


async def test_each_number_shown_and_each_export_is_there_before_it_is_shown(
    looks: Looks, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await looks.note(LI, ORDER, "reveal", NOW, "contact")
    await looks.note(LI, ORDER, "reveal", NOW, "contact")
    await looks.note(LI, None, "export", NOW, "looks")
    assert await kept(pool) == [
        (1, "1023", ORDER, "reveal", "contact"),
        (2, "1023", ORDER, "reveal", "contact"),
        (3, "1023", None, "export", "looks"),
    ]


async def test_numbers_have_no_gap_when_many_write_at_once(database: Database, tmp_path: Path) -> None:
    pool = await open_pool(database.app_url)
    try:
        houses = [Looks(pool, tmp_path, MARKS) for _ in range(6)]

        async def work(house: Looks, n: int) -> None:
            for order in range(20):
                await house.note(LI, ORDER + order % 5, "page", NOW + n * MINUTE_MS)
                await house.note(LI, ORDER + order, "reveal", NOW, "contact")
                await house.flush()

        await asyncio.gather(*(work(house, n) for n, house in enumerate(houses)))
        ids = [row[0] for row in await kept(pool)]
        assert ids == list(range(1, 6 * (20 + 5) + 1))
    finally:
        await pool.close()


_DIES = """
import asyncio, os, sys
from pathlib import Path
from lianxin.access.who import Who
from lianxin.privacy.looks import Looks
from lianxin.privacy.whence import Marks

async def show() -> None:
    looks = Looks(None, Path(sys.argv[1]), Marks(b"m" * 32))
    await looks.note(Who("1023", "", "staff:1023", frozenset()), 1020260309000017, "page", 1773021600000)
    os.kill(os.getpid(), 9)

asyncio.run(show())
"""


async def test_looks_of_a_killed_process_are_brought_in_by_the_next(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    died = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", _DIES, str(tmp_path)], check=False)
    assert died.returncode == -9
    (left,) = (tmp_path / FOLDER).iterdir()
    with left.open("a") as file:
        file.write('{"at":17730')  # a half line is what a full disk leaves: nothing was shown for it
    assert await bring_left_behind(pool, tmp_path)
    assert await kept(pool) == [(1, "1023", ORDER, "page", "")]
    assert list((tmp_path / FOLDER).iterdir()) == []


async def test_what_was_written_and_not_yet_deleted_is_not_counted_twice(
    looks: Looks, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    await looks.note(LI, ORDER, "page", NOW)
    (file,) = (tmp_path / FOLDER).iterdir()
    copy = file.read_bytes()
    assert await looks.flush()
    file.write_bytes(copy)  # the process died between the two
    assert await bring_left_behind(pool, tmp_path)
    assert len(await kept(pool)) == 1


async def test_a_file_that_is_still_written_is_left_alone(
    looks: Looks, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    await looks.note(LI, ORDER, "page", NOW)
    assert await bring_left_behind(pool, tmp_path)
    assert await kept(pool) == []
    assert await looks.flush()
    assert len(await kept(pool)) == 1


async def test_looks_wait_while_the_database_is_away(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    gone = await open_pool(database.app_url, size_max=1)
    await gone.close()
    looks = Looks(gone, tmp_path, MARKS)
    await looks.note(LI, ORDER, "page", NOW)
    assert not await looks.flush()
    with pytest.raises(asyncpg.InterfaceError):
        await looks.note(LI, ORDER, "reveal", NOW, "contact")
    back = Looks(pool, tmp_path, MARKS)
    assert await back.flush()
    assert await kept(pool) == [(1, "1023", ORDER, "page", "")]


async def test_what_can_be_kept_nowhere_is_not_shown(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("no folder")
    with pytest.raises(NotKept):
        await Looks(pool, tmp_path, MARKS).note(LI, ORDER, "page", NOW)


async def test_the_folder_is_for_its_owner_only(looks: Looks, tmp_path: Path) -> None:
    await looks.note(LI, ORDER, "page", NOW)
    (file,) = (tmp_path / FOLDER).iterdir()
    assert (tmp_path / FOLDER).stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_site_that_ends_brings_its_last_looks(looks: Looks, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    async with looks.running():
        await looks.note(LI, ORDER, "page", NOW)
    assert len(await kept(pool)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO looks SELECT 9, now(), '1', NULL, 'page', '', session, address, gen_random_uuid() FROM looks",
        "UPDATE looks SET who = '2038'",
        "DELETE FROM looks",
        "TRUNCATE looks",
        "UPDATE looks_counted SET last = 0",
        "ALTER TABLE looks DISABLE TRIGGER ALL",
    ],
)
async def test_the_application_cannot_rewrite_the_access_log(
    looks: Looks, pool: "asyncpg.Pool[asyncpg.Record]", statement: str
) -> None:
    await looks.note(LI, ORDER, "reveal", NOW, "contact")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE looks SET who = '2038'", "TRUNCATE looks", "DELETE FROM looks"])
async def test_the_owner_is_stopped_by_the_triggers(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path, statement: str
) -> None:
    looks = Looks(pool, tmp_path, MARKS)
    now = await pool.fetchval("SELECT (extract(epoch FROM now()) * 1000)::bigint")
    await looks.note(LI, ORDER, "reveal", now, "contact")
    owner = await asyncpg.connect(database.owner_url)
    try:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await owner.execute(statement)
        assert refused.value.sqlstate == "LX003"
    finally:
        await owner.close()


def test_marks_tell_two_sessions_apart_and_give_away_neither() -> None:
    assert MARKS.of("address", "10.1.2.3") == Marks(b"m" * 32).of("address", "10.1.2.3")
    assert MARKS.of("address", "10.1.2.3") != MARKS.of("session", "10.1.2.3")
    assert MARKS.of("address", "10.1.2.3") != Marks(b"n" * 32).of("address", "10.1.2.3")
    assert len(MARKS.of("address", "10.1.2.3")) == 32
