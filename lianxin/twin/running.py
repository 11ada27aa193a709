"""Which number comes next? The running numbers of the contacts and orders of each day that a play hands out."""

from datetime import date

from lianxin.ground.clock import Instant, local_date
from lianxin.ground.ledger import digits_of
from lianxin.ground.text import make_number


class Running:
    """The last running numbers, by kind (`contact`, `order`) and day."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, date], int] = {}

    def next(self, kind: str, at: Instant) -> str:
        """Return the next number of the day."""
        day = local_date(at)
        running = self.last(kind, day) + 1
        self._last[kind, day] = running
        return make_number(day, running)

    def last(self, kind: str, day: date) -> int:
        """Return the last running number of a day, 0 where there is none."""
        return self._last.get((kind, day), 0)

    def count_known(self, kind: str, chain: int) -> None:
        """Go on after this contact or order, which a store knows."""
        figures = str(digits_of(chain))
        day = date(int(figures[:4]), int(figures[4:6]), int(figures[6:8]))
        self.count_from(kind, day, int(figures[8:-1]))

    def count_from(self, kind: str, day: date, running: int) -> None:
        """Go on after the last running number of a day that a store knows."""
        self._last[kind, day] = max(running, self.last(kind, day))
