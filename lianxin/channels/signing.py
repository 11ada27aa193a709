"""Is this request from who has the secret, and from just now? As the Standard Webhooks specification says. Pure.

Our own webhooks are signed so, and a gateway that brings text messages signs the same way.
Source: https://www.standardwebhooks.com
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from lianxin.ground.clock import MINUTE_MS, Instant
from lianxin.ground.site.sharing import PREFIX

WINDOW_MS: Final = 5 * MINUTE_MS
"""A request older or younger than this may be somebody's copy of one."""


class NotSigned(Exception):
    """The request is not signed with the secret, or not from now; the sentence says what is wrong."""


def secret_text(secret: bytes) -> str:
    """Return a secret as its receiver is given it."""
    return f"{PREFIX}{b64encode(secret).decode()}"


def signature(secret: bytes, key: str, seconds: str, body: bytes) -> str:
    """Return the signature of a request, in base64."""
    signed = f"{key}.{seconds}.".encode() + body
    return b64encode(hmac.new(secret, signed, sha256).digest()).decode()


def headers_of(secret: bytes, key: str, now: Instant, body: bytes) -> dict[str, str]:
    """Return the headers that sign a request: `webhook-id`, `webhook-timestamp` (seconds), `webhook-signature`.

    now  the machine's time
    """
    seconds = str(now // 1000)
    return {
        "Content-Type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{signature(secret, key, seconds, body)}",
    }


def check_signed(secret: bytes, headers: Mapping[str, str], body: bytes, now: Instant) -> None:
    """Return if the request was signed with the secret just now. Raises NotSigned.

    now  the machine's time
    """
    key, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not key or not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        raise NotSigned("webhook-id or webhook-timestamp is missing or is none")
    if abs(int(seconds) * 1000 - now) > WINDOW_MS:
        raise NotSigned("webhook-timestamp is more than five minutes away from now")
    expected = signature(secret, key, seconds, body)
    given = [one.partition(",") for one in headers.get("webhook-signature", "").split()[:8]]
    if not any(
        version == "v1" and hmac.compare_digest(found.encode(), expected.encode()) for version, _, found in given
    ):
        raise NotSigned("no signature of version v1 fits")
