"""Where is the key that signs checkpoints? In the home folder, 0600, and never in the database.

It is made once. A home that has checkpoints but no key refuses to make another: a
second key would look like somebody else's seal.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE: Final = "keys/checkpoint.key"


class KeyTrouble(Exception):
    """The signing key cannot be used; the message says what to do."""


def signing_key(home: Path, *, may_make: bool) -> Ed25519PrivateKey:
    """Return the key of this home; `may_make`: nothing was sealed yet, so a first one may be made.

    Raises KeyTrouble where it is missing, unreadable, or open to others.
    """
    path = home / KEY_FILE
    if not path.exists():
        if not may_make:
            raise KeyTrouble(
                f"Checkpoints exist, but their signing key {path} is gone. Nothing was sealed. "
                "Put it back from the backup of the home folder."
            )
        _make(path)
    if path.stat().st_mode & 0o077:
        raise KeyTrouble(f"{path} can be read by others. Nothing was sealed. Run: chmod 600 {path}")
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text("ascii").strip()))
    except ValueError as wrong:
        raise KeyTrouble(f"{path} is no Ed25519 key. Put it back from the backup of the home folder.") from wrong


def known_key(home: Path) -> str | None:
    """Return the public key of this home as hex, None where it has none (yet). Raises KeyTrouble."""
    if not (home / KEY_FILE).exists():
        return None
    return signing_key(home, may_make=False).public_key().public_bytes_raw().hex()


def _make(path: Path) -> None:
    """Write a new key so that it is there whole or not at all, also when two begin at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, Ed25519PrivateKey.generate().private_bytes_raw().hex().encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    with suppress(FileExistsError):  # another process was faster; its key is the home's
        os.link(half, path)
    half.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
