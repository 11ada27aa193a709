"""Codes as a second factor: those of an authenticator app (TOTP, RFC 6238), and those on paper for when it is lost.

A code of the app is six digits for 30 seconds; the step before and after are taken too,
for clocks differ, but none twice. A recovery code opens once.
"""

import hmac
import secrets
from typing import TYPE_CHECKING, Final

import pyotp
import segno

from lianxin.access.keys import AccessKeys
from lianxin.ground.clock import SECOND_MS, Clock
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

ISSUER: Final = "连心12345"
STEP_S: Final = 30
DIGITS: Final = 6
RECOVERY_COUNT: Final = 10
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH: Final = 10
_TOTP: Final = "totp"
_RECOVERY: Final = "recovery"
_QUERIES = load_queries("lianxin.access")


class Codes:
    """The codes of this site's people."""

    def __init__(self, pool: "Pool[Record]", clock: Clock, keys: AccessKeys) -> None:
        self._pool = pool
        self._clock = clock
        self._keys = keys

    async def set_up(self, number: str, secret: str, code: str) -> bool:
        """Take an authenticator app as somebody's second factor; False where the code does not fit its secret."""
        step = self._step(secret, code)
        if step is None:
            return False
        sealed = self._keys.sealed(_TOTP, secret.encode(), number)
        await _QUERIES.keep_totp(self._pool, number=number, totp=sealed, step=step)
        return True

    async def is_right(self, number: str, code: str) -> bool:
        """Whether this is a code of somebody's app that was not taken before; it is taken now. Raises SealBroken."""
        sealed = await _QUERIES.totp(self._pool, number=number)
        if sealed is None:
            return False
        step = self._step(self._keys.opened(_TOTP, sealed, number).decode(), code)
        return step is not None and await _QUERIES.take_step(self._pool, number=number, step=step) is not None

    async def new_recovery(self, number: str) -> tuple[str, ...]:
        """Return new recovery codes in place of the old; they are shown once and kept nowhere."""
        codes = tuple(_recovery_code() for _ in range(RECOVERY_COUNT))
        hashes = [self._recovery_hash(number, code) for code in codes]
        async with self._pool.acquire() as connection, connection.transaction():
            await _QUERIES.forget_recovery(connection, number=number)
            await _QUERIES.keep_recovery(connection, number=number, hashes=hashes)
        return codes

    async def take_recovery(self, number: str, code: str) -> bool:
        """Whether this is one of somebody's recovery codes; it is gone then."""
        taken = await _QUERIES.take_recovery(self._pool, number=number, code_hash=self._recovery_hash(number, code))
        return taken is not None

    async def recovery_left(self, number: str) -> int:
        """Return how many recovery codes somebody has left."""
        return int(await _QUERIES.recovery_left(self._pool, number=number))

    async def remove(self, number: str) -> None:
        """Take somebody's authenticator app away."""
        await _QUERIES.remove_totp(self._pool, number=number)

    def _step(self, secret: str, code: str) -> int | None:
        """Return the step (30 s since 1970) whose code this is, the present one first; None: of no step near now."""
        typed = "".join(char for char in code if not char.isspace())
        if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
            return None
        now = self._clock.now() // SECOND_MS // STEP_S
        made = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)
        near = [step for step in (now, now - 1, now + 1) if hmac.compare_digest(made.at(step * STEP_S), typed)]
        return near[0] if near else None

    def _recovery_hash(self, number: str, code: str) -> bytes:
        plain = "".join(char for char in code.casefold() if char.isalnum())
        return self._keys.mark(_RECOVERY, f"{number} {plain}".encode())


def new_secret() -> str:
    """Return a secret for an authenticator app (160 bits, base32)."""
    return pyotp.random_base32()


def picture(secret: str, number: str) -> str:
    """Return the QR code that an authenticator app reads, as a `data:` address of an SVG."""
    address = pyotp.TOTP(secret).provisioning_uri(name=number, issuer_name=ISSUER)
    return str(segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="white"))


def _recovery_code() -> str:
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_RECOVERY_LENGTH))
    return f"{signs[:5]}-{signs[5:]}"
