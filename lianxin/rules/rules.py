"""Which rules hold for an order?

A compiled rule pack (规则包): immutable, every value with its source. An order keeps the
reference `pack@version` under which it was accepted (C9). Pure once loaded.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

import msgspec

from lianxin.deadlines import Calendar, Clock, Due, Pause, Step, explain, reckon
from lianxin.deadlines.wording import Lang
from lianxin.ground.clock import DAY_MS, Instant, local_date, midnight

_NOTHING: Final = object()


class UnknownClock(KeyError):
    """The pack has no clock of this key.

    near  clocks of the pack that look like it, best first
    """

    def __init__(self, key: str, pack: str, near: Sequence[str], reason: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.near = tuple(near)
        self._told = f"{pack} has no clock {key}{reason}"

    def __str__(self) -> str:
        return f"{self._told}; near ones: {', '.join(self.near)}" if self.near else self._told


def _near(key: str, known: Iterable[str]) -> list[str]:
    """Return keys like `key`, best first: by spelling, or by their last word; all of them where none is alike."""
    keys = list(known)
    alike = get_close_matches(key, keys, n=5, cutoff=0.6)
    last = key.rsplit(".", 1)[-1]
    alike += [other for other in keys if other.rsplit(".", 1)[-1] == last and other not in alike]
    return alike or keys


class Rules(msgspec.Struct, frozen=True, eq=False):
    """A compiled pack.

    effective_from   first instant at which it holds; `effective_to` exclusive end, None for open
    applies_to_open  it also takes over orders accepted before it (C9)
    approved         somebody has approved it; a site goes live on no other
    clocks           dotted key -> clock, for every leaf that is one
    quiet_hours      no follow-up call from..to, milliseconds after midnight, over midnight where from > to
    tree             the whole pack, read-only
    """

    pack: str
    version: str
    title: str
    effective_from: Instant
    effective_to: Instant | None
    applies_to_open: bool
    approved: bool
    timezone: str
    calendar: Calendar
    clocks: Mapping[str, Clock]
    periods: Mapping[str, Clock]
    quiet_hours: tuple[int, int] | None
    tree: Mapping[str, object]

    @property
    def ref(self) -> str:
        """`sd-binzhou@2026.1`, kept by every order."""
        return f"{self.pack}@{self.version}"

    @property
    def clock_keys(self) -> tuple[str, ...]:
        """The dotted keys of all clocks, in the order of the pack."""
        return tuple(self.clocks)

    def with_calendar(self, calendar: Calendar) -> "Rules":
        """Return the same rules on another calendar, e.g. one into which a year's plan was entered."""
        return msgspec.structs.replace(self, calendar=calendar)

    def clock(self, key: str, part: str | None = None) -> Clock:
        """Return the clock of a key; with `part`, its variant (`order.review`, part `urgent`).

        Raises UnknownClock, also for a part that the leaf does not have.
        """
        try:
            clock = self.clocks[key]
        except KeyError:
            reason = "" if self._find(key) is _NOTHING else " (its value is not regulated or not a period of time)"
            raise UnknownClock(key, self.ref, _near(key, self.clocks), reason) from None
        if part is None:
            return clock
        value = self.value(f"{key}.{part}")
        if type(value) is not int:
            raise UnknownClock(f"{key}.{part}", self.ref, (key,))
        return msgspec.structs.replace(clock, key=f"{key}.{part}", value=value)

    def first_clock(self, *keys: str) -> Clock | None:
        """Return the first of these clocks that the pack has, None when it has none."""
        return next((self.clocks[key] for key in keys if key in self.clocks), None)

    def period(self, key: str) -> Clock:
        """Return any leaf with value and unit as a clock, in whatever section, e.g. `supervision.levels.0.answer_in`.

        Raises UnknownClock.
        """
        try:
            return self.periods[key]
        except KeyError:
            raise UnknownClock(key, self.ref, _near(key, self.periods)) from None

    def due(self, key: str, start: Instant, suspend: Pause | Sequence[Pause] | None = None, extend: int = 0) -> Due:
        """Return when the clock of `key` runs out. Raises UnknownClock and what `reckon` raises."""
        return reckon(self.clock(key), start, self.calendar, suspend=suspend, extend=extend)

    def explain(
        self,
        key: str,
        start: Instant,
        suspend: Pause | Sequence[Pause] | None = None,
        extend: int = 0,
        lang: Lang = "zh",
    ) -> list[Step]:
        """Return the steps that lead to `due` with the same arguments."""
        clock = self.clock(key)
        return explain(clock, start, self.calendar, suspend=suspend, extend=extend, pack=self.ref, lang=lang)

    def value(self, key: str, default: object = None) -> object:
        """Return the value at a dotted key: of a leaf its `value`, else what stands there.

        null in the pack means "not regulated" and is None; `default` is for keys the pack does not have.
        """
        found = self._find(key)
        if found is _NOTHING:
            return default
        return found.get("value", found) if isinstance(found, Mapping) else found

    def number(self, key: str) -> int | None:
        """Return a whole number, None where it is not regulated or missing. Raises TypeError for anything else."""
        value = self.value(key)
        if value is None or type(value) is int:
            return value
        raise TypeError(f"{self.ref}: {key} is {value!r}, not a whole number")

    def source(self, key: str) -> str:
        """Return the source of the value at a dotted key: its own, else the nearest enclosing one; '' where none is."""
        names, node, found = key.split("."), self.tree, ""
        for name in ("", *names):
            below = node.get(name, _NOTHING) if name else node
            if not isinstance(below, Mapping):
                break
            node = below
            found = str(node.get("src", found))
        return found

    def _find(self, key: str) -> object:
        node: object = self.tree
        for name in key.split("."):
            if not isinstance(node, Mapping) or name not in node:
                return _NOTHING
            node = node[name]
        return node

    def quiet_until(self, instant: Instant) -> Instant:
        """Return the end of the quiet hours (免打扰时段) `instant` lies in, or `instant` itself outside of them."""
        if self.quiet_hours is None:
            return instant
        begin, end = self.quiet_hours
        today = midnight(local_date(instant))
        of_day = instant - today
        if begin <= end:
            return today + end if begin <= of_day < end else instant
        if of_day >= begin:
            return today + DAY_MS + end
        return today + end if of_day < end else instant

    def followup_window(self, accepted: Instant) -> tuple[Instant, Instant]:
        """Return (earliest, due) of the first follow-up call after a reply was accepted.

        On the same day until the quiet hours begin; accepted within them, on the day they end.
        Source: leaf `order.followup`.
        """
        earliest = self.quiet_until(accepted)
        today = midnight(local_date(earliest))
        begin = DAY_MS if self.quiet_hours is None else self.quiet_hours[0]
        return earliest, today + begin if today + begin > earliest else today + DAY_MS
