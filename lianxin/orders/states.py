"""Which states can an order be in, and what are they called? Names only; the table of steps is next door.

`informed` is no state of its own: a transferred order stays `transferred` and is closed
once its citizen was told. In the table it stands apart, because a closed order may do less.
"""

from typing import Final

from lianxin.orders.order import Order

NEW: Final = ""
"""The state of an order that has no entry yet."""
INFORMED: Final = "informed"
"""Where a transferred order stands in the table once its citizen was told."""

OPEN: Final = (
    "received",
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
    "reopen_asked",
)
CLOSED_STATES: Final = ("not_accepted", "merged", "withdrawn", "completed", INFORMED, "archived")
UNDER_WAY: Final = tuple(state for state in OPEN if state != "reopen_asked")
"""Open, and not only asked to be opened again."""
AT_UNIT: Final = ("in_progress",)
FOLLOWUP: Final = ("followup_due", "followup_failed")
ANY: Final = (*OPEN, *CLOSED_STATES)

UNIT: Final = ("unit_contact", "unit_leader", "county_office", "township")
AGENT: Final = ("agent", "seat_enterprise", "seat_dialect", "expert", "system")
"""Roles that act for a unit, and those that write for a citizen."""

STATE_ZH: Final = {
    NEW: "未提交",
    "received": "待受理",
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
    "reopen_asked": "申请重办待审",
    INFORMED: "已转出并告知",
    "not_accepted": "不予受理",
    "merged": "已并单",
    "withdrawn": "已撤回",
    "completed": "办结",
    "archived": "归档",
}
STATE_EN: Final = {
    NEW: "draft",
    "received": "to be taken in",
    "submitted": "in review",
    "sent_back": "sent back to the agent",
    "approved": "to be dispatched",
    "dispatched": "waiting for signature",
    "in_progress": "being handled",
    "send_back_review": "return under review",
    "objection_review": "objection under review",
    "joint_meeting": "in joint meeting",
    "suspended": "suspended",
    "replied": "reply under review",
    "followup_due": "to be followed up",
    "followup_failed": "follow-up not reached",
    "rework": "rework",
    "long_run": "on the long-run register",
    "transferred": "transferred",
    "reopen_asked": "reopening asked for",
    INFORMED: "transferred, citizen told",
    "not_accepted": "not accepted",
    "merged": "joined to another order",
    "withdrawn": "withdrawn",
    "completed": "completed",
    "archived": "archived",
}


def place_of(order: Order) -> str:
    """Return where the order stands in the table of steps."""
    if order.closed_at is not None and order.state == "transferred":
        return INFORMED
    return order.state
