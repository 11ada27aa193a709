"""At the unit: contact, extension, suspension, long-run register, unreasonable demand (办理、延期、挂起、挂账)."""

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.dates import next_card, recount
from lianxin.orders.order import UnitClock
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.steps.intake import QUIET
from lianxin.rules import Rules


def log_contact(pen: Pen, cmd: c.LogContact, rules: Rules) -> None:
    """Note that the unit spoke with the citizen; keeps the promise of contact."""
    if not cmd.how:
        raise Refused("empty", "请写明何时以何种方式联系了来电人。")
    pen.write("contacted", kept=pen.open("contact"), say={"how": cmd.how})


def _clock(pen: Pen) -> UnitClock:
    assert pen.order.clock is not None, pen.order.number
    return pen.order.clock


def ask_extension(pen: Pen, cmd: c.AskExtension, rules: Rules) -> None:
    """Ask for more time, before it is due, within what the pack allows."""
    order, clock = pen.order, _clock(pen)
    most = rules.number("order.extension.max")
    times = rules.number("order.extension.times")
    if most is None:
        raise Refused("no_extension", f"规则包 {rules.ref} 没有规定延期,不能申请。", "可以申请挂账或提请会商。")
    if cmd.amount < 1 or cmd.amount > most:
        raise Refused("too_long", f"延期最多 {most} 个工作日,不能申请 {cmd.amount} 个。")
    if times is not None and order.extensions >= times:
        raise Refused("extended_before", "这张工单已经延期过一次,不能再延。", "可以申请挂账或提请会商。")
    if clock.due != UNRESOLVED and pen.now >= clock.due:
        raise Refused("too_late", "延期要在到期前申请,这张工单已经到期。", "请尽快答复,并向来电人说明。")
    if not (cmd.reason and cmd.told):
        raise Refused("not_told", "延期要写明理由,并附上已告知来电人的凭据。")
    pen.write(
        "extension_asked",
        flags=("extension_pending",),
        say={"amount": cmd.amount, "reason": cmd.reason, "interim": cmd.interim, "told": cmd.told},
        fields={"proposal": f"extension:{cmd.amount}", "proposed_by": cmd.by},
    )


def decide_extension(pen: Pen, cmd: c.DecideExtension, rules: Rules) -> None:
    """Move the due date from the old one, or let it stand."""
    order = pen.order
    if order.proposal is None or not order.proposal.startswith("extension:"):
        raise Refused("no_proposal", "没有等待审批的延期申请。")
    if not cmd.granted:
        pen.write(
            "extension_refused",
            unflags=("extension_pending",),
            say={"text": cmd.text},
            fields={"proposal": None},
        )
        return
    amount = int(order.proposal.split(":")[1])
    clock = _recounted(rules, msgspec.structs.replace(_clock(pen), extended=_clock(pen).extended + amount))
    pen.write(
        "extended",
        clock=clock,
        unflags=("extension_pending",),
        flags=("extended",),
        redated=_redate(pen, "answer", clock.due),
        say={"text": cmd.text, "amount": amount},
        fields={
            "proposal": None,
            "extensions": order.extensions + 1,
            "card_at": next_card(rules, clock, order.cards),
        },
    )


def _recounted(rules: Rules, clock: UnitClock) -> UnitClock:
    due, yellow, red = recount(rules, clock)
    return msgspec.structs.replace(clock, due=due, yellow=yellow, red=red)


def _redate(pen: Pen, kind: str, due: Instant) -> tuple[object, ...]:
    """Give open promises the unit's new date, never an earlier one than the citizen was told."""
    return tuple(
        promise
        for promise in pen.redate(kind, due)
        if promise.due is None or promise.due > (pen.order.promises[promise.id].due or 0)
    )


