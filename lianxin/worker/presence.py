"""The database is away (`ground.store.away`): how long does the worker wait, and what does it say?"""

from typing import Final

import structlog

log = structlog.get_logger(__name__)

PAUSE_S_MIN: Final = 0.25
PAUSE_S_MAX: Final = 5.0


class Presence:
    """Remembers whether the database is there, and says in the log when that changes: once, not per loop."""

    def __init__(self) -> None:
        self._failures = 0

    @property
    def here(self) -> bool:
        """Whether the last thing asked of it was done."""
        return self._failures == 0

    def lost(self, error: BaseException) -> float:
        """Note that it did not answer; return how many seconds to wait before asking again."""
        self._failures += 1
        pause_s = float(min(PAUSE_S_MIN * 2 ** min(self._failures - 1, 10), PAUSE_S_MAX))
        if self._failures == 1:
            log.warning("database is gone; nothing is lost, the worker waits for it", reason=type(error).__name__)
        return pause_s

    def answered(self) -> None:
        """Note that it answered."""
        if self._failures:
            log.info("database is back", failures=self._failures)
            self._failures = 0
