"""Which step is possible now, for whom, and what does it write? One table holds them all.

    decide(order, command, rules, now) -> (entries, order after)

The table is also the manual: `docs/lifecycle.md` and its diagram are drawn from it.
Pure: time and rules come in as arguments. Two orders at once: `steps.joining`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from lianxin.ground.clock import Instant, not_before
from lianxin.orders import commands as c
from lianxin.orders.dates import next_date
from lianxin.orders.order import Order, OrderEntry
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.steps import answer, clockwork, dispatch, handling, intake
from lianxin.rules import Rules

NEW = ""
"""The state of an order that has no entry yet."""
AT_UNIT = ("in_progress",)
OPEN = (
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
)
CLOSED_STATES = ("not_accepted", "merged", "withdrawn", "completed", "archived")
UNIT = ("unit_contact", "unit_leader", "county_office", "township")
CITIZEN = ("citizen",)


class Step(NamedTuple):
    """One row of the table.

    frm       states in which the command is possible
    to        states it can lead to; () = the state stays
    who       roles that may give it
    evidence  what it must bring, in the words of the manual
    not_as    what the actor must not have been on this order (agent, reviewer, dispatcher, caller)
    """

    frm: tuple[str, ...]
    to: tuple[str, ...]
    who: tuple[str, ...]
    write: Callable[[Pen, Any, Rules], None]
    evidence: str = ""
    not_as: tuple[str, ...] = ()


AGENT = ("agent", "seat_enterprise", "seat_dialect", "expert", "system")
STEPS: dict[type[c.Command], Step] = {
    c.Submit: Step((NEW,), ("submitted",), AGENT, intake.submit, "五要素与诉求,已向来电人复述确认"),
    c.SendBack: Step(("submitted",), ("sent_back",), ("reviewer",), intake.send_back, "逐项意见", ("agent",)),
    c.Revise: Step(("sent_back",), ("submitted",), AGENT, intake.revise),
    c.ProposeNotAccepted: Step(
        ("submitted",), (), ("reviewer",), intake.propose_not_accepted, "依据代码、法定途径", ("agent",)
    ),
    c.ConfirmNotAccepted: Step(
        ("submitted",),
        ("not_accepted",),
        ("shift_lead",),
        intake.confirm_not_accepted,
        "已告知来电人",
        ("agent", "reviewer"),
    ),
    c.Approve: Step(
        ("submitted",), ("approved",), ("reviewer",), intake.approve, "类别、地点、紧急程度、保密", ("agent",)
    ),
    c.Dispatch: Step(
        ("approved",),
        ("dispatched",),
        ("dispatcher", "county_office"),
        dispatch.dispatch,
        "目录条目或职责依据",
        ("agent",),
    ),
    c.Sign: Step(
        ("sent_back", "dispatched", "replied", "rework", "transferred", "followup_due"),
        ("in_progress", "long_run"),
        (*UNIT, *AGENT, "outside"),
        dispatch.sign,
        "签收人",
    ),
    c.AskSendBack: Step(
        ("dispatched", "in_progress"), ("send_back_review",), UNIT, dispatch.ask_send_back, "理由代码、依据、建议单位"
    ),
    c.DecideSendBack: Step(
        ("send_back_review", "objection_review"),
        ("approved", "in_progress", "joint_meeting"),
        ("objection_reviewer",),
        dispatch.decide_send_back,
        "裁定意见",
        ("dispatcher",),
    ),
    c.Object: Step(("send_back_review",), ("objection_review",), UNIT, dispatch.object_, "异议依据"),
    c.OpenJointMeeting: Step(
        ("send_back_review", "objection_review"),
        ("joint_meeting",),
        ("supervisor", "objection_reviewer"),
        dispatch.open_joint_meeting,
        "会商事由",
        ("dispatcher",),
    ),
    c.DecideJointMeeting: Step(
        ("joint_meeting",), ("dispatched",), ("duty_manager",), dispatch.decide_joint_meeting, "会议纪要"
    ),
    c.LogContact: Step(
        ("in_progress", "suspended", "rework", "long_run"), (), UNIT, handling.log_contact, "联系方式与时间"
    ),
    c.Note: Step(OPEN, (), (*UNIT, *AGENT, "supervisor", "duty_manager", "followup_agent"), intake.note),
    c.AskExtension: Step(AT_UNIT, (), ("unit_leader",), handling.ask_extension, "理由、阶段结果、已告知来电人"),
    c.DecideExtension: Step(AT_UNIT, (), ("supervisor",), handling.decide_extension),
    c.AskSuspension: Step(AT_UNIT, (), UNIT, handling.ask_suspension, "理由、恢复日期"),
    c.DecideSuspension: Step(AT_UNIT, ("suspended",), ("supervisor", "duty_manager"), handling.decide_suspension),
    c.Resume: Step(("suspended",), ("in_progress",), (*UNIT, "supervisor"), handling.resume),
    c.RegisterLongRun: Step(AT_UNIT, (), ("unit_leader",), handling.register_long_run, "计划与节点日期"),
    c.DecideLongRun: Step(AT_UNIT, ("long_run",), ("supervisor",), handling.decide_long_run, "已告知来电人"),
    c.ReachMilestone: Step(("long_run",), (), UNIT, handling.reach_milestone, "已告知来电人"),
    c.ProposeUnreasonable: Step(AT_UNIT, (), UNIT, handling.propose_unreasonable, "事实、依据、解释"),
    c.ConcurUnreasonable: Step(AT_UNIT, (), ("supervisor",), handling.concur_unreasonable),
    c.DecideUnreasonable: Step(AT_UNIT, ("completed",), ("duty_manager",), handling.decide_unreasonable, "认定意见"),
    c.Reply: Step(
        ("in_progress", "rework", "long_run"),
        ("replied",),
        UNIT,
        answer.reply,
        "逐项答复、依据、联系记录;重件由领导签发",
    ),
    c.ReturnReply: Step(("replied",), (), ("reviewer",), answer.return_reply, "缺项"),
    c.AcceptReply: Step(("replied",), ("followup_due",), ("reviewer",), answer.accept_reply),
    c.AttemptFailed: Step(
        ("followup_due", "followup_failed"),
        ("followup_failed",),
        ("followup_agent",),
        answer.attempt_failed,
        "时间、号码、结果",
        ("agent", "dispatcher"),
    ),
    c.RecordFollowup: Step(
        ("followup_due", "followup_failed"),
        ("completed", "followup_due"),
        ("followup_agent",),
        answer.record_followup,
        "录音、两问分答",
        ("agent", "dispatcher", "first_caller"),
    ),
    c.ConfirmRework: Step(
        ("followup_due", "followup_failed"),
        ("rework", "completed"),
        ("reviewer",),
        answer.confirm_rework,
        "重办要求或依法说明",
        ("caller",),
    ),
    c.CloseUnreached: Step(
        ("followup_failed",),
        ("completed",),
        ("followup_agent",),
        answer.close_unreached,
        "三次记录与链接短信",
        ("agent", "dispatcher"),
    ),
    c.Withdraw: Step(
        tuple(state for state in OPEN if state not in ("transferred", "followup_due", "followup_failed", "replied")),
        ("withdrawn",),
        CITIZEN,
        intake.withdraw,
        "录音或短信",
    ),
    c.Transfer: Step(
        ("approved", "dispatched"), ("transferred",), ("dispatcher",), dispatch.transfer, "对方编号与回执", ("agent",)
    ),
    c.Inform: Step(("transferred",), (), ("dispatcher", "followup_agent", "system"), dispatch.inform, "已告知来电人"),
    c.Reopen: Step(("completed", "archived"), ("dispatched",), ("reviewer",), answer.reopen, "新的事实", ("agent",)),
    c.Add: Step(OPEN, (), (*AGENT, "citizen"), intake.add),
    c.Urge: Step(OPEN, (), ("supervisor", "duty_manager"), handling.urge, "文号"),
    c.AnnulCards: Step((*OPEN, *CLOSED_STATES), (), ("supervisor", "objection_reviewer"), handling.annul_cards, "理由"),
    c.NameTracker: Step(OPEN, (), ("dispatcher", "duty_manager", "system"), dispatch.name_tracker),
    c.PassOn: Step(OPEN, (), ("system",), dispatch.pass_on),
    c.OpenPart: Step(
        ("approved", "dispatched", *AT_UNIT, "long_run", "joint_meeting"),
        (),
        (*UNIT, "dispatcher", "supervisor", "duty_manager"),
        dispatch.open_part,
        "内容、承接方、期限",
    ),
    c.SignPart: Step(OPEN, (), (*UNIT, "outside"), dispatch.sign_part),
    c.FinishPart: Step(OPEN, (), (*UNIT, "outside", *AGENT, "dispatcher"), dispatch.finish_part, "办理结果"),
    c.Erase: Step((*OPEN, *CLOSED_STATES), (), ("secadmin", "system"), intake.erase, "法定依据"),
    c.ReplaceCode: Step((*OPEN, *CLOSED_STATES), (), ("system", *AGENT), intake.replace_code),
    c.Recount: Step(OPEN, (), ("system",), clockwork.recount_now),
    c.Tick: Step((*OPEN, *CLOSED_STATES), (*OPEN, "archived"), ("system",), clockwork.tick),
}

UNIT_ONLY = frozenset(
    {
        c.AskSendBack,
        c.Object,
        c.LogContact,
        c.AskExtension,
        c.AskSuspension,
        c.RegisterLongRun,
        c.ReachMilestone,
        c.ProposeUnreasonable,
        c.Reply,
    }
)
"""Steps that only the unit whose order it is may take."""


def decide(order: Order, command: c.Command, rules: Rules, now: Instant) -> tuple[list[OrderEntry], Order]:
    """Return what the command writes, and the order after; the order given is left as it was.

    now  never before the order's last entry
    Raises Refused: the step is not possible in this state, for this role, for this person or for its content.
    """
    step = STEPS[type(command)]
    if order.state not in step.frm:
        raise Refused(
            "wrong_state",
            f"工单现在是“{STATE_ZH.get(order.state, '未提交')}”,不能做这一步。",
            "请刷新后看现在可以做什么。",
        )
    if command.role not in step.who:
        raise Refused("not_your_role", "您的岗位不能做这一步。")
    if type(command) in UNIT_ONLY and not dispatch.speaks_for_unit(order, command.by):
        raise Refused("not_your_unit", "这张工单不在您单位名下。")
    broken = separation(order, command.by, step.not_as)
    if broken is not None:
        raise Refused("separation", f"您在这张工单上做过{ROLE_ZH[broken]},这一步要由另一位同事来做。")
    at = not_before(now, order.last_at)
    if at is None:
        raise Refused("clock_back", "时钟早于上一笔记录,这一步没有保存。", "请稍后再试,并告知系统管理员。")
    pen = Pen(order, command, at)
    step.write(pen, command, rules)
    return pen.entries, pen.order


def separation(order: Order, who: str, not_as: tuple[str, ...]) -> str | None:
    """Return the part this person had on the order that forbids the step, or None (职责分离)."""
    acted = {
        "agent": order.agents,
        "reviewer": order.reviewers,
        "dispatcher": order.dispatchers,
        "caller": order.callers,
        "first_caller": order.callers if order.reworks else frozenset(),
    }
    return next((part for part in not_as if who in acted[part]), None)


def timer(order: Order) -> Instant | None:
    """Return when the order's clock must look at it next."""
    return next_date(order)


ROLE_ZH = {
    "agent": "受理",
    "reviewer": "审核",
    "dispatcher": "转办",
    "caller": "回访",
    "first_caller": "首次回访",
}
STATE_ZH = {
    "submitted": "待审核",
    "sent_back": "退回修改",
    "approved": "待派发",
    "dispatched": "待签收",
    "in_progress": "办理中",
    "send_back_review": "退单待审",
    "objection_review": "异议审核",
    "joint_meeting": "会商中",
    "suspended": "挂起",
    "replied": "已回复待审",
    "followup_due": "待回访",
    "followup_failed": "回访未接通",
    "rework": "重办",
    "long_run": "挂账跟踪",
    "transferred": "已转出",
    "not_accepted": "不予受理",
    "merged": "已并单",
    "withdrawn": "已撤回",
    "completed": "办结",
    "archived": "归档",
}
