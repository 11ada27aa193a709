"""An order in each place of the table of steps, brought there by the steps themselves."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from made.orders import (
    AGENT,
    CALLER,
    DISPATCHER,
    DUTY_MANAGER,
    NEIGHBOURS,
    OBJECTION,
    REVIEWER,
    SHIFT_LEAD,
    SUPERVISOR,
    Case,
)

from lianxin.ground.clock import DAY_MS, HOUR_MS
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.steps import joining
from lianxin.orders.steps.beside import Attach, EraseAttachment
from lianxin.orders.steps.written import Lodge, TakeIn

RETURN: Final = {"code": "R2", "basis": "三定规定", "suggested": "csglj"}
EXTENSION: Final = {"amount": 5, "reason": "需多家单位配合", "interim": "已勘查", "told": "已电话告知"}


def received() -> Case:
    case = Case(submit=False)
    case.act(Lodge, "citizen", "citizen", **{**content_of(Lodge, case), "number": case.number})
    return case


def submitted() -> Case:
    return Case()


def sent_back() -> Case:
    case = submitted()
    case.act(c.SendBack, REVIEWER, "reviewer", remarks={"region": "地点不清"})
    return case


def approved() -> Case:
    case = submitted()
    case.approve()
    return case


def dispatched() -> Case:
    return submitted().to_dispatched()


def in_progress() -> Case:
    return submitted().to_unit()


def send_back_review() -> Case:
    case = in_progress()
    case.unit(c.AskSendBack, **RETURN)
    return case


def objection_review() -> Case:
    case = send_back_review()
    case.unit(c.Object, ground="职责清单没有列明")
    return case


def joint_meeting() -> Case:
    case = objection_review()
    case.act(c.OpenJointMeeting, SUPERVISOR, "supervisor", reason="两家职责交叉")
    return case


def asked_for_suspension() -> Case:
    case = in_progress()
    case.unit(c.AskSuspension, ground="appraisal", resume_at=case.now + 3 * DAY_MS)
    return case


def suspended() -> Case:
    case = asked_for_suspension()
    case.act(c.DecideSuspension, SUPERVISOR, "supervisor", granted=True, text="同意")
    return case


def replied() -> Case:
    case = in_progress()
    case.reply()
    return case


def followup_due() -> Case:
    return submitted().to_followup()


def followup_failed() -> Case:
    case = followup_due()
    again = case.now + 4 * HOUR_MS
    case.act(c.AttemptFailed, CALLER, "followup_caller", result="no_answer", again_at=again)
    return case


def rework_proposed() -> Case:
    case = followup_due()
    case.ask(solved="not_solved", satisfied="no", reason="not_solved")
    return case


def rework() -> Case:
    case = rework_proposed()
    case.act(c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="请到现场")
    return case


def asked_for_long_run() -> Case:
    case = in_progress()
    plan = {"plan": "列入雨季前改造", "milestone_at": case.now + 9 * DAY_MS}
    case.unit(c.RegisterLongRun, leader=True, **plan)
    return case


def long_run() -> Case:
    case = asked_for_long_run()
    case.act(c.DecideLongRun, SUPERVISOR, "supervisor", granted=True, told="已电话告知计划")
    return case


def promised_later() -> Case:
    case = followup_due()
    case.ask(solved="promised_later", later_at=case.now + 10 * DAY_MS)
    return case


def transferred() -> Case:
    case = approved()
    case.act(c.Transfer, DISPATCHER, "dispatcher", system="sd-12345", foreign_id="SD-1")
    return case


def received_outside() -> Case:
    case = transferred()
    case.act(c.Sign, "outside:sd-12345", "outside", receipt="回执 1")
    return case


def informed() -> Case:
    case = received_outside()
    case.act(c.Inform, DISPATCHER, "dispatcher", told="已电话告知对方答复")
    return case


def not_accepted() -> Case:
    case = submitted()
    case.act(c.ProposeNotAccepted, REVIEWER, "reviewer", ground="litigation", legal_way="请向受理法院反映")
    case.act(c.ConfirmNotAccepted, SHIFT_LEAD, "shift_lead", told="电话告知")
    return case


def pair(child: Case | None = None, parent: Case | None = None) -> tuple[Case, Case]:
    """Return a joined order and the one that goes on."""
    child = child or Case(contact=NEIGHBOURS[0])
    parent = parent or in_progress()
    join(child, parent)
    return child, parent


def join(child: Case, parent: Case) -> None:
    """Let the reviewer join one order into another."""
    command = child.command(c.Join, REVIEWER, "reviewer", parent=parent.order.id, reason="同一处")
    assert isinstance(command, c.Join)
    entries, up, after, root = joining.join(
        child.order, parent.order, command, parent.rules, max(child.now, parent.now)
    )
    child.keep(entries, after)
    parent.keep(up, root)


def part(child: Case, *above: Case) -> None:
    """Undo it; `above` are the order it was joined to and what that was joined to, up to the root."""
    command = child.command(c.Separate, REVIEWER, "reviewer", reason="不是同一件事")
    assert isinstance(command, c.Separate)
    now = max(child.now, *(case.now for case in above))
    written, parted = joining.separate(child.order, [case.order for case in above], command, child.rules, now)
    child.keep(*written)
    for case, (entries, after) in zip(above, parted, strict=True):
        case.keep(entries, after)


def merged() -> Case:
    return pair()[0]


def withdrawn() -> Case:
    case = submitted()
    case.act(c.Withdraw, "citizen", "citizen", evidence="录音")
    return case


def completed() -> Case:
    case = followup_due()
    case.ask()
    return case


def reopen_asked() -> Case:
    case = completed()
    case.act(c.AskReopen, "citizen", "citizen", contact=case.order.contact, text_hash="ff")
    return case


def archived() -> Case:
    case = completed()
    case.tick()
    return case


PLACES: Final[dict[str, Callable[[], Case]]] = {
    "": lambda: Case(submit=False),
    "received": received,
    "submitted": submitted,
    "sent_back": sent_back,
    "approved": approved,
    "dispatched": dispatched,
    "in_progress": in_progress,
    "send_back_review": send_back_review,
    "objection_review": objection_review,
    "joint_meeting": joint_meeting,
    "suspended": suspended,
    "replied": replied,
    "followup_due": followup_due,
    "followup_failed": followup_failed,
    "rework": rework,
    "long_run": long_run,
    "transferred": transferred,
    "reopen_asked": reopen_asked,
    "informed": informed,
    "not_accepted": not_accepted,
    "merged": merged,
    "withdrawn": withdrawn,
    "completed": completed,
    "archived": archived,
}
"""Place of the table -> how to get there."""


def content_of(kind: type[c.Command], case: Case) -> dict[str, Any]:
    """Return content that is right for a command on this order, as far as the state allows it."""
    soon = case.now + 2 * DAY_MS
    return {
        c.Submit: {
            "number": make_number(date(2026, 3, 9), 99),
            "contact": NEIGHBOURS[0],
            "citizen_since": case.now,
            "kind": "help",
            "category": "0401",
            "region": "371602",
            "text_hash": "aa",
        },
        Lodge: {
            "number": make_number(date(2026, 3, 9), 99),
            "contact": NEIGHBOURS[0],
            "citizen_since": case.now,
            "kind": "help",
            "region": "371602",
            "text_hash": "aa",
        },
        TakeIn: {"kind": "complaint", "category": "0401", "region": "371603", "urgency": "urgent"},
        c.SendBack: {"remarks": {"region": "地点不清"}},
        c.Revise: {"text_hash": "cc"},
        c.ProposeNotAccepted: {"ground": "petition", "legal_way": "凭信访编号查询"},
        c.ConfirmNotAccepted: {"told": "电话告知"},
        c.Approve: {"category": "0401", "region": "371602", "urgency": "normal"},
        c.Dispatch: {"unit": "csglj", "basis": "0401", "directory": "v1"},
        c.AskSendBack: RETURN,
        c.DecideSendBack: {"accepted": True, "text": "同意"},
        c.Object: {"ground": "职责清单没有列明"},
        c.OpenJointMeeting: {"reason": "职责交叉"},
        c.DecideJointMeeting: {"unit": "csglj", "minutes": "纪要 1", "directory": "v1"},
        c.LogContact: {"how": "电话"},
        c.Note: {"told": "已告知进展"},
        c.AskExtension: EXTENSION,
        c.DecideExtension: {"granted": True, "text": "同意"},
        c.AskSuspension: {"ground": "court", "resume_at": soon},
        c.DecideSuspension: {"granted": True, "text": "同意"},
        c.Resume: {"reason": "鉴定完成"},
        c.RegisterLongRun: {"plan": "列入计划", "milestone_at": soon},
        c.DecideLongRun: {"granted": True, "told": "已告知"},
        c.ReachMilestone: {"told": "已告知", "next_at": soon},
        c.ProposeUnreasonable: {"ground": "UR5", "facts": "核查不实", "explained": "已当面说明"},
        c.ConcurUnreasonable: {"agreed": True, "text": "同意"},
        c.DecideUnreasonable: {"agreed": True, "text": "认定"},
        c.Reply: {"answer_hash": "bb", "basis": "条例", "contacted": "电话"},
        c.ReturnReply: {"defects": "答非所问"},
        c.AttemptFailed: {"result": "no_answer", "again_at": soon},
        c.RecordFollowup: {
            "contact": case.order.contact,
            "contacted": "yes",
            "informed": "yes",
            "solved": "solved",
            "satisfied": "yes",
            "evidence": "录音",
        },
        c.ConfirmRework: {"agreed": True, "text": "请重办"},
        c.CloseUnreached: {"link": "短信已发"},
        c.Withdraw: {"evidence": "录音"},
        c.Transfer: {"system": "sd-12345", "foreign_id": "SD-2"},
        c.Inform: {"told": "已告知"},
        c.Reopen: {"contact": case.order.contact, "facts": "又停了"},
        c.Add: {"contact": NEIGHBOURS[5], "text_hash": "dd"},
        c.Rate: {"contact": case.order.contact, "solved": "solved", "satisfied": "very"},
        c.AskReopen: {"contact": case.order.contact, "text_hash": "ff"},
        c.DeclineReopen: {"reason": "没有新的情况", "told": "电话告知"},
        c.Instruct: {"text_hash": "aa"},
        c.AnswerInstruction: {"instruction": 1, "text_hash": "bb"},
        c.Urge: {"level": 4, "letter": "督 1"},
        c.AnnulCards: {"reason": "派单有误"},
        c.NameTracker: {"successor": "staff:3002"},
        c.PassOn: {"successor": "staff:3002"},
        c.OpenPart: {"kind": "item", "to": "unit:csglj", "due": soon, "what": "清运"},
        c.SignPart: {"part": 1},
        c.FinishPart: {"part": 1, "result": "已办"},
        c.ReturnPart: {"part": 1, "code": "R2", "basis": "三定规定"},
        c.Erase: {"text_n": 1, "text_hash": "ee", "ground": "个人信息保护法 第四十七条"},
        Attach: {"hash": "ab", "file": "cd", "media": "image/jpeg", "size": 4096, "purpose": "citizen"},
        EraseAttachment: {"n": 1, "ground": "个人信息保护法 第四十七条"},
    }.get(kind, {})


def person_of(kind: type[c.Command], role: str, case: Case) -> str:
    """Return somebody who may speak in this role and did nothing on the order that forbids it."""
    if role.startswith("unit_") or role in ("county_office", "township"):
        return f"unit:{case.order.unit or 'zjj'}:contact"
    if role == "outside":
        return "outside:sd-12345"
    if role in ("citizen", "system"):
        return role
    return {"agent": AGENT, "objection_reviewer": OBJECTION, "duty_manager": DUTY_MANAGER}.get(role, "staff:7777")
