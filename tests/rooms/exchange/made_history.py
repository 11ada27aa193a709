"""Orders of an old system, made for tests; everything is invented."""

from typing import Any

import msgspec

from lianxin.exchange.history import Past
from lianxin.ground.clock import at_iso

NOW = at_iso("2026-03-09T10:00:00+08:00")
SOURCE = "old-hotline"
TRACKER = "staff:1026"

CLOSED = Past(
    old_number="2025-000731",
    received=at_iso("2025-11-03T09:12:00+08:00"),
    kind="complaint",
    category="0401",
    region="371602",
    title="三号楼电梯停运",
    text="三号楼的电梯停了五天，老人下不了楼，请尽快修好。",
    unit="zjj",
    dispatched=at_iso("2025-11-03T09:40:00+08:00"),
    signed=at_iso("2025-11-03T10:30:00+08:00"),
    due=at_iso("2025-11-11T00:00:00+08:00"),
    replied=at_iso("2025-11-07T16:00:00+08:00"),
    answer="电梯已于十一月六日修复并检验合格。",
    closed=at_iso("2025-11-08T10:00:00+08:00"),
    solved="solved",
    satisfied="very",
    evidence="录音 1108-12",
)
OPEN = Past(
    old_number="2026-000412",
    received=at_iso("2026-03-06T08:30:00+08:00"),
    kind="help",
    category="0401",
    region="371602",
    text="小区北门三盏路灯不亮，晚上看不清路。",
    unit="zjj",
    dispatched=at_iso("2026-03-06T09:00:00+08:00"),
    signed=at_iso("2026-03-06T10:00:00+08:00"),
    due=at_iso("2026-03-14T00:00:00+08:00"),
)


def past(of: Past = CLOSED, **changes: Any) -> Past:
    """Return a record like another."""
    return msgspec.structs.replace(of, **changes)
