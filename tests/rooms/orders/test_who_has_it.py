"""Whose order is it? The columns by which the lists decide who sees it: units, targets, actors."""

import msgspec
from made.orders import AGENT, CALLER, DISPATCHER, REVIEWER, Case

from lianxin.ground.clock import DAY_MS
from lianxin.orders import commands as c
from lianxin.orders.project import row_of

RETURN = {"code": "R2", "basis": "三定规定", "suggested": "csglj"}


def test_the_lead_unit_and_who_assists_have_the_order() -> None:
    case = Case().to_unit("zjj", assist=("cgj",))
    assert row_of(case.order).units == ("cgj", "zjj")


def test_who_finished_a_part_of_this_dispatch_still_has_it_and_after_the_next_dispatch_no_more() -> None:
    case = Case().to_unit("zjj", assist=("cgj",))
    case.act(c.SignPart, "unit:cgj:contact", "unit_contact", part=1)
    case.act(c.FinishPart, "unit:cgj:contact", "unit_contact", part=1, result="已清运")
    assert row_of(case.order).units == ("cgj", "zjj")
    case.unit(c.AskSendBack, **RETURN)
    case.act(c.DecideSendBack, "staff:7001", "objection_reviewer", accepted=True, text="同意退单")
    assert row_of(case.order).units == ()
    case.dispatch("jtj")
    assert row_of(case.order).units == ("jtj",)


def test_parts_of_people_and_systems_are_no_units() -> None:
    case = Case().to_unit("zjj")
    for to in ("staff:1005", "outside:110"):
        case.act(c.OpenPart, DISPATCHER, "dispatcher", kind="item", to=to, due=case.now + DAY_MS, what="核实现场")
    assert row_of(case.order).units == ("zjj",)
    assert "staff:1005" in row_of(case.order).actors
    assert "outside:110" not in row_of(case.order).actors


def test_everybody_who_acted_follows_or_was_asked_to_sign_is_an_actor_and_no_tray_or_unit_is() -> None:
    case = Case()
    case.act(c.SendBack, REVIEWER, "reviewer", remarks={"region": "地点不清"})
    assert row_of(case.order).actors == tuple(sorted({AGENT, REVIEWER}))
    case.act(c.Revise, AGENT, "agent")
    case.to_unit()
    assert row_of(case.order).actors == tuple(sorted({AGENT, REVIEWER, DISPATCHER}))
    case.reply()
    case.accept()
    case.ask(solved="not_solved", satisfied="no", reason="slow")
    case.act(c.NameTracker, "staff:9001", "duty_manager", successor="staff:3009")
    assert row_of(case.order).actors == tuple(sorted({AGENT, REVIEWER, DISPATCHER, CALLER, "staff:3009"}))


def test_an_officer_who_acted_by_name_is_an_actor() -> None:
    case = Case().to_unit()
    order = msgspec.structs.replace(case.order, callers=frozenset({"unit:zjj:contact", "citizen", "system"}))
    assert "unit:zjj:contact" in row_of(order).actors
    assert not {"citizen", "system", "unit:zjj"} & set(row_of(order).actors)
