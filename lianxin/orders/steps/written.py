"""What a citizen writes in opens an order at once; an agent then completes it (网上来件、受理).

A form on the web has no agent at the other end. So that nothing written can sink, the
order stands in the books from the moment it is sent, with a number, a promised answer and
a clock of its own. It lies in the intake tray until an agent has put category, place and
urgency to the citizen's words; only then it is what a reviewer can judge. Pure.
"""

from typing import Final

from lianxin.contacts.contact import QUEUE_TRAY
from lianxin.ground.clock.instant import SKEW_MS
from lianxin.orders import commands as c
from lianxin.orders.dates import URGENCIES, desk_due, handle_rule
from lianxin.orders.order import REVIEW_TRAY
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.states import AGENT, NEW
from lianxin.orders.step import Step, Table
from lianxin.orders.steps.intake import check_elements, named, redate_answer
from lianxin.orders.targets import check_targets
from lianxin.rules import Rules

INTAKE_TRAY: Final = QUEUE_TRAY
"""Where what comes in waits for an agent: callers, and orders that citizens wrote themselves."""
UNSORTED: Final = "99"
"""The category of an order that nobody of the house has read yet (其他)."""


class Lodge(c.Command, frozen=True, kw_only=True):
    """A citizen hands in what they ask for themselves (网上提交), and nobody has read it yet.

    kind     what the citizen takes it for
    targets  units it is about (被反映单位): nobody of them will ever see it
    others   as in `Submit`
    """

    number: str
    contact: int
    citizen_since: int
    kind: str
    region: str
    text_hash: str
    flags: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    person: str | None = None
    who: dict[str, str] = {}


class TakeIn(c.Command, frozen=True, kw_only=True):
    """The agent has read what was written and completes it for review (受理).

    targets  units it turns out to be about; None: those that the citizen named
    """

    kind: str
    category: str
    region: str
    urgency: str = "normal"
    confidential: bool = False
    targets: tuple[str, ...] | None = None


def lodge(pen: Pen, cmd: Lodge, rules: Rules) -> None:
    """Open the order in the books, in the intake tray; the citizen is owed an answer from here on."""
    if not cmd.text_hash:
        raise Refused("no_text", "还没有写要反映的事情，没有提交。", "请写明何时、何地、什么事、希望怎么解决。")
    if cmd.citizen_since > pen.now + SKEW_MS:
        raise Refused("clock_ahead", "提交时间晚于现在，没有保存。", "请重新提交。")
    check_elements(cmd.kind, UNSORTED, cmd.region, URGENCIES[0])
    check_targets(cmd.targets, pen.levels)
    flags = {*cmd.flags, *(("confidential",) if cmd.kind == "report" else ())}
    due = rules.due(handle_rule(rules, cmd.kind, URGENCIES[0], "enterprise" in flags), pen.now).due
    pen.write(
        "received",
        state="received",
        holder=INTAKE_TRAY,
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
            "category": UNSORTED,
            "region": cmd.region,
            "person": cmd.person,
            "pack": rules.ref,
            "opened_at": pen.now,
            "desk_due": desk_due(rules, "review", pen.now),
        },
    )


def take_in(pen: Pen, cmd: TakeIn, rules: Rules) -> None:
    """Pass it to review with what the reviewer needs; what the citizen wrote stays as it is."""
    check_elements(cmd.kind, cmd.category, cmd.region, cmd.urgency)
    check_targets(cmd.targets or (), pen.levels)
    secret = cmd.confidential or cmd.kind == "report"
    pen.write(
        "taken_in",
        state="submitted",
        holder=REVIEW_TRAY,
        role="agent",
        flags=("confidential",) if secret else (),
        targets=named(cmd.targets),
        unflags=pen.raised("late_desk"),
        redated=redate_answer(pen, rules, cmd.kind, cmd.urgency),
        fields={
            "kind": cmd.kind,
            "category": cmd.category,
            "region": cmd.region,
            "urgency": cmd.urgency,
            "desk_due": desk_due(rules, "review", pen.now, cmd.urgency),
        },
    )


WRITTEN: Final[Table] = {
    Lodge: Step("网上提交", "lodge", (NEW,), ("received",), ("citizen",), lodge, "来件人自己写下的诉求"),
    TakeIn: Step(
        "受理", "take in", ("received",), ("submitted",), AGENT, take_in, "类别、地点、紧急程度；来件原文不改"
    ),
}
"""The two steps of what citizens write themselves."""
