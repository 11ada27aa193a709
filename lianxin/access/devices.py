"""In which browsers was somebody logged in before? The browser itself brings the proof, in a cookie.

It opens nothing: it only counts this browser's wrong tries apart from those of strangers.
Several people may share a browser; the last eight are remembered.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import Final

from lianxin.access.keys import AccessKeys

REMEMBERED_S: Final = 180 * 24 * 3600
_PEOPLE_MAX: Final = 8
_NONCE_BYTES: Final = 9
_PURPOSE: Final = "device"


class Devices:
    """Recognises browsers."""

    def __init__(self, keys: AccessKeys) -> None:
        self._keys = keys

    def known(self, cookie: str, number: str) -> bytes | None:
        """Return the mark of a browser in which this number was logged in before; None for any other."""
        for entry in cookie.split(".")[:_PEOPLE_MAX]:
            nonce, _, proof = entry.partition("=")
            if nonce and hmac.compare_digest(proof.encode(), self._proof(nonce, number).encode()):
                return self._keys.mark(_PURPOSE, f"{nonce} {number}".encode())
        return None

    def remembered(self, cookie: str, number: str) -> str:
        """Return the cookie with this number in it, in front; it stays as it is where it has it already."""
        if self.known(cookie, number) is not None:
            return cookie
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        kept = [entry for entry in cookie.split(".") if entry.count("=") == 1][: _PEOPLE_MAX - 1]
        return ".".join([f"{nonce}={self._proof(nonce, number)}", *kept])

    def _proof(self, nonce: str, number: str) -> str:
        mark = self._keys.mark("device proof", f"{nonce} {number}".encode())
        return urlsafe_b64encode(mark[:18]).decode()
