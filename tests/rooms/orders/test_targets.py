"""A report never reaches those it is about (AC-19): not as lead, not as help, not by joining."""

import pytest
from made.orders import AGENT, CITY, DISPATCHER, DUTY_MANAGER, NEIGHBOURS, REVIEWER, WORKDAY, Case
from made.orders_in_states import RETURN, join

from lianxin.ground.clock import DAY_MS
from lianxin.orders import commands as c
from lianxin.orders.project import row_of
from lianxin.orders.refusal import Refused

DISPATCH = {"unit": "hm-lizhuang", "basis": "0401", "directory": "v1"}


def report(*targets: str, **about: object) -> Case:
    """A report about these units, in the review tray."""
    case = Case(WORKDAY, kind="report", levels=CITY, submit=False, **about)  # type: ignore[arg-type]
    case.submit(targets=targets)
    return case


def test_a_report_is_confidential_from_its_first_entry_and_names_whom_it_is_about() -> None:
    case = report("hm-lizhuang", "hm-lizhuang")
    assert "confidential" in case.order.flags
    assert case.order.targets == {"hm-lizhuang"} and row_of(case.order).targets == ("hm-lizhuang",)


def test_a_target_that_is_no_unit_of_the_city_is_refused_lest_nothing_be_guarded() -> None:
    case = Case(WORKDAY, kind="report", levels=CITY, submit=False)
    with pytest.raises(Refused, match="没有编号为“lizhuang”的承办单位"):
        case.submit(targets=("lizhuang",))
    approve = {"category": "2405", "region": "371621", "urgency": "normal", "targets": ("lizhuang",)}
    assert report().refusal(c.Approve, REVIEWER, "reviewer", **approve).code == "no_such_unit"


def test_the_reviewer_finds_another_target_or_none() -> None:
    case = report("hm-lizhuang")
    case.approve(targets=("hm-sunwu", "hm"))
    assert case.order.targets == {"hm-sunwu", "hm"}
    case = report("hm-lizhuang")
    case.approve()
    assert case.order.targets == {"hm-lizhuang"}
    case = report("hm-lizhuang")
    case.approve(targets=())
    assert case.order.targets == frozenset()


def test_a_report_about_a_township_goes_to_its_county() -> None:
    case = report("hm-lizhuang")
    case.approve()
    refused = case.refusal(c.Dispatch, DISPATCHER, "dispatcher", **DISPATCH)
    assert refused.code == "self_dispatch"
    assert refused.sentence == "这张工单反映的正是李庄镇，不能交给被反映的单位办理。"
    assert refused.instead == "请派给上一级：惠民县热线办。"
    assert "信访工作条例" in refused.source
    case.dispatch("hm")
    assert case.order.unit == "hm"


def test_a_report_about_the_county_too_has_nobody_above_it_in_the_directory() -> None:
    case = report("hm-lizhuang", "hm")
    case.approve()
    refused = case.refusal(c.Dispatch, DISPATCHER, "dispatcher", **DISPATCH)
    assert "省平台" in refused.instead and "12388" in refused.instead
    assert case.refusal(c.Dispatch, DISPATCHER, "dispatcher", **{**DISPATCH, "unit": "hm"}).code == "self_dispatch"


def test_whom_it_is_about_does_not_help_either() -> None:
    case = report("hm-lizhuang")
    case.approve()
    help_ = {**DISPATCH, "unit": "hm", "assist": ("hm-zjj", "hm-lizhuang")}
    assert case.refusal(c.Dispatch, DISPATCHER, "dispatcher", **help_).code == "self_dispatch"


def test_the_county_cannot_send_it_on_to_whom_it_is_about() -> None:
    case = report("hm-lizhuang").to_unit("hm")
    on = {"kind": "below", "to": "unit:hm-lizhuang", "what": "核查"}
    assert case.refusal(c.OpenPart, "unit:hm:contact", "county_office", **on).code == "self_dispatch"
    item = {"kind": "item", "to": "unit:hm-lizhuang", "what": "核查", "due": case.now + DAY_MS}
    assert case.refusal(c.OpenPart, DISPATCHER, "dispatcher", **item).code == "self_dispatch"


def test_a_joint_meeting_cannot_give_it_to_whom_it_is_about() -> None:
    case = report("cgj").to_unit("zjj")
    case.unit(c.AskSendBack, **RETURN)
    case.act(c.OpenJointMeeting, "staff:8001", "supervisor", reason="两家职责交叉")
    decided = {"unit": "cgj", "minutes": "纪要 3", "directory": "v1"}
    assert case.refusal(c.DecideJointMeeting, DUTY_MANAGER, "duty_manager", **decided).code == "self_dispatch"
    helped = {**decided, "unit": "hbj", "assist": ("cgj",)}
    assert case.refusal(c.DecideJointMeeting, DUTY_MANAGER, "duty_manager", **helped).code == "self_dispatch"


def test_it_is_not_joined_into_an_order_that_its_target_has() -> None:
    parent = Case(contact=NEIGHBOURS[1], flags=("confidential",), levels=CITY).to_unit("hm-lizhuang")
    with pytest.raises(Refused, match="不能并入"):
        join(report("hm-lizhuang"), parent)
    helped = Case(contact=NEIGHBOURS[1], flags=("confidential",), levels=CITY).to_unit("zjj", assist=("hm-lizhuang",))
    with pytest.raises(Refused, match="不能并入"):
        join(report("hm-lizhuang"), helped)


def test_joined_into_another_secret_order_its_target_is_kept_from_that_too() -> None:
    parent = Case(contact=NEIGHBOURS[1], flags=("confidential",), levels=CITY).to_unit("hm")
    join(report("hm-lizhuang"), parent)
    assert parent.order.targets == {"hm-lizhuang"}
    on = {"kind": "below", "to": "unit:hm-lizhuang", "what": "核查"}
    assert parent.refusal(c.OpenPart, "unit:hm:contact", "county_office", **on).code == "self_dispatch"


def test_a_secret_order_is_not_joined_into_an_open_one() -> None:
    with pytest.raises(Refused, match="保密工单只能并入保密工单"):
        join(report(), Case(contact=NEIGHBOURS[1]).to_unit("zjj"))


def test_secrecy_ends_only_with_the_citizens_word_and_a_reason() -> None:
    case = report()
    about = {"category": "2405", "region": "371621", "urgency": "normal"}
    refused = case.refusal(c.Approve, REVIEWER, "reviewer", **about, lift="公开办理有利于整改")
    assert refused.code == "not_agreed" and "来电人本人同意" in refused.sentence
    both = {**about, "confidential": True, "lift": "公开", "agreed": "电话同意"}
    assert case.refusal(c.Approve, REVIEWER, "reviewer", **both).code == "not_secret"
    case.act(c.Approve, REVIEWER, "reviewer", **about, lift="公开办理有利于整改", agreed="3月9日电话同意，录音 7")
    assert "confidential" not in case.order.flags
    assert case.last().say == {"lifted": "公开办理有利于整改", "agreed": "3月9日电话同意，录音 7"}


def test_what_is_not_secret_cannot_be_made_public() -> None:
    about = {"category": "0401", "region": "371602", "urgency": "normal", "lift": "公开", "agreed": "同意"}
    assert Case().refusal(c.Approve, REVIEWER, "reviewer", **about).code == "not_secret"


def test_a_report_stays_secret_when_nobody_says_otherwise() -> None:
    case = report()
    case.act(c.SendBack, REVIEWER, "reviewer", remarks={"region": "地点不清"})
    case.act(c.Revise, AGENT, "agent")
    case.approve()
    assert "confidential" in case.order.flags
