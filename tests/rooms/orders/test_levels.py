"""City, county, township: what a county's office sends on (二级派单), in time and to its own units only."""

import pytest
from made.orders import CITY, OBJECTION, WORKDAY, Case, instant

from lianxin.ground.clock import DAY_MS, HOUR_MS
from lianxin.orders import commands as c
from lianxin.orders.project import row_of

OFFICER = ("unit:hm:contact", "county_office")
TOWNSHIP = ("unit:hm-lizhuang:contact", "township")
ON = {"kind": "below", "to": "unit:hm-lizhuang", "what": "到村里核查并整改"}
RETURN = {"code": "R2", "basis": "三定规定", "suggested": "hm-zjj"}
PART_RETURN = {"part": 1, "code": "R2", "basis": "属县住建局职责"}


def at_the_county(**about: object) -> Case:
    """Dispatched to the Huimin office on Monday 9 March 10:00: due after five working days, Monday 16 March 24:00."""
    return Case(WORKDAY, levels=CITY, **about).to_unit("hm", at="2026-03-09T10:00")  # type: ignore[arg-type]


def sent_on(**about: object) -> Case:
    case = at_the_county(**about)
    case.act(c.OpenPart, *OFFICER, **ON)
    return case


def test_a_county_sends_on_with_a_working_day_to_spare() -> None:
    case = at_the_county()
    part = sent_on().order.parts[1]
    assert part.due == instant("2026-03-14T00:00")  # the working day before Monday 16 is Friday 13, to its 24:00
    late = case.refusal(c.OpenPart, *OFFICER, due=instant("2026-03-14T00:00") + 1, **ON)
    assert (late.code, late.sentence) == ("too_late_below", "下一级的期限要比本级至少早 1 个工作日。")
    assert late.source.startswith("规则包 sd-binzhou@2026.1 · 下一级提前量 1 个工作日")
    case.act(c.OpenPart, *OFFICER, due=instant("2026-03-12T12:00"), **ON)
    assert case.order.parts[1].due == instant("2026-03-12T12:00")


def test_over_the_national_day_the_day_before_is_the_last_one_worked() -> None:
    case = Case("2026-09-30T09:30", levels=CITY).to_unit("hm", at="2026-09-30T10:00")  # due 13 October 24:00
    case.act(c.OpenPart, *OFFICER, at="2026-10-08T09:00", **ON)
    assert case.order.parts[1].due == instant("2026-10-13T00:00")  # Monday 12 October, to its 24:00


def test_an_urgent_order_leaves_the_township_half_of_the_time() -> None:
    case = Case(WORKDAY, urgency="utilities", levels=CITY).to_unit("hm", at="2026-03-09T10:00")  # due in 24 hours
    case.act(c.OpenPart, *OFFICER, at="2026-03-09T12:00", **ON)
    assert case.order.parts[1].due == instant("2026-03-09T23:00")  # 22 hours are left at noon


def test_on_the_last_day_it_is_too_late_to_send_on() -> None:
    refused = at_the_county().refusal(c.OpenPart, *OFFICER, at="2026-03-16T09:00", **ON)
    assert refused.code == "too_late_to_send_on" and "延期" in refused.instead


@pytest.mark.parametrize("to", ["unit:bc-zjj", "unit:zjj", "unit:hm", "staff:1005", "outside:110", "unit:nobody"])
def test_a_county_sends_on_inside_its_region_only(to: str) -> None:
    refused = at_the_county().refusal(c.OpenPart, *OFFICER, **{**ON, "to": to})
    assert refused.code == "not_in_region" and refused.sentence == "惠民县热线办只能转派给本县区的单位。"


def test_an_officer_of_the_county_is_bound_to_it_in_any_role() -> None:
    part = {**ON, "kind": "assist", "to": "unit:zjj", "due": instant("2026-03-10T12:00")}
    refused = at_the_county().refusal(c.OpenPart, "unit:hm:contact", "unit_contact", **part)
    assert refused.code == "not_in_region"


def test_who_knows_nothing_of_the_city_sends_nothing_on() -> None:
    case = Case(WORKDAY).to_unit("hm")
    assert case.refusal(c.OpenPart, *OFFICER, **ON).code == "not_in_region"


@pytest.mark.parametrize("role", ["township", "unit_contact", "unit_leader"])
def test_a_township_sends_nothing_on(role: str) -> None:
    case = Case(WORKDAY, levels=CITY).to_unit("hm-lizhuang")
    part = {"kind": "assist", "to": "unit:hm-zjj", "what": "协办", "due": case.now + DAY_MS}
    refused = case.refusal(c.OpenPart, "unit:hm-lizhuang:contact", role, **part)
    assert refused.code == ("not_your_role" if role == "township" else "lowest_level")


