"""What can be asked of an order: one value per command, said by somebody in a role.

A command carries its own id (UUIDv7): sent twice it acts once. Whether it is allowed
decides `lifecycle.decide`; nothing here does anything.
"""

from typing import Literal
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant


class Command(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """by: `staff:1023`, `unit:zjj:contact`, `outside:sd-12345`, `citizen`, `system`; role: the id of domain roles."""

    id: UUID
    by: str
    role: str


class Submit(Command, frozen=True, kw_only=True):
    """An agent hands in what a citizen asked for (提交审核); the order begins in the books.

    citizen_since  end of the call or of the online submission: the citizen's clock (群众时钟) runs from here
    text_hash      the salted hash of the citizen's words as kept beside the order
    read_back      the words were read back to the caller, who confirmed them
    who            salted HMACs of personal fields; `person` names their encrypted record
    """

    number: str
    contact: int
    citizen_since: Instant
    kind: str
    category: str
    region: str
    urgency: str = "normal"
    flags: tuple[str, ...] = ()
    text_hash: str = ""
    person: str | None = None
    who: dict[str, str] = {}
    read_back: bool = True


class SendBack(Command, frozen=True, kw_only=True):
    """The reviewer sends the order back to its agent (退回修改), with remarks by field."""

    remarks: dict[str, str]


class Sign(Command, frozen=True, kw_only=True):
    """The one it was offered to signs (签收) and holds from now on."""

    receipt: str = ""


class Revise(Command, frozen=True, kw_only=True):
    """The agent hands it in again, corrected."""

    kind: str | None = None
    category: str | None = None
    region: str | None = None
    urgency: str | None = None
    text_hash: str | None = None


class ProposeNotAccepted(Command, frozen=True, kw_only=True):
    """The reviewer finds a ground not to accept (不予受理) and the legal way to tell instead."""

    ground: str
    legal_way: str


class ConfirmNotAccepted(Command, frozen=True, kw_only=True):
    """The shift leader agrees; the citizen is told the legal way."""

    told: str


class Approve(Command, frozen=True, kw_only=True):
    """The reviewer passes it on to dispatch, with what a dispatcher needs decided."""

    category: str
    region: str
    urgency: str
    confidential: bool = False


class Dispatch(Command, frozen=True, kw_only=True):
    """The dispatcher sends it to the unit that solves it (转办), others assisting."""

    unit: str
    basis: str
    directory: str
    assist: tuple[str, ...] = ()
    rule: str | None = None


class AskSendBack(Command, frozen=True, kw_only=True):
    """The unit returns it (退单): reason code R1–R8, legal ground, who should have it instead."""

    code: str
    basis: str
    suggested: str = ""


class DecideSendBack(Command, frozen=True, kw_only=True):
    """The objection reviewer decides a return; `correct_directory`: the directory sent it wrong and gets a ticket."""

    accepted: bool
    text: str
    correct_directory: bool = False


class Object(Command, frozen=True, kw_only=True):
    """The unit disputes the dispatch itself (派单异议)."""

    ground: str


class OpenJointMeeting(Command, frozen=True, kw_only=True):
    """Supervision calls a joint meeting (联席会议); the unit goes on as temporary lead."""

    reason: str


class DecideJointMeeting(Command, frozen=True, kw_only=True):
    """The duty manager decides lead and assisting units by the minutes; it is dispatched anew."""

    unit: str
    minutes: str
    directory: str
    assist: tuple[str, ...] = ()


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


class Withdraw(Command, frozen=True, kw_only=True):
    """The citizen, verified, takes it back (撤回); contact: who of several, None: the order's own citizen."""

    evidence: str
    contact: int | None = None


class Transfer(Command, frozen=True, kw_only=True):
    """The dispatcher hands it to a system outside (转出)."""

    system: str
    foreign_id: str


class Inform(Command, frozen=True, kw_only=True):
    """The outside system's answer has reached the citizen; only that closes a transferred order."""

    told: str


class Reopen(Command, frozen=True, kw_only=True):
    """The citizen calls again within 30 days with new facts; the reviewer opens it again."""

    contact: int
    facts: str


class Add(Command, frozen=True, kw_only=True):
    """News from a citizen on an open order; a stranger to it is owed an answer too."""

    contact: int
    text_hash: str


class Urge(Command, frozen=True, kw_only=True):
    """The supervisor urges (催办) or raises the level of supervision (督办)."""

    level: int
    letter: str


class AnnulCards(Command, frozen=True, kw_only=True):
    """Cards caused by a wrong dispatch are annulled, and still listed."""

    reason: str


class NameTracker(Command, frozen=True, kw_only=True):
    """Another person of the house follows the order from now on."""

    successor: str


class PassOn(Command, frozen=True, kw_only=True):
    """A holder leaves; what they held goes to the named successor in the same transaction."""

    successor: str


class OpenPart(Command, frozen=True, kw_only=True):
    """A piece of the order for somebody else: a co-unit's share, a leg of a relay, an item."""

    kind: Literal["assist", "leg", "item"]
    to: str
    due: Instant
    what: str
    after: int = 0


class SignPart(Command, frozen=True, kw_only=True):
    """The one a part was offered to signs for it."""

    part: int


class FinishPart(Command, frozen=True, kw_only=True):
    """A part is done."""

    part: int
    result: str


class Erase(Command, frozen=True, kw_only=True):
    """A text is redacted by law; the chain keeps the old hash, the new one stands beside it."""

    text_n: int
    text_hash: str
    ground: str


class ReplaceCode(Command, frozen=True, kw_only=True):
    """The citizen gets a new query code; the old one is void."""


class Tick(Command, frozen=True, kw_only=True):
    """The clock: whatever is due by now happens."""


class Recount(Command, frozen=True, kw_only=True):
    """The calendar of a missing year has come: dates that it left open are counted now (C10)."""


class Join(Command, frozen=True, kw_only=True):
    """Two orders are one matter (并单): this one goes into `parent`."""

    parent: int
    reason: str


class Separate(Command, frozen=True, kw_only=True):
    """They were not; the joined one opens again."""

    reason: str
