"""Where do the house's secrets lie, and how is one replaced so that a crash at any point loses nothing?

`keys/house.key` is the newest; `house.next` is about to be it; `house.<mark>.old` are those
that something may still be locked with. All may open, only the first locks. A second chain
of secrets, `informants`, is for those whom nobody may find out.
"""

import os
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

from lianxin.people.ring import KEY_BYTES as KEY_BYTES
from lianxin.people.ring import HouseKeys as HouseKeys
from lianxin.people.ring import Purpose, Ring, derived
from lianxin.people.ring import house_keys as house_keys

Chain = Literal["house", "informants", "backup"]
CHAINS: Final[tuple[Chain, ...]] = ("house", "informants")
"""The chains that lock what lies in the database; the one of backups lies apart from it."""
_ACCESS: Final = "access.key"
_GONE: Final = ".gone"


class KeyUnfit(Exception):
    """The key file cannot be used; the message says what to do."""


class KeyFolder:
    """The secrets of one chain, read again whenever the newest was replaced.

    Safe for several processes that start at once: only one first secret ever gets the name.
    """

    def __init__(self, home: Path, chain: Chain = "house") -> None:
        self.chain = chain
        self.folder = home / "keys"
        self.newest_path = self.folder / f"{chain}.key"
        self.next_path = self.folder / f"{chain}.next"
        self._known: tuple[tuple[int, int], tuple[bytes, ...]] | None = None

    def secrets(self, *, again: bool = False) -> tuple[bytes, ...]:
        """Return the secrets, newest first; the first one of a home is made here. Raises KeyUnfit.

        again  read the files whether or not the newest is another one
        """
        stands = self._stands() or self._first()
        if again or self._known is None or self._known[0] != stands:
            self._known = stands, self._read()
        return self._known[1]

    def _read(self) -> tuple[bytes, ...]:
        while True:
            paths = (self.newest_path, *self.old_paths(), *([self.next_path] if self.next_path.exists() else []))
            try:
                return tuple(dict.fromkeys(read_secret(path) for path in paths))
            except FileNotFoundError:
                # Another process replaces secrets at this very moment; the newest is there all the while.
                if self._stands() is None:
                    raise self._gone() from None

    def newest(self) -> HouseKeys:
        """Return the keys that come out of the newest secret."""
        keys = house_keys(self.secrets()[0])
        access = self.folder / _ACCESS
        if self.chain != "house" or not access.exists():
            return keys
        return HouseKeys(
            **{name: getattr(keys, name) for name in keys.__struct_fields__} | {"access": read_secret(access)}
        )

    def ring(self, purpose: Purpose) -> Ring:
        """Return the ring of a purpose; it notices by itself when the newest secret was replaced."""
        return Ring(lambda: tuple(derived(secret, purpose) for secret in self.secrets()))

    def old_paths(self) -> list[Path]:
        """Return the files of older secrets that are still kept."""
        return sorted(self.folder.glob(f"{self.chain}.*.old"))

    def begin(self) -> None:
        """Make a new secret the newest, and keep the one before. A crash in between is mended by calling it again."""
        newest = self.secrets()[0]
        if self.chain == "house" and not (self.folder / _ACCESS).exists():
            # What was hashed for logging in cannot be made anew: its root stays what it is.
            _write(self.folder / _ACCESS, derived(newest, "access"))
        if not self.next_path.exists():
            _write(self.next_path, secrets.token_bytes(KEY_BYTES))
        old = self.folder / f"{self.chain}.{mark_of(newest)}.old"
        if not old.exists():
            old.hardlink_to(self.newest_path)
            _sync(self.folder)
        self.next_path.rename(self.newest_path)
        _sync(self.folder)
        self.secrets(again=True)

    def _stands(self) -> tuple[int, int] | None:
        try:
            stat = self.newest_path.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_mtime_ns

    def _first(self) -> tuple[int, int]:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.next_path.exists() or self.old_paths():
            raise self._gone()
        _write(self.newest_path, secrets.token_bytes(KEY_BYTES))
        stands = self._stands()
        assert stands is not None, self.newest_path
        return stands

    def _gone(self) -> KeyUnfit:
        return KeyUnfit(f"{self.newest_path} is gone. Nothing was opened. Put back your copy of it.")


def load_house_keys(home: Path) -> HouseKeys:
    """Return the newest keys of a home; its secret is made when there is none yet. Raises KeyUnfit."""
    return KeyFolder(home).newest()


def read_secret(path: Path) -> bytes:
    """Return the secret in a file. Raises KeyUnfit for a file that is none or that others may read."""
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
    return secret


def mark_of(secret: bytes) -> str:
    """Return the name by which a secret is told apart; it gives nothing of it away."""
    return sha256(b"lianxin mark\0" + secret).hexdigest()[:8]


def destroy(path: Path) -> None:
    """Overwrite the file of a secret, and delete it; first it loses its name, lest a half file be taken for a key."""
    gone = path.with_suffix(_GONE)
    path.rename(gone)
    _sync(path.parent)
    _wipe(gone)


def wipe_what_is_gone(folder: Path) -> None:
    """End what a crash left of `destroy`."""
    for path in folder.glob(f"*{_GONE}"):
        _wipe(path)


def _wipe(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"0" * path.stat().st_size)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _sync(path.parent)


def _write(path: Path, secret: bytes) -> None:
    """Write a secret beside its place, then link it there: who comes second keeps the first one's."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"{secret.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
        _sync(path.parent)


def _sync(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
