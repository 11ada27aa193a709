"""The mailbox (邮箱) of the hotline on an IMAP server: what is new, its bytes, and a mark once it is taken.

A mail is never deleted and never moved: a mark of ours on it says that it was taken in.
Servers that keep no marks of their own making get `\\Seen`. The library waits while it
works, so it works in threads; whoever stops cuts the connection, and the thread ends.
Source: RFC 9051; IDLE tells of new mail at once, where the server can.
"""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError

from lianxin.channels.mail_reading import BYTES_MAX
from lianxin.ground.site.settings import MailboxSettings

TAKEN: Final = b"LianxinTaken"
LOOK_EVERY_S: Final = 0.5
"""While waiting for news, so often it is looked whether the house stops."""
NO_IDLE_S: Final = 20.0
"""A server that tells of nothing by itself is asked again after this time."""
T = TypeVar("T")


class MailboxAway(Exception):
    """The mail server does not answer, or does not let us in; the reason names no address and no password."""


class Fetched(NamedTuple):
    """The bytes of a mail; cut: it is larger, and this is its beginning."""

    data: bytes
    cut: bool


class Mailbox:
    """One folder, seen through one connection that is made when it is needed.

    timeout_s  what connecting, and each answer, may take
    """

    def __init__(self, settings: MailboxSettings, timeout_s: float, bytes_max: int = BYTES_MAX) -> None:
        assert settings.host is not None
        self._settings = settings
        self._timeout_s = timeout_s
        self._bytes_max = bytes_max
        self._client: Any = None
        self._mark: bytes = TAKEN

    async def new(self) -> list[int]:
        """Return the mails that were not taken yet, the oldest first, by UID. Raises MailboxAway."""
        return await self._work(self._new)

    async def fetch(self, uid: int) -> Fetched | None:
        """Return a mail; None: somebody took it out of the folder. Raises MailboxAway."""
        return await self._work(lambda: self._fetch(uid))

    async def mark(self, uid: int) -> None:
        """Note on the server that a mail is in the books. Raises MailboxAway."""
        await self._work(lambda: self._client.add_flags([uid], [self._mark], silent=True))

    async def wait(self, seconds: float, stop: asyncio.Event) -> None:
        """Return when there may be news, after so many seconds, or when the house stops. Raises MailboxAway."""
        idle = await self._work(lambda: bool(self._client.has_capability("IDLE")))
        if not idle:
            await _rest(min(seconds, NO_IDLE_S), stop)
            return
        await self._work(self._client.idle)
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        news = False
        while not news and not stop.is_set() and loop.time() < until:
            news = await self._work(lambda: _tells(self._client.idle_check(timeout=LOOK_EVERY_S)))
        await self._work(self._client.idle_done)

    def close(self) -> None:
        """Cut the connection; a thread that waits on it ends."""
        client, self._client = self._client, None
        if client is not None:
            try:
                client.shutdown()
            except OSError:
                return  # it was gone already

    async def _work(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(self._connected, work)
        except (IMAPClientError, OSError, ssl.SSLError) as failure:
            self.close()
            raise MailboxAway(f"{type(failure).__name__}") from None

    def _connected(self, work: Callable[[], T]) -> T:
        if self._client is None:
            self._client = self._connect()
        return work()

    def _connect(self) -> Any:
        settings, context = self._settings, self._context()
        client = IMAPClient(
            settings.host,
            port=settings.port,
            ssl=settings.tls == "always",
            ssl_context=context if settings.tls == "always" else None,
            timeout=self._timeout_s,
        )
        try:
            if settings.tls == "starttls":
                client.starttls(context)
            client.login(settings.user or "", settings.password or "")
            chosen = client.select_folder(settings.folder)
        except BaseException:
            client.shutdown()
            raise
        kept = {flag.lower() for flag in chosen.get(b"PERMANENTFLAGS", ())}
        self._mark = TAKEN if b"\\*" in kept or TAKEN.lower() in kept else SEEN
        return client

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._settings.ca is not None:
            context.load_verify_locations(Path(self._settings.ca))
        return context

    def _new(self) -> list[int]:
        self._client.noop()  # servers look for new mail between commands, not before one
        asked = ["UNSEEN"] if self._mark == SEEN else ["UNKEYWORD", self._mark.decode()]
        return sorted(self._client.search([*asked, "UNDELETED"]))

    def _fetch(self, uid: int) -> Fetched | None:
        size = self._client.fetch([uid], ["RFC822.SIZE"]).get(uid, {}).get(b"RFC822.SIZE")
        if size is None:
            return None
        cut = size > self._bytes_max
        what = f"BODY.PEEK[]<0.{self._bytes_max}>" if cut else "BODY.PEEK[]"
        found = self._client.fetch([uid], [what]).get(uid, {})
        data = next((value for name, value in found.items() if name.startswith(b"BODY[]")), None)
        return None if data is None else Fetched(data, cut)


def _tells(answers: list[tuple[Any, ...]]) -> bool:
    """Return whether what the server said by itself is news; it also says that it is still there."""
    return any(len(answer) > 1 and answer[1] in (b"EXISTS", b"RECENT") for answer in answers)


async def _rest(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
