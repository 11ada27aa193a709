"""What could not be taken in: when is it tried again? After growing pauses, counted in rounds."""

from collections.abc import Hashable
from typing import Final

PAUSE_ROUNDS_MAX: Final = 120


class Patience:
    """Remembers what failed, and in which round it has its next turn."""

    def __init__(self) -> None:
        self._round = 0
        self._failed: dict[Hashable, tuple[int, int]] = {}

    def begin(self) -> None:
        """A round begins."""
        self._round += 1

    def has_turn(self, thing: Hashable) -> bool:
        """Return whether it is to be tried in this round."""
        return self._failed.get(thing, (0, 0))[1] <= self._round

    def failed(self, thing: Hashable) -> int:
        """Note that it failed; return how often by now."""
        failures = self._failed.get(thing, (0, 0))[0] + 1
        self._failed[thing] = (failures, self._round + min(2 ** min(failures, 10), PAUSE_ROUNDS_MAX))
        return failures

    def done(self, thing: Hashable) -> None:
        """Note that it is taken in."""
        self._failed.pop(thing, None)
