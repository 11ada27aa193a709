"""What is the person told who follows an order (跟踪人)? The news that its entries make for them.

Whoever dispatched an order follows it until it is closed, and hears of each step that
moves it or keeps it from moving, except what they did themselves. Pure.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from lianxin.ground.clock import Instant
from lianxin.orders.order import Order, OrderEntry

NEWS: Final = frozenset(
    {"signed", "send_back_asked", "send_back_accepted", "send_back_refused", "objected", "joint_meeting_opened"}
    | {"joint_meeting_decided", "extension_asked", "extended", "extension_refused", "suspended", "resumed"}
    | {"sign_overdue", "card_yellow", "card_red", "overdue_3", "overdue_5", "overdue_10", "part_overdue"}
    | {"part_returned", "milestone_missed", "replied", "reply_returned", "rework_ordered", "reopened"}
    | {"instructed", "instruction_overdue", "tracker_named", "passed_on"}
)
"""Entries that are news of their own kind; whatever closes an order is too."""
URGE_ANSWERED: Final = "urge_answered"
"""The unit's first word after it was urged, whatever entry that is."""


class NewsRow(msgspec.Struct, gc=False):
    """A piece of news as `news_write` takes it; kind: of the entry, or `urge_answered`."""

    to: str
    order: int
    seq: int
    kind: str
    at: Instant


def news_of(before: Order, entries: Sequence[OrderEntry]) -> list[NewsRow]:
    """Return what the followers of the order are told of these entries; `before`: the order as it was."""
    tracker = before.tracker
    news: list[NewsRow] = []
    for entry in entries:
        tracker = entry.tracker or tracker
        kind = _kind(entry)
        if kind is not None and tracker is not None and entry.actor != tracker:
            news.append(NewsRow(tracker, before.id, entry.seq, kind, entry.at))
    return news


def _kind(entry: OrderEntry) -> str | None:
    if entry.kind in NEWS or entry.holder == "":
        return entry.kind
    return URGE_ANSWERED if "urged" in entry.unflags else None
