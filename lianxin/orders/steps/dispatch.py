"""From the dispatch tray to the unit and back: dispatch, sign, return, objection, joint meeting.

转办、签收、退单、异议.
"""

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, local_date
from lianxin.orders import commands as c
from lianxin.orders.dates import desk_due, handle_rule, next_card, start_clock
from lianxin.orders.order import DISPATCH_TRAY, Offer, Order, Part, UnitClock
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.steps.intake import QUIET
from lianxin.rules import Rules


def dispatch(pen: Pen, cmd: c.Dispatch, rules: Rules) -> None:
    """Offer it to the lead unit; its clock starts now, the dispatch tray holds until it signs."""
    order = pen.order
    if not cmd.basis:
        raise Refused("no_basis", "请写明派单依据(目录条目或职责清单)。")
    if any(past.startswith(f"{cmd.unit}|") for past in order.send_backs):
        raise Refused("returned_before", "这家单位的退单已经成立,不能再派回去。", "请另选单位,或提请会商。")
    rule = cmd.rule or handle_rule(rules, order.kind, order.urgency)
    _send(pen, rules, cmd.by, cmd.unit, cmd.assist, rule, "dispatched", {"basis": cmd.basis}, cmd.directory)


def _send(
    pen: Pen,
    rules: Rules,
    tracker: str,
    unit: str,
    assist: tuple[str, ...],
    rule: str,
    kind: str,
    say: dict[str, str | int],
    directory: str,
) -> None:
    order = pen.order
    clock = start_clock(rules, f"unit:{unit}", rule, order.urgency, pen.now)
    half = (clock.due - pen.now) // 2 if clock.due != UNRESOLVED else 3 * DAY_MS
    parts = tuple(
        Part(
            order.parted + i,
            "assist",
            f"unit:{co}",
            DISPATCH_TRAY,
            pen.now + half,
            Offer(f"unit:{co}", pen.now + max(half, DAY_MS)),
        )
        for i, co in enumerate(assist, 1)
        if co != unit
    )
    pen.write(
        kind,
        state="dispatched",
        holder=None if order.holder == DISPATCH_TRAY else DISPATCH_TRAY,
        offer=Offer(f"unit:{unit}", None),
        tracker=tracker,
        role="dispatcher" if kind == "dispatched" else None,
        clock=clock,
        parts=parts,
        made=_contact_promise(pen, clock),
        unflags=("late_sign", "late_desk"),
        say=say,
        fields={
            "unit": unit,
            "directory": directory,
            "desk_due": None,
            "proposal": None,
            "cards": -1,
            "card_at": next_card(rules, clock, -1),
            "dispatches": order.dispatches + 1,
        },
    )


def _contact_promise(pen: Pen, clock: UnitClock) -> tuple[()] | tuple[object, ...]:
    if clock.contact_due is None or pen.open("contact"):
        return ()
    return (pen.promise("contact", pen.order.contact, clock.contact_due),)


def sign(pen: Pen, cmd: c.Sign, rules: Rules) -> None:
    """Take what was offered: from this entry on the signer holds (签收)."""
    order = pen.order
    offer = order.offer
    if offer is None:
        raise Refused("nothing_offered", "这张工单没有等待签收的交接。")
    if not _speaks_for(cmd.by, offer.to):
        raise Refused("not_yours", "这张工单不是交给您的,请核对单号。")
    state = {"dispatched": "in_progress", "replied": "in_progress", "followup_due": "long_run"}.get(order.state)
    fields: dict[str, str | int | bool | None] = {}
    if order.state != "sent_back":
        fields["desk_due"] = None
    if state == "long_run" and order.proposal is not None:
        fields |= {"milestone_at": int(order.proposal.split(":")[1]), "proposal": None}
    pen.write(
        "signed",
        state=state,
        holder=offer.to,
        no_offer=True,
        unflags=("late_sign",) if "late_sign" in order.flags else (),
        fields=fields,
        say={"receipt": cmd.receipt} if cmd.receipt else {},
    )


def _speaks_for(who: str, holder: str) -> bool:
    """Whether this person may sign for the holder: the person, or somebody of the unit or system."""
    return who == holder or who.startswith(f"{holder}:")


def speaks_for_unit(order: Order, who: str) -> bool:
    """Whether this person belongs to the unit whose clock is running."""
    return order.unit is not None and _speaks_for(who, f"unit:{order.unit}")


