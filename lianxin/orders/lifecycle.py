"""Which step is possible now, for whom, and what does it write? One table holds them all.

    decide(order, command, rules, now, levels) -> (entries, order after)

The table is also the manual: `docs/lifecycle.md` and its diagram are drawn from it.
Pure: time and rules come in as arguments. Several orders at once: `steps.joining`.
"""

from typing import Final

from lianxin.ground.clock import Instant, not_before
from lianxin.orders import commands as c
from lianxin.orders.order import Order, OrderEntry
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.states import AGENT, ANY, AT_UNIT, CLOSED_STATES, FOLLOWUP, NEW, OPEN, UNDER_WAY, UNIT
from lianxin.orders.step import Step, permit, separation
from lianxin.orders.steps import (
    answer,
    beside,
    beyond,
    citizens,
    clockwork,
    dispatch,
    followup,
    handling,
    intake,
    joining,
    parts,
    reopening,
    returns,
    supervising,
    written,
)
from lianxin.rules import Rules
from lianxin.units import FLAT, Levels

__all__ = ["ALL_STEPS", "STEPS", "Step", "decide", "separation"]

STEPS: Final[dict[type[c.Command], Step]] = {
    **beside.BESIDE,
    **written.WRITTEN,
    c.Submit: Step("提交", "submit", (NEW,), ("submitted",), AGENT, intake.submit, "五要素与诉求，已向来电人复述确认"),
    c.SendBack: Step(
        "退回修改", "send back", ("submitted",), ("sent_back",), ("reviewer",), intake.send_back, "逐项意见", ("agent",)
    ),
    c.Revise: Step("修改后提交", "revise", ("sent_back",), ("submitted",), AGENT, intake.revise, "改正的内容"),
    c.ProposeNotAccepted: Step(
        "提出不予受理",
        "propose not to accept",
        ("submitted",),
        (),
        ("reviewer",),
        intake.propose_not_accepted,
        "依据代码、法定途径",
        ("agent",),
    ),
    c.ConfirmNotAccepted: Step(
        "确认不予受理",
        "confirm not to accept",
        ("submitted",),
        ("not_accepted",),
        ("shift_lead",),
        intake.confirm_not_accepted,
        "已告知来电人法定途径",
        ("agent", "reviewer"),
    ),
    c.Approve: Step(
        "审核通过",
        "approve",
        ("submitted",),
        ("approved",),
        ("reviewer",),
        intake.approve,
        "类别、地点、紧急程度、保密",
        ("agent",),
    ),
    c.Dispatch: Step(
        "转办",
        "dispatch",
        ("approved",),
        ("dispatched",),
        ("dispatcher",),
        dispatch.dispatch,
        "目录条目或职责依据、主办与协办",
        ("agent",),
    ),
    c.Sign: Step(
        "签收",
        "sign",
        ("sent_back", "dispatched", "replied", "rework", "transferred", "followup_due"),
        ("in_progress", "long_run"),
        (*UNIT, *AGENT, "outside"),
        dispatch.sign,
        "签收人",
        arrows=(
            ("dispatched", "in_progress"),
            ("replied", "in_progress"),
            ("replied", "long_run"),
            ("followup_due", "long_run"),
        ),
    ),
    c.AskSendBack: Step(
        "申请退单",
        "ask to return",
        ("dispatched", "in_progress"),
        ("send_back_review",),
        UNIT,
        returns.ask_send_back,
        "理由代码、依据、建议单位；在退单窗口内",
    ),
    c.DecideSendBack: Step(
        "裁定退单",
        "decide the return",
        ("send_back_review", "objection_review"),
        ("approved", "in_progress", "joint_meeting"),
        ("objection_reviewer",),
        returns.decide_send_back,
        "裁定意见；目录有误的开目录更正单",
        ("dispatcher",),
    ),
    c.Object: Step(
        "提出派单异议",
        "object to the dispatch",
        ("send_back_review",),
        ("objection_review",),
        UNIT,
        returns.object_,
        "异议依据",
    ),
    c.OpenJointMeeting: Step(
        "提请会商",
        "call a joint meeting",
        ("send_back_review", "objection_review"),
        ("joint_meeting",),
        ("supervisor", "objection_reviewer"),
        returns.open_joint_meeting,
        "会商事由",
        ("dispatcher",),
    ),
    c.DecideJointMeeting: Step(
        "会商定办",
        "decide by joint meeting",
        ("joint_meeting",),
        ("dispatched",),
        ("duty_manager",),
        returns.decide_joint_meeting,
        "会议纪要、主办与协办",
        ("dispatcher",),
    ),
    c.LogContact: Step(
        "记录联系",
        "note contact",
        ("in_progress", "suspended", "rework", "long_run"),
        (),
        UNIT,
        handling.log_contact,
        "联系方式与时间",
    ),
    c.Note: Step(
        "记录进展",
        "note progress",
        OPEN,
        (),
        (*UNIT, *AGENT, "supervisor", "duty_manager", "followup_caller"),
        intake.note,
        "进展内容",
    ),
    c.AskExtension: Step(
        "申请延期",
        "ask for an extension",
        AT_UNIT,
        (),
        ("unit_leader",),
        handling.ask_extension,
        "理由、阶段结果、已告知来电人；在到期前",
    ),
    c.DecideExtension: Step(
        "审批延期", "decide the extension", AT_UNIT, (), ("supervisor",), handling.decide_extension, "意见"
    ),
    c.AskSuspension: Step(
        "申请挂起", "ask for suspension", AT_UNIT, (), UNIT, handling.ask_suspension, "理由、恢复日期；在到期前"
    ),
    c.DecideSuspension: Step(
        "审批挂起",
        "decide the suspension",
        AT_UNIT,
        ("suspended",),
        ("supervisor", "duty_manager"),
        handling.decide_suspension,
        "意见",
    ),
    c.Resume: Step(
        "恢复办理",
        "resume",
        ("suspended",),
        ("in_progress",),
        (*UNIT, "supervisor", "duty_manager"),
        handling.resume,
        "恢复理由；到恢复日期自动恢复",
    ),
    c.RegisterLongRun: Step(
        "申请挂账",
        "propose the long-run register",
        AT_UNIT,
        (),
        ("unit_leader",),
        beyond.register_long_run,
        "计划与节点日期",
    ),
    c.DecideLongRun: Step(
        "审批挂账",
        "decide the long-run register",
        AT_UNIT,
        ("long_run",),
        ("supervisor",),
        beyond.decide_long_run,
        "已告知来电人计划和日期",
    ),
    c.ReachMilestone: Step(
        "完成节点", "reach a milestone", ("long_run",), (), UNIT, beyond.reach_milestone, "已告知来电人、下一个节点日期"
    ),
    c.ProposeUnreasonable: Step(
        "提出不合理诉求",
        "propose: unreasonable demand",
        AT_UNIT,
        (),
        UNIT,
        beyond.propose_unreasonable,
        "事实、依据、对来电人的解释",
    ),
    c.ConcurUnreasonable: Step(
        "复核不合理诉求",
        "concur: unreasonable demand",
        AT_UNIT,
        (),
        ("supervisor",),
        beyond.concur_unreasonable,
        "意见",
    ),
    c.DecideUnreasonable: Step(
        "认定不合理诉求",
        "decide: unreasonable demand",
        AT_UNIT,
        ("completed",),
        ("duty_manager",),
        beyond.decide_unreasonable,
        "认定意见",
    ),
    c.Reply: Step(
        "答复",
        "reply",
        ("in_progress", "rework", "long_run"),
        ("replied",),
        UNIT,
        answer.reply,
        "逐项答复、依据、联系记录；重件由领导签发",
    ),
    c.ReturnReply: Step(
        "退回答复", "return the reply", ("replied",), (), ("reviewer",), answer.return_reply, "缺项", ("agent",)
    ),
    c.AcceptReply: Step(
        "答复通过",
        "accept the reply",
        ("replied",),
        ("followup_due",),
        ("reviewer",),
        answer.accept_reply,
        "",
        ("agent",),
    ),
    c.AttemptFailed: Step(
        "记录未接通",
        "note an attempt",
        FOLLOWUP,
        ("followup_failed",),
        ("followup_caller",),
        followup.attempt_failed,
        "时间、号码、结果",
        ("agent", "dispatcher", "unit"),
    ),
    c.RecordFollowup: Step(
        "记录回访",
        "record the follow-up",
        FOLLOWUP,
        ("completed", "followup_due"),
        ("followup_caller",),
        followup.record_followup,
        "录音、两问分答",
        ("agent", "dispatcher", "unit", "first_caller"),
    ),
    c.ConfirmRework: Step(
        "确认重办",
        "confirm the rework",
        ("followup_due",),
        ("rework", "completed", "followup_due"),
        ("reviewer",),
        answer.confirm_rework,
        "重办要求或依法说明",
        ("agent", "caller"),
    ),
    c.CloseUnreached: Step(
        "未接通了结",
        "end unreached",
        ("followup_failed",),
        ("completed", "followup_due"),
        ("followup_caller",),
        followup.close_unreached,
        "各次记录与链接短信",
        ("agent", "dispatcher", "unit"),
    ),
    c.Transfer: Step(
        "转出",
        "transfer",
        tuple(state for state in UNDER_WAY if state != "transferred"),
        ("transferred",),
        ("dispatcher",),
        dispatch.transfer,
        "对方系统、编号与回执",
        ("agent",),
    ),
    c.Inform: Step(
        "告知并了结",
        "inform and close",
        ("transferred",),
        ("informed",),
        ("dispatcher", "followup_caller", "system"),
        dispatch.inform,
        "已告知来电人",
    ),
    **citizens.CITIZENS,
    **reopening.REOPENING,
    **supervising.SUPERVISING,
    c.NameTracker: Step(
        "更换跟踪人", "name the tracker", OPEN, (), ("dispatcher", "duty_manager", "system"), dispatch.name_tracker
    ),
    c.PassOn: Step("移交", "pass on", OPEN, (), ("system",), dispatch.pass_on, "接替人"),
    **parts.PARTS,
    c.Recount: Step("补算期限", "count open dates", OPEN, (), ("system",), clockwork.recount_now, "该年工作日历"),
    c.Tick: Step(
        "到时",
        "the clock",
        ANY,
        ("submitted", "in_progress", "archived"),
        ("system",),
        clockwork.tick,
        arrows=(
            ("sent_back", "submitted"),
            ("suspended", "in_progress"),
            *((state, "archived") for state in CLOSED_STATES if state != "archived"),
        ),
    ),
}
"""Every step that writes one order."""

ALL_STEPS: Final[dict[type[c.Command], Step]] = {**STEPS, **joining.PAIRS}
"""The whole table: what one order can do, and what several can do together."""


def decide(
    order: Order, command: c.Command, rules: Rules, now: Instant, levels: Levels = FLAT
) -> tuple[list[OrderEntry], Order]:
    """Return what the command writes, and the order after; the order given is left as it was.

    now     may lie a little before the order's last entry (`not_before`)
    levels  who stands above whom in the city; nobody, where nothing is known
    Raises Refused: the step is not possible in this state, for this role, for this person or for its content.
    """
    step = STEPS[type(command)]
    permit(order, command, step, ALL_STEPS)
    at = not_before(now, order.last_at)
    if at is None:
        raise Refused("clock_back", "时钟早于上一笔记录，这一步没有保存。", "请稍后再试，并告知系统管理员。")
    pen = Pen(order, command, at, levels)
    assert step.write is not None, step.en
    step.write(pen, command, rules)
    return pen.entries, pen.order
