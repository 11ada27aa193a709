"""Webhook (推送): a system of the city is told by a signed request; it gets ids, no personal data.

Signed as the Standard Webhooks specification says, so that receivers find a library
in their language: `webhook-id`, `webhook-timestamp` (seconds), `webhook-signature`
(`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`). `Idempotency-Key` repeats the
id. A receiver checks signature and time, looks whether it has the id, and answers 2xx.
Source: https://www.standardwebhooks.com
"""

import hmac
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final

import httpx
import msgspec

from lianxin.channels.channel import NotSent, Outgoing
from lianxin.ground.clock import Clock, iso

_PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = range(24, 65)
_TRY_AGAIN: Final = frozenset({408, 425, 429})
"""Client errors that pass by themselves."""


class SecretWrong(Exception):
    """The secret of the webhook is not one; the sentence says which form it has."""


class Webhook:
    """Tells one address of every message.

    real       the machine's clock: receivers refuse a request that is minutes old
    timeout_s  what connecting, and the answer, may take
    """

    def __init__(self, url: str, secret: str, real: Clock, timeout_s: float) -> None:
        self._url = url
        self._secret = secret_of(secret)
        self._real = real
        self._client = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False)

    async def send(self, message: Outgoing) -> None:
        """See `Channel.send`. 2xx: it has it; 4xx: it never will, but for 408, 425, 429; else: later."""
        body, key = content(message), str(message.key)
        seconds = str(self._real.now() // 1000)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "webhook-id": key,
            "webhook-timestamp": seconds,
            "webhook-signature": f"v1,{signature(self._secret, key, seconds, body)}",
        }
        try:
            answer = await self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as failure:
            raise NotSent(f"the receiver cannot be reached: {type(failure).__name__}") from None
        if not answer.is_success:
            lasting = answer.is_client_error and answer.status_code not in _TRY_AGAIN
            raise NotSent(f"the receiver answered {answer.status_code}", lasting)

    async def close(self) -> None:
        """Close the connections that were kept."""
        await self._client.aclose()


def content(message: Outgoing) -> bytes:
    """Return the body: what happened to which order, and when."""
    told = {"type": f"order.{message.template}", "timestamp": iso(message.made), "data": {"order": message.order}}
    return msgspec.json.encode(told)


def signature(secret: bytes, key: str, seconds: str, body: bytes) -> str:
    """Return the signature of a request, in base64."""
    signed = f"{key}.{seconds}.".encode() + body
    return b64encode(hmac.new(secret, signed, sha256).digest()).decode()


def secret_of(text: str) -> bytes:
    """Return the bytes of `whsec_…`. Raises SecretWrong."""
    try:
        secret = b64decode(text.removeprefix(_PREFIX), validate=True) if text.startswith(_PREFIX) else b""
    except ValueError:
        secret = b""
    if len(secret) not in _SECRET_BYTES:
        raise SecretWrong(
            "The setting webhook.secret must be `whsec_` and the base64 of 24 to 64 random bytes; nothing was sent."
        )
    return secret
