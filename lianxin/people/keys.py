"""The house key (主密钥): where is it kept, and which keys come out of it?

One secret per home, in `keys/house.key`, made once and readable by its owner only.
Whoever loses it loses every name and number; whoever copies it together with the
database can read them. It is never in the database, a log or an entry.
"""

import os
import secrets
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
_FILE: Final = "house.key"


class KeyUnfit(Exception):
    """The key file cannot be used; the message says what to do."""


class HouseKeys(msgspec.Struct, frozen=True):
    """Keys for different purposes, derived from the one secret.

    wrap     wraps the data key of each person
    numbers  hashes telephone numbers for search
    files    wraps the data key of each attachment
    access   root of the keys for logging in, see `access.keys`
    looks    hashes sessions and addresses in the access log
    channels encrypts what comes in or goes out before it belongs to a person
    """

    wrap: bytes
    numbers: bytes
    files: bytes
    access: bytes
    looks: bytes
    channels: bytes

    def __repr__(self) -> str:
        return "HouseKeys(…)"


def house_keys(secret: bytes) -> HouseKeys:
    """Return the keys that come out of the secret of 32 bytes, always the same (HKDF, RFC 5869)."""
    assert len(secret) == KEY_BYTES, len(secret)
    return HouseKeys(
        wrap=_derived(secret, b"lianxin wrap 1"),
        numbers=_derived(secret, b"lianxin numbers 1"),
        files=_derived(secret, b"lianxin files 1"),
        access=_derived(secret, b"lianxin access 1"),
        channels=_derived(secret, b"lianxin channels 1"),
        looks=_derived(secret, b"lianxin looks 1"),
    )


def load_house_keys(home: Path) -> HouseKeys:
    """Return the keys of a home; its secret is made when there is none yet.

    Safe for several processes that start at once: only one secret ever gets the name.
    Raises KeyUnfit for a file that is no key or that others may read.
    """
    folder = home / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / _FILE
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise KeyUnfit(f"{path} may be read by others. Nothing was opened. Run `chmod 600 {path}` and start again.")
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise KeyUnfit(
            f"{path} is no key of this house (64 hexadecimal digits). Nothing was opened. Put back your copy of the "
            "key; without it names and numbers stay closed, everything else can be read."
        )
    return house_keys(secret)


def _make(path: Path) -> None:
    """Write a new secret beside its place, then link it there: who comes second keeps the first one's."""
    draft = path.with_name(f".{_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{secrets.token_bytes(KEY_BYTES).hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)
