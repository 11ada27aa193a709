"""Who lives in the twin? The city's units, staff and places, its rules, and what its callers say.

Only values; nothing here throws dice on its own account.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from lianxin.deadlines import Calendar
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from lianxin.people import Staff, load_staff
from lianxin.places import DEMO_CITY, load_categories, load_places
from lianxin.rules import Rules, load_rules
from lianxin.twin.dice import Dice
from lianxin.twin.messages import Message
from lianxin.units import Levels, Units, load_units

_OFFSET: Final = 8 * HOUR_MS
OFFICE: Final = (
    (8 * HOUR_MS + 30 * MINUTE_MS, 12 * HOUR_MS),
    (13 * HOUR_MS + 30 * MINUTE_MS, 17 * HOUR_MS + 30 * MINUTE_MS),
)
"""When officers are at their desks; the pack's office hours, which the twin keeps like everybody."""
_NATURES: Final = {
    "咨询": "inquiry",
    "求助": "help",
    "投诉": "complaint",
    "举报": "report",
    "建议": "suggestion",
    "表扬": "praise",
}
_KINDS: Final = (
    ("complaint", 40.0),
    ("help", 30.0),
    ("inquiry", 16.0),
    ("suggestion", 8.0),
    ("report", 4.0),
    ("praise", 2.0),
)
KINDS: Final = frozenset(kind for kind, _ in _KINDS)


class World(msgspec.Struct, frozen=True):
    """A city at work.

    messages    what callers say, by the outcome their writer had in mind ("": none)
    regions     (code, share of the callers)
    categories  level-2 codes, for messages that carry none of ours
    """

    seed: int
    rules: Rules
    staff: Staff
    units: Units
    messages: Mapping[str, Sequence[Message]]
    regions: tuple[tuple[str, float], ...]
    categories: tuple[str, ...]

    @property
    def levels(self) -> Levels:
        """Who stands above whom in the city."""
        return self.units.levels

    def on_duty(self, role: str, at: Instant, dice: Dice, *not_these: frozenset[str]) -> str:
        """Return `staff:…` of somebody on shift in the role who did not act on the order before.

        At an hour when all on shift did, somebody off shift is asked to step in.
        """
        busy = frozenset[str]().union(*not_these)
        for people in (self.staff.on_duty(role, at), self.staff.by_role(role)):
            if people and not busy:
                return "staff:" + dice.one_of(people).id
            fit = [key for person in people if (key := "staff:" + person.id) not in busy]
            if fit:
                return dice.one_of(fit)
        raise AssertionError(f"nobody can act as {role}")

    def message_for(self, outcome: str, dice: Dice) -> Message:
        """Return what a caller says whose matter will end so: a text written for it, else any without an outcome."""
        for fitting in (self.messages.get(outcome), self.messages.get("")):
            if fitting:
                return dice.one_of(fitting)
        return dice.one_of(next(iter(self.messages.values())))

    def kind_of(self, message: Message, dice: Dice) -> str:
        """Return the kind of appeal of a message: its own where it says one, else by the usual shares."""
        nature = _NATURES.get(message.nature, message.nature)
        return nature if nature in KINDS else dice.weighted(_KINDS)

    def category_of(self, message: Message, dice: Dice) -> str:
        """Return the category of a message: its own where it is one of ours."""
        return message.category if message.category in self.categories else dice.one_of(self.categories)

    def office(self, at: Instant, dice: Dice) -> Instant:
        """Return `at` if offices work then, else some minutes into the next span in which they do."""
        calendar = self.rules.calendar
        day = (at + _OFFSET) // DAY_MS
        since = (at + _OFFSET) % DAY_MS
        if _works(calendar, day):
            for begin, end in OFFICE:
                if since < begin:
                    return day * DAY_MS - _OFFSET + begin + dice.between(0, 40 * MINUTE_MS)
                if since < end:
                    return at
        while not _works(calendar, day := day + 1):
            continue
        return day * DAY_MS - _OFFSET + OFFICE[0][0] + dice.between(0, 90 * MINUTE_MS)

    def evening(self, at: Instant, dice: Dice) -> Instant:
        """Return `at` if citizens may be called then (08:30 to 21:00), else some time in the next morning."""
        since = (at + _OFFSET) % DAY_MS
        if since < OFFICE[0][0]:
            return at - since + OFFICE[0][0] + dice.between(0, 2 * HOUR_MS)
        if since >= 20 * HOUR_MS + 50 * MINUTE_MS:
            return at - since + DAY_MS + OFFICE[0][0] + dice.between(0, 2 * HOUR_MS)
        return at


def _works(calendar: Calendar, day: int) -> bool:
    """A day the calendar does not know counts as worked: people go on, only dates are unresolved."""
    index = day - calendar.before
    return not 1 <= index < len(calendar.upto) or calendar.upto[index] > calendar.upto[index - 1]


def make_world(seed: int, messages: Sequence[Message], city: str = DEMO_CITY, pack: str = "sd-binzhou") -> World:
    """Return the twin of a city with these messages as its callers' words."""
    places = load_places(city)
    units = load_units(city)
    regions = tuple((region.code, float(len(places.towns_of(region.code)) + 3)) for region in places.regions)
    codes = tuple(sorted(code for code in load_categories() if len(code) == 4 and not code.startswith("99")))
    said: dict[str, list[Message]] = {}
    for message in messages:
        said.setdefault(message.outcome_hint, []).append(message)
    return World(seed, load_rules(pack), load_staff(city), units, said, regions, codes)
