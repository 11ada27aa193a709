"""What does the line of a sweep (清理记录) say, and does it hold?

What was erased because its time was over, by which rule, signed with the key that signs
checkpoints, each line hanging on the one before: nobody erases more than the lines say,
or adds a line later. Pure; `docs/privacy.md` describes the format.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lianxin.ground.clock import Instant, at_iso, iso

NO_LINE: Final = "0" * 64


class BadSweep(ValueError):
    """A line that is no sweep of this chain of sweeps; the message says why."""


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """What one sweep did.

    rule    pack of retention rules and rule, e.g. `sd-binzhou@2026.1 looks`
    before  what ended before this instant was erased
    erased  how many
    through of looks only: the last number erased; 0: it numbers nothing
    """

    rule: str
    thing: str
    before: Instant
    erased: int
    through: int = 0


class Sweep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A line; `before` and `at` in ISO 8601, `previous`, `key` and `signature` as in a checkpoint."""

    id: int
    at: str
    rule: str
    thing: str
    before: str
    erased: int
    through: int = 0
    previous: str
    key: str
    signature: str = ""


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Sweep).decode


def sign_sweep(key: Ed25519PrivateKey, previous: str | None, at: Instant, swept: Swept) -> str:
    """Return the line after the line `previous` (None: it is the first)."""
    sweep = Sweep(
        id=1 if previous is None else _decode(previous).id + 1,
        at=iso(at),
        rule=swept.rule,
        thing=swept.thing,
        before=iso(swept.before),
        erased=swept.erased,
        through=swept.through,
        previous=NO_LINE if previous is None else _hash(previous),
        key=key.public_key().public_bytes_raw().hex(),
    )
    return _encode(msgspec.structs.replace(sweep, signature=key.sign(_encode(sweep)).hex())).decode()


def read_sweep(line: str) -> Sweep:
    """Return the sweep of a line whose signature holds under the key it names. Raises BadSweep."""
    try:
        sweep = _decode(line)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(sweep.key))
        key.verify(bytes.fromhex(sweep.signature), _encode(msgspec.structs.replace(sweep, signature="")))
        at_iso(sweep.at)
        at_iso(sweep.before)
    except InvalidSignature as wrong:
        raise BadSweep("its signature does not hold") from wrong
    except (ValueError, msgspec.DecodeError) as wrong:
        raise BadSweep(f"it cannot be read: {wrong}") from wrong
    if _encode(sweep) != line.encode():
        raise BadSweep("it is not written canonically")
    return sweep


def chain_of_sweeps(lines: Iterable[str]) -> Iterator[Sweep]:
    """Yield each sweep as far as each line continues the one before. Raises BadSweep at the first that does not."""
    before: str | None = None
    for place, line in enumerate(lines, 1):
        sweep = read_sweep(line)
        if sweep.id != place or sweep.previous != (NO_LINE if before is None else _hash(before)):
            raise BadSweep(f"it does not continue sweep {place - 1}")
        yield sweep
        before = line


def _hash(line: str) -> str:
    return sha256(line.encode()).hexdigest()