def ask_suspension(pen: Pen, cmd: c.AskSuspension, rules: Rules) -> None:
    """Ask to pause the unit's clock until a date; the citizen's clock goes on."""
    if cmd.ground not in SUSPENSION_GROUNDS:
        raise Refused("no_ground", "挂起的理由只能是:诉讼仲裁、鉴定检测、季节施工、联系不上、来电人要求等待。")
    if cmd.resume_at <= pen.now:
        raise Refused("past", "恢复日期要在将来。")
    clock = _clock(pen)
    if clock.due != UNRESOLVED and pen.now >= clock.due:
        raise Refused("too_late", "已经到期的工单不能挂起。")
    pen.write(
        "suspension_asked",
        say={"ground": cmd.ground, "resume_at": cmd.resume_at},
        fields={"proposal": f"suspend:{cmd.resume_at}", "proposed_by": cmd.by},
    )


SUSPENSION_GROUNDS = frozenset({"court", "appraisal", "season", "unreachable", "asked_to_wait"})


def decide_suspension(pen: Pen, cmd: c.DecideSuspension, rules: Rules) -> None:
    """Pause the clock; beyond the pack's limit only the duty manager may."""
    order, clock = pen.order, _clock(pen)
    if order.proposal is None or not order.proposal.startswith("suspend:"):
        raise Refused("no_proposal", "没有等待审批的挂起申请。")
    if not cmd.granted:
        pen.write("suspension_refused", say={"text": cmd.text}, fields={"proposal": None})
        return
    resume_at = int(order.proposal.split(":")[1])
    if "order.suspend" in rules.clocks:
        limit = rules.due("order.suspend", pen.now).due
        if limit != UNRESOLVED and resume_at > limit and cmd.role != "duty_manager":
            raise Refused("too_long", "挂起超过规则包上限,要由值班主任批准。")
    if clock.due != UNRESOLVED and pen.now >= clock.due:
        raise Refused("too_late", "已经到期的工单不能挂起。")
    resumed = msgspec.structs.replace(clock, pauses=(*clock.pauses, (pen.now, resume_at)))
    pen.write(
        "suspended",
        state="suspended",
        clock=msgspec.structs.replace(clock, paused=pen.now),
        redated=pen.redate("answer", _recounted(rules, resumed).due),
        say={"text": cmd.text, "resume_at": resume_at},
        fields={"proposal": None, "resume_at": resume_at, "card_at": None},
    )


def resume(pen: Pen, cmd: c.Resume | c.Tick, rules: Rules) -> None:
    """Let the unit's clock go on; what was consumed before the pause stays consumed (C6)."""
    clock = _clock(pen)
    assert clock.paused is not None, pen.order.number
    pauses = (*clock.pauses, (clock.paused, pen.now))
    going = _recounted(rules, msgspec.structs.replace(clock, paused=None, pauses=pauses))
    pen.write(
        "resumed",
        state="in_progress",
        clock=going,
        redated=pen.redate("answer", going.due),
        say={"reason": cmd.reason if isinstance(cmd, c.Resume) else "date"},
        fields={"resume_at": None, "card_at": next_card(rules, going, pen.order.cards)},
    )


def register_long_run(pen: Pen, cmd: c.RegisterLongRun, rules: Rules) -> None:
    """Propose a plan with dates beyond the deadline."""
    if not cmd.plan or cmd.milestone_at <= pen.now:
        raise Refused("no_plan", "挂账要有计划,并写明下一个节点的日期。")
    pen.write(
        "long_run_asked",
        say={"plan": cmd.plan},
        fields={"proposal": f"long_run:{cmd.milestone_at}", "proposed_by": cmd.by},
    )


def decide_long_run(pen: Pen, cmd: c.DecideLongRun, rules: Rules) -> None:
    """Put it on the register: the unit's clock stops, milestones and monthly news begin."""
    order = pen.order
    if order.proposal is None or not order.proposal.startswith("long_run:"):
        raise Refused("no_proposal", "没有等待审批的挂账申请。")
    if not cmd.granted:
        pen.write("long_run_refused", say={"text": cmd.told}, fields={"proposal": None})
        return
    if not cmd.told:
        raise Refused("not_told", "挂账要先告知来电人计划和日期。")
    milestone = int(order.proposal.split(":")[1])
    pen.write(
        "long_run_registered",
        state="long_run",
        kept=pen.open(),
        made=_news_of_milestone(pen, milestone),
        no_clock=True,
        say={"told": cmd.told},
        fields={"proposal": None, "milestone_at": milestone, "card_at": None},
    )


