"""What citizens ask of their own order, by number and code or over the telephone (来电人)."""

from typing import Literal

from lianxin.orders.commands.command import Command


class Withdraw(Command, frozen=True, kw_only=True):
    """The citizen, verified, takes it back (撤回); contact: who of several, None: the order's own citizen."""

    evidence: str
    contact: int | None = None


class Add(Command, frozen=True, kw_only=True):
    """News from a citizen on an open order; a stranger to it is owed an answer too."""

    contact: int
    text_hash: str


class Rate(Command, frozen=True, kw_only=True):
    """A citizen says on the page what a caller would ask: solved? satisfied? (网上评价)

    contact    whose citizen: the order's own, or one of those joined
    reason     what was wrong, where something was
    text_hash  salted hash of more words, kept beside the order
    """

    contact: int
    solved: Literal["solved", "partly", "not_solved"]
    satisfied: Literal["very", "yes", "basic", "no", "very_no"]
    reason: Literal[
        "", "slow", "attitude", "not_solved", "answer_wrong", "policy_disagree", "promise_broken", "other"
    ] = ""
    text_hash: str = ""


class AskReopen(Command, frozen=True, kw_only=True):
    """A citizen asks, with new facts, that a closed order be opened again (申请重新办理).

    contact    whose citizen, or the call in which they asked;  text_hash  of the new facts
    """

    contact: int
    text_hash: str
