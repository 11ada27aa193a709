"""A leader writes on an order (领导批示), and somebody answers: nothing a leader asked for is left lying.

An instruction is owed by whoever holds the order, until a date of its own, and is answered
by the supervisor or by the unit's leader in charge. The order is under supervision of level
3 from then on (trigger T11) and is not closed before every instruction is answered. Pure.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import DAY_MS, MINUTE_MS, Instant
from lianxin.orders import commands as c
from lianxin.orders.order import Instruction
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.promises import LOOK_AGAIN_MS
from lianxin.rules import Rules

CLOCK: Final = "order.instruction"
WITHIN_MS: Final = 3 * DAY_MS
"""Until when it is answered where the pack says nothing (assumption)."""
LEVEL: Final = 3
"""Supervision that an instruction brings (trigger T11, 芜湖市办理工作规则)."""


def instruct(pen: Pen, cmd: c.Instruct, rules: Rules) -> None:
    """Put it to the order with its own date; the order is a key one (重件) from here on."""
    order = pen.order
    if not cmd.text_hash:
        raise Refused("no_text", "请写下批示内容。")
    if cmd.role == "duty_manager" and not cmd.letter:
        raise Refused("no_letter", "代录的批示要写明批件编号。")
    number, text_n = order.instructed + 1, order.texts + 1
    pen.write(
        "instructed",
        instructions=(_dated(Instruction(number, cmd.by, pen.now, None, pen.now, text_n), pen.now, rules),),
        flags=("leader_instruction",),
        text=cmd.text_hash,
        text_n=text_n,
        say={"instruction": number} | ({"letter": cmd.letter} if cmd.letter else {}),
        fields={"level": max(order.level, LEVEL)},
    )


def _dated(instruction: Instruction, now: Instant, rules: Rules) -> Instruction:
    """Return it with the date that the pack gives; where that cannot be computed, to be looked at again."""
    due = rules.due(CLOCK, instruction.at).due if CLOCK in rules.clocks else instruction.at + WITHIN_MS
    if due == UNRESOLVED:
        return msgspec.structs.replace(instruction, next=now + LOOK_AGAIN_MS)
    return msgspec.structs.replace(instruction, due=due, next=max(due, now))


def answer_instruction(pen: Pen, cmd: c.AnswerInstruction, rules: Rules) -> None:
    """Report to the leader what was done about it."""
    order = pen.order
    if cmd.instruction not in order.instructions:
        raise Refused("no_instruction", f"没有第 {cmd.instruction} 件等待答复的批示。", "请刷新后查看批示和答复。")
    if not cmd.text_hash:
        raise Refused("no_text", "请写明批示的落实情况。")
    pen.write(
        "instruction_answered",
        answered=(cmd.instruction,),
        text=cmd.text_hash,
        text_n=order.texts + 1,
        unflags=pen.raised("late_instruction") if len(order.instructions) == 1 else (),
        say={"instruction": cmd.instruction},
    )


def nothing_instructed(pen: Pen, doing: str) -> None:
    """Return if no instruction is unanswered. Raises Refused: what ends an order, or leads to its end, has to wait."""
    unanswered = len(pen.order.instructions)
    if unanswered:
        raise Refused(
            "instruction_open",
            f"还有 {unanswered} 件领导批示没有答复，暂不能{doing}。",
            "请督办员或承办单位分管领导先答复批示。",
        )


def late_instructions(pen: Pen, rules: Rules) -> None:
    """Tell the duty manager of what nobody answered in time, and again every day; date what had no date (到时)."""
    now, order = pen.now, pen.order
    come = [one for one in order.instructions.values() if one.next <= now]
    undated = [one for one in come if one.due is None]
    if undated:
        dated = _dated_now(undated, now, rules)
        known = any(one.due is not None for one in dated)
        pen.write("counted_again" if known else "looked_at", instructions=dated)
        return
    pen.write(
        "instruction_overdue",
        instructions=tuple(msgspec.structs.replace(one, next=now + DAY_MS) for one in come),
        flags=("late_instruction",),
        say={"instruction": come[0].id, "to": "duty_manager"},
        fields={"level": max(order.level, LEVEL + 1)},
    )


def date_instructions(pen: Pen, rules: Rules) -> None:
    """Date what the missing calendar left open, if it can be dated now (C10)."""
    undated = [one for one in pen.order.instructions.values() if one.due is None]
    dated = _dated_now(undated, pen.now, rules)
    if any(one.due is not None for one in dated):
        pen.write("counted_again", instructions=dated)


def _dated_now(instructions: Iterable[Instruction], now: Instant, rules: Rules) -> tuple[Instruction, ...]:
    """Return them with their dates; one whose date has passed is told of in the next minute."""
    dated = (_dated(one, now, rules) for one in instructions)
    return tuple(msgspec.structs.replace(one, next=max(one.next, now + MINUTE_MS)) for one in dated)
