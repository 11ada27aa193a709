"""What time is it, and how is an instant written?

Pure code never asks: it is given `now`. Shells ask a `Clock`: the real one in a
hotline, a virtual one in the demo city and in `lianxin day`.
"""

from lianxin.ground.clock.instant import (
    CST,
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    Instant,
    at_iso,
    from_datetime,
    iso,
    local_date,
    midnight,
    not_before,
    to_datetime,
)
from lianxin.ground.clock.running import Clock, RealClock, VirtualClock

__all__ = [
    "CST",
    "DAY_MS",
    "HOUR_MS",
    "MINUTE_MS",
    "SECOND_MS",
    "Clock",
    "Instant",
    "RealClock",
    "VirtualClock",
    "at_iso",
    "from_datetime",
    "iso",
    "local_date",
    "midnight",
    "not_before",
    "to_datetime",
]
