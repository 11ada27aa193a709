"""The twin does what the house can do: leaders, counties, those who follow orders and the citizens themselves."""

from collections import Counter

import pytest
from city import city, played

from lianxin.contacts.written import REPLY_CLOCKS
from lianxin.orders import commands as c
from lianxin.twin.operation import Op
from lianxin.twin.play import Play

LEVELS = city(1).levels


@pytest.fixture(scope="module")
def day() -> tuple[list[Op], Play]:
    """Every operation of two thousand contacts."""
    return played(5, 2000)


def commands(day: tuple[list[Op], Play], kind: type[c.Command]) -> list[tuple[int, c.Command]]:
    return [(op.subject, op.command) for op in day[0] if isinstance(op.command, kind)]


@pytest.mark.parametrize(
    "kind", [c.Instruct, c.AnswerInstruction, c.Urge, c.Rate, c.AskReopen, c.OpenPart, c.ReturnPart, c.Reopen]
)
def test_each_of_them_is_done_by_somebody(day: tuple[list[Op], Play], kind: type[c.Command]) -> None:
    assert commands(day, kind)


def test_every_instruction_is_answered_and_every_order_comes_to_its_end(day: tuple[list[Op], Play]) -> None:
    assert len(commands(day, c.Instruct)) == len(commands(day, c.AnswerInstruction))
    assert day[1].orders == {}


def test_counties_send_on_inside_their_region_only(day: tuple[list[Op], Play]) -> None:
    below = [command for _, command in commands(day, c.OpenPart) if command.kind == "below"]  # type: ignore[attr-defined]
    assert below
    for command in below:
        office = command.by.split(":")[1]
        assert command.to.removeprefix("unit:") in LEVELS.inside(office)  # type: ignore[attr-defined]


def test_no_report_ever_goes_to_whom_it_is_about(day: tuple[list[Op], Play]) -> None:
    about = {op.subject: op.command.targets for op in day[0] if isinstance(op.command, c.Submit) and op.command.targets}
    sent = [(order, command) for order, command in commands(day, c.Dispatch) if order in about]
    assert sent, "some reports are about the unit that would have got them"
    for order, command in sent:
        assert command.unit not in about[order]  # type: ignore[attr-defined]


def test_some_write_by_every_channel_there_is(day: tuple[list[Op], Play]) -> None:
    written = [op for op in day[0] if op.what == "meet" and getattr(op.command, "channel", "") in REPLY_CLOCKS]
    kinds = Counter(op.command.channel for op in written)
    assert set(kinds) == set(REPLY_CLOCKS) and 200 < len(written) < 360  # about one contact in seven


def test_those_who_follow_orders_urge_only_their_own(day: tuple[list[Op], Play]) -> None:
    tracked: dict[int, str] = {}
    for op in day[0]:
        if isinstance(op.command, c.Dispatch):
            tracked[op.subject] = op.command.by
        if isinstance(op.command, c.Urge) and op.command.role == "dispatcher":
            assert op.command.by == tracked[op.subject]
