"""What can happen to a contact, and what does it write? Pure, like the course of an order.

    decide(contact, command, rules, now) -> (entries, contact after)

A caller who left before the answer is owed a ring-back (漏接回拨); so is one whose
contact was left lying past its limit, whatever the reason.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec

from lianxin.contacts.contact import (
    OUTCOMES,
    PENDING,
    QUEUE_TRAY,
    Attached,
    Contact,
    ContactEntry,
    Matter,
    apply,
    disposition_of,
)
from lianxin.contacts.contact import next_date as next_date
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant, not_before
from lianxin.promises import promise_due
from lianxin.rules import Rules

WAIT_LIMIT_MS = 30 * MINUTE_MS
TALK_LIMIT_MS = 3 * HOUR_MS
WRITE_LIMIT_MS = 30 * MINUTE_MS
RING_BACK_TRIES = 2
RING_BACK_MS = 30 * MINUTE_MS
RING_BACK_AGAIN = 3
"""So many ring-backs are promised half an hour apart; whoever is still not rung back is promised one a day."""


class ContactRefused(Exception):
    """The step is not possible now; the sentence is for the agent."""


class ContactCommand(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """id: UUIDv7; by: who, as in an order's command."""

    id: UUID
    by: str


class Arrive(ContactCommand, frozen=True, kw_only=True):
    """A call rings, a form or message comes in."""

    channel: str
    line: str = "12345"
    person: str | None = None
    who: dict[str, str] = {}


class WriteIn(Arrive, frozen=True, kw_only=True):
    """A form on the web says everything itself: it arrives, its one matter is noted, and it ends (网上来件)."""

    matter: Matter


class Take(ContactCommand, frozen=True, kw_only=True):
    """An agent answers."""


class NoteMatter(ContactCommand, frozen=True, kw_only=True):
    """The agent notes what became of one matter."""

    matter: Matter


class Attach(ContactCommand, frozen=True, kw_only=True):
    """A file comes with it (附件): of a letter, or put to it by its agent. Fields as in an order's command."""

    hash: str
    file: str
    media: str
    size: int
    purpose: str = "citizen"
    shown: bool = True


class EraseAttachment(ContactCommand, frozen=True, kw_only=True):
    """A file is erased by law; its hashes stay and tell nothing."""

    n: int
    ground: str


class End(ContactCommand, frozen=True, kw_only=True):
    """The agent has written up everything: the contact ends. `matter`: a last matter noted with it."""

    matter: Matter | None = None


class Leave(ContactCommand, frozen=True, kw_only=True):
    """The caller hung up before anybody answered, or spoke to the voice box."""


class RingBack(ContactCommand, frozen=True, kw_only=True):
    """The house rang back. reached: spoken with; else another try is owed."""

    reached: bool


class Look(ContactCommand, frozen=True, kw_only=True):
    """The clock: whatever is due by now happens."""


def decide(contact: Contact, command: ContactCommand, rules: Rules, now: Instant) -> tuple[list[ContactEntry], Contact]:
    """Return what the command writes, and the contact after. Raises ContactRefused."""
    at = not_before(now, contact.last_at)
    if at is None:
        raise ContactRefused("时钟早于上一笔记录，这一步没有保存。")
    pen = _Pen(contact, command, at)
    _STEPS[type(command)](pen, command, rules)
    return pen.entries, pen.contact


class _Pen:
    def __init__(self, contact: Contact, command: ContactCommand, now: Instant) -> None:
        self.contact = msgspec.structs.replace(contact)
        self.entries: list[ContactEntry] = []
        self.now = now
        self._command = command

    def write(self, kind: str, **effects: Any) -> None:
        entry = ContactEntry(
            chain=self.contact.id,
            seq=self.contact.seq + 1,
            at=self.now,
            kind=kind,
            actor=self._command.by,
            command=self._command.id,
            **effects,
        )
        apply(self.contact, entry)
        self.entries.append(entry)

    def ring_back(self, kind: str, rules: Rules, **effects: Any) -> None:
        """Write an entry that owes the caller a ring-back."""
        contact, key = self.contact, "telephony.ring_back"
        due = rules.due(key, self.now).due if key in rules.clocks else self.now + RING_BACK_MS
        if contact.promised >= RING_BACK_AGAIN:
            due = self.now + DAY_MS
        promise = promise_due(contact.promised + 1, "ring_back", contact.id, self.now, due)
        self.write(kind, made=(promise,), **effects)


def _arrive(pen: _Pen, cmd: Arrive, rules: Rules) -> None:
    if pen.contact.stage:
        raise ContactRefused("这通来电已经登记。")
    pen.write(
        "arrived",
        stage="waiting",
        holder=QUEUE_TRAY,
        limit=pen.now + WAIT_LIMIT_MS,
        channel=cmd.channel,
        line=cmd.line,
        person=cmd.person,
        who=cmd.who,
    )


def _write_in(pen: _Pen, cmd: WriteIn, rules: Rules) -> None:
    _complete(cmd.matter)
    _arrive(pen, cmd, rules)
    pen.write("ended", stage="ended", matter=cmd.matter, disposition=disposition_of((cmd.matter,)))


