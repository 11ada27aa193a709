"""How is a moment written, counted and turned into a local date?

An instant is a whole number of milliseconds, so entries hash the same everywhere
and arithmetic stays exact. China keeps one offset, +08:00, the whole year.
Pure: whoever needs the present asks a `Clock`.
"""

import re
from datetime import date, datetime, timedelta, timezone

Instant = int
"""Milliseconds since 1970-01-01T00:00Z."""

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

CST = timezone(timedelta(hours=8), "CST")
"""China Standard Time; no summer time in any year this house knows."""

_EPOCH = datetime(1970, 1, 1, tzinfo=CST) - timedelta(hours=-8)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_OFFSET_MS = 8 * HOUR_MS
_MILLISECOND = timedelta(milliseconds=1)
_END_OF_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})T24:00(?::00(?:\.0+)?)?(.*)")


SKEW_MS = 2 * MINUTE_MS
"""By how much the clocks of two processes may differ before a command is refused."""


def not_before(now: Instant, last: Instant) -> Instant | None:
    """Return the instant at which to write after an entry of `last`: now, or `last` where this clock is behind.

    None: it is so far behind that nothing may be written.
    """
    if now >= last:
        return now
    return last if last - now <= SKEW_MS else None


def to_datetime(instant: Instant) -> datetime:
    """Return the instant as an aware datetime in local time (`CST`)."""
    return _EPOCH + instant * _MILLISECOND


def from_datetime(moment: datetime) -> Instant:
    """Return the instant of an aware datetime, cut to whole milliseconds.

    Raises ValueError for a datetime without an offset: it names no instant.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no UTC offset, so it names no instant")
    return (moment - _EPOCH) // _MILLISECOND


def iso(instant: Instant) -> str:
    """Return `2026-09-30T10:00:00+08:00`; milliseconds are written only where there are any."""
    return to_datetime(instant).isoformat(timespec="milliseconds" if instant % SECOND_MS else "seconds")


def at_iso(text: str) -> Instant:
    """Return the instant written in ISO 8601 with an offset; 24:00 is the next day's 00:00.

    Raises ValueError when the text is no such instant or names no offset.
    """
    end = _END_OF_DAY.fullmatch(text)
    if end is None:
        return from_datetime(datetime.fromisoformat(text))
    return from_datetime(datetime.fromisoformat(f"{end[1]}T00:00:00{end[2]}")) + DAY_MS


def local_date(instant: Instant) -> date:
    """Return the date on a calendar in China at that instant."""
    return date.fromordinal(_EPOCH_ORDINAL + (instant + _OFFSET_MS) // DAY_MS)


def midnight(day: date) -> Instant:
    """Return the instant at which that local date begins."""
    return (day.toordinal() - _EPOCH_ORDINAL) * DAY_MS - _OFFSET_MS
