"""What citizens do with their own order, by number and code or by a call: withdraw, add, rate (撤回、补充、评价).

A rating on the page counts as the follow-up (回访) while that is due: it ends the order, or
asks the reviewer for a rework, exactly as the same answers over the telephone would. The
first one stands; nobody is called again after it. Pure.
"""

from typing import Final

from lianxin.orders import commands as c
from lianxin.orders.dates import answer_due, desk_due
from lianxin.orders.order import Order
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.states import AGENT, FOLLOWUP, OPEN, UNDER_WAY
from lianxin.orders.step import Step, Table
from lianxin.orders.steps.followup import answered, end_if_all_asked
from lianxin.orders.steps.instructions import nothing_instructed
from lianxin.orders.steps.intake import nobody_else
from lianxin.rules import Rules

GROUP_FROM = 5
"""So many appellants make a group appeal (群体诉求); assumption of domain §3.5."""
GREAT_GROUP_FROM = 10
"""So many make it supervision level 2 (trigger T9)."""
ON_THE_PAGE: Final = "来电人凭单号和查询码在网上评价"
"""The evidence of a rating: nobody was called, so there is no recording."""
_SOLVED: Final = frozenset({"solved", "partly", "not_solved"})
_GRADES: Final = frozenset({"very", "yes", "basic", "no", "very_no"})
_REASONS: Final = frozenset(
    {"slow", "attitude", "not_solved", "answer_wrong", "policy_disagree", "promise_broken", "other"}
)


def withdraw(pen: Pen, cmd: c.Withdraw, rules: Rules) -> None:
    """Close it on its citizen's own word, when nobody else is waiting for the answer; open parts end with it."""
    order = pen.order
    if order.urgency == "life_danger" or "emergency" in order.flags:
        raise Refused("public_safety", "紧急和公共安全事项不能撤回。")
    if not cmd.evidence:
        raise Refused("no_evidence", "撤回要有录音或短信为凭。")
    if cmd.contact is not None and cmd.contact != order.contact:
        _withdraw_one(pen, cmd.contact, cmd.evidence)
        return
    nobody_else(order, "不能撤回整张工单", "其他来电人得到答复后，工单自然了结。")
    nothing_instructed(pen, "撤回")
    pen.close("withdrawn", "withdrawn", "withdrawn", cmd.evidence, parts_closed=tuple(order.parts))


def _withdraw_one(pen: Pen, contact: int, evidence: str) -> None:
    """Let one of several citizens go; the order goes on for the others."""
    order = pen.order
    if contact not in order.others:
        raise Refused("not_owed", "这位来电人不在这张工单里，或已经撤回。")
    pen.write(
        "one_withdrew",
        owes_not=tuple(to for to in order.owed if to == contact),
        kept=pen.open(to=contact),
        say={"contact": contact, "evidence": evidence},
    )
    end_if_all_asked(pen, evidence)


def rate(pen: Pen, cmd: c.Rate, rules: Rules) -> None:
    """Take the citizen's own word for the follow-up's answer; asked once, it is not changed afterwards."""
    if cmd.solved not in _SOLVED or cmd.satisfied not in _GRADES or (cmd.reason and cmd.reason not in _REASONS):
        raise Refused("no_answer", "请选择问题是否解决，以及对办理是否满意。")
    _may_rate(pen, cmd.contact)
    if cmd.text_hash:
        pen.write("added", text=cmd.text_hash, text_n=pen.order.texts + 1, say={"contact": cmd.contact})
    said = c.RecordFollowup(
        id=cmd.id,
        by=cmd.by,
        role=cmd.role,
        contact=cmd.contact,
        contacted="unsure",
        informed="yes",
        solved=cmd.solved,
        satisfied=cmd.satisfied,
        evidence=ON_THE_PAGE,
        reason=cmd.reason or ("" if cmd.solved == "solved" else "other"),
    )
    answered(pen, said, rules)


def _may_rate(pen: Pen, contact: int) -> None:
    """Return if this citizen is still to be asked. Raises Refused, in words for a citizen."""
    order = pen.order
    if order.proposal == "rework" and order.asked == contact:
        raise Refused("rated", "您的评价已经登记，正在安排重新办理，不用再评价。", "办理有结果后会再请您评价。")
    if order.instructions:
        raise Refused("instruction_open", "这件事还在督办，暂不能评价。", "办理有结果后会再请您评价。")
    if order.proposal is not None:
        raise Refused("waits", "这件事还在办理，暂不能评价。", "办理有结果后会再请您评价。")
    if not pen.open("followup", to=contact):
        raise Refused("rated", "您已经评价过，评价已登记，不能更改。", "有新的情况，可以申请重新办理。")


def add(pen: Pen, cmd: c.Add, rules: Rules) -> None:
    """Put news of a citizen to the order; another citizen than its own is owed the answer too."""
    order = pen.order
    if not cmd.text_hash:
        raise Refused("no_text", "请写下来电人补充的内容。")
    stranger = cmd.contact not in order.appellants
    if stranger and order.state == "reopen_asked":
        raise Refused(
            "only_asked",
            "这张工单已经办结，正在审核是否重新办理，还不能并入新的来电人。",
            "请为这位来电人新建工单，由审核员并单。",
        )
    owes = (cmd.contact,) if stranger else ()
    if order.state in ("followup_due", "followup_failed"):  # the answer is out: it is told to them when they are called
        made = pen.promise_each("followup", owes, desk_due(rules, "followup", pen.now, order.urgency))
    else:
        made = pen.promise_each("answer", owes, answer_due(rules, order, pen.now))
    pen.write(
        "added",
        text=cmd.text_hash,
        text_n=order.texts + 1,
        owes=owes,
        made=made,
        say={"contact": cmd.contact},
        **grown(order, len(owes)),
    )


def grown(order: Order, newcomers: int) -> dict[str, object]:
    """Return the flag and the level that so many new appellants bring (群体诉求)."""
    count = len(order.appellants) + newcomers
    effects: dict[str, object] = {}
    if count >= GROUP_FROM and "group" not in order.flags:
        effects["flags"] = ("group",)
    if count >= GREAT_GROUP_FROM and order.level < 2:
        effects["fields"] = {"level": 2}
    return effects


CITIZENS: Final[Table] = {
    c.Withdraw: Step("撤回", "withdraw", UNDER_WAY, ("withdrawn",), ("citizen",), withdraw, "录音或短信"),
    c.Add: Step("补充诉求", "add news", OPEN, (), (*AGENT, "citizen"), add, "补充的内容"),
    c.Rate: Step(
        "网上评价",
        "rate",
        FOLLOWUP,
        ("completed", "followup_due"),
        ("citizen",),
        rate,
        "两问分答：是否解决、是否满意",
    ),
}
"""The steps of citizens on an open order."""
