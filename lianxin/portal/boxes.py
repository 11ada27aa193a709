"""Where does the portal keep what belongs to one browser for a while, so that nobody else can read it?

A box lies in the database encrypted under a secret that only the browser's cookie holds; its
name there is a hash of that secret. A request half written is therefore safe from a crash of
the house, and unreadable to the house and its backups. A box has a version: of two requests
that change it at once the second sees that it was.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lianxin.ground.clock import Clock, to_datetime
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.portal")
_SECRET_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Kept(NamedTuple):
    """What is in a box, and which version of it."""

    content: bytes
    version: int


class Boxes:
    """The boxes of a site. The pool's connections enter as the application role.

    clock  the machine's: how long a box is kept has nothing to do with the time of a demo
    """

    def __init__(self, pool: "Pool[Record]", clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def put(self, content: bytes, keep_ms: int) -> str:
        """Return the secret of a new box with this in it; some of the old ones go."""
        secret = urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        now = self._clock.now()
        await self._pool.execute(_QUERIES.forget_boxes.sql, to_datetime(now))
        box = _id(secret)
        await self._pool.execute(_QUERIES.put_box.sql, box, _sealed(secret, box, content), to_datetime(now + keep_ms))
        return secret

    async def open(self, secret: str) -> Kept | None:
        """Return what is in the box of this secret; None: there is none, its time is over, the secret is made up."""
        if not _is_secret(secret):
            return None
        box = _id(secret)
        row = await self._pool.fetchrow(_QUERIES.box.sql, box, to_datetime(self._clock.now()))
        if row is None:
            return None
        sealed: bytes = row["sealed"]
        try:
            content = AESGCM(_key(secret)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], box)
        except InvalidTag:
            return None
        return Kept(content, row["version"])

    async def change(self, secret: str, version: int, content: bytes, keep_ms: int) -> bool:
        """Put this into the box instead of version `version`; False: somebody else was faster."""
        box, until = _id(secret), to_datetime(self._clock.now() + keep_ms)
        sealed = _sealed(secret, box, content)
        changed = await self._pool.fetchval(_QUERIES.change_box.sql, sealed, until, box, version)
        return changed is not None

    async def drop(self, secret: str) -> None:
        """Throw the box away."""
        if _is_secret(secret):
            await self._pool.execute(_QUERIES.drop_box.sql, _id(secret))


def _is_secret(secret: str) -> bool:
    try:
        return len(urlsafe_b64decode(secret.encode("ascii"))) == _SECRET_BYTES
    except (Error, ValueError):
        return False


def _id(secret: str) -> bytes:
    return sha256(b"lianxin box id\0" + secret.encode()).digest()


def _key(secret: str) -> bytes:
    return sha256(b"lianxin box key\0" + secret.encode()).digest()


def _sealed(secret: str, box: bytes, content: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, content, box)
