"""From the agent to the dispatch tray: submit, review, send back, not accepted (受理、审核)."""

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS
from lianxin.ground.clock.instant import SKEW_MS
from lianxin.orders import commands as c
from lianxin.orders.dates import KINDS, SIGN_BACK_MS, URGENCIES, desk_due, handle_rule, rule_of
from lianxin.orders.order import DISPATCH_TRAY, REVIEW_TRAY, Offer, Order
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.step import UNIT_ROLES
from lianxin.orders.steps.instructions import nothing_instructed
from lianxin.orders.targets import check_targets
from lianxin.promises import Promise
from lianxin.rules import Rules


def submit(pen: Pen, cmd: c.Submit, rules: Rules) -> None:
    """Open the order in the books; the citizen is owed an answer from here on."""
    if not cmd.read_back:
        raise Refused("not_read_back", "还没有向来电人复述确认，暂不能提交。", "请复述要点后再提交。")
    if not cmd.text_hash:
        raise Refused("no_text", "还没有写下来电人的诉求，暂不能提交。", "请写明何人、何时、何地、因何、经过和要求。")
    if cmd.citizen_since > pen.now + SKEW_MS:
        raise Refused("clock_ahead", "诉求的提出时间晚于现在，没有保存。", "请核对通话结束的时间。")
    check_elements(cmd.kind, cmd.category, cmd.region, cmd.urgency)
    check_targets(cmd.targets, pen.levels)
    flags = set(cmd.flags)
    if cmd.kind == "report":
        flags.add("confidential")
    due = rules.due(handle_rule(rules, cmd.kind, cmd.urgency, "enterprise" in flags), pen.now).due
    pen.write(
        "submitted",
        state="submitted",
        holder=REVIEW_TRAY,
        role="agent",
        flags=tuple(sorted(flags)),
        targets=named(cmd.targets) or None,
        made=(pen.promise("answer", cmd.contact, due),),
        text=cmd.text_hash,
        text_n=1,
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


def check_elements(kind: str, category: str, region: str, urgency: str) -> None:
    """Return if these say what it is about and where. Raises Refused, naming what is missing or unknown."""
    if kind not in KINDS:
        raise Refused("no_kind", f"没有“{kind}”这种诉求。", "请在咨询、求助、投诉、举报、建议、表扬中选一种。")
    if urgency not in URGENCIES:
        raise Refused("no_urgency", f"没有“{urgency}”这种紧急程度。", "请选一般、紧急、基本民生或危及生命。")
    if not (category and region):
        raise Refused("elements_missing", "类别和地点还没有填全。", "请补全后再提交。")


def named(targets: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return each of these units once, in order; None for None."""
    return None if targets is None else tuple(sorted(set(targets)))


def send_back(pen: Pen, cmd: c.SendBack, rules: Rules) -> None:
    """Offer it to its agent; the review tray holds until the agent signs."""
    order = pen.order
    if not cmd.remarks or not all(cmd.remarks.values()):
        raise Refused("no_remarks", "请写明要改哪一项、怎么改。")
    agent = next((who for who in sorted(order.agents) if who.startswith("staff:")), None)
    if agent is None:
        raise Refused("no_agent", "这张工单不是话务员录入的，无人可退。", "可以直接补正后派发，或不予受理。")
    pen.write(
        "sent_back",
        state="sent_back",
        role="reviewer",
        offer=Offer(agent, pen.now + SIGN_BACK_MS),
        say=dict(cmd.remarks),
        fields={"desk_due": pen.now + DAY_MS, "proposal": None, "proposed_by": None},
    )


def revise(pen: Pen, cmd: c.Revise, rules: Rules) -> None:
    """Take the agent's corrections back into the review tray. Handing it in signs for it too."""
    order = pen.order
    kind, category = cmd.kind or order.kind, cmd.category or order.category
    region, urgency = cmd.region or order.region, cmd.urgency or order.urgency
    check_elements(kind, category, region, urgency)
    if order.offer is not None:
        if order.offer.to != cmd.by:
            raise Refused("not_yours", "这张工单退给了另一位话务员。")
        pen.write("signed", holder=cmd.by, no_offer=True)
    elif order.holder != cmd.by:
        raise Refused("not_yours", "这张工单现在不由您负责。")
    redated = redate_answer(pen, rules, kind, urgency)
    pen.write(
        "revised",
        state="submitted",
        holder=REVIEW_TRAY,
        role="agent",
        flags=("confidential",) if kind == "report" else (),
        text=cmd.text_hash or None,
        text_n=order.texts + 1 if cmd.text_hash else None,
        redated=redated,
        unflags=pen.raised("late_desk"),
        fields={
            "kind": kind,
            "category": category,
            "region": region,
            "urgency": urgency,
            "desk_due": desk_due(rules, "review", pen.now, urgency),
        },
    )


def redate_answer(pen: Pen, rules: Rules, kind: str, urgency: str) -> tuple[Promise, ...]:
    """Return the promised answer with the date of another kind or urgency, counted from where it was counted before."""
    order = pen.order
    rule = handle_rule(rules, kind, urgency, "enterprise" in order.flags)
    if rule == rule_of(rules, order):
        return ()
    due = rules.due(rule, order.opened_at).due
    if due != UNRESOLVED and due <= pen.now:
        due = rules.due(rule, pen.now).due
    return pen.redate("answer", due)


def propose_not_accepted(pen: Pen, cmd: c.ProposeNotAccepted, rules: Rules) -> None:
    """Note the reviewer's ground; a shift leader must agree before it is closed."""
    order = pen.order
    if order.urgency == "life_danger" or "emergency" in order.flags:
        raise Refused("danger", "危及生命的事项不能不予受理。", "请立即转 110/120 并派发。")
    if cmd.ground not in NOT_ACCEPTED_GROUNDS or not cmd.legal_way:
        raise Refused("no_ground", "不予受理要选法定的依据，并写明应当告知的法定途径。")
    nobody_else(order, "不能不予受理", "请先撤销并单，再分别告知。")
    pen.write(
        "not_accepted_proposed",
        role="reviewer",
        say={"ground": cmd.ground, "legal_way": cmd.legal_way},
        fields={"proposal": "not_accepted", "proposed_by": cmd.by},
    )


NOT_ACCEPTED_GROUNDS = frozenset(
    {
        "litigation",
        "arbitration",
        "discipline",
        "reconsideration",
        "disclosure",
        "petition",
        "unlawful",
        "state_secret",
        "business_secret",
        "privacy",
        "emergency",
        "other_body",
    }
    | {f"UR{n}" for n in range(1, 9)}
)
"""Grounds of domain §3.4: other legal ways, against law or morals, secrets, other lines, other bodies, UR1–UR8."""


def nobody_else(order: Order, cannot: str, instead: str) -> None:
    """Return if no other citizen waits for the same answer. Raises Refused."""
    if order.others:
        raise Refused("others_wait", f"还有 {len(order.others)} 位来电人在等同一件事的答复，{cannot}。", instead)


def confirm_not_accepted(pen: Pen, cmd: c.ConfirmNotAccepted, rules: Rules) -> None:
    """Close it with two persons' word and the citizen told."""
    if pen.order.proposal != "not_accepted":
        raise Refused("no_proposal", "还没有审核员提出不予受理。")
    if not cmd.told:
        raise Refused("not_told", "请先把法定途径告知来电人。")
    nobody_else(pen.order, "不能不予受理", "请先撤销并单，再分别告知。")
    nothing_instructed(pen, "不予受理")
    pen.close("not_accepted", "not_accepted", "not_accepted", cmd.told)


def approve(pen: Pen, cmd: c.Approve, rules: Rules) -> None:
    """Pass it to the dispatch tray with category, region, urgency and secrecy decided, and whom it is about."""
    check_elements(pen.order.kind, cmd.category, cmd.region, cmd.urgency)
    check_targets(cmd.targets or (), pen.levels)
    lifted = _lifted(pen, cmd)
    pen.write(
        "approved",
        state="approved",
        holder=DISPATCH_TRAY,
        role="reviewer",
        flags=("confidential",) if cmd.confidential else (),
        unflags=(*pen.raised("late_desk"), *(("confidential",) if lifted else ())),
        targets=named(cmd.targets),
        say=lifted,
        redated=redate_answer(pen, rules, pen.order.kind, cmd.urgency) if cmd.urgency != pen.order.urgency else (),
        fields={
            "category": cmd.category,
            "region": cmd.region,
            "urgency": cmd.urgency,
            "proposal": None,
            "proposed_by": None,
            "desk_due": desk_due(rules, "dispatch", pen.now),
        },
    )


def _lifted(pen: Pen, cmd: c.Approve) -> dict[str, str | int]:
    """Return on what ground secrecy ends; nothing where it stays. Only the citizen can give it up (domain §13)."""
    if not cmd.lift:
        return {}
    if cmd.confidential or "confidential" not in pen.order.flags:
        raise Refused("not_secret", "这张工单没有保密，或仍要保密，不能同时解除保密。", "请二者选一。")
    if not cmd.agreed:
        raise Refused(
            "not_agreed",
            "解除保密要先经来电人本人同意。",
            "请写明何时以何种方式征得同意；没有同意的，请继续保密办理。",
        )
    return {"lifted": cmd.lift, "agreed": cmd.agreed}


def note(pen: Pen, cmd: c.Note, rules: Rules) -> None:
    """Note progress; telling the citizens keeps promises of news, and news is promised again where nothing else is."""
    if not (cmd.text_hash or cmd.told):
        raise Refused("empty", "请写下进展内容。")
    kept = pen.open("news") if cmd.told else ()
    pen.write(
        "noted",
        text=cmd.text_hash or None,
        text_n=pen.order.texts + 1 if cmd.text_hash else None,
        say={"told": cmd.told} if cmd.told else {},
        kept=kept,
        made=pen.news_where_bare(kept),
        unflags=pen.raised("urged") if cmd.role in UNIT_ROLES else (),
    )


def erase(pen: Pen, cmd: c.Erase, rules: Rules) -> None:
    """Record that a text was redacted: its hash from now on, and by what ground."""
    if not 1 <= cmd.text_n <= pen.order.texts:
        raise Refused("no_such_text", f"这张工单没有第 {cmd.text_n} 段文字。")
    if not (cmd.ground and cmd.text_hash):
        raise Refused("no_ground", "删除文字要写明法定依据。")
    pen.write("erased", text=cmd.text_hash, text_n=cmd.text_n, say={"ground": cmd.ground})


def replace_code(pen: Pen, cmd: c.ReplaceCode, rules: Rules) -> None:
    """Record that the query code was replaced."""
    pen.write("code_replaced")
