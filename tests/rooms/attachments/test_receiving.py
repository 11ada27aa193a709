"""Whoever sends too slowly, or falls silent, is not waited for; whoever sends steadily is."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import count

import pytest

from lianxin.attachments.receiving import BYTES_PER_S, patient
from lianxin.attachments.refusal import AttachmentRefused


async def sent(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def silent() -> AsyncIterator[bytes]:
    yield b"a"
    await asyncio.Event().wait()


async def took(stream: AsyncIterator[bytes], seconds_each: float, silence_s: float = 20.0) -> bytes:
    """What came of a stream of which each chunk takes so many seconds by the clock."""
    ticks = count()
    return b"".join([chunk async for chunk in patient(stream, lambda: next(ticks) * seconds_each, silence_s)])


async def test_a_slow_telephone_at_the_edge_of_its_net_gets_through():
    """200 chunks of 8,000 bytes in 400 s: exactly the slowest that is waited for."""
    assert len(await took(sent([bytes(2 * BYTES_PER_S)] * 200), seconds_each=2.0)) == 400 * BYTES_PER_S


async def test_a_byte_now_and_then_is_not_waited_for():
    """A byte a second keeps no place of the site: after 20 s and what 21 bytes are worth it ends."""
    with pytest.raises(AttachmentRefused) as refused:
        await took(sent([b"x"] * 100), seconds_each=1.0)
    assert refused.value.code == "slow" and "没有保存" in refused.value.zh


async def test_who_falls_silent_is_not_waited_for():
    with pytest.raises(AttachmentRefused) as refused:
        await took(silent(), seconds_each=0.0, silence_s=0.01)
    assert refused.value.code == "slow"


async def test_what_comes_at_once_comes_whole():
    assert await took(sent([b"ab", b"", b"c"]), seconds_each=0.0) == b"abc"
