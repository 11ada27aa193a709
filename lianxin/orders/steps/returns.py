"""The unit does not think it is theirs: return, objection, joint meeting (退单、派单异议、联席会议)."""

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import Instant, local_date
from lianxin.orders import commands as c
from lianxin.orders.dates import desk_due, rule_of
from lianxin.orders.order import DISPATCH_TRAY, Order, Part
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.sources import ruled
from lianxin.orders.steps.dispatch import send, take
from lianxin.orders.targets import check_takers
from lianxin.rules import Rules

SEND_BACK_CODES = frozenset(f"R{n}" for n in range(1, 9))


def ask_send_back(pen: Pen, cmd: c.AskSendBack, rules: Rules) -> None:
    """Return it within the window, once per ground; asking for it signs for it."""
    order = pen.order
    clock = order.clock
    if not (cmd.code in SEND_BACK_CODES and cmd.basis and cmd.suggested):
        raise Refused("no_ground", "退单要选理由代码 R1 至 R8,写明依据和建议的承办单位。")
    if clock is not None and clock.window is not None and clock.window != UNRESOLVED and pen.now >= clock.window:
        raise Refused(
            "window_ended",
            f"退单窗口已在{day_end(clock.window)}结束，不能再退。",
            "可以申请延期，或提请会商。",
            ruled(rules, "order.send_back_window"),
        )
    if any(past.startswith(f"{order.unit}|{cmd.code}") for past in order.send_backs):
        raise Refused("same_ground", "同一理由的退单已经裁定过，不能再次提出。", "可以换用其他理由，或申请延期。")
    nothing_pending(pen)
    if order.state == "dispatched":
        take(pen)
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


def nothing_pending(pen: Pen) -> None:
    """Refuse a second question while one is still to be decided: an answer must say what it answers."""
    if pen.order.proposal is not None:
        raise Refused("pending", "这张工单还有一项申请没有审批。", "请等审批后再提出。")


def day_end(instant: Instant) -> str:
    """Return `10月9日 24:00 ` for the instant at which that day ends."""
    day = local_date(instant - 1)
    return f"{day.month}月{day.day}日 24:00 "


def decide_send_back(pen: Pen, cmd: c.DecideSendBack, rules: Rules) -> None:
    """Accept: back to the dispatch tray, that unit's clock ends. Refuse: the unit goes on, its clock never stopped."""
    order = pen.order
    if not cmd.text:
        raise Refused("no_text", "请写明裁定意见。")
    assert order.proposal is not None, order.number
    ground = f"{order.unit}|{order.proposal}"
    limit = rules.number("order.send_backs_before_joint_meeting")
    returns = len(accepted_returns(order))
    ticket: dict[str, str | int] = {"directory_ticket": order.directory} if cmd.correct_directory else {}
    if not cmd.accepted:
        pen.write(
            "send_back_refused",
            state="in_progress",
            send_back=f"{ground}|refused",
            say={"text": cmd.text},
            unflags=pen.raised("late_desk"),
            fields={"desk_due": None, "proposal": None, "proposed_by": None},
        )
    elif limit is not None and returns + 1 >= limit:
        _open_meeting(pen, rules, cmd.text, send_back=ground, more=ticket)
    else:
        pen.write(
            "send_back_accepted",
            state="approved",
            holder=DISPATCH_TRAY,
            send_back=ground,
            no_clock=True,
            parts=_given_back(pen),
            say={"text": cmd.text, **ticket},
            unflags=pen.raised("late_desk"),
            fields={
                "unit": None,
                "desk_due": desk_due(rules, "dispatch", pen.now),
                "card_at": None,
                "proposal": None,
                "proposed_by": None,
            },
        )


def accepted_returns(order: Order) -> tuple[str, ...]:
    """Return the returns of the order itself that were accepted, as `unit|code`."""
    return tuple(past for past in order.send_backs if past.count("|") == 1)


def _given_back(pen: Pen) -> tuple[Part, ...]:
    """Return the parts that the unit had only to give away, as they lie in the dispatch tray from now on."""
    order = pen.order
    return tuple(
        msgspec.structs.replace(part, holder=DISPATCH_TRAY, n=part.n + 1)
        for part in order.parts.values()
        if part.holder == order.holder and part.to != order.holder
    )


def object_(pen: Pen, cmd: c.Object, rules: Rules) -> None:
    """Dispute the dispatch; the objection review decides or a joint meeting is called."""
    if not cmd.ground:
        raise Refused("no_ground", "请写明异议依据。")
    pen.write(
        "objected",
        state="objection_review",
        say={"ground": cmd.ground},
        unflags=pen.raised("late_desk"),
        fields={"desk_due": desk_due(rules, "send_back_decision", pen.now)},
    )


def open_joint_meeting(pen: Pen, cmd: c.OpenJointMeeting, rules: Rules) -> None:
    """Call a joint meeting; the unit that has it stays temporary lead (首接负责)."""
    if not cmd.reason:
        raise Refused("no_reason", "请写明会商事由。")
    _open_meeting(pen, rules, cmd.reason)


def _open_meeting(
    pen: Pen, rules: Rules, reason: str, send_back: str | None = None, more: dict[str, str | int] | None = None
) -> None:
    """Write it; a matter that units dispute is under supervision of level 2 (trigger T6)."""
    pen.write(
        "joint_meeting_opened",
        state="joint_meeting",
        send_back=send_back,
        say={"reason": reason, **(more or {})},
        unflags=pen.raised("late_desk"),
        fields={
            "desk_due": desk_due(rules, "joint_meeting", pen.now),
            "level": max(pen.order.level, 2),
            "proposal": None,
            "proposed_by": None,
        },
    )


def decide_joint_meeting(pen: Pen, cmd: c.DecideJointMeeting, rules: Rules) -> None:
    """Dispatch by the minutes, with a new unit clock."""
    order = pen.order
    if not (cmd.minutes and cmd.unit and cmd.directory):
        raise Refused("no_minutes", "会商要有纪要，并写明主办单位和目录依据。")
    check_takers(order, (cmd.unit, *cmd.assist), pen.levels)
    tracker = order.tracker or cmd.by
    given_back = _given_back(pen)
    say: dict[str, str | int] = {"minutes": cmd.minutes}
    if given_back:
        pen.write("parts_given_back", parts=given_back)
    send(pen, rules, "joint_meeting_decided", cmd.unit, cmd.assist, rule_of(rules, order), cmd.directory, say, tracker)
