"""The roll (花名册): who works here, where and in which roles, and to whom does their work go when they leave?

Each person who acts has a chain of their own. An entry says what changed, and carries a
work number, never a name. Pure: `decide(member, command, now) -> entries`, `evolve`.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import STAFF, Envelope, chain_of
from lianxin.people.roles import ROLES

APART: Final = frozenset({"sysadmin", "secadmin", "auditadmin"})
"""Three administrators, three people (三员分立): who keeps the system, who gives rights, who looks at what was done."""
_NAMED_FROM: Final = 10**14
"""Chains of people without a work number lie above this, those with one below."""
_WORK_NUMBER: Final = re.compile(r"0{0,9}[1-9][0-9]{0,13}")


class RollRefused(Exception):
    """The change is not possible; the sentence says why and what to do."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where somebody works; the words are those of `Member`."""

    unit: str | None = None
    units: tuple[str, ...] = ()
    zone: str = ""
    region: str = ""
    skills: tuple[str, ...] = ()


class Member(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A person who may act; `id` is the chain, `number` the work number or an officer's id (`zjj:contact`).

    unit    the unit they belong to, None for the house itself
    units   the units whose orders they see: their own; of a county or township office, every unit of its region
    zone    where on the floor;  region: code of the region they work for, "" for the whole city
    deputy  who stands in for them now, with all their roles and sight
    """

    id: int
    number: str
    seq: int = 0
    last_at: Instant = 0
    roles: tuple[str, ...] = ()
    active: bool = False
    successor: str | None = None
    unit: str | None = None
    units: tuple[str, ...] = ()
    zone: str = ""
    region: str = ""
    skills: tuple[str, ...] = ()
    deputy: str | None = None


class MemberEntry(Envelope, omit_defaults=True, kw_only=True):
    """hired, granted, revoked, placed, deputy_named or left.

    Roles given and taken, where they work, whether they act here, who goes on with their work, who stands in
    (deputy "": nobody any more).
    """

    number: str | None = None
    grants: tuple[str, ...] = ()
    revokes: tuple[str, ...] = ()
    active: bool | None = None
    successor: str | None = None
    place: Place | None = None
    deputy: str | None = None
    say: dict[str, str | int] = msgspec.field(default_factory=dict)


class MemberRow(msgspec.Struct, frozen=True):
    """A row as `staff_write` takes it."""

    work_number: str
    chain: int
    roles: tuple[str, ...]
    active: bool
    successor: str | None
    unit: str | None = None
    units: tuple[str, ...] = ()
    zone: str = ""
    region: str = ""
    skills: tuple[str, ...] = ()
    deputy: str | None = None


class NameRow(msgspec.Struct, frozen=True):
    """How somebody is called, as `staff_names_write` takes it: a name stands in no entry."""

    work_number: str
    name: str


class MemberCommand(msgspec.Struct, frozen=True, kw_only=True):
    """id: UUIDv7; by: who, e.g. `staff:9001`; reason: document or sentence for the record."""

    id: UUID
    by: str
    reason: str = ""


class Hire(MemberCommand, frozen=True, kw_only=True):
    """Somebody begins here, or comes back; without roles they may enter and see nothing until they get one."""

    roles: tuple[str, ...] = ()
    place: Place = Place()


class PlaceAnew(MemberCommand, frozen=True, kw_only=True):
    """Somebody moves to another unit, zone or region, or has other skills."""

    place: Place


class NameDeputy(MemberCommand, frozen=True, kw_only=True):
    """Somebody is stood in for by `deputy` from now on; "": by nobody any more."""

    deputy: str


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
    if _WORK_NUMBER.fullmatch(number):
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
        case PlaceAnew():
            entry = _placed(member, command, now)
        case NameDeputy():
            entry = _deputised(member, command, now)
        case Leave():
            entry = _left(member, command, now)
        case _:
            raise AssertionError(command)
    return [entry], evolve(member, entry)


def evolve(member: Member, entry: MemberEntry) -> Member:
    """Return the member after the entry; the one given is left as it was."""
    place = {} if entry.place is None else msgspec.structs.asdict(entry.place)
    return msgspec.structs.replace(
        member,
        seq=entry.seq,
        last_at=entry.at,
        number=member.number if entry.number is None else entry.number,
        roles=tuple(sorted({*member.roles, *entry.grants} - {*entry.revokes})),
        active=member.active if entry.active is None else entry.active,
        successor=entry.successor if entry.active is not None else member.successor,
        deputy=member.deputy if entry.deputy is None else entry.deputy or None,
        **place,
    )


def row_of(member: Member) -> MemberRow:
    """Return the member's row."""
    return MemberRow(
        member.number,
        member.id,
        member.roles,
        member.active,
        member.successor,
        member.unit,
        member.units,
        member.zone,
        member.region,
        member.skills,
        member.deputy,
    )


def _hired(member: Member, command: Hire, now: Instant) -> MemberEntry:
    if member.active:
        raise RollRefused(f"{member.number} works here already; grant or revoke roles instead.")
    _known(command.roles)
    _apart(member, command.roles)
    return _entry(
        member,
        command,
        now,
        "hired",
        number=member.number,
        grants=tuple(sorted(set(command.roles) - set(member.roles))),
        revokes=tuple(sorted(set(member.roles) - set(command.roles))),
        active=True,
        place=None if command.place == Place() else command.place,
    )


def _granted(member: Member, command: Grant, now: Instant) -> MemberEntry:
    _active(member)
    _known((command.role,))
    if command.role in member.roles:
        raise RollRefused(f"{member.number} has the role {command.role} already.")
    _apart(member, (*member.roles, command.role))
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
    return _entry(
        member,
        command,
        now,
        "left",
        active=False,
        successor=command.successor,
        deputy=None if member.deputy is None else "",
    )


def _placed(member: Member, command: PlaceAnew, now: Instant) -> MemberEntry:
    _active(member)
    if command.place == place_of(member):
        raise RollRefused(f"{member.number} works there already. Nothing was changed.")
    return _entry(member, command, now, "placed", place=command.place)


def _deputised(member: Member, command: NameDeputy, now: Instant) -> MemberEntry:
    _active(member)
    if command.deputy == member.number:
        raise RollRefused(f"{member.number} cannot stand in for themselves; name a colleague.")
    if command.deputy == (member.deputy or ""):
        raise RollRefused("That is so already. Nothing was changed.")
    return _entry(member, command, now, "deputy_named", deputy=command.deputy)


def place_of(member: Member) -> Place:
    """Return where somebody works."""
    return Place(member.unit, member.units, member.zone, member.region, member.skills)


def _apart(member: Member, roles: Sequence[str]) -> None:
    held = sorted(APART.intersection(roles))
    if len(held) > 1:
        raise RollRefused(
            f"{member.number} would be {' and '.join(held)} at once. The three administrators are three people "
            "(三员分立). Nothing was changed; take the one role away first, or name somebody else."
        )


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
