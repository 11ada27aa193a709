"""From the unit's reply to the archive: reply, review, follow-up, rework, reopening (答复、回访、重办、归档)."""

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS
from lianxin.orders import commands as c
from lianxin.orders.dates import desk_due, handle_rule, next_card, start_clock
from lianxin.orders.order import DISPATCH_TRAY, FOLLOWUP_TRAY, REVIEW_TRAY, Offer
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.steps.intake import QUIET
from lianxin.rules import Rules

REOPEN_WITHIN_MS = 30 * DAY_MS
KEY_FLAGS = frozenset({"emergency", "leader_instruction", "media", "group"})


def reply(pen: Pen, cmd: c.Reply, rules: Rules) -> None:
    """Hand the answer to the review tray; the unit's clock pauses at this instant."""
    order = pen.order
    if order.parts:
        raise Refused("parts_open", f"协办单位还有 {len(order.parts)} 个子项没有办完,暂不能答复。")
    if not (cmd.basis and cmd.contacted):
        raise Refused("no_evidence", "答复要写明依据,以及何时联系过来电人。")
    if order.flags & KEY_FLAGS and not cmd.signed_by_leader:
        raise Refused("leader_signs", "重件的答复要由单位分管领导签发。")
    clock = order.clock
    on_time = clock is None or clock.due == UNRESOLVED or pen.now < clock.due
    pen.write(
        "replied",
        state="replied",
        holder=REVIEW_TRAY,
        clock=None if clock is None else msgspec.structs.replace(clock, replied_at=pen.now),
        kept=pen.open("contact"),
        text=cmd.answer_hash,
        text_n=order.texts + 1,
        say={"basis": cmd.basis, "contacted": cmd.contacted},
        unflags=("late_desk",),
        fields={
            "desk_due": desk_due(rules, "review", pen.now, order.urgency),
            "milestone_at": None,
            "proposal": None,
            "on_time": on_time if order.on_time is None else order.on_time,
        },
    )


def return_reply(pen: Pen, cmd: c.ReturnReply, rules: Rules) -> None:
    """Offer it back to the unit with its defects; the clock runs on to the same date."""
    order = pen.order
    if not cmd.defects:
        raise Refused("no_defects", "请写明缺了什么(答非所问、未联系、无依据、无佐证)。")
    clock = order.clock
    pen.write(
        "reply_returned",
        role="reviewer",
        offer=Offer(f"unit:{order.unit}", pen.now + DAY_MS),
        clock=None if clock is None else msgspec.structs.replace(clock, replied_at=None),
        say={"defects": cmd.defects},
        fields={"on_time": None, "desk_due": pen.now + DAY_MS},
    )


def accept_reply(pen: Pen, cmd: c.AcceptReply, rules: Rules) -> None:
    """Let the answer go out to everyone it is owed to; the unit's clock ends, follow-up is promised."""
    order = pen.order
    if order.offer is not None:
        raise Refused("returned", "这份答复已经退给单位修改。")
    due = desk_due(rules, "followup", pen.now)
    owed = (order.contact, *order.owed)
    pen.write(
        "reply_accepted",
        state="followup_due",
        holder=FOLLOWUP_TRAY,
        role="reviewer",
        kept=pen.open(),
        made=tuple(pen.promise("followup", to, due, i) for i, to in enumerate(owed, 1)),
        no_clock=True,
        say={"sent_to": len(owed)},
        unflags=("late_desk",),
        fields={"desk_due": due, "answered_at": pen.now, "attempts": 0, "card_at": None},
    )


def attempt_failed(pen: Pen, cmd: c.AttemptFailed, rules: Rules) -> None:
    """Note a call that reached nobody; silence stays silence, another try follows."""
    order = pen.order
    if cmd.again_at <= pen.now:
        raise Refused("past", "下次回访时间要在将来。")
    pen.write(
        "followup_attempted",
        state="followup_failed",
        role="caller",
        redated=pen.redate("followup", max(cmd.again_at, *(p.next for p in order.promises.values()))),
        say={"result": cmd.result},
        fields={"attempts": order.attempts + 1, "desk_due": cmd.again_at},
    )


def record_followup(pen: Pen, cmd: c.RecordFollowup, rules: Rules) -> None:
    """Record the citizen's answers; what they lead to stands in domain §6.2."""
    order = pen.order
    if not cmd.evidence:
        raise Refused("no_recording", "回访要有录音。")
    if order.proposal == "rework":
        raise Refused("waits", "已提出重办,等审核员确认。")
    if cmd.contact != order.contact:
        _followup_of_joined(pen, cmd)
        return
    if order.owed and any(p.to != order.contact and p.kind == "followup" for p in order.promises.values()):
        raise Refused("others_first", "还有并入的来电人没有回访,请先回访他们。")
    first = order.solved_first is None
    results: dict[str, str | int | bool | None] = {
        "solved_first" if first else "solved_final": cmd.solved,
        "satisfied_first" if first else "satisfied_final": cmd.satisfied,
    }
    say: dict[str, str | int] = {"evidence": cmd.evidence, "contacted": cmd.contacted, "informed": cmd.informed}
    say |= {"solved": cmd.solved, "satisfied": cmd.satisfied}
    if cmd.reason:
        say["reason"] = cmd.reason
    if cmd.informed == "differs" or cmd.contacted == "no" or cmd.solved in ("partly", "not_solved"):
        level = max(order.level, 2) if cmd.informed == "differs" or cmd.contacted == "no" else order.level
        pen.write(
            "followup_answered",
            state="followup_due",
            role="caller",
            say=say,
            fields={
                **results,
                "proposal": "rework",
                "proposed_by": cmd.by,
                "level": level,
                "desk_due": desk_due(rules, "review", pen.now),
            },
        )
    elif cmd.solved == "promised_later":
        _promised_later(pen, cmd, say, results)
    else:
        unknown = cmd.solved == "cannot_say" or cmd.satisfied == "no_comment"
        pen.write(
            "completed",
            state="completed",
            holder="",
            role="caller",
            kept=pen.open(),
            say=say,
            fields={**QUIET, **results, "result": "unknown" if unknown else "solved"},
        )


