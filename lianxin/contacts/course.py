"""What can happen to a contact, and what does it write? Pure, like the course of an order.

    decide(contact, command, rules, now) -> (entries, contact after)

A caller who left before the answer is owed a ring-back (漏接回拨); so is one whose
contact was left lying past its limit, whatever the reason. Who wrote is owed a reply
(`written`), and what they wrote stays in the tray until somebody has dealt with it.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from lianxin.contacts.commands import (
    Arrive,
    Attach,
    ContactCommand,
    End,
    EraseAttachment,
    Leave,
    Look,
    NoteMatter,
    RingBack,
    Take,
    WriteBack,
    WriteIn,
)
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
from lianxin.contacts.refusal import ContactRefused
from lianxin.contacts.written import ESCALATED_MS, REPLIES, first_reply, is_written, owed_replies, reply_again
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant, not_before
from lianxin.promises import Promise, promise_due
from lianxin.rules import Rules

__all__ = [
    "Arrive",
    "Attach",
    "ContactCommand",
    "ContactRefused",
    "End",
    "EraseAttachment",
    "Leave",
    "Look",
    "NoteMatter",
    "RingBack",
    "Take",
    "WriteBack",
    "WriteIn",
    "decide",
    "next_date",
]

WAIT_LIMIT_MS = 30 * MINUTE_MS
TALK_LIMIT_MS = 3 * HOUR_MS
WRITE_LIMIT_MS = 30 * MINUTE_MS
RING_BACK_TRIES = 2
RING_BACK_MS = 30 * MINUTE_MS
RING_BACK_AGAIN = 3
"""So many ring-backs are promised half an hour apart; whoever is still not rung back is promised one a day."""
_ITEM: Final = re.compile(r"K\d+ v\d+")
_NO_VERSION: Final = re.compile(r"K\d+")
"""A knowledge item as a direct answer names it, and one whose version is missing."""


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
    reply = None if isinstance(cmd, WriteIn) else first_reply(pen.contact.id, cmd.channel, rules, pen.now)
    limit = pen.now + WAIT_LIMIT_MS
    pen.write(
        "arrived",
        stage="waiting",
        holder=QUEUE_TRAY,
        limit=limit if reply is None else max(limit, reply.next),
        channel=cmd.channel,
        line=cmd.line,
        made=() if reply is None else (reply,),
        person=cmd.person,
        who=cmd.who,
    )


def _write_in(pen: _Pen, cmd: WriteIn, rules: Rules) -> None:
    _arrive(pen, cmd, rules)
    _complete(pen.contact, cmd.matter)
    matters = (cmd.matter,)
    pen.write("ended", stage="ended", matter=cmd.matter, disposition=disposition_of(matters), say=_why(matters))


def _take(pen: _Pen, cmd: Take, rules: Rules) -> None:
    if pen.contact.stage != "waiting":
        raise ContactRefused("这通来电已有人接听，或已经结束。")
    if is_written(pen.contact):
        pen.write("taken", stage="writing", holder=cmd.by, agent=cmd.by, limit=pen.now + WRITE_LIMIT_MS)
        return
    pen.write("taken", stage="talking", holder=cmd.by, agent=cmd.by, limit=pen.now + TALK_LIMIT_MS)


def _note(pen: _Pen, cmd: NoteMatter, rules: Rules) -> None:
    _check(pen, cmd, cmd.matter)
    pen.write(
        "matter",
        stage="writing",
        holder=cmd.by,
        limit=_write_limit(pen),
        matter=cmd.matter,
        kept=owed_replies(pen.contact),
        say={} if cmd.message is None else {"message": str(cmd.message)},
    )


def _write_limit(pen: _Pen) -> Instant:
    """Return until when it must be written up; the caller may still be on the line."""
    return max(pen.contact.limit or 0, pen.now + WRITE_LIMIT_MS)


def _write_back(pen: _Pen, cmd: WriteBack, rules: Rules) -> None:
    _own(pen, cmd)
    if not is_written(pen.contact):
        raise ContactRefused("这是一通来电，没有可以回复的来件。", "请在电话里答复，或为来电人建单。")
    pen.write(
        "written_back",
        stage="writing",
        holder=cmd.by,
        limit=_write_limit(pen),
        kept=owed_replies(pen.contact),
        say={"message": str(cmd.message)},
    )


def _own(pen: _Pen, cmd: ContactCommand) -> None:
    if pen.contact.stage not in ("talking", "writing"):
        raise ContactRefused("这通来电还没有接听，或已经结束。")
    if pen.contact.agent != cmd.by:
        raise ContactRefused("这通来电由另一位话务员办理。")


def _check(pen: _Pen, cmd: ContactCommand, matter: Matter) -> None:
    _own(pen, cmd)
    _complete(pen.contact, matter)


def _complete(contact: Contact, matter: Matter) -> None:
    if matter.outcome not in OUTCOMES:
        raise ContactRefused(f"没有“{matter.outcome}”这种结果。")
    if matter.outcome in ("opened", "joined", "added") and matter.order is None:
        raise ContactRefused("请先写明是哪一张工单。")
    if matter.outcome == "answered" and not matter.item:
        raise ContactRefused("直接答复要注明所用的知识条目或专家。")
    if matter.outcome == "answered" and _NO_VERSION.match(matter.item) and not _ITEM.fullmatch(matter.item):
        raise ContactRefused("直接答复要注明知识条目的版本。", "请写成“K18 v2”这样。")
    if matter.outcome == "answered" and not matter.agreed:
        raise ContactRefused("来电人不认可这个答复，请为他建单。")
    if matter.outcome in ("referred", "emergency") and not matter.to:
        raise ContactRefused("请写明转给了谁。")
    if matter.outcome == "not_accepted" and not matter.ground:
        raise ContactRefused("不予受理要写明依据。")
    if matter.outcome == "silent" and is_written(contact) and not matter.ground:
        raise ContactRefused("不必答复的来件要写明原因。", "例如退信、垃圾邮件、自动回复。")


def _why(matters: tuple[Matter, ...]) -> dict[str, str | int]:
    """Return why nobody answers what was written; of a silent call there is nothing to say."""
    ground = next((matter.ground for matter in matters if matter.outcome == "silent" and matter.ground), "")
    return {"reason": ground} if ground else {}


def _end(pen: _Pen, cmd: End, rules: Rules) -> None:
    _own(pen, cmd)
    if cmd.matter is not None:
        _check(pen, cmd, cmd.matter)
    matters = pen.contact.matters if cmd.matter is None else (*pen.contact.matters, cmd.matter)
    if not matters:
        raise ContactRefused("还没有记下来电人的诉求，不能结束。")
    pen.write(
        "ended",
        stage="ended",
        matter=cmd.matter,
        disposition=disposition_of(matters),
        kept=owed_replies(pen.contact),
        say=_why(matters),
    )


def _leave(pen: _Pen, cmd: Leave, rules: Rules) -> None:
    if is_written(pen.contact):
        raise ContactRefused("这是一份来件，不能按挂机登记。", "请答复来件，或为来件人建单。")
    if pen.contact.stage != "waiting":
        raise ContactRefused("这通来电已有人接听，或已经结束。")
    pen.ring_back("left", rules, stage="ended", disposition="ring_back")


def _ring_back(pen: _Pen, cmd: RingBack, rules: Rules) -> None:
    contact = pen.contact
    if not _owed(contact, "ring_back"):
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


def _owed(contact: Contact, *kinds: str) -> bool:
    return any(promise.kind in kinds for promise in contact.promises.values())


def _look(pen: _Pen, cmd: Look, rules: Rules) -> None:
    contact = pen.contact
    if contact.limit is not None and contact.limit <= pen.now:
        _left_lying(pen, rules)
    late = [promise for promise in pen.contact.promises.values() if promise.next <= pen.now]
    if any(promise.kind in REPLIES for promise in late):
        _reply_late(pen, late)
    elif late:
        pen.ring_back("ring_back_late", rules, broken=tuple(promise.id for promise in late))


def _left_lying(pen: _Pen, rules: Rules) -> None:
    """End a call as it stands, or owe a ring-back; what was written lies in the tray again, for the duty manager."""
    contact = pen.contact
    say: dict[str, str | int] = {"holder": contact.holder or ""}
    if is_written(contact):
        wait = ESCALATED_MS if contact.lying == 0 else DAY_MS
        pen.write(
            "left_lying",
            stage="waiting",
            holder=QUEUE_TRAY,
            limit=pen.now + wait,
            lying=contact.lying + 1,
            say={**say, "to": "duty_manager"},
        )
    elif contact.matters:
        pen.write("left_lying", stage="ended", disposition=disposition_of(contact.matters), say=say)
    else:
        pen.ring_back("left_lying", rules, stage="ended", disposition="ring_back", say=say)


def _reply_late(pen: _Pen, late: list[Promise]) -> None:
    """Break the promise of a reply on the record; another one is made, and the duty manager is told."""
    again = tuple(reply_again(pen.contact, promise, pen.now, i) for i, promise in enumerate(late, 1))
    broken = tuple(promise.id for promise in late)
    pen.write("reply_late", broken=broken, made=again, say={"promise": late[0].kind, "to": "duty_manager"})


_STEPS: dict[type[ContactCommand], Callable[[_Pen, Any, Rules], None]] = {
    Arrive: _arrive,
    WriteIn: _write_in,
    Take: _take,
    NoteMatter: _note,
    WriteBack: _write_back,
    End: _end,
    Leave: _leave,
    RingBack: _ring_back,
    Attach: _attach,
    EraseAttachment: _erase_attachment,
    Look: _look,
}
assert PENDING not in OUTCOMES
