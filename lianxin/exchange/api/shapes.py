"""What do answers look like? One value per kind; `openapi.json` is drawn from them.

Instants carry their offset, +08:00. A date that is null is not known: the calendar of its
year is not published yet. Keys of holders are those of the ledger: `tray:review`,
`staff:1023`, `unit:zjj`, `outside:sd-12345`.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec


def _about(words: str) -> Any:
    return msgspec.Meta(description=words)


Number = Annotated[str, _about("number of an order, e.g. 20260309-000019")]
Holder = Annotated[str, _about("key of a holder, e.g. unit:zjj, tray:review")]
Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 as hex")]


class OrderLine(msgspec.Struct, frozen=True):
    """An order in a list."""

    number: Number
    title: str
    state: str
    holder: Annotated[str | None, _about("who is responsible now; null: nobody, it is closed")]
    held_since: datetime | None
    offered_to: Annotated[str | None, _about("who is asked to sign for it")]
    tracker: Annotated[str | None, _about("who of the house follows it")]
    unit: str | None
    kind: str
    category: str
    region: str
    urgency: str
    flags: list[str]
    opened: datetime
    due: Annotated[datetime | None, _about("until when the unit must act; null: no such date, or not known yet")]
    closed: datetime | None


class OrderPage(msgspec.Struct, frozen=True):
    """A page of orders."""

    items: list[OrderLine]
    next: Annotated[str | None, _about("cursor of the page behind; null: this is the last")]


class Written(msgspec.Struct, frozen=True):
    """A text beside the order: the citizen's words (n = 1), what was added, replies; empty once redacted by law."""

    n: int
    at: datetime
    title: str
    text: str


class ClockStep(msgspec.Struct, frozen=True):
    """One line of how a date came about, with the rule's source."""

    kind: str
    at: datetime | None
    text: str
    source: str


class UnitDue(msgspec.Struct, frozen=True):
    """The clock of the unit that has the order."""

    unit: str
    clock: Annotated[str, _about("clause of the rule pack it runs by")]
    begun: datetime
    due: datetime | None
    state: Annotated[str, _about("running, last, over, paused, open")]
    sign_due: datetime | None
    contact_due: datetime | None
    send_back_until: datetime | None
    extended: int
    paused: datetime | None
    steps: list[ClockStep]


class PromiseLine(msgspec.Struct, frozen=True):
    """What was promised to a citizen; state: open, kept, broken, moved."""

    number: Number
    id: int
    kind: str
    contact: Annotated[
        str | None, _about("number of the contact whose citizen is owed; null: brought from the old system")
    ]
    made: datetime
    due: datetime | None
    state: str
    settled: datetime | None


class PromisePage(msgspec.Struct, frozen=True):
    """Promises; next: as in a page of orders."""

    items: list[PromiseLine]
    next: str | None


class PartLine(msgspec.Struct, frozen=True):
    """A piece of the order for somebody else; after: the part that must be done first."""

    id: int
    kind: str
    to: Holder
    holder: Holder
    due: datetime
    offered: bool
    after: int | None


class CourseLine(msgspec.Struct, frozen=True):
    """One step of the course; say: its evidence and reasons."""

    seq: int
    at: datetime
    kind: str
    actor: str
    giver: str | None
    taker: str | None
    offered: str | None
    say: dict[str, str | int]
    kept: list[str]
    broken: list[str]


class ChainState(msgspec.Struct, frozen=True):
    """The order's chain, verified for this answer."""

    entries: int
    intact: bool
    head: str
    sealed: Annotated[int, _about("entries that the last checkpoint covers")]
    checkpoint: int | None


class OrderAnswer(msgspec.Struct, frozen=True):
    """One order, as its chain makes it."""

    number: Number
    title: str
    state: str
    open: bool
    holder: str | None
    held_since: datetime | None
    offered_to: str | None
    offered_until: datetime | None
    tracker: str | None
    unit: str | None
    kind: str
    category: str
    region: str
    urgency: str
    flags: list[str]
    pack: str
    channel: str
    citizen_since: Annotated[datetime, _about("the citizen's clock runs from here and never stops")]
    waited_days: int
    opened: datetime
    closed: datetime | None
    archived: datetime | None
    result: str
    level: Annotated[int, _about("grade of supervision; -1: none")]
    due: UnitDue | None
    words: Written | None
    additions: list[Written]
    promises: list[PromiseLine]
    parts: list[PartLine]
    parent: str | None
    joined: list[str]
    course: list[CourseLine]
    chain: ChainState
    allowed: Annotated[list[str], _about("steps that you may take now")]


class EntryLine(msgspec.Struct, frozen=True):
    """One entry: hash = SHA-256(hash of the entry before, or 32 zero bytes, || UTF-8 of body)."""

    seq: int
    at: datetime
    kind: str
    actor: str
    command: str
    hash: Hash
    body: Annotated[str, _about("the canonical JSON that was hashed, byte for byte")]


