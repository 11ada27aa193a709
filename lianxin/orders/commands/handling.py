"""What is asked while a unit works on an order, up to its reply (办理、答复)."""

from typing import Literal

from lianxin.ground.clock import Instant
from lianxin.orders.commands.command import Command


class LogContact(Command, frozen=True, kw_only=True):
    """The unit has spoken with the citizen."""

    how: str


class Note(Command, frozen=True, kw_only=True):
    """Progress worth telling; `told`: the citizen was told, which keeps promises of news."""

    text_hash: str = ""
    told: str = ""


class AskExtension(Command, frozen=True, kw_only=True):
    """The unit's leader asks for more time before it is due (延期)."""

    amount: int
    reason: str
    interim: str
    told: str


class DecideExtension(Command, frozen=True, kw_only=True):
    """The supervisor grants it or not."""

    granted: bool
    text: str


class AskSuspension(Command, frozen=True, kw_only=True):
    """The unit asks to pause its clock (挂起) until a date it names."""

    ground: str
    resume_at: Instant


class DecideSuspension(Command, frozen=True, kw_only=True):
    """The supervisor, beyond the pack's limit the duty manager, pauses the unit's clock or not."""

    granted: bool
    text: str


class Resume(Command, frozen=True, kw_only=True):
    """Work goes on."""

    reason: str


class RegisterLongRun(Command, frozen=True, kw_only=True):
    """The unit's leader proposes a plan beyond the deadline (挂账) with the date of its next milestone."""

    plan: str
    milestone_at: Instant


class DecideLongRun(Command, frozen=True, kw_only=True):
    """The supervisor puts it on the long-run register or not; the citizen is told."""

    granted: bool
    told: str


class ReachMilestone(Command, frozen=True, kw_only=True):
    """A milestone was reached; the next one's date."""

    told: str
    next_at: Instant


class ProposeUnreasonable(Command, frozen=True, kw_only=True):
    """The unit finds the demand unreasonable (不合理诉求): facts, law, what was explained."""

    ground: str
    facts: str
    explained: str


class ConcurUnreasonable(Command, frozen=True, kw_only=True):
    """The supervisor agrees or not."""

    agreed: bool
    text: str


class DecideUnreasonable(Command, frozen=True, kw_only=True):
    """The duty manager decides; only then is it closed."""

    agreed: bool
    text: str


class Reply(Command, frozen=True, kw_only=True):
    """The unit answers: every demand, the legal basis, who was contacted when; leaders sign key orders."""

    answer_hash: str
    basis: str
    contacted: str
    signed_by_leader: bool = False


class OpenPart(Command, frozen=True, kw_only=True):
    """A piece of the order for somebody else: a co-unit's share, a leg of a relay, an item.

    kind  `below`: what a county's office sends on inside its region (二级派单)
    due   None: of an office's the latest that its own date allows; any other part needs one
    """

    kind: Literal["assist", "leg", "item", "below"]
    to: str
    what: str
    due: Instant | None = None
    after: int = 0


class SignPart(Command, frozen=True, kw_only=True):
    """The one a part was offered to signs for it."""

    part: int


class FinishPart(Command, frozen=True, kw_only=True):
    """A part is done."""

    part: int
    result: str


class ReturnPart(Command, frozen=True, kw_only=True):
    """A unit gives back what its county sent on to it: reason code R1–R8 and ground."""

    part: int
    code: str
    basis: str