def test_a_city_bureau_makes_no_second_level_of_its_own() -> None:
    case = Case(WORKDAY, levels=CITY).to_unit("zjj")
    part = {**ON, "due": case.now + DAY_MS}
    assert case.refusal(c.OpenPart, *case.officer(), **part).code == "not_an_office"


def test_the_township_replies_to_the_county_and_the_county_to_the_city() -> None:
    case = sent_on()
    assert row_of(case.order).units == ("hm", "hm-lizhuang")
    case.act(c.SignPart, *TOWNSHIP, part=1)
    assert case.refusal(c.Reply, *TOWNSHIP, answer_hash="bb", basis="条例", contacted="电话").code == "not_your_unit"
    assert case.refusal(c.Reply, *OFFICER, answer_hash="bb", basis="条例", contacted="电话").code == "parts_open"
    case.act(c.FinishPart, *TOWNSHIP, part=1, result="已修好村口路灯")
    case.act(c.Reply, *OFFICER, answer_hash="bb", basis="条例", contacted="电话")
    assert case.order.state == "replied"


def test_a_township_gives_a_part_back_once_per_ground() -> None:
    case = sent_on()
    case.act(c.ReturnPart, *TOWNSHIP, **PART_RETURN)
    assert case.order.parts == {} and case.order.holder == "unit:hm"
    assert row_of(case.order).units == ("hm",)
    case.act(c.OpenPart, *OFFICER, **ON)
    again = case.refusal(c.ReturnPart, *TOWNSHIP, **{**PART_RETURN, "part": 2})
    assert again.sentence == "同一理由已经退回过一次，不能再次退回。"
    case.act(c.ReturnPart, *TOWNSHIP, **{**PART_RETURN, "part": 2, "code": "R4"})


def test_a_part_goes_back_only_in_its_window_by_its_own_unit_and_with_a_ground() -> None:
    case = sent_on()  # the window: two working days, to Wednesday 11 March 24:00
    assert case.refusal(c.ReturnPart, "unit:hm-sunwu:contact", "township", **PART_RETURN).code == "not_yours"
    assert case.refusal(c.ReturnPart, *TOWNSHIP, **{**PART_RETURN, "code": "R9"}).code == "no_ground"
    assert case.refusal(c.ReturnPart, *TOWNSHIP, **{**PART_RETURN, "basis": ""}).code == "no_ground"
    late = case.refusal(c.ReturnPart, *TOWNSHIP, at="2026-03-12T00:00", **PART_RETURN)
    assert late.sentence == "退回窗口已在3月11日 24:00 结束，不能再退。" and "退单窗口 2 个工作日" in late.source
    case.act(c.ReturnPart, *TOWNSHIP, at=instant("2026-03-12T00:00") - 1, **PART_RETURN)


def test_an_assisting_share_is_not_given_back() -> None:
    case = Case(WORKDAY, levels=CITY).to_unit("zjj", assist=("cgj",))
    assert case.refusal(c.ReturnPart, "unit:cgj:contact", "unit_contact", **PART_RETURN).code == "not_yours"


def test_a_part_given_back_is_no_return_of_the_order() -> None:
    """Two returns of the order call a joint meeting; what townships give back to their county does not count."""
    case = sent_on()
    case.act(c.ReturnPart, *TOWNSHIP, **PART_RETURN)
    case.act(c.AskSendBack, *OFFICER, **RETURN)
    case.act(c.DecideSendBack, OBJECTION, "objection_reviewer", accepted=True, text="同意")
    assert case.order.state == "approved"
    case.dispatch("hm-lizhuang")
    assert case.order.unit == "hm-lizhuang"


def test_a_county_sends_back_upward_once_per_ground() -> None:
    case = at_the_county()
    case.act(c.AskSendBack, *OFFICER, **RETURN)
    case.act(c.DecideSendBack, OBJECTION, "objection_reviewer", accepted=False, text="属该县职责")
    assert case.refusal(c.AskSendBack, *OFFICER, **RETURN).sentence == "同一理由的退单已经裁定过，不能再次提出。"
    case.act(c.AskSendBack, *OFFICER, at=case.now + HOUR_MS, **{**RETURN, "code": "R3"})


def test_the_supervisor_may_still_part_a_countys_order_for_others() -> None:
    case = at_the_county()
    item = {"kind": "item", "to": "unit:zjj", "what": "技术支持", "due": case.now + DAY_MS}
    case.act(c.OpenPart, "staff:8001", "supervisor", **item)
    assert case.order.parts[1].to == "unit:zjj"
