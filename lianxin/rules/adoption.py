"""Which rule packs has this house adopted (施行), and who says so?

Each pack has a chain; an entry names a version and the SHA-256 of its text, the text
stands beside it word for word. A version never reaches back behind the day it is
adopted (AC-13); only the first of a pack may be in force already, because the rules
were there before the house was. Pure.
"""

from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import PACK, Envelope, Standing, chain_of
from lianxin.rules.rules import Rules
from lianxin.rules.shelf import PackRefused, Shelf

_CHAINS: Final = 10**15 - 1


class AdoptedPack(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A pack as its chain makes it; hashes: reference of a version -> SHA-256 of its text, as hex."""

    id: int
    pack: str
    seq: int = 0
    last_at: Instant = 0
    hashes: dict[str, str] = {}


class PackEntry(Envelope, omit_defaults=True, kw_only=True):
    """adopted: a version of the pack, with the SHA-256 of its text and the first instant at which it holds."""

    pack: str
    ref: str
    sha256: str
    effective_from: Instant
    say: dict[str, str | int] = msgspec.field(default_factory=dict)


class PackRow(msgspec.Struct, frozen=True):
    """A row as `packs_write` takes it: the text word for word."""

    ref: str
    chain: int
    body: str


class Adopt(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody puts a version into force; document: the decision it rests on; proposed_by: who drew it up."""

    id: UUID
    by: str
    text: str
    document: str = ""
    proposed_by: str = ""


def pack_chain(pack: str) -> int:
    """Return the chain of a pack."""
    return chain_of(PACK, 1 + int.from_bytes(sha256(pack.encode()).digest()[:8]) % _CHAINS)


def new_pack(pack: str) -> AdoptedPack:
    """Return the value before the first entry."""
    return AdoptedPack(id=pack_chain(pack), pack=pack)


def pack_as_stood(pack: str, stood: Standing) -> AdoptedPack:
    """Return the pack as its chain stands."""
    return new_pack(pack) if stood.snapshot is None else msgspec.json.decode(stood.snapshot, type=AdoptedPack)


def decide(pack: AdoptedPack, rules: Rules, command: Adopt, now: Instant) -> tuple[list[PackEntry], AdoptedPack]:
    """Return the entry of the adoption, and the pack after it; `rules` is the text of the command, compiled.

    Raises PackRefused: the version is known already, or begins before `now`.
    """
    if rules.ref in pack.hashes:
        raise PackRefused(f"{rules.ref} is adopted already; a change needs a new version")
    if now < pack.last_at:
        raise PackRefused(f"{rules.ref}: the clock is behind the last adoption of this pack")
    if pack.hashes:
        Shelf().admit(rules, now)
    entry = PackEntry(
        chain=pack.id,
        seq=pack.seq + 1,
        at=now,
        kind="adopted",
        actor=command.by,
        command=command.id,
        pack=rules.pack,
        ref=rules.ref,
        sha256=sha256(command.text.encode()).hexdigest(),
        effective_from=rules.effective_from,
        say=_said(command),
    )
    return [entry], evolve(pack, entry)


def _said(command: Adopt) -> dict[str, str | int]:
    say = {"document": command.document, "proposed_by": command.proposed_by}
    return {name: word for name, word in say.items() if word}


def evolve(pack: AdoptedPack, entry: PackEntry) -> AdoptedPack:
    """Return the pack after the entry; the one given is left as it was."""
    return msgspec.structs.replace(
        pack, seq=entry.seq, last_at=entry.at, pack=entry.pack, hashes={**pack.hashes, entry.ref: entry.sha256}
    )


def row_of(pack: AdoptedPack, ref: str, text: str) -> PackRow:
    """Return the row of an adopted version."""
    return PackRow(ref, pack.id, text)
