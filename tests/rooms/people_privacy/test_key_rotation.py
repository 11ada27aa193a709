"""A new key takes the place of the old: nothing is unreadable at any moment, wherever it is broken off."""

import asyncio
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bare_rows import write
from one_order import WANG

from lianxin.ground.clock import Instant
from lianxin.people import rotation
from lianxin.people.identities import identities
from lianxin.people.keys import KeyFolder, KeyUnfit, load_house_keys, mark_of, read_secret
from lianxin.people.persons import Persons
from lianxin.people.rewrapping import Turned, Wrapped, WrappedPersons, wrapped
from lianxin.people.rotation import GRACE_MS, RotationRefused, rotate, standing
from lianxin.people.vault import PersonFields, Vault, VaultClosed

NUMBER = "13800138000"
FAR: Instant = 4_000_000_000_000
"""A machine's time at which every file is old enough."""


def soon(keys: KeyFolder) -> Instant:
    """A machine's time at which the old secret was replaced just now."""
    return max(path.stat().st_ctime_ns for path in (*keys.old_paths(), keys.newest_path)) // 1_000_000


async def fill(pool: "asyncpg.Pool[asyncpg.Record]", vault: Vault, many: int, begin: int = 1) -> None:
    for n in range(begin, begin + many):
        fields = PersonFields(name=f"王{n}", numbers=(NUMBER, f"1390000{n:04d}"), mail=f"wang{n}@example.org")
        await write(pool, vault.record(UUID(int=n), fields).rows)


async def readable(pool: "asyncpg.Pool[asyncpg.Record]", home: Path, many: int) -> bool:
    """Whether everybody is read and found by whoever has the files of this home now."""
    persons = Persons(pool, Vault(KeyFolder(home)))
    names = [(await persons.read(UUID(int=n))).name for n in range(1, many + 1)]
    found = await persons.find(NUMBER, 1_000), await persons.find("8000", 1_000)
    single = [await persons.find(f"1390000{n:04d}") for n in range(1, many + 1)]
    mails = [await persons.find_mail(f"wang{n}@example.org") for n in range(1, many + 1)]
    ids = [(UUID(int=n),) for n in range(1, many + 1)]
    everybody = {one for (one,) in ids}
    return (
        names == [f"王{n}" for n in range(1, many + 1)]
        and set(found[0]) == everybody == set(found[1])
        and len(found[0]) == many == len(found[1])
        and single == ids == mails
    )


async def test_everybody_is_locked_anew_and_the_old_key_goes_when_nobody_needs_it(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)
    keys = KeyFolder(tmp_path)
    await fill(pool, Vault(keys), 8)
    before = keys.secrets()[0]
    found = await rotate(pool, keys, wrapped(keys), soon(keys))
    assert found.newest != mark_of(before)
    assert found.old == (mark_of(before),), "somebody may still be writing with it"
    assert (found.locked, found.waiting, found.closed) == ({"persons": 8}, {"persons": 0}, {"persons": 0})
    assert await readable(pool, tmp_path, 8)
    again = await rotate(pool, keys, wrapped(keys), soon(keys) + GRACE_MS)
    assert (again.newest, again.old) == (found.newest, ())
    assert [path.name for path in sorted(keys.folder.iterdir())] == ["access.key", "house.key", "rotation.lock"]
    assert await readable(pool, tmp_path, 8)
    with pytest.raises(VaultClosed):
        Vault(_only(before)).open(await Persons(pool, Vault(keys)).row(UUID(int=1)))