def _take(pen: _Pen, cmd: Take, rules: Rules) -> None:
    if pen.contact.stage != "waiting":
        raise ContactRefused("这通来电已有人接听，或已经结束。")
    pen.write("taken", stage="talking", holder=cmd.by, agent=cmd.by, limit=pen.now + TALK_LIMIT_MS)


def _note(pen: _Pen, cmd: NoteMatter, rules: Rules) -> None:
    _check(pen, cmd, cmd.matter)
    limit = max(pen.contact.limit or 0, pen.now + WRITE_LIMIT_MS)  # the caller may still be on the line
    pen.write("matter", stage="writing", holder=cmd.by, limit=limit, matter=cmd.matter)


def _own(pen: _Pen, cmd: ContactCommand) -> None:
    if pen.contact.stage not in ("talking", "writing"):
        raise ContactRefused("这通来电还没有接听，或已经结束。")
    if pen.contact.agent != cmd.by:
        raise ContactRefused("这通来电由另一位话务员办理。")


def _check(pen: _Pen, cmd: ContactCommand, matter: Matter) -> None:
    _own(pen, cmd)
    _complete(matter)


def _complete(matter: Matter) -> None:
    if matter.outcome not in OUTCOMES:
        raise ContactRefused(f"没有“{matter.outcome}”这种结果。")
    if matter.outcome in ("opened", "joined", "added") and matter.order is None:
        raise ContactRefused("请先写明是哪一张工单。")
    if matter.outcome == "answered" and not matter.item:
        raise ContactRefused("直接答复要注明所用的知识条目或专家。")
    if matter.outcome == "answered" and not matter.agreed:
        raise ContactRefused("来电人不认可这个答复，请为他建单。")
    if matter.outcome in ("referred", "emergency") and not matter.to:
        raise ContactRefused("请写明转给了谁。")
    if matter.outcome == "not_accepted" and not matter.ground:
        raise ContactRefused("不予受理要写明依据。")


def _end(pen: _Pen, cmd: End, rules: Rules) -> None:
    _own(pen, cmd)
    if cmd.matter is not None:
        _check(pen, cmd, cmd.matter)
    matters = pen.contact.matters if cmd.matter is None else (*pen.contact.matters, cmd.matter)
    if not matters:
        raise ContactRefused("还没有记下来电人的诉求，不能结束。")
    pen.write("ended", stage="ended", matter=cmd.matter, disposition=disposition_of(matters))


def _leave(pen: _Pen, cmd: Leave, rules: Rules) -> None:
    if pen.contact.stage != "waiting":
        raise ContactRefused("这通来电已有人接听，或已经结束。")
    pen.ring_back("left", rules, stage="ended", disposition="ring_back")


def _ring_back(pen: _Pen, cmd: RingBack, rules: Rules) -> None:
    contact = pen.contact
    if not contact.promises:
        raise ContactRefused("这通来电没有待回拨的承诺。")
    tries = contact.tries + 1
    most = rules.number("telephony.ring_back.attempts") or RING_BACK_TRIES
    if cmd.reached or tries >= most:
        pen.write("rung_back", kept=tuple(contact.promises), tries=tries, say={"reached": int(cmd.reached)})
    else:
        pen.ring_back("ring_back_tried", rules, kept=tuple(contact.promises), tries=tries)


def _attach(pen: _Pen, cmd: Attach, rules: Rules) -> None:
    if not pen.contact.stage:
        raise ContactRefused("这通来电还没有登记，不能上传附件。")
    number = pen.contact.attached + 1
    file = Attached(number, cmd.hash, cmd.file, cmd.media, cmd.size, cmd.purpose, cmd.shown)
    pen.write("attached", attachment=file)


def _erase_attachment(pen: _Pen, cmd: EraseAttachment, rules: Rules) -> None:
    if not 1 <= cmd.n <= pen.contact.attached:
        raise ContactRefused(f"这通来电没有第 {cmd.n} 个附件。")
    pen.write("attachment_erased", say={"attachment": cmd.n, "ground": cmd.ground})


def _look(pen: _Pen, cmd: Look, rules: Rules) -> None:
    contact = pen.contact
    if contact.limit is not None and contact.limit <= pen.now:
        if contact.matters:
            pen.write(
                "left_lying",
                stage="ended",
                disposition=disposition_of(contact.matters),
                say={"holder": contact.holder or ""},
            )
        else:
            pen.ring_back(
                "left_lying", rules, stage="ended", disposition="ring_back", say={"holder": contact.holder or ""}
            )
    overdue = tuple(key for key, promise in pen.contact.promises.items() if promise.next <= pen.now)
    if overdue:
        pen.ring_back("ring_back_late", rules, broken=overdue)


_STEPS: dict[type[ContactCommand], Callable[[_Pen, Any, Rules], None]] = {
    Arrive: _arrive,
    WriteIn: _write_in,
    Take: _take,
    NoteMatter: _note,
    End: _end,
    Leave: _leave,
    RingBack: _ring_back,
    Attach: _attach,
    EraseAttachment: _erase_attachment,
    Look: _look,
}
assert PENDING not in OUTCOMES
