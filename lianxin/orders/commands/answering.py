"""What is asked from the reply to the end: review, follow-up, rework, reopening (审核、回访、重办)."""

from typing import Literal

from lianxin.ground.clock import Instant
from lianxin.orders.commands.command import Command


class ReturnReply(Command, frozen=True, kw_only=True):
    """The reviewer sends the reply back with its defects."""

    defects: str


class AcceptReply(Command, frozen=True, kw_only=True):
    """The reviewer lets the answer go to the citizen."""


class AttemptFailed(Command, frozen=True, kw_only=True):
    """A follow-up call that reached nobody (回访未接通); contact: whose citizen, None: whose turn it is."""

    result: Literal["engaged", "no_answer", "refused", "wrong_number"]
    again_at: Instant
    contact: int | None = None


class RecordFollowup(Command, frozen=True, kw_only=True):
    """A citizen's answers at the follow-up (回访), each a fact of its own.

    contact  whose citizen was asked: the order's own, or one of those joined
    """

    contact: int
    contacted: Literal["yes", "no", "unsure"]
    informed: Literal["yes", "no", "differs"]
    solved: Literal["solved", "partly", "promised_later", "not_solved", "cannot_say"]
    satisfied: Literal["very", "yes", "basic", "no", "very_no", "no_comment"]
    evidence: str
    reason: str = ""
    later_at: Instant | None = None


class ConfirmRework(Command, frozen=True, kw_only=True):
    """The reviewer agrees to the rework (重办), or finds the refusal lawful and well explained."""

    agreed: bool
    text: str


class CloseUnreached(Command, frozen=True, kw_only=True):
    """All attempts failed and the link was sent: result unknown, never satisfied; contact: as above."""

    link: str
    contact: int | None = None


class Reopen(Command, frozen=True, kw_only=True):
    """The citizen came again within 30 days with new facts; the reviewer opens it again."""

    contact: int
    facts: str


class DeclineReopen(Command, frozen=True, kw_only=True):
    """The reviewer finds no new facts: it stays closed; the reason, and what the citizen was told."""

    reason: str
    told: str
