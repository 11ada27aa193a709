"""Webhook (推送): a system of the city is told by a signed request; it gets ids, no personal data.

Signed as the Standard Webhooks specification says, so that receivers find a library
in their language: `webhook-id`, `webhook-timestamp` (seconds), `webhook-signature`
(`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`). `Idempotency-Key` repeats the
id. A receiver checks signature and time, looks whether it has the id, and answers 2xx.
Source: https://www.standardwebhooks.com
"""

from typing import Final

import httpx
import msgspec

from lianxin.channels.channel import NotSent, Outgoing
from lianxin.channels.signing import headers_of
from lianxin.ground.clock import Clock, iso
from lianxin.ground.site.sharing import secret_of

_TRY_AGAIN: Final = frozenset({408, 425, 429})
"""Client errors that pass by themselves."""


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
        headers = {"Idempotency-Key": key, **headers_of(self._secret, key, self._real.now(), body)}
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
