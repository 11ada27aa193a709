"""One request to a receiver of webhooks: what was asked, what came back, how long it took.

Signed as the Standard Webhooks specification says, redirects not followed, the answer read
no further than its beginning, and of that nothing kept that looks like somebody's number.
"""

import asyncio
import re
from typing import Final, NamedTuple
from uuid import UUID

import httpcore

from lianxin.channels.hook_address import AddressRefused, AddressRules, GuardedBackend
from lianxin.channels.signing import headers_of
from lianxin.ground.clock import Clock

EXCERPT_BYTES: Final = 1_024
EXCERPT_MAX: Final = 200
_TRY_AGAIN: Final = frozenset({408, 425, 429})
"""Client errors that pass by themselves."""
_NUMBER: Final = re.compile(r"\d[\d -]{5,}\d[\dXx]?|\S+@\S+")


class Answer(NamedTuple):
    """What became of one request.

    status   None: there was no answer;  excerpt  its beginning, or why there was none
    lasting  it never will be taken as it is, so trying again is no use
    """

    status: int | None
    duration_ms: int
    excerpt: str
    lasting: bool = False

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


class HookSender:
    """Sends requests.

    real       the machine's clock: receivers refuse a request that is minutes old
    timeout_s  what one request may take, from looking up the name to the end of the answer
    """

    def __init__(self, rules: AddressRules, real: Clock, timeout_s: float) -> None:
        self._pool = httpcore.AsyncConnectionPool(network_backend=GuardedBackend(rules), http2=False, retries=0)
        self._real = real
        self._timeout_s = timeout_s

    async def send(self, url: str, secret: bytes, key: UUID, body: bytes) -> Answer:
        """Send one request; whatever goes wrong is in the answer."""
        signed = headers_of(secret, str(key), self._real.now(), body)
        headers = {**signed, "Idempotency-Key": str(key), "User-Agent": "Lianxin", "Connection": "close"}
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with asyncio.timeout(self._timeout_s):
                status, beginning = await self._ask(url, headers, body)
        except AddressRefused as refused:
            return Answer(None, _since(loop.time() - begun), str(refused), lasting=True)
        except TimeoutError:
            return Answer(None, _since(loop.time() - begun), "no answer in time")
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as failure:
            return Answer(None, _since(loop.time() - begun), type(failure).__name__)
        lasting = 400 <= status < 500 and status not in _TRY_AGAIN
        return Answer(status, _since(loop.time() - begun), excerpt(beginning), lasting)

    async def close(self) -> None:
        """Close what is open."""
        await self._pool.aclose()

    async def _ask(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        beginning = b""
        async with self._pool.stream("POST", url, headers=sent, content=body) as response:
            async for chunk in response.aiter_stream():
                beginning += chunk[: EXCERPT_BYTES - len(beginning)]
                if len(beginning) >= EXCERPT_BYTES:
                    break
        return response.status, beginning


def excerpt(data: bytes) -> str:
    """Return the beginning of an answer as the log keeps it: one line, numbers and addresses blotted out."""
    text = data.decode("utf-8", "replace")
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return _NUMBER.sub("…", line)[:EXCERPT_MAX]


def _since(seconds: float) -> int:
    return round(seconds * 1000)
