"""Which clocks run? The real one, and a virtual one that starts anywhere and runs at any speed.

The only file of the house that reads the machine's time for the hotline.
"""

import time
from typing import Protocol

from lianxin.ground.clock.instant import Instant


class Clock(Protocol):
    """Tells the present."""

    def now(self) -> Instant:
        """Return the present instant; it never runs backwards within a process."""
        ...


class RealClock:
    """The machine's time, held still while the machine steps back."""

    def __init__(self) -> None:
        self._latest: Instant = 0

    def now(self) -> Instant:
        self._latest = max(self._latest, time.time_ns() // 1_000_000)
        return self._latest


class VirtualClock:
    """A clock that begins at `start` and runs `speed` times as fast as the machine's.

    start  instant shown at the beginning
    speed  virtual seconds per real second; 0 stands still and moves only by `set`
    """

    def __init__(self, start: Instant, speed: float = 0.0) -> None:
        if speed < 0:
            raise ValueError(f"speed {speed} would run backwards")
        self._start = start
        self._speed = speed
        self._begun_ns = time.monotonic_ns()

    @property
    def speed(self) -> float:
        """Virtual seconds per real second."""
        return self._speed

    def now(self) -> Instant:
        passed_ns = time.monotonic_ns() - self._begun_ns
        return self._start + int(passed_ns * self._speed) // 1_000_000

    def set(self, instant: Instant) -> None:
        """Go on from `instant`.

        Raises ValueError for an instant before the present: virtual time does not run backwards either.
        """
        if instant < self.now():
            raise ValueError("a virtual clock does not run backwards")
        self._start = instant
        self._begun_ns = time.monotonic_ns()
