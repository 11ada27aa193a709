"""From the agent to the dispatch tray: submit, review, send back, not accepted (受理、审核)."""

from lianxin.ground.clock import DAY_MS
from lianxin.orders import commands as c
from lianxin.orders.dates import NEWS_EVERY_MS, SIGN_BACK_MS, desk_due, handle_rule
from lianxin.orders.order import DISPATCH_TRAY, REVIEW_TRAY, Offer
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.rules import Rules


def submit(pen: Pen, cmd: c.Submit, rules: Rules) -> None:
    """Open the order in the books; the citizen is owed an answer from here on."""
    if not cmd.read_back:
        raise Refused("not_read_back", "还没有向来电人复述确认,暂不能提交。", "请复述要点后再提交。")
    due = rules.due(handle_rule(rules, cmd.kind, cmd.urgency), pen.now).due
    flags = set(cmd.flags)
    if cmd.kind == "report":
        flags.add("confidential")
    pen.write(
        "submitted",
        state="submitted",
        holder=REVIEW_TRAY,
        role="agent",
        flags=tuple(sorted(flags)),
        made=(pen.promise("answer", cmd.contact, due),),
        text=cmd.text_hash or None,
        text_n=1 if cmd.text_hash else None,
        who=cmd.who,
        fields={
            "number": cmd.number,
            "contact": cmd.contact,
            "citizen_since": cmd.citizen_since,
            "kind": cmd.kind,
            "category": cmd.category,
            "region": cmd.region,
            "urgency": cmd.urgency,
            "person": cmd.person,
            "pack": rules.ref,
            "opened_at": pen.now,
            "desk_due": desk_due(rules, "review", pen.now, cmd.urgency),
        },
    )


def send_back(pen: Pen, cmd: c.SendBack, rules: Rules) -> None:
    """Offer it to its agent; the review tray holds until the agent signs."""
    order = pen.order
    if not cmd.remarks:
        raise Refused("no_remarks", "请写明要改哪一项、怎么改。")
    agent = next((who for who in sorted(order.agents) if who.startswith("staff:")), None)
    if agent is None:
        raise Refused("no_agent", "这张工单不是话务员录入的,无人可退。", "可以直接补正后派发,或不予受理。")
    until = pen.now + SIGN_BACK_MS
    pen.write(
        "sent_back",
        state="sent_back",
        role="reviewer",
        offer=Offer(agent, until),
        say=dict(cmd.remarks),
        fields={"desk_due": pen.now + DAY_MS},
    )


def revise(pen: Pen, cmd: c.Revise, rules: Rules) -> None:
    """Take the agent's corrections back into the review tray. Handing it in signs for it too."""
    order = pen.order
    if order.offer is not None:
        if order.offer.to != cmd.by:
            raise Refused("not_yours", "这张工单退给了另一位话务员。")
        pen.write("signed", holder=cmd.by, no_offer=True)
    elif order.holder != cmd.by:
        raise Refused("not_yours", "这张工单现在不由您负责。")
    changed = {name: getattr(cmd, name) for name in ("kind", "category", "region", "urgency")}
    fields = {name: value for name, value in changed.items() if value is not None}
    pen.write(
        "revised",
        state="submitted",
        holder=REVIEW_TRAY,
        role="agent",
        text=cmd.text_hash,
        text_n=order.texts + 1 if cmd.text_hash else None,
        fields={**fields, "desk_due": desk_due(rules, "review", pen.now, order.urgency)},
    )


def propose_not_accepted(pen: Pen, cmd: c.ProposeNotAccepted, rules: Rules) -> None:
    """Note the reviewer's ground; a shift leader must agree before it is closed."""
    if pen.order.urgency == "life_danger":
        raise Refused("danger", "危及生命的事项不能不予受理。", "请立即转 110/120 并派发。")
    if not (cmd.ground and cmd.legal_way):
        raise Refused("no_ground", "不予受理要写明依据和应当告知的法定途径。")
    pen.write(
        "not_accepted_proposed",
        role="reviewer",
        say={"ground": cmd.ground, "legal_way": cmd.legal_way},
        fields={"proposal": "not_accepted", "proposed_by": cmd.by},
    )