def ask_send_back(pen: Pen, cmd: c.AskSendBack, rules: Rules) -> None:
    """Return it within the window, once per ground; asking for it signs for it."""
    order = pen.order
    clock = order.clock
    assert clock is not None, order.number
    if not (cmd.code in SEND_BACK_CODES and cmd.basis):
        raise Refused("no_ground", "退单要选理由代码 R1 至 R8,并写明依据。")
    if clock.window is not None and clock.window != UNRESOLVED and pen.now >= clock.window:
        raise Refused(
            "window_ended", f"退单窗口已在{_day_end(clock.window)}结束,不能再退。", "可以申请延期或提请会商。"
        )
    key = f"{order.unit}|{cmd.code}"
    if f"{key}|refused" in order.send_backs:
        raise Refused("same_ground", "同一理由的退单已被驳回,不能再次提出。", "可以换用其他依据提出派单异议。")
    _take(pen)
    pen.write(
        "send_back_asked",
        state="send_back_review",
        say={"code": cmd.code, "basis": cmd.basis, "suggested": cmd.suggested},
        fields={
            "desk_due": desk_due(rules, "send_back_decision", pen.now),
            "proposal": cmd.code,
            "proposed_by": cmd.by,
        },
    )


SEND_BACK_CODES = frozenset(f"R{n}" for n in range(1, 9))


def _day_end(instant: int) -> str:
    day = local_date(instant - 1)
    return f"{day.month}月{day.day}日 24:00 "


def _take(pen: Pen) -> None:
    offer = pen.order.offer
    if pen.order.state == "dispatched" and offer is not None:
        pen.write("signed", holder=offer.to, no_offer=True, unflags=("late_sign",))


def decide_send_back(pen: Pen, cmd: c.DecideSendBack, rules: Rules) -> None:
    """Accept: back to the dispatch tray, that unit's clock ends. Refuse: the unit goes on, its clock never stopped."""
    order = pen.order
    if not cmd.text:
        raise Refused("no_text", "请写明裁定意见。")
    code = order.proposal or "R2"
    limit = rules.number("order.send_backs_before_joint_meeting")
    returns = sum(1 for past in order.send_backs if not past.endswith("|refused"))
    if cmd.accepted and limit is not None and returns + 1 >= limit:
        pen.write(
            "joint_meeting_opened",
            state="joint_meeting",
            send_back=f"{order.unit}|{code}",
            say={"reason": cmd.text},
            fields={
                "desk_due": desk_due(rules, "joint_meeting", pen.now),
                "level": max(order.level, 2),
                "proposal": None,
            },
        )
    elif cmd.accepted:
        pen.write(
            "send_back_accepted",
            state="approved",
            holder=DISPATCH_TRAY,
            send_back=f"{order.unit}|{code}",
            no_clock=True,
            kept=(),
            say={"text": cmd.text},
            fields={
                "unit": None,
                "desk_due": desk_due(rules, "dispatch", pen.now),
                "card_at": None,
                "proposal": None,
            },
        )
    else:
        pen.write(
            "send_back_refused",
            state="in_progress",
            send_back=f"{order.unit}|{code}|refused",
            say={"text": cmd.text},
            fields={"desk_due": None, "proposal": None},
        )


def object_(pen: Pen, cmd: c.Object, rules: Rules) -> None:
    """Dispute the dispatch; the objection review decides or a joint meeting is called."""
    if not cmd.ground:
        raise Refused("no_ground", "请写明异议依据。")
    pen.write(
        "objected",
        state="objection_review",
        say={"ground": cmd.ground},
        fields={"desk_due": desk_due(rules, "send_back_decision", pen.now)},
    )


def open_joint_meeting(pen: Pen, cmd: c.OpenJointMeeting, rules: Rules) -> None:
    """Call a joint meeting; the unit that has it stays temporary lead (首接负责)."""
    pen.write(
        "joint_meeting_opened",
        state="joint_meeting",
        say={"reason": cmd.reason},
        fields={
            "desk_due": desk_due(rules, "joint_meeting", pen.now),
            "level": max(pen.order.level, 2),
            "proposal": None,
        },
    )


def decide_joint_meeting(pen: Pen, cmd: c.DecideJointMeeting, rules: Rules) -> None:
    """Dispatch by the minutes, with a new unit clock."""
    order = pen.order
    if not cmd.minutes:
        raise Refused("no_minutes", "会商要有纪要。")
    rule = handle_rule(rules, order.kind, order.urgency)
    tracker = order.tracker or cmd.by
    say: dict[str, str | int] = {"minutes": cmd.minutes}
    _send(pen, rules, tracker, cmd.unit, cmd.assist, rule, "joint_meeting_decided", say, cmd.directory)


