"""At the unit: contact, extension, suspension (办理、延期、挂起)."""

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS
from lianxin.orders import commands as c
from lianxin.orders.dates import next_card, recounted, suspension_limit
from lianxin.orders.order import UnitClock
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.sources import ruled
from lianxin.orders.steps.returns import nothing_pending
from lianxin.rules import Rules

LONGEST_MS = 366 * DAY_MS
"""No date that somebody names lies further ahead than a year (assumption)."""


def log_contact(pen: Pen, cmd: c.LogContact, rules: Rules) -> None:
    """Note that the unit spoke with the citizen; keeps the promise of contact, and of news where it came to that."""
    if not cmd.how:
        raise Refused("empty", "请写明何时以何种方式联系了来电人。")
    kept = pen.open("contact", "news", to=pen.order.contact)
    pen.write("contacted", kept=kept, made=pen.news_where_bare(kept), say={"how": cmd.how}, unflags=pen.raised("urged"))


def clock_of(pen: Pen) -> UnitClock:
    """Return the unit's clock; Refused where none runs."""
    if pen.order.clock is None:
        raise Refused("no_clock", "这张工单没有在走的承办时限，不能做这一步。", "请直接答复。")
    return pen.order.clock


def ask_extension(pen: Pen, cmd: c.AskExtension, rules: Rules) -> None:
    """Ask for more time, before it is due, within what the pack allows."""
    order, clock = pen.order, clock_of(pen)
    most = rules.number("order.extension.max")
    times = rules.number("order.extension.times")
    source = ruled(rules, "order.extension")
    if most is None:
        raise Refused(
            "no_extension", f"规则包 {rules.ref} 没有规定延期，不能申请。", "可以申请挂账或提请会商。", source
        )
    if rules.clock(clock.rule).unit != rules.value("order.extension.unit"):
        raise Refused("urgent", "按小时办理的紧急事项不能延期。", "请立即处置，并先报阶段结果。", source)
    if clock.due != UNRESOLVED and pen.now >= clock.due:
        raise Refused("too_late", "延期要在到期前申请，这张工单已经到期。", "请尽快答复，并向来电人说明。", source)
    if times is not None and order.extensions >= times:
        raise Refused(
            "extended_before",
            f"这张工单已经延期过 {order.extensions} 次，不能再延。",
            "可以申请挂账或提请会商。",
            ruled(rules, "order.extension", f"{times} 次"),
        )
    if not 1 <= cmd.amount <= most:
        raise Refused(
            "too_long",
            f"延期最多 {most} 个工作日，不能申请 {cmd.amount} 个。",
            f"请在 1 至 {most} 之间填写。",
            source,
        )
    if not (cmd.reason and cmd.interim and cmd.told):
        raise Refused("not_told", "延期要写明理由和阶段结果，并附上已告知来电人的凭据。")
    nothing_pending(pen)
    pen.write(
        "extension_asked",
        flags=("extension_pending",),
        say={"amount": cmd.amount, "reason": cmd.reason, "interim": cmd.interim, "told": cmd.told},
        fields={"proposal": f"extension:{cmd.amount}", "proposed_by": cmd.by},
    )


def asked(pen: Pen, what: str, name: str) -> int:
    """Return the number that waits for a decision under this name; Refused where nothing of the kind was asked."""
    proposal = pen.order.proposal
    if proposal is None or not proposal.startswith(f"{what}:"):
        raise Refused("no_proposal", f"没有等待审批的{name}申请。")
    return int(proposal.split(":")[1])


def refuse(pen: Pen, kind: str, text: str) -> None:
    """Write that what was asked for is not granted: everything stands as it stood."""
    if not text:
        raise Refused("no_text", "请写明不同意的理由。")
    pen.write(
        kind,
        unflags=pen.raised("extension_pending"),
        say={"text": text},
        fields={"proposal": None, "proposed_by": None},
    )


def decide_extension(pen: Pen, cmd: c.DecideExtension, rules: Rules) -> None:
    """Move the due date from the old one, or let it stand. A red card that was given stays."""
    order, clock = pen.order, clock_of(pen)
    amount = asked(pen, "extension", "延期")
    if not cmd.granted:
        refuse(pen, "extension_refused", cmd.text)
        return
    later = recounted(rules, msgspec.structs.replace(clock, extended=clock.extended + amount))
    cards = warned_again(order.cards)
    pen.write(
        "extended",
        clock=later,
        unflags=pen.raised("extension_pending"),
        flags=("extended",),
        redated=pen.postpone("answer", later.due),
        say={"text": cmd.text, "amount": amount},
        fields={
            "proposal": None,
            "proposed_by": None,
            "extensions": order.extensions + 1,
            "cards": cards,
            "card_at": next_card(rules, later, cards),
        },
    )