def _followup_of_joined(pen: Pen, cmd: c.RecordFollowup) -> None:
    kept = tuple(p.id for p in pen.order.promises.values() if p.to == cmd.contact and p.kind == "followup")
    if not kept:
        raise Refused("not_owed", "这位来电人没有待回访的承诺。")
    pen.write(
        "joined_followed_up",
        role="caller",
        kept=kept,
        say={
            "evidence": cmd.evidence,
            "contact": cmd.contact,
            "solved": cmd.solved,
            "satisfied": cmd.satisfied,
        },
    )


def _promised_later(
    pen: Pen, cmd: c.RecordFollowup, say: dict[str, str | int], results: dict[str, str | int | bool | None]
) -> None:
    if cmd.later_at is None or cmd.later_at <= pen.now:
        raise Refused("no_date", "单位答应以后办的,要记下日期。")
    order = pen.order
    unit = f"unit:{order.unit}"
    pen.write(
        "promised_later",
        role="caller",
        kept=pen.open(),
        made=(pen.promise("news", order.contact, cmd.later_at),),
        offer=Offer(unit, pen.now + 2 * DAY_MS),
        say=say,
        fields={
            **results,
            "proposal": f"later:{cmd.later_at}",
            "proposed_by": cmd.by,
            "desk_due": pen.now + 2 * DAY_MS,
        },
    )


def confirm_rework(pen: Pen, cmd: c.ConfirmRework, rules: Rules) -> None:
    """Send it to the unit again with a new clock, or complete a lawful refusal that was well explained."""
    order = pen.order
    if order.proposal != "rework":
        raise Refused("no_proposal", "没有等待确认的重办。")
    if not cmd.agreed and not cmd.text:
        raise Refused("no_text", "不予重办要写明依法说明的内容。")
    if not cmd.agreed:
        pen.write(
            "completed",
            state="completed",
            holder="",
            kept=pen.open(),
            say={"evidence": cmd.text},
            fields={**QUIET, "result": "not_solved_lawful"},
        )
        return
    rule = "order.rework" if "order.rework" in rules.clocks else handle_rule(rules, order.kind, order.urgency)
    clock = start_clock(rules, f"unit:{order.unit}", rule, order.urgency, pen.now)
    most = rules.number("order.rework.max_times")
    level = max(order.level, 2) if most is not None and order.reworks + 1 >= most else order.level
    pen.write(
        "rework_ordered",
        state="rework",
        offer=Offer(f"unit:{order.unit}", pen.now + DAY_MS),
        kept=pen.open(),
        made=(pen.promise("answer", order.contact, clock.due),),
        clock=clock,
        say={"text": cmd.text},
        fields={
            "proposal": None,
            "reworks": order.reworks + 1,
            "desk_due": pen.now + DAY_MS,
            "level": level,
            "cards": -1,
            "card_at": next_card(rules, clock, -1),
        },
    )


def close_unreached(pen: Pen, cmd: c.CloseUnreached, rules: Rules) -> None:
    """Complete after three failed calls and a link: result unknown, its own share."""
    if pen.order.attempts < 3:
        raise Refused("too_few", f"只回访了 {pen.order.attempts} 次,满 3 次并发出链接后才能了结。")
    if not cmd.link:
        raise Refused("no_link", "请先发送评价链接短信。")
    pen.write(
        "completed",
        state="completed",
        holder="",
        kept=pen.open(),
        say={"evidence": cmd.link},
        fields={**QUIET, "result": "no_contact"},
    )


def reopen(pen: Pen, cmd: c.Reopen, rules: Rules) -> None:
    """Open it again for its unit with new facts, within 30 days; the unit's clock is a new one."""
    order = pen.order
    assert order.closed_at is not None, order.number
    if order.result not in REOPENABLE:
        raise Refused("not_reopenable", "这张工单不是办结的,不能重新打开。", "请新建工单。")
    if pen.now - order.closed_at > REOPEN_WITHIN_MS:
        raise Refused("too_late", "办结已超过 30 天,不能重新打开。", "请新建工单并关联原单。")
    if order.unit is None or not cmd.facts:
        raise Refused("no_facts", "重新打开要写明新的事实。")
    rule = handle_rule(rules, order.kind, order.urgency)
    clock = start_clock(rules, f"unit:{order.unit}", rule, order.urgency, pen.now)
    owed = tuple(dict.fromkeys((order.contact, cmd.contact)))
    pen.write(
        "reopened",
        state="dispatched",
        holder=DISPATCH_TRAY,
        offer=Offer(f"unit:{order.unit}", None),
        clock=clock,
        role="reviewer",
        made=tuple(pen.promise("answer", to, clock.due, i) for i, to in enumerate(owed, 1)),
        owes=(cmd.contact,) if cmd.contact != order.contact and cmd.contact not in order.owed else (),
        flags=("reopened",),
        say={"facts": cmd.facts},
        fields={
            "archived_at": None,
            "result": "",
            "cards": -1,
            "card_at": next_card(rules, clock, -1),
            "dispatches": order.dispatches + 1,
        },
    )


REOPENABLE = frozenset({"solved", "unknown", "no_contact", "not_solved_lawful"})
