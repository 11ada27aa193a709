"""What is an order (工单)? The value that its entries make, and nothing else.

Everything here follows from the entries by `evolve`; nobody writes it directly. The
citizen's clock is `citizen_since` and never stops; the unit's clock is `clock`, one
per dispatch. Who holds is `holder`; `offer` is a handover that waits for a signature.
"""

from typing import Literal

import msgspec

from lianxin.contacts.contact import Attached as Attached
from lianxin.ground.clock import Instant
from lianxin.ground.ledger import Envelope
from lianxin.promises import Promise as Promise

State = Literal[
    "received",
    "submitted",
    "sent_back",
    "approved",
    "dispatched",
    "in_progress",
    "send_back_review",
    "objection_review",
    "joint_meeting",
    "suspended",
    "replied",
    "followup_due",
    "followup_failed",
    "rework",
    "long_run",
    "transferred",
    "reopen_asked",
    "not_accepted",
    "merged",
    "withdrawn",
    "completed",
    "archived",
]
CLOSED: frozenset[str] = frozenset({"not_accepted", "merged", "withdrawn", "completed", "archived"})
"""Closed in the books; `transferred` is closed too once its citizen was told (`closed_at`)."""

REVIEW_TRAY = "tray:review"
DISPATCH_TRAY = "tray:dispatch"
FOLLOWUP_TRAY = "tray:followup"


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A handover (交接) on its way: the giver holds until `to` signs; at `until` it lapses.

    `until` is None for a dispatch: it does not lapse, its unit's clock runs on.
    """

    to: str
    until: Instant | None


class UnitClock(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The clock of one dispatch (承办时钟): which unit, from when, until when.

    rule       the pack's clock it runs by
    due, yellow, red  instants; -1 where the calendar of that year is missing; None: no such card
    sign_due   until when the unit must sign
    extended   by how many of the rule's units
    paused     when it was last suspended; pauses: [from, to] of suspensions that are over
    replied_at when the unit's reply came that is (or was) under review
    """

    unit: str
    rule: str
    start: Instant
    due: Instant
    yellow: Instant | None = None
    red: Instant | None = None
    sign_due: Instant | None = None
    contact_due: Instant | None = None
    window: Instant | None = None
    extended: int = 0
    paused: Instant | None = None
    pauses: tuple[tuple[Instant, Instant], ...] = ()
    replied_at: Instant | None = None


