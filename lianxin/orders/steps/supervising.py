"""Who sees to it that an order moves: urging, cards, leaders' instructions (催办、督办、批示)."""

from typing import Final

from lianxin.orders import commands as c
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.states import ANY, OPEN
from lianxin.orders.step import Step, Table
from lianxin.orders.steps.instructions import answer_instruction, instruct
from lianxin.rules import Rules


def urge(pen: Pen, cmd: c.Urge, rules: Rules) -> None:
    """Urge, or raise the grade; it never falls by an urge, and each letter has its number.

    Who follows the order (跟踪人) urges as often as needed, by one key; the grade is the supervisor's.
    """
    order = pen.order
    level = order.level if cmd.level is None else cmd.level
    if cmd.role == "dispatcher":
        _check_tracker(pen, cmd, level)
    else:
        _check_letter(pen, cmd, level)
    count = order.urges + 1
    letter = cmd.letter or f"{order.number}-催{count}"
    pen.write(
        "urged",
        flags=("urged",),
        say={"count": count, "level": level, "letter": letter},
        fields={"level": level, "urges": count},
    )


def _check_tracker(pen: Pen, cmd: c.Urge, level: int) -> None:
    if cmd.by != pen.order.tracker:
        raise Refused("not_tracker", "这张工单不由您跟踪，不能催办。", "请联系跟踪人或督办员。")
    if level > pen.order.level:
        raise Refused("level_is_supervision", "督办等级由督办员提升，跟踪人只能催办。", "请提请督办员督办。")


def _check_letter(pen: Pen, cmd: c.Urge, level: int) -> None:
    if not cmd.letter:
        raise Refused("no_letter", "督办要有编号或通话记录。")
    if cmd.level is not None and not 0 <= level <= 4:
        raise Refused("no_level", "督办等级是 0 至 4 级。")
    if level < pen.order.level:
        raise Refused("only_up", f"督办等级只升不降，现在是 {pen.order.level} 级。")


def annul_cards(pen: Pen, cmd: c.AnnulCards, rules: Rules) -> None:
    """Annul cards that a wrong dispatch caused; the entries that gave them stay."""
    given = pen.raised("card_yellow", "card_red")
    if not given:
        raise Refused("no_cards", "这张工单没有黄牌或红牌。")
    if not cmd.reason:
        raise Refused("no_reason", "请写明撤销黄红牌的理由。")
    pen.write("cards_annulled", unflags=given, flags=("cards_annulled",), say={"reason": cmd.reason})


SUPERVISING: Final[Table] = {
    c.Urge: Step(
        "催办督办",
        "urge",
        OPEN,
        (),
        ("supervisor", "duty_manager", "dispatcher"),
        urge,
        "文号或通话记录；转办员只催办自己跟踪的工单，一键即可",
    ),
    c.AnnulCards: Step("撤销黄红牌", "annul cards", ANY, (), ("supervisor", "objection_reviewer"), annul_cards, "理由"),
    c.Instruct: Step(
        "领导批示", "instruct", OPEN, (), ("leader", "duty_manager"), instruct, "批示内容；值班主任代录的，批件编号"
    ),
    c.AnswerInstruction: Step(
        "答复批示", "answer an instruction", OPEN, (), ("supervisor", "unit_leader"), answer_instruction, "落实情况"
    ),
}
"""The steps of supervision."""
