"""The other side: a mail server, a receiver of webhooks, a channel that fails as told. All real but the last."""

import asyncio
import hmac
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message
from hashlib import sha256
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from lianxin.channels.channel import NotSent, Outgoing


class Mailbox:
    """A mail server that keeps one copy per Message-ID, as mail stores do.

    answer  what it says to a mail instead of taking it, e.g. `451 later`
    """

    def __init__(self) -> None:
        self.mails: dict[str, Message] = {}
        self.copies = 0
        self.answer: str | None = None
        self.port = 0

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail."""
        if self.answer is not None:
            return self.answer
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content)
        self.mails.setdefault(mail["Message-ID"], mail)
        self.copies += 1
        return "250 OK"


@asynccontextmanager
async def mail_server() -> AsyncIterator[Mailbox]:
    """A mail server on this machine."""
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box, enable_SMTPUTF8=True), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box


class Hook:
    """A receiver of webhooks: checks the signature, honours the key.

    happened  key -> body, once each;  status: what it answers instead of 204
    drop      take the message, then hang up without an answer
    """

    def __init__(self, secret: str) -> None:
        self.use(secret)
        self.happened: dict[str, bytes] = {}
        self.requests: list[dict[str, str]] = []
        self.status = 204
        self.drop = False
        self.answer = ""
        self.url = ""

    def use(self, secret: str) -> None:
        """Know this secret from now on."""
        self.secret = b64decode(secret.removeprefix("whsec_"))

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Return the status of the answer."""
        self.requests.append(headers)
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = "v1," + b64encode(hmac.new(self.secret, signed, sha256).digest()).decode()
        if not hmac.compare_digest(expected, headers["webhook-signature"]):
            return 401
        if self.status in (200, 204):
            self.happened.setdefault(headers["idempotency-key"], body)
        return self.status


@asynccontextmanager
async def hook_server(secret: str) -> AsyncIterator[Hook]:
    """A receiver of webhooks on this machine, speaking HTTP/1.1 over a socket."""
    hook = Hook(secret)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:-2]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
        status = hook.take(headers, await reader.readexactly(int(headers["content-length"])))
        if not hook.drop:
            answer = hook.answer.encode()
            head = f"HTTP/1.1 {status} Told\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    hook.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/told"
    async with server:
        yield hook


class Gateway:
    """A channel that remembers what it was given, honours keys, and fails as told."""

    def __init__(self) -> None:
        self.delivered: dict[Any, Outgoing] = {}
        self.asked = 0
        self.fails: list[Exception] = []
        self.always: Exception | None = None

    async def send(self, message: Outgoing) -> None:
        """See `Channel.send`."""
        self.asked += 1
        failure = self.fails.pop(0) if self.fails else self.always
        if failure is not None:
            raise failure
        self.delivered.setdefault(message.key, message)


LATER = NotSent("the gateway is busy")
