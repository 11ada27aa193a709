"""What does not end with an answer in time: the long-run register and the unreasonable demand (挂账、不合理诉求)."""

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.steps.handling import LONGEST_MS, asked, refuse
from lianxin.orders.steps.instructions import nothing_instructed
from lianxin.orders.steps.returns import nothing_pending
from lianxin.promises import Promise
from lianxin.rules import Rules

REPORT_EVERY_MS = 30 * DAY_MS
"""On the long-run register the citizens hear news at least once in 30 days (domain §6)."""
UNREASONABLE_GROUNDS = frozenset(f"UR{n}" for n in range(1, 9))


def register_long_run(pen: Pen, cmd: c.RegisterLongRun, rules: Rules) -> None:
    """Propose a plan with dates beyond the deadline."""
    if not cmd.plan:
        raise Refused("no_plan", "挂账要有计划，写明节点、日期和责任人。")
    _ahead(pen, cmd.milestone_at)
    nothing_pending(pen)
    pen.write(
        "long_run_asked",
        say={"plan": cmd.plan, "milestone_at": cmd.milestone_at},
        fields={"proposal": f"long_run:{cmd.milestone_at}", "proposed_by": cmd.by},
    )


def _ahead(pen: Pen, milestone: Instant) -> None:
    if not pen.now < milestone <= pen.now + LONGEST_MS:
        raise Refused("no_date", "下一个节点的日期要在将来一年之内。")


def decide_long_run(pen: Pen, cmd: c.DecideLongRun, rules: Rules) -> None:
    """Put it on the register: the unit's clock stops, milestones and monthly news begin."""
    order, clock = pen.order, pen.order.clock
    milestone = asked(pen, "long_run", "挂账")
    if not cmd.granted:
        refuse(pen, "long_run_refused", cmd.told)
        return
    if not cmd.told:
        raise Refused("not_told", "挂账要先告知来电人计划和日期。")
    if milestone <= pen.now:
        raise Refused("past", "计划的节点日期已经过了。", "请驳回申请，由单位重新提出。")
    late = clock is not None and clock.due != UNRESOLVED and pen.now >= clock.due
    pen.write(
        "long_run_registered",
        state="long_run",
        kept=pen.open(),
        made=news_by(pen, milestone),
        no_clock=True,
        say={"told": cmd.told},
        fields={
            "proposal": None,
            "proposed_by": None,
            "milestone_at": milestone,
            "card_at": None,
            "on_time": False if late else order.on_time,
        },
    )


def news_by(pen: Pen, milestone: Instant) -> tuple[Promise, ...]:
    """Return the news promised to everybody owed: by the milestone, at the latest in 30 days."""
    return pen.promise_each("news", pen.order.appellants, min(milestone, pen.now + REPORT_EVERY_MS))


def reach_milestone(pen: Pen, cmd: c.ReachMilestone, rules: Rules) -> None:
    """Tell the citizens what was reached and the next date."""
    if not cmd.told:
        raise Refused("not_told", "请写明告知了来电人什么。")
    _ahead(pen, cmd.next_at)
    pen.write(
        "milestone_reached",
        kept=pen.open("news"),
        made=news_by(pen, cmd.next_at),
        say={"told": cmd.told},
        fields={"milestone_at": cmd.next_at},
    )


def propose_unreasonable(pen: Pen, cmd: c.ProposeUnreasonable, rules: Rules) -> None:
    """Propose to end an unreasonable demand: facts, law, what was explained."""
    order = pen.order
    if not (cmd.ground in UNREASONABLE_GROUNDS and cmd.facts and cmd.explained):
        raise Refused("no_ground", "不合理诉求要选代码 UR1 至 UR8,并写明事实、依据和对来电人的解释。")
    if order.urgency == "life_danger" or "emergency" in order.flags:
        raise Refused("danger", "危及生命的事项不能认定为不合理诉求。", "请立即处置。")
    _nobody_else(pen)
    nothing_pending(pen)
    pen.write(
        "unreasonable_proposed",
        say={"ground": cmd.ground, "facts": cmd.facts, "explained": cmd.explained},
        fields={"proposal": "unreasonable", "proposed_by": cmd.by},
    )


def _nobody_else(pen: Pen) -> None:
    if pen.order.others:
        raise Refused(
            "others_wait",
            f"还有 {len(pen.order.others)} 位来电人在等同一件事的答复，不能按不合理诉求了结。",
            "请照常答复。",
        )


def concur_unreasonable(pen: Pen, cmd: c.ConcurUnreasonable, rules: Rules) -> None:
    """Take the first of two decisions."""
    if pen.order.proposal != "unreasonable":
        raise Refused("no_proposal", "没有等待认定的不合理诉求。")
    if not cmd.agreed:
        refuse(pen, "unreasonable_refused", cmd.text)
        return
    pen.write(
        "unreasonable_concurred",
        say={"text": cmd.text},
        fields={"proposal": "unreasonable:concurred", "proposed_by": cmd.by},
    )


def decide_unreasonable(pen: Pen, cmd: c.DecideUnreasonable, rules: Rules) -> None:
    """Take the second decision, by another person; the order is closed with the explanation that was given."""
    order = pen.order
    if order.proposal != "unreasonable:concurred":
        raise Refused("no_proposal", "不合理诉求要先由督办员同意。")
    if order.proposed_by == cmd.by:
        raise Refused("separation", "您已经作为督办员同意过，认定要由另一位同事来做。")
    if not cmd.agreed:
        refuse(pen, "unreasonable_refused", cmd.text)
        return
    if not cmd.text:
        raise Refused("no_text", "请写明认定意见。")
    if order.parts:
        raise Refused("parts_open", f"还有 {len(order.parts)} 个子项没有办完。")
    nothing_instructed(pen, "认定不合理诉求")
    _nobody_else(pen)
    pen.close("unreasonable_decided", "completed", "unreasonable", cmd.text, flags=("unreasonable",))
