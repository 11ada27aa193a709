"""What is somebody told whose colleague was faster (先办为准)?

Who did what, when, that nothing of one's own was saved, and what is possible now; the
same sentence wherever it appears. Names come from outside: an entry knows only keys.
"""

from collections.abc import Callable
from typing import Final

from lianxin.ground.clock import HOUR_MS, MINUTE_MS, Instant, to_datetime
from lianxin.orders.refusal import Refused
from lianxin.people import TRAYS

DID: Final[dict[str, str]] = {
    "received": "网上提交",
    "taken_in": "受理并提交审核",
    "submitted": "提交审核",
    "sent_back": "退回话务员修改",
    "revised": "修改后重新提交",
    "not_accepted_proposed": "提出不予受理",
    "not_accepted": "确认不予受理",
    "approved": "审核通过",
    "dispatched": "转给{to}",
    "joint_meeting_decided": "按会商纪要转给{to}",
    "signed": "签收",
    "send_back_asked": "申请退单",
    "send_back_accepted": "同意退单",
    "send_back_refused": "驳回退单",
    "objected": "提出派单异议",
    "joint_meeting_opened": "提请会商",
    "parts_given_back": "按会商纪要收回子项",
    "contacted": "记录了与来电人的联系",
    "noted": "记录了进展",
    "added": "补充了诉求",
    "extension_asked": "申请延期",
    "extended": "同意延期",
    "extension_refused": "驳回延期",
    "suspension_asked": "申请挂起",
    "suspended": "同意挂起",
    "suspension_refused": "驳回挂起",
    "resumed": "恢复办理",
    "long_run_asked": "申请挂账",
    "long_run_registered": "同意挂账",
    "long_run_refused": "驳回挂账",
    "milestone_reached": "完成一个节点",
    "milestone_missed": "记为节点逾期",
    "unreasonable_proposed": "提出不合理诉求",
    "unreasonable_concurred": "同意认定不合理诉求",
    "unreasonable_decided": "认定为不合理诉求",
    "unreasonable_refused": "驳回不合理诉求",
    "replied": "答复",
    "reply_returned": "退回{to}修改答复",
    "reply_accepted": "通过答复",
    "followup_attempted": "回访未接通",
    "followup_answered": "回访并提出重办",
    "joined_attempted": "回访并入的来电人未接通",
    "joined_dissatisfied": "回访并入的来电人并提出重办",
    "joined_followed_up": "回访了并入的来电人",
    "joined_unreached": "了结一位未接通的来电人",
    "promised_later": "回访并转挂账跟踪",
    "rework_ordered": "退回{to}重办",
    "rework_declined": "认定不必重办",
    "own_settled": "登记来电人的评价",
    "all_asked": "回访完毕并办结",
    "completed": "办结",
    "withdrawn": "撤回",
    "one_withdrew": "撤回其中一位的诉求",
    "transferred": "转给{to}",
    "informed": "告知并了结",
    "merged": "并入另一张工单",
    "joined": "并入另一张工单的诉求",
    "separated": "撤销并单",
    "parted": "撤销并单",
    "reopen_asked": "申请重新办理",
    "reopen_declined": "审核后不重新办理",
    "reopened": "重新打开",
    "archived": "归档",
    "urged": "催办",
    "instructed": "作出批示",
    "instruction_answered": "答复批示",
    "instruction_overdue": "记为批示逾期未答复",
    "cards_annulled": "撤销黄红牌",
    "handover_lapsed": "因无人签收而收回",
    "offered_again": "再次交给{to}签收",
    "sign_overdue": "记为签收超时",
    "card_yellow": "发出黄牌",
    "card_red": "发出红牌",
    "overdue_3": "记为逾期 3 个工作日",
    "overdue_5": "记为逾期 5 个工作日",
    "overdue_10": "记为逾期 10 个工作日",
    "promise_broken": "记为承诺未兑现",
    "looked_at": "重新查看期限",
    "counted_again": "重新计算期限",
    "desk_overdue": "记为超时未处理",
    "part_opened": "开出子项",
    "part_signed": "签收子项",
    "part_finished": "办完子项",
    "part_returned": "退回子项",
    "part_overdue": "记为子项逾期",
    "tracker_named": "更换跟踪人",
    "passed_on": "移交给{to}",
    "attached": "上传附件",
    "attachment_erased": "依法删除附件",
    "erased": "依法删除一段文字",
    "code_replaced": "更换查询码",
    "imported": "从旧系统导入",
    "result_imported": "从旧系统导入回访结果",
}
"""Entry -> what its actor did, as it stands after “已由某某”; {to} is who has it, or is asked to take it, since."""


class Overtaken(Exception):
    """Somebody else acted first, and the step no longer fits.

    by, kind, at  who did what when;  to: who has it, or is asked to take it, since
    step          what the step that was not saved is called
    refusal       why it does not fit any more, and what is possible
    """

    def __init__(self, refusal: Refused, by: str, kind: str, at: Instant, to: str = "", step: str = "") -> None:
        super().__init__(f"{by} {kind}: {refusal.sentence}")
        self.refusal = refusal
        self.by = by
        self.kind = kind
        self.at = at
        self.to = to
        self.step = step

    def sentence(self, now: Instant, name: "Callable[[str], str] | None" = None) -> str:
        """Return what the slower one reads at `now`; `name` turns `staff:…` and `unit:…` into names."""
        called = name or plain_name
        did = DID[self.kind].format(to=called(self.to) if self.to else "承接方")
        kept = f"您的“{self.step}”没有保存。" if self.step else "您的这一步没有保存。"
        told = f"这张工单{_ago(self.at, now)}已由{called(self.by)}{did}，{kept}"
        return told + (self.refusal.instead or self.refusal.sentence)


def plain_name(key: str) -> str:
    """Return how somebody is called where no name is known: 工号 1023, 承办单位 zjj, 审核区."""
    kind, _, rest = key.partition(":")
    if kind == "staff":
        return f"工号 {rest}"
    if kind == "unit":
        return f"承办单位 {rest.partition(':')[0]}"
    if kind == "outside":
        return f"外部系统 {rest}"
    if kind == "tray" and rest in TRAYS:
        return TRAYS[rest][0]
    return {"citizen": "来电人", "system": "系统"}.get(key, key)


def _ago(at: Instant, now: Instant) -> str:
    passed = now - at
    if passed < MINUTE_MS:
        return "刚刚"
    if passed < HOUR_MS:
        return f" {passed // MINUTE_MS} 分钟前"
    moment = to_datetime(at)
    return f"在{moment.month}月{moment.day}日 {moment:%H:%M} "