class EntryPage(msgspec.Struct, frozen=True):
    """Entries in their order; next: the entry behind which the next page begins."""

    items: list[EntryLine]
    next: int | None


class Done(msgspec.Struct, frozen=True):
    """What a command came to; the same when it is sent again."""

    number: Number
    state: str
    seq: Annotated[int, _about("last entry that it wrote")]
    hash: Annotated[str, _about("hash of that entry: the receipt of the command")]


class Me(msgspec.Struct, frozen=True):
    """Who asks."""

    number: str
    name: str
    acts_as: Annotated[str, _about("the actor in entries")]
    roles: list[str]
    unit: str | None
    region: str
    scopes: Annotated[list[str] | None, _about("of the token; null: a session of a browser, which only reads")]


class AuditLine(msgspec.Struct, frozen=True):
    """What the last `lianxin audit` of this site found; violations: by kind, no order is named."""

    at: datetime
    ok: bool
    anchored: Annotated[bool, _about("it was compared with checkpoints that the auditor brought along")]
    entries: int
    checkpoints: int
    orders: dict[str, int]
    promises: dict[str, int]
    contacts: int
    violations: dict[str, int]


class Seal(msgspec.Struct, frozen=True):
    """The last checkpoint."""

    checkpoint: int
    at: datetime


class AuditSummary(msgspec.Struct, frozen=True):
    """How the books stand."""

    audit: Annotated[AuditLine | None, _about("null: no audit was run here yet")]
    sealed: Annotated[Seal | None, _about("null: nothing was sealed yet")]
    unsealed: Annotated[int, _about("chains that moved on since they were last sealed")]
    open_orders: int
    open_promises: int
    alarms: Annotated[dict[str, int], _about("open alarms of the house, by kind")]


class VerdictAnswer(msgspec.Struct, frozen=True):
    """ok: the books agree with the receipt; sealed: a signed checkpoint says so; reason: why, in a sentence."""

    ok: bool
    sealed: bool
    reason: str


class FileLine(msgspec.Struct, frozen=True):
    """A file of an order, or of the contact it came from."""

    id: str
    of: Annotated[str, _about("order or contact")]
    n: int
    at: datetime
    by: str
    purpose: Annotated[str, _about("citizen, evidence, reply, record, paper")]
    shown: Annotated[bool, _about("the citizen sees it")]
    media: str
    size: int
    hash: Annotated[str, _about("salted hash of the content, as the entry has it")]
    name: str
    erased: datetime | None


class FileList(msgspec.Struct, frozen=True):
    """All files."""

    items: list[FileLine]


Line = Annotated[str, msgspec.Meta(max_length=200)]


class CitizenIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of the citizen; kept encrypted under a key of their own, and told by no call of this interface."""

    name: Line = ""
    numbers: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=40)], ...], msgspec.Meta(max_length=5)] = ()
    address: Line = ""
    identity: Annotated[str, msgspec.Meta(max_length=40, description="number of an identity document")] = ""
    mail: Line = ""


class ContactIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a citizen wrote by another channel."""

    channel: Literal["province", "wechat", "letter", "app", "110", "media"]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=102_400, description="the citizen's own words")]
    subject: Annotated[str, msgspec.Meta(max_length=200)] = ""
    foreign_id: Annotated[str, msgspec.Meta(max_length=100, description="its number in your system")] = ""
    citizen: CitizenIn | None = None


class ContactTaken(msgspec.Struct, frozen=True):
    """A contact that was handed in; the same when it is sent again."""

    number: Annotated[str, _about("number of the contact")]
    received: datetime
    order: Annotated[str | None, _about("the open order it was put to, since its text gives that order's query code")]


class MatterLine(msgspec.Struct, frozen=True):
    """One thing that the citizen came with, and what became of it."""

    outcome: str
    order: str | None
    item: str
    to: str
    ground: str


class ContactLine(msgspec.Struct, frozen=True, kw_only=True):
    """A contact in a list."""

    number: Annotated[str, _about("number of the contact")]
    channel: str
    line: str
    arrived: datetime
    stage: Annotated[str, _about("waiting, talking, writing, ended")]
    disposition: Annotated[str, _about("in what it ended; pending: it goes on")]
    holder: str | None
    limit: Annotated[datetime | None, _about("until when its holder must go on; null: it has ended")]
    agent: str | None


class ContactPage(msgspec.Struct, frozen=True):
    """A page of contacts."""

    items: list[ContactLine]
    next: Annotated[str | None, _about("cursor of the page behind; null: this is the last")]


class ContactAnswer(ContactLine, frozen=True, kw_only=True):
    """One contact."""

    matters: list[MatterLine]