def transfer(pen: Pen, cmd: c.Transfer, rules: Rules) -> None:
    """Offer it to a system outside; the dispatch tray holds until its receipt."""
    order = pen.order
    if not cmd.foreign_id:
        raise Refused("no_foreign_id", "转出要有对方系统的编号或受理凭证。")
    pen.write(
        "transferred",
        state="transferred",
        holder=None if order.holder == DISPATCH_TRAY else DISPATCH_TRAY,
        offer=Offer(f"outside:{cmd.system}", None),
        tracker=order.tracker or cmd.by,
        role="dispatcher",
        no_clock=True,
        say={"system": cmd.system, "foreign_id": cmd.foreign_id},
        fields={**QUIET, "desk_due": pen.now + DAY_MS, "unit": None},
    )


def inform(pen: Pen, cmd: c.Inform, rules: Rules) -> None:
    """Close it: the outside system's answer has reached the citizen and everyone else it is owed to."""
    if not cmd.told:
        raise Refused("not_told", "对方的答复要先告知来电人。")
    if pen.order.offer is not None:
        raise Refused("not_received", "对方系统还没有回执,暂不能了结。")
    if pen.order.parts:
        raise Refused("parts_open", f"还有 {len(pen.order.parts)} 个子项没有办完,暂不能了结。")
    pen.write(
        "informed",
        holder="",
        kept=pen.open(),
        say={"evidence": cmd.told},
        fields={**QUIET, "result": "transferred"},
    )


def name_tracker(pen: Pen, cmd: c.NameTracker, rules: Rules) -> None:
    """Let another person of the house follow the order."""
    pen.write("tracker_named", tracker=cmd.successor)


def pass_on(pen: Pen, cmd: c.PassOn, rules: Rules) -> None:
    """Give what a leaving person held, was offered or followed to the successor, in one entry."""
    order = pen.order
    leaver = cmd.by
    offer = order.offer
    pen.write(
        "passed_on",
        holder=cmd.successor if order.holder == leaver else None,
        offer=Offer(cmd.successor, offer.until) if offer is not None and offer.to == leaver else None,
        tracker=cmd.successor if order.tracker == leaver else None,
        say={"successor": cmd.successor},
    )


def open_part(pen: Pen, cmd: c.OpenPart, rules: Rules) -> None:
    """Open a piece with a date of its own; its giver holds it until the other signs."""
    order = pen.order
    assert order.holder is not None, order.number
    if cmd.due <= pen.now:
        raise Refused("past_due", "子项的期限要在将来。")
    if cmd.after and cmd.after > order.parted:
        raise Refused("no_such_part", f"没有第 {cmd.after} 个子项。")
    waits = cmd.after in order.parts
    part = Part(
        order.parted + 1,
        cmd.kind,
        cmd.to,
        order.holder,
        cmd.due,
        None if waits else Offer(cmd.to, cmd.due),
        after=cmd.after,
    )
    pen.write("part_opened", parts=(part,), say={"what": cmd.what, "to": cmd.to})


def _part(pen: Pen, part_id: int) -> Part:
    part = pen.order.parts.get(part_id)
    if part is None:
        raise Refused("no_such_part", f"第 {part_id} 个子项不存在,或已经办完。")
    return part


def sign_part(pen: Pen, cmd: c.SignPart, rules: Rules) -> None:
    """Take a part that was offered."""
    part = _part(pen, cmd.part)
    if part.offer is None or not _speaks_for(cmd.by, part.offer.to):
        raise Refused("not_yours", "这个子项不是交给您的。")
    taken = msgspec.structs.replace(part, holder=part.to, offer=None, n=part.n + 1)
    pen.write("part_signed", parts=(taken,))


def finish_part(pen: Pen, cmd: c.FinishPart, rules: Rules) -> None:
    """Close a part; in a relay the leg after it opens for its own taker."""
    part = _part(pen, cmd.part)
    if not _speaks_for(cmd.by, part.holder):
        raise Refused("not_yours", "这个子项现在不由您负责。")
    if not cmd.result:
        raise Refused("no_result", "请写明办理结果。")
    following = tuple(
        msgspec.structs.replace(leg, offer=Offer(leg.to, max(leg.due, pen.now)))
        for leg in pen.order.parts.values()
        if leg.after == part.id and leg.offer is None
    )
    pen.write("part_finished", parts_closed=(part.id,), parts=following, say={"result": cmd.result})