def _news_of_milestone(pen: Pen, milestone: Instant) -> tuple[object, ...]:
    news = min(milestone, pen.now + 30 * DAY_MS)
    owed = (pen.order.contact, *pen.order.owed)
    return tuple(pen.promise("news", to, news, i) for i, to in enumerate(owed, 1))


def reach_milestone(pen: Pen, cmd: c.ReachMilestone, rules: Rules) -> None:
    """Tell the citizen what was reached and the next date."""
    if not cmd.told or cmd.next_at <= pen.now:
        raise Refused("no_next", "请写明告知了什么,以及下一个节点的日期。")
    pen.write(
        "milestone_reached",
        kept=pen.open("news"),
        made=_news_of_milestone(pen, cmd.next_at),
        say={"told": cmd.told},
        fields={"milestone_at": cmd.next_at},
    )


def propose_unreasonable(pen: Pen, cmd: c.ProposeUnreasonable, rules: Rules) -> None:
    """Propose to end an unreasonable demand: facts, law, what was explained."""
    if not (cmd.ground in UNREASONABLE_GROUNDS and cmd.facts and cmd.explained):
        raise Refused("no_ground", "不合理诉求要选代码 UR1 至 UR8,并写明事实、依据和对来电人的解释。")
    if pen.order.owed:
        raise Refused("others_wait", "还有其他市民在等同一件事的答复,不能按不合理诉求了结。")
    pen.write(
        "unreasonable_proposed",
        say={"ground": cmd.ground, "facts": cmd.facts, "explained": cmd.explained},
        fields={"proposal": "unreasonable", "proposed_by": cmd.by},
    )


UNREASONABLE_GROUNDS = frozenset(f"UR{n}" for n in range(1, 9))


def concur_unreasonable(pen: Pen, cmd: c.ConcurUnreasonable, rules: Rules) -> None:
    """The first of two decisions."""
    if pen.order.proposal != "unreasonable":
        raise Refused("no_proposal", "没有等待认定的不合理诉求。")
    pen.write(
        "unreasonable_concurred" if cmd.agreed else "unreasonable_refused",
        say={"text": cmd.text},
        fields={"proposal": "unreasonable:concurred" if cmd.agreed else None},
    )


def decide_unreasonable(pen: Pen, cmd: c.DecideUnreasonable, rules: Rules) -> None:
    """The second decision; the order is closed with the explanation that was given."""
    if pen.order.proposal != "unreasonable:concurred":
        raise Refused("no_proposal", "不合理诉求要先由督办员同意。")
    if not cmd.agreed:
        pen.write("unreasonable_refused", say={"text": cmd.text}, fields={"proposal": None})
        return
    if not cmd.text:
        raise Refused("no_text", "认定不合理诉求要写明意见。")
    if pen.order.parts:
        raise Refused("parts_open", f"还有 {len(pen.order.parts)} 个子项没有办完。")
    pen.write(
        "unreasonable_decided",
        state="completed",
        holder="",
        kept=pen.open(),
        no_clock=True,
        flags=("unreasonable",),
        say={"evidence": cmd.text},
        fields={**QUIET, "result": "unreasonable"},
    )


def urge(pen: Pen, cmd: c.Urge, rules: Rules) -> None:
    """Urge, or raise the grade; it never falls by an urge, and each letter has its number."""
    if not cmd.letter:
        raise Refused("no_letter", "督办要有编号或通话记录。")
    if cmd.level < pen.order.level:
        raise Refused("only_up", f"督办等级只升不降,现在是 {pen.order.level} 级。")
    pen.write("urged", say={"level": cmd.level, "letter": cmd.letter}, fields={"level": cmd.level})


def annul_cards(pen: Pen, cmd: c.AnnulCards, rules: Rules) -> None:
    """Annul cards that a wrong dispatch caused; the entries that gave them stay."""
    if not pen.order.flags & {"card_yellow", "card_red"}:
        raise Refused("no_cards", "这张工单没有黄牌或红牌。")
    pen.write(
        "cards_annulled", unflags=("card_yellow", "card_red"), flags=("cards_annulled",), say={"reason": cmd.reason}
    )
