"""Who stands on which shift (班次) at a given half hour of the week?

Pure: the week has 336 half hours, Monday 00:00 first, in local time. A shift that passes
midnight belongs to the day on which it begins.
"""

import msgspec

from lianxin.ground.clock import DAY_MS, HOUR_MS, Instant

SLOT_MS = HOUR_MS // 2
SLOTS_A_DAY = DAY_MS // SLOT_MS
SLOTS_A_WEEK = 7 * SLOTS_A_DAY
# The epoch, 1970-01-01T00:00Z, was a Thursday, 08:00 in China.
_EPOCH_MS = 3 * DAY_MS + 8 * HOUR_MS


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shift: its name and its spans of local time, "24:00" for midnight at the end."""

    zh: str
    en: str
    spans: tuple[tuple[str, str], ...]
    standby: bool = False

    def title(self, lang: str = "zh") -> str:
        """Return the name in `lang`."""
        return self.en if lang == "en" else self.zh


class ShiftBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shifts of a city by their id, with version and source."""

    version: str
    source: str
    shifts: dict[str, Shift]


def slot_of(at: Instant) -> int:
    """Return the half hour of the week (0 to 335) in which `at` lies."""
    return (at + _EPOCH_MS) // SLOT_MS % SLOTS_A_WEEK


def slots(shift: Shift, rest: tuple[int, ...]) -> frozenset[int]:
    """Return the half hours whose beginning `shift` covers on the days not in `rest` (1 = Monday)."""
    found: set[int] = set()
    for day in range(7):
        if day + 1 not in rest:
            for begin, end in shift.spans:
                found |= {slot % SLOTS_A_WEEK for slot in _span(day, begin, end)}
    return frozenset(found)


def _span(day: int, begin: str, end: str) -> range:
    first, last = _half_hours(begin), _half_hours(end)
    if last <= first:
        last += SLOTS_A_DAY
    return range(day * SLOTS_A_DAY + first, day * SLOTS_A_DAY + last)


def _half_hours(clock: str) -> int:
    """Return the first half hour that begins at `clock` or later."""
    hours, minutes = clock.split(":")
    return int(hours) * 2 + -(-int(minutes) // 30)
