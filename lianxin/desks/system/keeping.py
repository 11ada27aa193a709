"""Who keeps the roll from a page? The commands of personnel, refused in words that a page can show.

A role that somebody gets or loses ends their sessions: whoever goes on does so with what
they may do now, from a login of their own.
"""

import re
import secrets
from collections.abc import Callable
from typing import Final
from uuid import UUID

from msgspec import structs

from lianxin.access.service import Access
from lianxin.access.who import Who
from lianxin.ground.clock import Instant
from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
from lianxin.ground.web import marked
from lianxin.people import ROLES
from lianxin.people.roll import (
    APART,
    Grant,
    Hire,
    Leave,
    Member,
    NameDeputy,
    Place,
    PlaceAnew,
    Revoke,
    RollRefused,
    place_of,
)
from lianxin.personnel import Personnel
from lianxin.personnel.enrolling import unit_place
from lianxin.units import load_units

NAME_MAX: Final = 40
REASON_MAX: Final = 200
NUMBER: Final = re.compile(r"[0-9]{1,9}|[a-z][a-z0-9-]{0,30}:[a-z][a-z0-9_-]{0,30}")

NO_NUMBER: Final = marked(
    "A number has digits only; an officer’s is the unit’s, a colon and a word, such as zjj:deputy."
)
NO_NAME: Final = marked("Say how they are called; at most 40 characters.")
NO_PLACE: Final = marked("Say where they work from now on: the id of a unit, or a zone of the house.")
NO_UNIT: Final = marked("There is no such unit.")
OTHER_UNIT: Final = marked("The number of an officer begins with that of their unit.")
SAME_PLACE: Final = marked("They work there already.")
WORKS_HERE: Final = marked("Somebody with this number works here already.")
GONE: Final = marked("Nobody with this number works here.")
NO_ROLE: Final = marked("There is no such role.")
HAS_ROLE: Final = marked("They have this role already.")
LACKS_ROLE: Final = marked("They do not have this role.")
THREE: Final = marked("The three administrators are three people. Take the one role away first, or name somebody else.")
OWN: Final = marked("Nobody changes their own. Ask the other administrators.")
NO_REASON: Final = marked("Give the reason or the document: it stays on the record.")
NO_HEIR: Final = marked("The successor does not work here. Name a colleague who stays.")
NO_DEPUTY: Final = marked("The deputy does not work here. Name a colleague who does.")
NOT_NOW: Final = marked("It cannot be done as it stands: calls are still in hand, or it is so already.")


class NotKept(Exception):
    """The roll was not changed; the message is an English msgid."""


class Keeping:
    """Changes the roll in the name of who asks.

    now  the site's present
    """

    def __init__(self, personnel: Personnel, access: Access, now: Callable[[], Instant]) -> None:
        self._personnel = personnel
        self._access = access
        self._now = now

    async def hire(self, who: Who, number: str, name: str, unit: str, zone: str = "") -> str:
        """Let somebody begin without a role, with a password by chance; return it. Raises NotKept."""
        number, name, unit = number.strip(), name.strip(), unit.strip()
        if not NUMBER.fullmatch(number):
            raise NotKept(NO_NUMBER)
        if not name or len(name) > NAME_MAX or not name.isprintable():
            raise NotKept(NO_NAME)
        place = place_in(unit, zone)
        if ":" in number and number.partition(":")[0] != unit:
            raise NotKept(OTHER_UNIT)
        if (await self._personnel.member(number)).active:
            raise NotKept(WORKS_HERE)
        try:
            hire = Hire(id=self._id(), by=who.by, place=place)
            await self._personnel.change(number, hire, self._now(), name)
        except RollRefused as refused:
            raise NotKept(NOT_NOW) from refused
        return await self._access.accounts.give_password(number, who.by)

    async def grant(self, who: Who, number: str, role: str, reason: str) -> None:
        """Give somebody a role. Raises NotKept."""
        member = await self._member(who, number, reason)
        if role not in ROLES:
            raise NotKept(NO_ROLE)
        if role in member.roles:
            raise NotKept(HAS_ROLE)
        if role in APART and not APART.isdisjoint(member.roles):
            raise NotKept(THREE)
        await self._change(number, Grant(id=self._id(), by=who.by, reason=reason, role=role))
        await self._access.sessions.end_all(number, who.by)

    async def revoke(self, who: Who, number: str, role: str, reason: str) -> None:
        """Take a role from somebody. Raises NotKept."""
        member = await self._member(who, number, reason)
        if role not in member.roles:
            raise NotKept(LACKS_ROLE)
        await self._change(number, Revoke(id=self._id(), by=who.by, reason=reason, role=role))
        await self._access.sessions.end_all(number, who.by)

    async def place(self, who: Who, number: str, unit: str, zone: str) -> None:
        """Let somebody work elsewhere, with the skills they have. Raises NotKept."""
        member = await self.working(number)
        if not unit.strip() and not zone.strip():
            raise NotKept(NO_PLACE)
        place = structs.replace(place_in(unit.strip(), zone), skills=member.skills)
        if place == place_of(member):
            raise NotKept(SAME_PLACE)
        await self._change(number, PlaceAnew(id=self._id(), by=who.by, place=place))

    async def deputise(self, who: Who, number: str, deputy: str) -> None:
        """Let somebody be stood in for, with all they may do; "": by nobody any more. Raises NotKept."""
        deputy = deputy.strip()
        await self.working(number)
        if deputy and not (await self._personnel.member(deputy)).active:
            raise NotKept(NO_DEPUTY)
        await self._change(number, NameDeputy(id=self._id(), by=who.by, deputy=deputy))
        if deputy:
            await self._access.sessions.end_all(deputy, who.by)

    async def leave(self, who: Who, number: str, successor: str, reason: str) -> int:
        """Let somebody go; return how many orders went to the successor. Raises NotKept."""
        await self._member(who, number, reason)
        if not (await self._personnel.member(successor.strip())).active or successor.strip() == number:
            raise NotKept(NO_HEIR)
        try:
            command = Leave(id=self._id(), by=who.by, reason=reason, successor=successor.strip())
            done = await self._personnel.leave(number, command, self._now())
        except RollRefused as refused:
            raise NotKept(NOT_NOW) from refused
        await self._access.sessions.end_all(number, who.by)
        return int(done["orders"])

    async def working(self, number: str) -> Member:
        """Return somebody who works here. Raises NotKept."""
        member = await self._personnel.member(number)
        if not member.active:
            raise NotKept(GONE)
        return member

    async def _member(self, who: Who, number: str, reason: str) -> Member:
        if number == who.number:
            raise NotKept(OWN)
        if not reason.strip() or len(reason) > REASON_MAX:
            raise NotKept(NO_REASON)
        return await self.working(number)

    async def _change(self, number: str, command: Grant | Revoke | PlaceAnew | NameDeputy) -> None:
        try:
            await self._personnel.change(number, command, self._now())
        except RollRefused as refused:
            raise NotKept(NOT_NOW) from refused

    def _id(self) -> UUID:
        return command_id(self._now(), secrets.token_bytes(CHANCE_BYTES))


def place_in(unit: str, zone: str) -> Place:
    """Return where somebody works: in a unit, or in a zone of the house. Raises NotKept."""
    if not unit:
        return Place(zone=zone.strip()[:NAME_MAX])
    units = load_units()
    if not units.knows(unit):
        raise NotKept(NO_UNIT)
    return unit_place(unit, units)