async def test_the_look_up_rows_are_made_anew_and_none_of_the_old_stay(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    keys = KeyFolder(tmp_path)
    await fill(pool, Vault(keys), 3)
    before = {tuple(row) for row in await pool.fetch("SELECT whole, last_four FROM person_numbers")}
    await rotate(pool, keys, wrapped(keys), FAR)
    after = {tuple(row) for row in await pool.fetch("SELECT whole, last_four FROM person_numbers")}
    assert await pool.fetchval("SELECT count(*) FROM person_numbers") == 3 * 3
    assert not {value for row in before for value in row} & {value for row in after for value in row}


async def test_a_process_that_runs_reads_and_writes_with_the_new_key_by_itself(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    running = Vault(KeyFolder(tmp_path))
    await fill(pool, running, 2)
    keys = KeyFolder(tmp_path)
    await rotate(pool, keys, wrapped(keys), FAR)
    assert running.open(await Persons(pool, running).row(UUID(int=1))).name == "王1"
    await fill(pool, running, 1, begin=3)
    assert (await standing(pool, keys, wrapped(keys))).waiting == {"persons": 0}
    assert await readable(pool, tmp_path, 3)


async def test_what_is_written_with_the_old_key_meanwhile_keeps_it_alive(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    keys = KeyFolder(tmp_path)
    await fill(pool, Vault(keys), 2)
    late = Vault(_only(keys.secrets()[0]))
    things = [_Interrupted(WrappedPersons("persons", keys), lambda: fill(pool, late, 1, begin=3))]
    found = await rotate(pool, keys, things, FAR)
    assert found.waiting == {"persons": 1} and len(found.old) == 1
    assert await readable(pool, tmp_path, 3)
    found = await rotate(pool, keys, wrapped(keys), FAR)
    assert found.waiting == {"persons": 0} and found.old == ()
    assert await readable(pool, tmp_path, 3)


class _Interrupted:
    """Does something once everything was looked at for the first time."""

    def __init__(self, thing: Wrapped, then: Any) -> None:
        self._thing, self._then = thing, then
        self.name = thing.name

    async def turn(self, reach: Any, after: Any, limit: int, *, write: bool) -> Turned:
        turned = await self._thing.turn(reach, after, limit, write=write)
        if write and turned.last is None:
            await self._then()
        return turned


class _Broken(Exception):
    """The process dies here."""


async def test_wherever_it_breaks_off_everything_is_readable_and_the_next_call_ends_it(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step on the disk and each batch is once the last that happened."""
    monkeypatch.setattr(rotation, "BATCH", 2)
    await fill(pool, Vault(KeyFolder(tmp_path)), 5)
    steps = 0

    def step(*_: Any) -> None:
        nonlocal steps
        if steps == 0:
            raise _Broken
        steps -= 1

    real = {name: getattr(Path, name) for name in ("hardlink_to", "rename", "unlink")}

    def stepping(name: str) -> Any:
        def act(self: Path, *arguments: Any, **more: Any) -> Any:
            if self.parent.name == "keys":
                step()
            return real[name](self, *arguments, **more)

        return act

    for name in real:
        monkeypatch.setattr(Path, name, stepping(name))
    monkeypatch.setattr(os, "fsync", step)
    outcomes = []
    for dies_after in range(40):
        keys = KeyFolder(tmp_path)
        steps = dies_after
        try:
            found = await rotate(pool, keys, [_Dying(wrapped(keys)[0], step)], FAR)
        except _Broken:
            outcomes.append("broken")
            steps = 1_000
            assert await readable(pool, tmp_path, 5), dies_after
            # What a process left half done the next call ends, and then there is one key.
            found = await rotate(pool, KeyFolder(tmp_path), wrapped(KeyFolder(tmp_path)), FAR, begin=False)
            assert sum(found.waiting.values()) == 0 and found.old == (), dies_after
        else:
            outcomes.append("done")
        steps = 1_000
        assert await readable(pool, tmp_path, 5), dies_after
    assert outcomes.count("broken") > 12 and outcomes[-1] == "done"


class _Dying:
    """Dies before a batch, or after it."""

    def __init__(self, thing: Wrapped, step: Any) -> None:
        self._thing, self._step = thing, step
        self.name = thing.name

    async def turn(self, reach: Any, after: Any, limit: int, *, write: bool) -> Turned:
        self._step()
        turned = await self._thing.turn(reach, after, limit, write=write)
        self._step()
        return turned


async def test_what_no_key_opens_is_left_as_it_is_and_keeps_the_old_key(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    keys = KeyFolder(tmp_path)
    await fill(pool, Vault(keys), 2)
    await write(pool, Vault(_only(b"x" * 32)).record(UUID(int=9), WANG).rows)
    before = await pool.fetchrow("SELECT * FROM persons WHERE person_id = $1", UUID(int=9))
    found = await rotate(pool, keys, wrapped(keys), FAR)
    assert found.closed == {"persons": 1} == found.waiting and len(found.old) == 1
    assert await pool.fetchrow("SELECT * FROM persons WHERE person_id = $1", UUID(int=9)) == before


async def test_an_erased_person_is_nothing_to_lock(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path)
    row = Vault(keys).record(UUID(int=1), WANG).row
    await write(pool, {"persons_write": [Vault.erased(row, 1_000)]})
    found = await rotate(pool, keys, wrapped(keys), FAR)
    assert found.locked == {"persons": 0} and found.old == ()


async def test_informants_have_keys_of_their_own_and_are_locked_anew_alike(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    both = identities(pool, tmp_path)
    await write(pool, both.lock(UUID(int=1), WANG, kind="report").rows)
    house, apart = KeyFolder(tmp_path), KeyFolder(tmp_path, "informants")
    assert house.secrets() != apart.secrets()
    found = await rotate(pool, apart, wrapped(apart), FAR)
    assert (found.locked, found.old) == ({"informants": 1}, ())
    row = await pool.fetchrow("SELECT * FROM informants_locked('00000000-0000-0000-0000-000000000000', 1)")
    assert row is not None
    from lianxin.people.persons import person_row

    assert both.vault("informants").open(person_row(row)).name == WANG.name
    assert not any(path.name.startswith("house") for path in house.old_paths())


async def test_only_one_process_replaces_keys(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path)
    await fill(pool, Vault(keys), 1)

    async def rotate_too() -> None:
        with pytest.raises(RotationRefused, match="Another process"):
            await rotate(pool, KeyFolder(tmp_path), wrapped(keys), FAR)

    await rotate(pool, keys, [_Interrupted(WrappedPersons("persons", keys), rotate_too)], FAR)


async def test_people_come_in_while_keys_are_replaced_again_and_again(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    async def come_in() -> None:
        for n in range(1, 61):
            await fill(pool, Vault(KeyFolder(tmp_path)), 1, begin=n)

    async def replace() -> None:
        for _ in range(6):
            keys = KeyFolder(tmp_path)
            await rotate(pool, keys, wrapped(keys), soon(keys))
            await asyncio.sleep(0)

    await asyncio.gather(come_in(), replace())
    assert await readable(pool, tmp_path, 60)


async def test_who_keeps_hashes_without_numbers_is_told_the_new_ones(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    keys = KeyFolder(tmp_path)
    await fill(pool, Vault(keys), 1)
    before = {number: Vault(keys).lookup(number) for number in (NUMBER, "13900000001")}
    told: list[tuple[str, str]] = []

    async def hear(_: Any, pairs: Sequence[tuple[str, str]]) -> None:
        told.extend(pairs)

    await rotate(pool, keys, wrapped(keys, [hear]), soon(keys))
    after = {number: Vault(keys).lookup(number) for number in before}
    assert set(told) == {(before[number], after[number]) for number in before}


def test_what_logging_in_hashed_stays_when_the_house_key_is_replaced(tmp_path: Path) -> None:
    access = load_house_keys(tmp_path).access
    keys = KeyFolder(tmp_path)
    keys.begin()
    assert load_house_keys(tmp_path).access == access
    assert load_house_keys(tmp_path).wrap != KeyFolder(tmp_path, "informants").newest().wrap


def test_key_files_are_for_their_owner_only(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path)
    keys.secrets()
    keys.begin()
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.folder.iterdir()} == {0o600}
    (keys.old_paths()[0]).chmod(0o640)
    with pytest.raises(KeyUnfit, match="chmod 600"):
        KeyFolder(tmp_path).secrets()


def test_a_lost_newest_key_is_not_replaced_by_another(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path)
    keys.secrets()
    keys.begin()
    keys.newest_path.unlink()
    with pytest.raises(KeyUnfit, match="Put back"):
        KeyFolder(tmp_path).secrets()
    assert not keys.newest_path.exists()


def test_another_machine_that_was_given_the_next_key_reads_what_it_locks(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    first = KeyFolder(here)
    first.secrets()
    shutil.copytree(here, there)
    first.begin()
    shutil.copy2(first.newest_path, there / "keys" / "house.next")
    record = Vault(first).record(UUID(int=1), WANG)
    assert Vault(KeyFolder(there)).open(record.row).name == WANG.name
    assert read_secret(there / "keys" / "house.key") == first.secrets()[1]


def _only(secret: bytes) -> Any:
    from lianxin.people.keys import house_keys

    return house_keys(secret)