class Part(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A piece of the order with its own holder and date (子项).

    to     who is to do it; holder is the giver until `to` has signed
    after  the leg of a relay that must be done first, 0: none; until then there is no offer
    n      counts its custody intervals
    window until when it may be given back, where its taker may
    """

    id: int
    kind: Literal["assist", "leg", "item", "below"]
    to: str
    holder: str
    due: Instant
    offer: Offer | None = None
    after: int = 0
    n: int = 1
    window: Instant | None = None


class Instruction(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a leader wrote on an order (批示) and nobody has answered yet; whoever holds the order answers for it.

    by      who wrote it, or entered it from paper;  text_n  the text it is
    due     until when it is to be answered; None while the calendar of that year is missing
    next    when the clock looks at it
    """

    id: int
    by: str
    at: Instant
    due: Instant | None
    next: Instant
    text_n: int


class Order(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False):
    """One order; `seq` counts its entries, `n` its custody intervals, `promised` its promises, `attached` its files.

    level, cards  grade of supervision (督办), last step of the ladder of cards; -1: none
    owed          contacts whose citizens are owed the answer too, once for each joined order or
                  news they came by: who came by two and leaves one is still owed
    targets       units that the citizen reports about (被反映单位): none of them may have it, or ever see it
    helped        units whose parts of the present dispatch are done
    instructions  what leaders wrote and nobody answered yet, by number; it is not closed before; urges: how often urged
    proposal      what waits for a decision, `extension:5` …; proposed_by: who is not to decide it
    asked         the contact whose follow-up failed `attempts` times, on `attempt_days` days, last on day `attempt_on`
    settled       how it will end, once others than its own citizen were asked as well
    was_state, was_closed  while a citizen asks for reopening: how it was closed, and when the first time
    agents, reviewers, dispatchers, callers  who acted as what: the separation of duties;
                  callers asked the order's own citizen, first_callers did so before the last rework
    """

    id: int
    number: str
    seq: int = 0
    last_at: Instant = 0
    last_kind: str = ""
    last_actor: str = ""
    state: str = ""
    holder: str | None = None
    held_since: Instant = 0
    n: int = 0
    offer: Offer | None = None
    tracker: str | None = None
    kind: str = ""
    category: str = ""
    region: str = ""
    urgency: str = "normal"
    flags: frozenset[str] = frozenset()
    contact: int = 0
    citizen_since: Instant = 0
    person: str | None = None
    pack: str = ""
    directory: str = ""
    opened_at: Instant = 0
    closed_at: Instant | None = None
    archived_at: Instant | None = None
    result: str = ""
    parent: int | None = None
    joined: tuple[int, ...] = ()
    owed: tuple[int, ...] = ()
    targets: frozenset[str] = frozenset()
    unit: str | None = None
    helped: frozenset[str] = frozenset()
    clock: UnitClock | None = None
    desk_due: Instant | None = None
    resume_at: Instant | None = None
    milestone_at: Instant | None = None
    card_at: Instant | None = None
    promises: dict[int, Promise] = {}
    promised: int = 0
    parts: dict[int, Part] = {}
    parted: int = 0
    instructions: dict[int, Instruction] = {}
    instructed: int = 0
    urges: int = 0
    texts: int = 0
    attached: int = 0
    agents: frozenset[str] = frozenset()
    reviewers: frozenset[str] = frozenset()
    dispatchers: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()
    first_callers: frozenset[str] = frozenset()
    send_backs: tuple[str, ...] = ()
    asked: int = 0
    attempts: int = 0
    attempt_days: int = 0
    attempt_on: int = 0
    reworks: int = 0
    extensions: int = 0
    dispatches: int = 0
    level: int = -1
    cards: int = -1
    solved_first: str | None = None
    satisfied_first: str | None = None
    solved_final: str | None = None
    satisfied_final: str | None = None
    answered_at: Instant | None = None
    on_time: bool | None = None
    proposal: str | None = None
    proposed_by: str | None = None
    settled: str | None = None
    was_state: str | None = None
    was_closed: Instant | None = None

    @property
    def open(self) -> bool:
        """Whether somebody must still hold it."""
        return self.closed_at is None

    @property
    def others(self) -> tuple[int, ...]:
        """The contacts, other than its own, whose citizens are owed the answer too; each once."""
        return tuple(to for to in dict.fromkeys(self.owed) if to != self.contact)

    @property
    def appellants(self) -> tuple[int, ...]:
        """Every contact whose citizen is owed the answer, its own first."""
        return (self.contact, *self.others)


class OrderEntry(Envelope, omit_defaults=True, kw_only=True):
    """An entry of an order: what happened, and what it changes.

    The effects stand in the entry itself, so that replay needs no rules and a rule
    that changes tomorrow cannot change what was true today.

    state, holder, giver  the new state; who holds from now on ("" = nobody, it is closed); who held
    offer      a handover that now waits for a signature; `no_offer` clears it
    tracker    who of the house follows it (跟踪人)
    fields     values of the order replaced, by name: category, region, urgency, unit, pack …
    flags, unflags   flags set and cleared
    clock      the unit clock as it is from now on; `no_clock` ends it
    made, kept, broken, moved   promises by id; `redated` carries their new dates
    parts, parts_closed   parts opened or changed, parts done
    helped     units whose parts were done by it; a new dispatch, or none, begins with nobody
    targets    the units that are reported about, from now on
    instructions, answered   instructions written or dated anew, and those that were answered
    owes, owes_not        contacts whose citizens are owed an answer once more, or once less
    joins, unjoins        order ids united with this one, or parted again
    role       in which part the actor acted: agent, reviewer, dispatcher, caller
    send_back  `unit|code` of a return (退单) that was accepted; `…|refused`: that was not; `…|part`: of a part
    text       salted hash of the text this entry brought, as hex, and its number `text_n`
    attachment the file this entry brought
    who        salted HMACs of personal fields, by field
    say        evidence and reasons in words or codes: reason, ground, basis, minutes, item …
    """

    state: str | None = None
    holder: str | None = None
    giver: str | None = None
    offer: Offer | None = None
    no_offer: bool = False
    tracker: str | None = None
    fields: dict[str, str | int | bool | None] = msgspec.field(default_factory=dict)
    flags: tuple[str, ...] = ()
    unflags: tuple[str, ...] = ()
    clock: UnitClock | None = None
    no_clock: bool = False
    made: tuple[Promise, ...] = ()
    redated: tuple[Promise, ...] = ()
    kept: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    parts_closed: tuple[int, ...] = ()
    helped: tuple[str, ...] = ()
    targets: tuple[str, ...] | None = None
    instructions: tuple[Instruction, ...] = ()
    answered: tuple[int, ...] = ()
    owes: tuple[int, ...] = ()
    owes_not: tuple[int, ...] = ()
    joins: tuple[int, ...] = ()
    unjoins: tuple[int, ...] = ()
    role: str | None = None
    send_back: str | None = None
    text: str | None = None
    text_n: int | None = None
    attachment: Attached | None = None
    who: dict[str, str] = msgspec.field(default_factory=dict)
    say: dict[str, str | int] = msgspec.field(default_factory=dict)