def confirm_not_accepted(pen: Pen, cmd: c.ConfirmNotAccepted, rules: Rules) -> None:
    """Close it with two persons' word and the citizen told."""
    if pen.order.proposal != "not_accepted":
        raise Refused("no_proposal", "还没有审核员提出不予受理。")
    if not cmd.told:
        raise Refused("not_told", "请先把法定途径告知来电人。")
    pen.write(
        "not_accepted",
        state="not_accepted",
        holder="",
        kept=pen.open(),
        say={"evidence": cmd.told},
        fields={"proposal": None, "desk_due": None, "result": "not_accepted"},
    )


def approve(pen: Pen, cmd: c.Approve, rules: Rules) -> None:
    """Pass it to the dispatch tray with category, region, urgency and secrecy decided."""
    pen.write(
        "approved",
        state="approved",
        holder=DISPATCH_TRAY,
        role="reviewer",
        flags=("confidential",) if cmd.confidential else (),
        fields={
            "category": cmd.category,
            "region": cmd.region,
            "urgency": cmd.urgency,
            "proposal": None,
            "desk_due": desk_due(rules, "dispatch", pen.now),
        },
    )


def withdraw(pen: Pen, cmd: c.Withdraw, rules: Rules) -> None:
    """Close it on its citizen's own word, when nobody else is waiting for the answer."""
    order = pen.order
    if order.urgency == "life_danger" or "emergency" in order.flags:
        raise Refused("public_safety", "紧急和公共安全事项不能撤回。")
    if order.owed:
        raise Refused(
            "others_wait", f"还有 {len(order.owed)} 位市民在等同一件事的答复,不能撤回。", "可以只撤回本人的诉求。"
        )
    if not cmd.evidence:
        raise Refused("no_evidence", "撤回要有录音或短信为凭。")
    if order.parts:
        raise Refused("parts_open", f"还有 {len(order.parts)} 个子项没有办完。")
    pen.write(
        "withdrawn",
        state="withdrawn",
        holder="",
        kept=pen.open(),
        no_clock=True,
        say={"evidence": cmd.evidence},
        fields={"result": "withdrawn", **QUIET},
    )


QUIET: dict[str, str | int | bool | None] = {
    "desk_due": None,
    "resume_at": None,
    "milestone_at": None,
    "card_at": None,
    "proposal": None,
}
"""The dates that a closed order has no more."""


def add(pen: Pen, cmd: c.Add, rules: Rules) -> None:
    """Put news of a citizen to the order; another citizen than its own is owed the answer too."""
    order = pen.order
    stranger = cmd.contact != order.contact and cmd.contact not in order.owed
    due = rules.due(handle_rule(rules, order.kind, order.urgency), pen.now).due
    pen.write(
        "added",
        text=cmd.text_hash,
        text_n=order.texts + 1,
        owes=(cmd.contact,) if stranger else (),
        made=(pen.promise("answer", cmd.contact, due),) if stranger else (),
        say={"contact": cmd.contact},
    )


def note(pen: Pen, cmd: c.Note, rules: Rules) -> None:
    """Note progress; telling the citizen keeps the promises of news, and new news is promised where nothing else is."""
    if not (cmd.text_hash or cmd.told):
        raise Refused("empty", "请写下进展内容。")
    kept = pen.open("news") if cmd.told else ()
    bare = cmd.told != "" and len(kept) == len(pen.order.promises)
    pen.write(
        "noted",
        text=cmd.text_hash or None,
        text_n=pen.order.texts + 1 if cmd.text_hash else None,
        say={"told": cmd.told} if cmd.told else {},
        kept=kept,
        made=(pen.promise("news", pen.order.contact, pen.now + NEWS_EVERY_MS),) if bare else (),
    )


def erase(pen: Pen, cmd: c.Erase, rules: Rules) -> None:
    """Record that a text was redacted: its hash from now on, and by what ground."""
    if not 1 <= cmd.text_n <= pen.order.texts:
        raise Refused("no_such_text", f"这张工单没有第 {cmd.text_n} 段文字。")
    pen.write("erased", text=cmd.text_hash, text_n=cmd.text_n, say={"ground": cmd.ground})


def replace_code(pen: Pen, cmd: c.ReplaceCode, rules: Rules) -> None:
    """Record that the query code was replaced."""
    pen.write("code_replaced")
