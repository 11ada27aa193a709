"""Did the same person act where two must (职责分离)? Recomputed from who wrote which entry. Pure.

What an entry says of its own role is not believed: an entry made up afterwards would
say what suits it.
"""

from typing import Final

from lianxin.orders.order import OrderEntry

LAWFUL: Final = "completed as lawful"
"""A reviewer ends the order because the unit's refusal is lawful and well explained; nobody was called."""
UNREACHED: Final = "completed unreached"
"""The order ends without an answer after all tries failed: no second answer, so the first caller may end it."""
PARTS: Final = {
    "submitted": "agent",
    "taken_in": "agent",
    "revised": "agent",
    "approved": "reviewer",
    "sent_back": "reviewer",
    "not_accepted_proposed": "reviewer",
    "reply_accepted": "reviewer",
    "reply_returned": "reviewer",
    "dispatched": "dispatcher",
    "transferred": "dispatcher",
    "followup_attempted": "caller",
    "followup_answered": "caller",
    "promised_later": "caller",
    "completed": "caller",
    UNREACHED: "caller",
}
"""Entry -> the part its actor plays on the order."""
NOT_AS: Final[dict[str, tuple[str, ...]]] = {
    "approved": ("agent",),
    "sent_back": ("agent",),
    "not_accepted_proposed": ("agent",),
    "not_accepted": ("agent", "reviewer"),
    "dispatched": ("agent",),
    "transferred": ("agent",),
    "send_back_accepted": ("dispatcher",),
    "send_back_refused": ("dispatcher",),
    "joint_meeting_opened": ("dispatcher",),
    "joint_meeting_decided": ("dispatcher",),
    "reply_accepted": ("agent",),
    "reply_returned": ("agent",),
    "followup_attempted": ("agent", "dispatcher"),
    "followup_answered": ("agent", "dispatcher", "first caller"),
    "promised_later": ("agent", "dispatcher", "first caller"),
    "joined_attempted": ("agent", "dispatcher"),
    "joined_dissatisfied": ("agent", "dispatcher", "first caller"),
    "joined_followed_up": ("agent", "dispatcher", "first caller"),
    "completed": ("agent", "dispatcher", "first caller"),
    "rework_ordered": ("agent", "caller"),
    UNREACHED: ("agent", "dispatcher"),
    LAWFUL: ("agent", "caller"),
    "own_settled": ("agent", "caller"),
    "reopened": ("agent",),
    "reopen_declined": ("agent",),
    "merged": ("agent",),
}
"""Entry -> parts its actor must not have played before on this order."""
CITIZEN: Final = "citizen"
"""Who rates on the page plays no part of the house, and may be asked again after a rework."""
WATCHED: Final = frozenset(PARTS) | frozenset(NOT_AS)


class Parts:
    """Who has played which part on one order so far."""

    __slots__ = ("_played",)

    def __init__(self) -> None:
        self._played: dict[str, set[str]] = {}

    def note(self, entry: OrderEntry) -> str | None:
        """Take in an entry of a watched kind; return the part that forbids it to its actor, None if nothing does."""
        played, kind, actor = self._played, entry.kind, entry.actor
        if actor == CITIZEN:
            return None
        if kind == "completed" and entry.fields.get("result") == "not_solved_lawful":
            kind = LAWFUL
        elif kind == "completed" and entry.fields.get("result") == "no_contact":
            kind = UNREACHED
        broken = next((part for part in NOT_AS.get(kind, ()) if actor in played.get(part, ())), None)
        if kind in PARTS:
            played.setdefault(PARTS[kind], set()).add(actor)
        if kind == "rework_ordered":
            played["first caller"] = set(played.get("caller", ()))
        return broken
