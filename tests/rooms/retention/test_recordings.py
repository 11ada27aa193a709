"""Recordings go three years after the end of an order, those of emergencies and reports after ten."""

import io
import wave
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from one_order import Office, anybody, rules_of

from lianxin.attachments.service import Attachments, Given
from lianxin.ground.clock import DAY_MS, RealClock
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Settings, Site
from lianxin.orders import commands as c
from lianxin.retention.assembling import sweeper_of
from lianxin.retention.expiring import Recordings
from lianxin.retention.sweep import Sweeper

YEAR_MS = 366 * DAY_MS


class Room:
    """An office with recordings, and who lets them go."""

    def __init__(self, pool: Any, home: Path) -> None:
        self.pool, self.home = pool, home
        self.office = Office(PostgresLedger(pool))
        rights: Any = anybody
        site = Site(home=home, settings=Settings())
        self.sweeper: Sweeper = sweeper_of(site, pool, self.office.store, rules_of, rights, RealClock())
        recordings = self.sweeper._going["recordings"]
        assert isinstance(recordings, Recordings)
        self.files: Attachments = recordings._files

    async def record(self, subject: int) -> Path:
        """Put a recording to an order or contact; return where it lies."""
        path = self.home / f"call-{subject}.wav"
        path.write_bytes(sound())
        with path.open("rb") as source:
            given = Given(source, "录音.wav", "record", "staff:1001", "agent", self.office.id())
            kept = await self.files.add(subject, given, self.office.later())
        return self.files.shelf.place(kept.file)

    async def ended(self, number: str) -> int:
        order = await self.office.submit(number, None)
        await self.record(order)
        await self.office.act(order, c.Withdraw, "citizen", "citizen", evidence="录音 8812")
        return order

    async def sweep(self, now: int) -> dict[str, int]:
        return {one.thing: one.erased for one in await self.sweeper.sweep(now) if one.erased}


def sound() -> bytes:
    """A tenth of a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound_:
        sound_.setnchannels(1)
        sound_.setsampwidth(2)
        sound_.setframerate(8_000)
        sound_.writeframes(bytes(1_600))
    return file.getvalue()


@pytest.fixture
def room(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> Room:
    return Room(pool, tmp_path)


async def test_a_recording_goes_after_three_years_with_an_entry_and_its_file(room: Room) -> None:
    order = await room.ended("20260309-000017")
    contact = (await room.office.order(order)).contact
    of_the_call = await room.record(contact)
    ended = room.office.now
    assert await room.sweep(ended + 2 * YEAR_MS) == {}
    assert of_the_call.exists()
    assert await room.sweep(ended + 4 * YEAR_MS) == {"recordings": 2}
    assert not of_the_call.exists()
    entry = await room.pool.fetchrow(
        "SELECT kind, actor FROM entries WHERE chain_id = $1 ORDER BY seq DESC LIMIT 1", order
    )
    assert entry is not None and tuple(entry) == ("attachment_erased", "system")
    assert await room.sweep(ended + 4 * YEAR_MS) == {}


async def test_one_of_an_emergency_goes_after_ten(room: Room) -> None:
    order = await room.ended("20260309-000017")
    await room.pool.execute("UPDATE orders SET flags = '{emergency}' WHERE order_id = $1", order)
    ended = room.office.now
    assert await room.sweep(ended + 9 * YEAR_MS) == {}
    assert await room.sweep(ended + 11 * YEAR_MS) == {"grave_recordings": 1}


async def test_one_of_an_open_order_stays_however_old_it_is(room: Room) -> None:
    order = await room.office.submit("20260309-000017", None)
    await room.record(order)
    assert await room.sweep(room.office.now + 20 * YEAR_MS) == {}
