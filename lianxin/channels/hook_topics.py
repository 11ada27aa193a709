"""Of which entries of an order is a unit's system told, and under which name? Pure.

The name of an event is `order.` and the kind of the entry, as in the course of the order on
the page and in the API. A receiver subscribes to topics, each a group of kinds.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from lianxin.ground.clock import Instant, iso
from lianxin.ground.web import marked

TOPICS: Final[dict[str, frozenset[str]]] = {
    "assigned": frozenset(
        {"dispatched", "joint_meeting_decided", "signed", "reopened", "rework_ordered", "part_opened", "part_signed"}
        | {"send_back_asked", "send_back_accepted", "send_back_refused", "offered_again", "handover_lapsed"}
        | {"passed_on", "tracker_named"}
    ),
    "dates": frozenset(
        {"extension_asked", "extended", "extension_refused", "suspension_asked", "suspended", "suspension_refused"}
        | {"resumed", "counted_again", "sign_overdue", "part_overdue", "card_yellow", "card_red"}
        | {"overdue_3", "overdue_5", "overdue_10", "cards_annulled", "urged", "milestone_missed", "instruction_overdue"}
    ),
    "answered": frozenset(
        {"contacted", "noted", "replied", "reply_returned", "reply_accepted", "part_finished", "milestone_reached"}
        | {"long_run_asked", "long_run_registered", "long_run_refused", "instructed", "instruction_answered"}
        | {"followup_answered", "rework_declined"}
    ),
    "citizen": frozenset({"added", "attached", "withdrawn", "one_withdrew", "reopen_asked"}),
    "ended": frozenset({"completed", "withdrawn", "transferred", "informed", "merged", "separated", "not_accepted"}),
}
"""Topic -> kinds of entries. What is in none of them belongs to `course`."""
COURSE: Final = "course"
"""Everything that happens to the order."""
TOPIC_WORDS: Final[dict[str, str]] = {
    "assigned": marked("Given to the unit: dispatched, signed, returned, opened again"),
    "dates": marked("Dates: extended, paused, urged, cards, overdue"),
    "answered": marked("Answered: contact, progress, reply, review, instructions"),
    "citizen": marked("The citizen: news, files, withdrawn"),
    "ended": marked("Ended: completed, withdrawn, joined, passed on"),
    COURSE: marked("Everything that happens to the order"),
}
TEST: Final = "test"


def topics_of(kind: str) -> tuple[str, ...]:
    """Return the topics under which an entry of this kind is told, `course` among them."""
    return (*(topic for topic, kinds in TOPICS.items() if kind in kinds), COURSE)


def kinds_and_topics(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Return each kind with each of its topics."""
    return [(kind, topic) for kind in sorted(set(kinds)) for topic in topics_of(kind)]


def body_of(kind: str, number: str, seq: int, at: Instant) -> bytes:
    """Return what a receiver gets: what happened to which order, and when; the rest it asks for. No personal data."""
    if kind == TEST:
        return msgspec.json.encode({"type": TEST, "timestamp": iso(at), "data": {}})
    return msgspec.json.encode({"type": f"order.{kind}", "timestamp": iso(at), "data": {"order": number, "entry": seq}})
