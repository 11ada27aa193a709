"""The pages of the manual that the table of steps draws: the course of an order in words and as a diagram. Pure."""

from collections.abc import Iterator
from typing import Final

from lianxin.orders.lifecycle import ALL_STEPS
from lianxin.orders.states import CLOSED_STATES, NEW, OPEN, STATE_EN, STATE_ZH
from lianxin.orders.step import PART_EN, PART_ZH, ROLE_EN, ROLE_ZH, Step

_EVERYWHERE: Final = len(OPEN) - 2
"""A step possible in so many open states is drawn apart, so that the diagram can be read."""
_HEAD = """# The course of an order 工单全流程

Drawn from `lianxin/orders/lifecycle.py` by `make docs`; the code decides by this very table. A command that
is not in the row of the state, or comes from another role, is refused with what is possible instead. What a
step needs besides (windows, dates, evidence) stands in `lianxin/orders/steps/`, each refusal with its sentence.

由 `lianxin/orders/lifecycle.py` 中的流转表生成，系统即按此表判断。不在表中的操作会被拒绝，并告知现在可以做什么。

A state in which the order is closed in the books has a double frame. *Never as*: who acted on this order in
that part may not take the step (职责分离). Where no state follows, the order stays where it is.
"""
_NOTES = """## 说明 Notes

- **被反映单位** whom it is about: an order names the units that its citizen reports about. None of them gets it, as
  lead, as help, as a part or by joining, and none of their people sees it; one level up is named instead. A report
  (举报) is confidential from its first entry; only its citizen can give that up, and the reviewer writes down how
  they said so.
- **二级派单** levels: a county's office sends on to units of its own region, due a working day before its own date
  (`order.level_difference`); a township sends nothing on. What was sent on may come back once per ground, within
  the window of returns.
- **催办** urging: who follows an order (跟踪人) urges it by one key and hears of each signature, question, card,
  reply and end; the level of supervision is the supervisor's to raise. The unit's first word clears the mark.
- **领导批示** instructions: each has a date of its own (`order.instruction`). Late, the duty manager is told, then
  daily. Nothing that ends an order, and nothing that lets its answer go out, is possible before each is answered.
- **网上评价** rating: on the page a citizen answers what a caller would ask, while the follow-up is due. It ends
  the order or asks for a rework, by the same rules; the entry's actor is the citizen, so nobody of the house counts
  as a caller. The first answer stands. If others are still to be asked, the order waits for them and then ends by
  itself.
- **申请重新办理** asking for reopening: within 30 days of the first closing. The order is opened in the books
  again, in the review tray, with a date and a promised answer; so the question cannot sink, and the day's books
  count an opening. The reviewer opens it for its unit, or declines with a reason that the citizen is told: then it
  is closed as it was.
- **来件** what is written (`contacts`): a text is owed a reply in 3 minutes, a letter within a day
  (`telephony.text_reply`, `telephony.mailbox_reply`). Late, the promise is broken on the record and made anew. The
  clock never ends what was written: left lying, it is in the tray again with what was noted, and the duty manager
  is told.
"""


def pages() -> dict[str, str]:
    """Return the drawn pages: file name below `docs/` and its text."""
    drawn = {"lifecycle.md": _page()}
    for lang in ("zh", "en"):
        drawn[f"diagrams/lifecycle.{lang}.mmd"] = "\n".join([*_diagram(lang), ""])
    return drawn


def _page() -> str:
    lines = [_HEAD]
    for lang, title in (("zh", "## 状态图"), ("en", "## Diagram")):
        lines += [title, "", "```mermaid", *_diagram(lang), "```", ""]
    lines += ["## 流转表 Table of steps", ""]
    lines += [
        "| step 步骤 | from 状态 | to 变为 | who 谁 | evidence 要件 | never as 不得曾任 |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_row(name.__name__, step) for name, step in ALL_STEPS.items()]
    lines += ["", _NOTES, "## 状态 States", "", "| id | 中文 | English | in the books 账上 |", "|---|---|---|---|"]
    lines += [f"| `{state}` | {STATE_ZH[state]} | {STATE_EN[state]} | open 在办 |" for state in OPEN]
    lines += [f"| `{state}` | {STATE_ZH[state]} | {STATE_EN[state]} | closed 已了结 |" for state in CLOSED_STATES]
    return "\n".join([*lines, ""])


def _row(name: str, step: Step) -> str:
    to = "、".join(STATE_ZH[state] for state in step.to) or "—"
    who = "、".join(f"{ROLE_ZH[role]} {ROLE_EN[role]}" for role in step.who)
    parts = "、".join(f"{PART_ZH[part]} {PART_EN[part]}" for part in step.not_as) or "—"
    return f"| **{step.zh}** {step.en} (`{name}`) | {_from(step)} | {to} | {who} | {step.evidence or '—'} | {parts} |"


def _from(step: Step) -> str:
    states = set(step.frm)
    if states == {*OPEN, *CLOSED_STATES}:
        return "任何状态 any"
    if states == set(OPEN):
        return "任何在办状态 any open"
    if len(states) >= _EVERYWHERE and states < set(OPEN):
        missing = "、".join(STATE_ZH[state] for state in OPEN if state not in states)
        return f"任何在办状态，除 {missing}"
    return "、".join(STATE_ZH[state] for state in step.frm)


def _diagram(lang: str) -> Iterator[str]:
    states, begun = (STATE_ZH, "来电、来件") if lang == "zh" else (STATE_EN, "contact")
    yield "stateDiagram-v2"
    yield "    direction TB"
    for state in (*OPEN, *CLOSED_STATES):
        yield f'    state "{states[state]}" as {state}'
    for (frm, to), steps in _arrows().items():
        names = " / ".join(step.zh if lang == "zh" else step.en for step in steps)
        yield f"    {'[*]' if frm == NEW else frm} --> {to}: {names}" + (f" ({begun})" if frm == NEW else "")
    yield f'    state "{"任何在办状态" if lang == "zh" else "any open state"}" as any_open'
    for step in ALL_STEPS.values():
        if _drawn_apart(step):
            for to in step.to:
                yield f"    any_open --> {to}: {step.zh if lang == 'zh' else step.en}"
    yield "    archived --> [*]"
    yield "    classDef closed stroke-width:3px,stroke-dasharray:6 2"
    yield f"    class {','.join(CLOSED_STATES)} closed"


def _drawn_apart(step: Step) -> bool:
    return _EVERYWHERE <= len(step.frm) <= len(OPEN)


def _arrows() -> dict[tuple[str, str], list[Step]]:
    """Return the arrows of the diagram and the steps that take each."""
    arrows: dict[tuple[str, str], list[Step]] = {}
    for step in ALL_STEPS.values():
        if not _drawn_apart(step):
            for arrow in step.leads():
                arrows.setdefault(arrow, []).append(step)
    return arrows
