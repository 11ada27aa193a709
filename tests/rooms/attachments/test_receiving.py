"""Whoever sends too slowly, or falls silent, is not waited for; whoever sends steadily is."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import count

import pytest

from lianxin.attachments.receiving import BYTES_PER_S, AtOnce, patient, receive
from lianxin.attachments.refusal import AttachmentRefused
from lianxin.attachments.washing.washed import Limits


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


SMALL = Limits(picture=2_000, audio=2_000, document=2_000, pixels=1_000_000, side=1_000)


class Asked:
    """A request as far as its form goes."""

    def __init__(self, *files: bytes) -> None:
        parts = [
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="%d.jpg"\r\n\r\n%s\r\n' % (n, data)
            for n, data in enumerate(files)
        ]
        self.body = b"".join(parts) + b"--b--\r\n"
        self.headers = {"content-type": "multipart/form-data; boundary=b"}

    async def stream(self):
        """Yield the body in pieces, as it comes over a line."""
        for at in range(0, len(self.body), 700):
            yield self.body[at : at + 700]


async def test_what_one_form_brings_is_limited_in_number_each_and_in_sum(tmp_path):
    jpeg = b"\xff\xd8\xff\xe0" + bytes(1_496)
    most = AtOnce(3, 4_000)
    received = await receive(Asked(jpeg, jpeg), SMALL, tmp_path, lambda _: None, at_once=most)
    assert [name for _, name in received.files] == ["0.jpg", "1.jpg"]
    assert [len(source.seek(0) or source.read()) for source, _ in received.files] == [1_500, 1_500]
    received.close()
    for files, code in (
        ([jpeg] * 3, "too_large"),  # 4,500 bytes together
        ([jpeg[:900]] * 4, "too_many"),
        ([jpeg + bytes(600)], "too_large"),  # 2,100 bytes alone
        ([jpeg, b""], "empty"),
    ):
        with pytest.raises(AttachmentRefused) as refused:
            await receive(Asked(*files), SMALL, tmp_path, lambda _: None, at_once=most)
        assert refused.value.code == code, files
    with pytest.raises(AttachmentRefused):
        await receive(Asked(jpeg, jpeg), SMALL, tmp_path, lambda _: None)  # where one is asked for, one is taken