def warned_again(cards: int) -> int:
    """Return where the ladder of cards goes on after the due date moved: before the red card, with a new warning."""
    return -1 if cards == 0 else cards


def ask_suspension(pen: Pen, cmd: c.AskSuspension, rules: Rules) -> None:
    """Ask to pause the unit's clock until a date; the citizen's clock goes on."""
    if cmd.ground not in SUSPENSION_GROUNDS:
        raise Refused("no_ground", "挂起的理由只能是：诉讼仲裁、鉴定检测、季节施工、联系不上、来电人要求等待。")
    if pen.order.urgency == "life_danger":
        raise Refused("urgent", "危及生命的事项不能挂起。", "请立即处置，并先报阶段结果。")
    if not pen.now < cmd.resume_at <= pen.now + LONGEST_MS:
        raise Refused("past", "恢复日期要在将来一年之内。")
    _still_running(pen)
    nothing_pending(pen)
    pen.write(
        "suspension_asked",
        say={"ground": cmd.ground, "resume_at": cmd.resume_at},
        fields={"proposal": f"suspend:{cmd.resume_at}", "proposed_by": cmd.by},
    )


SUSPENSION_GROUNDS = frozenset({"court", "appraisal", "season", "unreachable", "asked_to_wait"})


def _still_running(pen: Pen) -> UnitClock:
    clock = clock_of(pen)
    if clock.due != UNRESOLVED and pen.now >= clock.due:
        raise Refused("too_late", "已经到期的工单不能挂起。", "请尽快答复，或申请挂账。")
    return clock


def decide_suspension(pen: Pen, cmd: c.DecideSuspension, rules: Rules) -> None:
    """Pause the clock; beyond the pack's limit only the duty manager may.

    The citizen is promised the answer by the date that follows if work goes on when it is said to.
    """
    resume_at = asked(pen, "suspend", "挂起")
    if not cmd.granted:
        refuse(pen, "suspension_refused", cmd.text)
        return
    if resume_at <= pen.now:
        raise Refused("past", "申请的恢复日期已经过了，不必再挂起。", "请驳回申请，由单位继续办理。")
    limit = suspension_limit(rules, pen.now)
    if limit is not None and resume_at > limit and cmd.role != "duty_manager":
        raise Refused(
            "too_long", "挂起超过规则包上限，要由值班主任批准。", "请转请值班主任审批。", ruled(rules, "order.suspend")
        )
    paused = msgspec.structs.replace(_still_running(pen), paused=pen.now)
    expected = recounted(rules, paused, resume_at).due
    pen.write(
        "suspended",
        state="suspended",
        clock=paused,
        redated=pen.postpone("answer", expected),
        say={"text": cmd.text, "resume_at": resume_at},
        fields={"proposal": None, "proposed_by": None, "resume_at": resume_at, "card_at": None},
    )


def resume(pen: Pen, cmd: c.Resume | c.Tick, rules: Rules) -> None:
    """Let the unit's clock go on; what was consumed before the pause stays consumed (C6).

    Resumed by its date, the pause ends at that date, whenever the clock came to look.
    """
    order, clock = pen.order, clock_of(pen)
    if isinstance(cmd, c.Resume) and not cmd.reason:
        raise Refused("no_reason", "请写明为什么恢复办理。")
    assert clock.paused is not None and order.resume_at is not None, order.number
    by_hand = isinstance(cmd, c.Resume)
    pauses = (*clock.pauses, (clock.paused, pen.now if by_hand else min(order.resume_at, pen.now)))
    going = recounted(rules, msgspec.structs.replace(clock, paused=None, pauses=pauses))
    cards = warned_again(order.cards)
    pen.write(
        "resumed",
        state="in_progress",
        clock=going,
        redated=pen.postpone("answer", going.due),
        say={"reason": cmd.reason if isinstance(cmd, c.Resume) else "date"},
        fields={"resume_at": None, "cards": cards, "card_at": next_card(rules, going, cards)},
    )
