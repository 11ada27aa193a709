"""How does a form prove that it came from our own page?

Each session has a secret of its own; a page gets it masked anew each time, so that
compression tells nothing of it. Who is not logged in has a cookie with a random value
instead, from which the secret is made; it opens nothing. Pure but for the mask's chance.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256
from typing import Final

FIELD: Final = "_csrf"
HEADER: Final = "X-CSRF-Token"
_BYTES: Final = 32


def visit_secret(visit: str) -> bytes:
    """Return the secret of forms for somebody who is not logged in, by the value of their visit cookie."""
    return hmac.new(visit.encode(), b"lianxin forms", sha256).digest()


def masked(secret: bytes) -> str:
    """Return the secret as a page may show it: another text each time."""
    pad = secrets.token_bytes(_BYTES)
    return urlsafe_b64encode(pad + _mixed(pad, secret)).decode()


def holds(secret: bytes, token: str) -> bool:
    """Whether a form's token is the secret, masked."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except (Error, ValueError):
        return False
    if len(raw) != 2 * _BYTES:
        return False
    return hmac.compare_digest(_mixed(raw[:_BYTES], raw[_BYTES:]), secret)


def _mixed(one: bytes, other: bytes) -> bytes:
    assert len(one) == len(other)
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))
