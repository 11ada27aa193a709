"""The roll (花名册): who works here, in which roles, and to whom does their work go when they leave?

Each person who acts has a chain of their own. An entry says what changed, and carries a
work number, never a name. Pure: `decide(member, command, now) -> entries`, `evolve`.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import STAFF, Envelope, chain_of
from lianxin.people.roles import ROLES

_NAMED_FROM: Final = 10**14
"""Chains of people without a work number lie above this, those with one below."""


class RollRefused(Exception):
    """The change is not possible; the sentence says why and what to do."""


class Member(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A person who may act; `id` is the chain, `number` the work number or an officer's id (`zjj:contact`)."""

    id: int
    number: str
    seq: int = 0
    last_at: Instant = 0
    roles: tuple[str, ...] = ()
    active: bool = False
    successor: str | None = None


class MemberEntry(Envelope, omit_defaults=True, kw_only=True):
    """hired, granted, revoked or left: roles given and taken, whether they act here, who goes on with their work."""

    number: str | None = None
    grants: tuple[str, ...] = ()
    revokes: tuple[str, ...] = ()
    active: bool | None = None
    successor: str | None = None
    say: dict[str, str | int] = msgspec.field(default_factory=dict)


class MemberRow(msgspec.Struct, frozen=True):
    """A row as `staff_write` takes it."""

    work_number: str
    chain: int
    roles: tuple[str, ...]
    active: bool
    successor: str | None


class MemberCommand(msgspec.Struct, frozen=True, kw_only=True):
    """id: UUIDv7; by: who, e.g. `staff:9001`; reason: document or sentence for the record."""

    id: UUID
    by: str
    reason: str = ""


class Hire(MemberCommand, frozen=True, kw_only=True):
    """Somebody begins here, or comes back."""

    roles: tuple[str, ...]


class Grant(MemberCommand, frozen=True, kw_only=True):
    """Somebody gets a role."""

    role: str


class Revoke(MemberCommand, frozen=True, kw_only=True):
    """Somebody loses a role."""

    role: str


class Leave(MemberCommand, frozen=True, kw_only=True):
    """Somebody leaves; what they hold goes to the successor."""

    successor: str


def member_chain(number: str) -> int:
    """Return the chain of a work number, or of an officer's id such as `zjj:contact`."""
    if number.isascii() and number.isdigit():
        return chain_of(STAFF, int(number))
    digest = int.from_bytes(sha256(number.encode()).digest()[:8])
    return chain_of(STAFF, _NAMED_FROM + digest % (9 * _NAMED_FROM))


def new_member(number: str) -> Member:
    """Return the value before the first entry."""
    return Member(id=member_chain(number), number=number)


def decide(member: Member, command: MemberCommand, now: Instant) -> tuple[list[MemberEntry], Member]:
    """Return what the command writes, and the member after. Raises RollRefused."""
    if now < member.last_at:
        raise RollRefused("The clock is behind the last entry of this person. Nothing was changed.")
    match command:
        case Hire():
            entry = _hired(member, command, now)
        case Grant():
            entry = _granted(member, command, now)
        case Revoke():
            entry = _revoked(member, command, now)
        case Leave():
            entry = _left(member, command, now)
        case _:
            raise AssertionError(command)
    return [entry], evolve(member, entry)


def evolve(member: Member, entry: MemberEntry) -> Member:
    """Return the member after the entry; the one given is left as it was."""
    return msgspec.structs.replace(
        member,
        seq=entry.seq,
        last_at=entry.at,
        number=member.number if entry.number is None else entry.number,
        roles=tuple(sorted({*member.roles, *entry.grants} - {*entry.revokes})),
        active=member.active if entry.active is None else entry.active,
        successor=entry.successor if entry.active is not None else member.successor,
    )


def row_of(member: Member) -> MemberRow:
    """Return the member's row."""
    return MemberRow(member.number, member.id, member.roles, member.active, member.successor)


def _hired(member: Member, command: Hire, now: Instant) -> MemberEntry:
    if member.active:
        raise RollRefused(f"{member.number} works here already; grant or revoke roles instead.")
    if not command.roles:
        raise RollRefused(f"{member.number} needs at least one role.")
    _known(command.roles)
    return _entry(
        member,
        command,
        now,
        "hired",
        number=member.number,
        grants=tuple(sorted(set(command.roles) - set(member.roles))),
        revokes=tuple(sorted(set(member.roles) - set(command.roles))),
        active=True,
    )


def _granted(member: Member, command: Grant, now: Instant) -> MemberEntry:
    _active(member)
    _known((command.role,))
    if command.role in member.roles:
        raise RollRefused(f"{member.number} has the role {command.role} already.")
    return _entry(member, command, now, "granted", grants=(command.role,))


def _revoked(member: Member, command: Revoke, now: Instant) -> MemberEntry:
    _active(member)
    if command.role not in member.roles:
        raise RollRefused(f"{member.number} does not have the role {command.role}.")
    return _entry(member, command, now, "revoked", revokes=(command.role,))


def _left(member: Member, command: Leave, now: Instant) -> MemberEntry:
    _active(member)
    if command.successor == member.number:
        raise RollRefused(f"{member.number} cannot be their own successor; name a colleague who stays.")
    return _entry(member, command, now, "left", active=False, successor=command.successor)


def _active(member: Member) -> None:
    if not member.active:
        raise RollRefused(f"{member.number or 'This person'} does not work here (any more).")


def _known(roles: Sequence[str]) -> None:
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise RollRefused(f"There is no role {', '.join(unknown)}. Known are: {', '.join(ROLES)}.")


def _entry(member: Member, command: MemberCommand, now: Instant, kind: str, **effects: object) -> MemberEntry:
    say: dict[str, str | int] = {"reason": command.reason} if command.reason else {}
    return MemberEntry(
        chain=member.id,
        seq=member.seq + 1,
        at=now,
        kind=kind,
        actor=command.by,
        command=command.id,
        say=say,
        **effects,  # type: ignore[arg-type]
    )
