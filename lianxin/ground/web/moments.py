"""How are instants, durations and numbers said to a reader?

`11月23日 16:05 (周一)`, 还剩 1 天 3 小时, 已超期 2 小时; in English `Mon 23 Nov 16:05`, `1 d 3 h left`.
Pure: `now` is given, the words come from the catalogue of one language.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from gettext import NullTranslations

from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Instant, local_date, midnight
from lianxin.ground.web.language import marked

WEEKDAYS = (marked("Mon"), marked("Tue"), marked("Wed"), marked("Thu"), marked("Fri"), marked("Sat"), marked("Sun"))
MONTHS = (
    marked("Jan"),
    marked("Feb"),
    marked("Mar"),
    marked("Apr"),
    marked("May"),
    marked("Jun"),
    marked("Jul"),
    marked("Aug"),
    marked("Sep"),
    marked("Oct"),
    marked("Nov"),
    marked("Dec"),
)


_SAID_MAX = 4_096
_OFFSET_MS = 8 * HOUR_MS


@cache
def _hour(minute: int) -> str:
    """Return a minute of the day as `16:05`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


class Words:
    """Says instants, durations and numbers in one language.

    translations  the catalogue of that language
    """

    def __init__(self, translations: NullTranslations) -> None:
        self._ = translations.gettext
        # A list says a hundred moments and spans, and most of them are of a few days and hours.
        self._moment = lru_cache(maxsize=_SAID_MAX)(self._moment_of)
        self._span = lru_cache(maxsize=_SAID_MAX)(self._span_of)

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return what templates may call, by name."""
        return {
            "moment": self.moment,
            "until": self.until,
            "day": self.day,
            "cell": self.cell,
            "hour": self.hour,
            "span": self.span,
            "left": self.left,
            "grouped": self.grouped,
        }

    def day(self, day: date, this_year: int | None = None) -> str:
        """Return `11月23日 周一`; the year stands before it when it is not `this_year`."""
        words = {"date": self._date(day, this_year), "weekday": self._weekday(day)}
        return self._("%(weekday)s %(date)s") % words

    def cell(self, day: date, *, with_month: bool) -> str:
        """Return a day as the head of a narrow column: `18 周三`, with its month where one begins."""
        if with_month:
            return self.day(day)
        return self._("%(weekday)s %(day)d") % {"day": day.day, "weekday": self._weekday(day)}

    def hour(self, at: Instant) -> str:
        """Return the local time of day, `16:05`."""
        return _hour((at + _OFFSET_MS) % DAY_MS // MINUTE_MS)

    def moment(self, at: Instant, now: Instant | None = None) -> str:
        """Return `11月23日 16:05 (周一)`; the year stands before it when it is not that of `now`."""
        return self._moment(local_date(at), self.hour(at), None if now is None else local_date(now).year)

    def until(self, at: Instant, now: Instant | None = None) -> str:
        """Return an end that is not itself included: midnight is said as 24:00 of the day before."""
        day = local_date(at)
        if at != midnight(day):
            return self.moment(at, now)
        return self._moment(day - timedelta(days=1), "24:00", None if now is None else local_date(now).year)

    def span(self, length_ms: int) -> str:
        """Return a length of time in its two largest units, rounded down: 1 天 3 小时, 25 分, 40 秒."""
        whole = length_ms - length_ms % MINUTE_MS if length_ms >= MINUTE_MS else max(length_ms, 0)
        return self._span(whole)

    def _span_of(self, length_ms: int) -> str:
        if length_ms < MINUTE_MS:
            return self._("%(seconds)d s") % {"seconds": length_ms // SECOND_MS}
        days, rest = divmod(length_ms, DAY_MS)
        hours, rest = divmod(rest, HOUR_MS)
        sizes = (
            (self._("%(days)d d"), "days", days),
            (self._("%(hours)d h"), "hours", hours),
            (self._("%(minutes)d min"), "minutes", rest // MINUTE_MS),
        )
        return " ".join(words % {name: size} for words, name, size in _two_largest(sizes))

    def left(self, due: Instant, now: Instant) -> str:
        """Return 还剩 1 天 3 小时 before an instant, 已超期 2 小时 from that instant on."""
        if now < due:
            return self._("%(span)s left") % {"span": self.span(due - now)}
        return self._("overdue by %(span)s") % {"span": self.span(now - due)}

    def grouped(self, number: int) -> str:
        """Return `1,846`."""
        return f"{number:,}"

    def _moment_of(self, day: date, hour: str, this_year: int | None) -> str:
        words = {"date": self._date(day, this_year), "hour": hour, "weekday": self._weekday(day)}
        return self._("%(weekday)s %(date)s %(hour)s") % words

    def _date(self, day: date, this_year: int | None) -> str:
        words = {"year": day.year, "month": self._(MONTHS[day.month - 1]), "day": day.day}
        if this_year is None or day.year == this_year:
            return self._("%(day)d %(month)s") % words
        return self._("%(day)d %(month)s %(year)d") % words

    def _weekday(self, day: date) -> str:
        return self._(WEEKDAYS[day.weekday()])


def _two_largest(sizes: Sequence[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Return the largest unit that is not zero and, if it is not zero either, the one below it."""
    first = next(index for index, (_, _, size) in enumerate(sizes) if size)
    pair = sizes[first : first + 2]
    return [unit for unit in pair if unit[2]]
