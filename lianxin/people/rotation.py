"""How does a new secret take the place of an old one (密钥轮换), while people go on working?

The new one locks from the first moment; what the old ones locked is locked anew, some
hundred at a time; an old one is destroyed when nothing is locked with it any more and
nobody can still be writing with it. Called again after a crash it goes on where it was.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from lianxin.ground.clock import MINUTE_MS, Instant
from lianxin.people.keys import KeyFolder, destroy, mark_of, read_secret, wipe_what_is_gone
from lianxin.people.rewrapping import Wrapped

if TYPE_CHECKING:
    from asyncpg import Pool, Record

BATCH: Final = 500
GRACE_MS: Final = 10 * MINUTE_MS
"""An old secret stays so long: who read it before it was replaced has written by then (a statement ends in 30 s)."""


class RotationRefused(Exception):
    """The secret cannot be replaced now; the sentence says why. Everything can still be read."""


class Standing(msgspec.Struct, frozen=True):
    """How a chain of secrets stands.

    newest  mark of the newest secret;  old: marks of those that are still kept
    locked  name of a kind of records -> how many there are;  waiting: how many of them the newest did not lock
    closed  how many no secret opens
    """

    chain: str
    newest: str
    old: tuple[str, ...]
    locked: dict[str, int]
    waiting: dict[str, int]
    closed: dict[str, int]


async def standing(pool: "Pool[Record]", keys: KeyFolder, things: Sequence[Wrapped]) -> Standing:
    """Return how a chain stands; reads every record that hangs on it, and changes nothing."""
    return await _through(pool, keys, things, write=False)


async def rotate(
    pool: "Pool[Record]", keys: KeyFolder, things: Sequence[Wrapped], now: Instant, *, begin: bool = True
) -> Standing:
    """Replace the newest secret, or go on where a rotation was broken off; return how the chain stands then.

    now    the machine's time: files have no other
    begin  False: begin no new rotation, only go on with one
    Raises RotationRefused where another process rotates at this moment, KeyUnfit.
    """
    with _alone(keys):
        keys.secrets()
        if keys.next_path.exists() or (begin and not keys.old_paths()):
            keys.begin()
        await _through(pool, keys, things, write=True)
        # What came meanwhile from somebody who had read the old secret is seen here, and waits for the next call.
        found = await _through(pool, keys, things, write=False)
        if not sum(found.waiting.values()):
            _destroy_old(keys, now)
        return msgspec.structs.replace(found, old=_marks(keys))


async def _through(pool: "Pool[Record]", keys: KeyFolder, things: Sequence[Wrapped], *, write: bool) -> Standing:
    """Go through all records; with `write` lock anew what is old, else only count."""
    locked, waiting, closed = ({thing.name: 0 for thing in things} for _ in range(3))
    async with pool.acquire() as connection:
        for thing in things:
            after = None
            while True:
                turned = await thing.turn(connection, after, BATCH, write=write)
                locked[thing.name] += turned.seen
                closed[thing.name] += turned.closed
                waiting[thing.name] += turned.old
                after = turned.last
                if after is None:
                    break
    return Standing(keys.chain, mark_of(keys.secrets()[0]), _marks(keys), locked, waiting, closed)


def _destroy_old(keys: KeyFolder, now: Instant) -> None:
    """Destroy what nobody needs. A file's change time is when it stopped being the newest."""
    wipe_what_is_gone(keys.folder)
    for path in keys.old_paths():
        if now - path.stat().st_ctime_ns // 1_000_000 >= GRACE_MS:
            destroy(path)
    keys.secrets(again=True)


def _marks(keys: KeyFolder) -> tuple[str, ...]:
    return tuple(mark_of(read_secret(path)) for path in keys.old_paths())


@contextmanager
def _alone(keys: KeyFolder) -> Iterator[None]:
    """Let one process at a time replace secrets of a home; a process that dies lets go."""
    keys.folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(_lock_of(keys.folder), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise RotationRefused(
            "Another process replaces keys at this moment. Nothing was changed by this one; look again in a minute."
        ) from None
    try:
        yield
    finally:
        os.close(handle)


def _lock_of(folder: Path) -> Path:
    return folder / "rotation.lock"
