"""The unit does not think it is theirs: windows, grounds, the second return, objections and joint meetings."""

from made.orders import DISPATCHER, DUTY_MANAGER, OBJECTION, SUPERVISOR, Case, instant
from made.orders_in_states import RETURN, objection_review, send_back_review

from lianxin.orders import commands as c

DECIDE = (c.DecideSendBack, OBJECTION, "objection_reviewer")


def at_unit_a() -> Case:
    """Dispatched to unit A on Wednesday 30 September 2026 at 10:00; the window ends on Friday 9 October."""
    return Case("2026-09-30T09:30").to_unit("a", at="2026-09-30T10:00")


def returned_by_a() -> Case:
    case = at_unit_a()
    case.unit(c.AskSendBack, "2026-10-09T16:00", **RETURN)
    return case


def at_unit_b() -> Case:
    """Unit A's return was accepted on Saturday 10 October at 10:00, and B has it from 10:20."""
    case = returned_by_a()
    case.act(*DECIDE, "2026-10-10T10:00", accepted=True, text="目录有误", correct_directory=True)
    case.dispatch("b", "2026-10-10T10:20")
    case.unit(c.Sign)
    return case


def test_a_return_is_decided_within_four_office_hours() -> None:
    assert returned_by_a().order.desk_due == instant("2026-10-10T11:00")  # 90 minutes on Friday, 150 on the Saturday


def test_an_accepted_return_ends_that_units_clock_and_begins_anothers() -> None:
    case = returned_by_a()
    case.act(*DECIDE, "2026-10-10T10:00", accepted=True, text="目录有误", correct_directory=True)
    assert (case.order.state, case.order.holder, case.order.clock) == ("approved", "tray:dispatch", None)
    assert case.last().say["directory_ticket"] == "v1" and case.order.send_backs == ("a|R2",)
    case.dispatch("b", "2026-10-10T10:20")
    assert case.order.clock is not None
    assert case.order.clock.due == instant("2026-10-17T00:00")  # 12, 13, 14, 15, 16 October
    assert case.order.citizen_since == instant("2026-09-30T09:30") and case.order.dispatches == 2


def test_the_unit_that_returned_it_does_not_get_it_back_from_the_dispatcher() -> None:
    case = returned_by_a()
    case.act(*DECIDE, accepted=True, text="目录有误")
    dispatch = {"unit": "a", "basis": "0401", "directory": "v1"}
    assert case.refusal(c.Dispatch, DISPATCHER, "dispatcher", **dispatch).code == "returned_before"


def test_after_the_window_a_return_is_refused_with_the_day_it_ended() -> None:
    case = at_unit_a()
    refused = case.refusal(c.AskSendBack, *case.officer(), at="2026-10-10T09:00", **RETURN)
    assert refused.sentence == "退单窗口已在10月9日 24:00 结束，不能再退。"


def test_the_last_minute_of_the_window_is_in_it() -> None:
    case = at_unit_a()
    case.unit(c.AskSendBack, "2026-10-09T23:59", **RETURN)
    assert case.order.state == "send_back_review"


def test_the_second_return_opens_a_joint_meeting_and_b_stays_temporary_lead() -> None:
    case = at_unit_b()
    case.unit(c.AskSendBack, "2026-10-12T10:00", **{**RETURN, "suggested": "a"})
    case.act(*DECIDE, "2026-10-12T11:00", accepted=True, text="两家均称不属职责")
    assert (case.order.state, case.order.holder, case.order.unit) == ("joint_meeting", "unit:b", "b")
    assert case.order.desk_due == instant("2026-10-15T00:00")  # 2 WD: 13, 14 October
    assert case.order.level == 2 and case.order.clock is not None


def test_the_joint_meeting_names_the_unit_and_its_clock_is_new() -> None:
    case = at_unit_b()
    case.unit(c.AskSendBack, "2026-10-12T10:00", **{**RETURN, "suggested": "a"})
    case.act(*DECIDE, "2026-10-12T11:00", accepted=True, text="两家均称不属职责")
    decided = {"unit": "a", "minutes": "会议纪要 7", "directory": "v2", "assist": ("b",)}
    case.act(c.DecideJointMeeting, DUTY_MANAGER, "duty_manager", "2026-10-13T15:00", **decided)
    assert (case.order.state, case.order.unit, case.order.holder) == ("dispatched", "a", "tray:dispatch")
    assert case.order.clock is not None and case.order.clock.due == instant("2026-10-21T00:00")
    assert case.order.tracker == DISPATCHER
    assert [part.to for part in case.order.parts.values()] == ["unit:b"]


def test_a_refused_return_leaves_clock_and_holder_as_they_were() -> None:
    case = returned_by_a()
    before = case.order.clock
    case.act(*DECIDE, accepted=False, text="属本单位职责")
    assert (case.order.state, case.order.holder, case.order.clock) == ("in_progress", "unit:a", before)


def test_the_same_ground_is_not_heard_twice_and_another_is() -> None:
    case = at_unit_a()
    case.unit(c.AskSendBack, "2026-10-08T10:00", **RETURN)
    case.act(*DECIDE, "2026-10-08T11:00", accepted=False, text="属本单位职责")
    assert case.refusal(c.AskSendBack, *case.officer(), **RETURN).code == "same_ground"
    case.unit(c.AskSendBack, **{**RETURN, "code": "R3"})
    assert case.order.state == "send_back_review"


def test_a_refused_return_is_no_bar_to_another_dispatch_by_another_ground() -> None:
    case = at_unit_a()
    case.unit(c.AskSendBack, "2026-10-08T10:00", **RETURN)
    case.act(*DECIDE, accepted=False, text="属本单位职责")
    case.unit(c.AskSendBack, **{**RETURN, "code": "R3"})
    case.act(*DECIDE, accepted=True, text="确不属职责")
    assert case.order.send_backs == ("a|R2|refused", "a|R3")


def test_a_return_needs_its_code_its_ground_and_who_should_have_it() -> None:
    case = at_unit_a()
    for missing in ({"code": "R9"}, {"basis": ""}, {"suggested": ""}):
        assert case.refusal(c.AskSendBack, *case.officer(), **{**RETURN, **missing}).code == "no_ground"


def test_a_return_straight_from_the_dispatch_signs_for_it_first() -> None:
    case = Case().to_dispatched("a")
    case.unit(c.AskSendBack, **RETURN)
    assert [entry.kind for entry in case.entries[-2:]] == ["signed", "send_back_asked"]
    assert case.order.holder == "unit:a"


def test_nobody_decides_about_a_return_of_their_own_dispatch() -> None:
    case = send_back_review()
    refused = case.refusal(c.DecideSendBack, DISPATCHER, "objection_reviewer", accepted=False, text="不同意")
    assert refused.code == "separation" and "转办" in refused.sentence


def test_nobody_calls_the_meeting_about_their_own_dispatch() -> None:
    case = objection_review()
    assert case.refusal(c.OpenJointMeeting, DISPATCHER, "supervisor", reason="交叉").code == "separation"


def test_an_objection_can_be_decided_without_a_meeting() -> None:
    case = objection_review()
    case.act(*DECIDE, accepted=True, text="异议成立")
    assert case.order.state == "approved" and case.order.send_backs == ("zjj|R2",)


def test_a_meeting_needs_its_reason_and_its_minutes() -> None:
    case = send_back_review()
    assert case.refusal(c.OpenJointMeeting, SUPERVISOR, "supervisor", reason="").code == "no_reason"
    case.act(c.OpenJointMeeting, SUPERVISOR, "supervisor", reason="职责交叉")
    decided = {"unit": "b", "minutes": "", "directory": "v2"}
    assert case.refusal(c.DecideJointMeeting, DUTY_MANAGER, "duty_manager", **decided).code == "no_minutes"


def test_a_decision_nobody_takes_in_time_comes_to_the_duty_manager() -> None:
    case = returned_by_a()
    case.run_until("2026-10-10T10:59")
    assert case.tick("2026-10-10T11:00") == ["desk_overdue"]
    assert case.order.desk_due == instant("2026-10-10T11:30") and "late_desk" in case.order.flags


def test_what_a_unit_had_only_to_give_away_lies_in_the_dispatch_tray_when_it_returns_the_order() -> None:
    case = at_unit_a()
    item = {"kind": "item", "to": "unit:csglj", "due": instant("2026-10-12T17:00"), "what": "清运"}
    case.unit(c.OpenPart, **item)
    case.unit(c.AskSendBack, "2026-10-08T10:00", **RETURN)
    case.act(*DECIDE, accepted=True, text="目录有误")
    assert (case.order.parts[1].holder, case.order.parts[1].n) == ("tray:dispatch", 2)


def test_on_the_meetings_decision_too() -> None:
    case = at_unit_a()
    item = {"kind": "item", "to": "unit:csglj", "due": instant("2026-10-12T17:00"), "what": "清运"}
    case.unit(c.OpenPart, **item)
    case.unit(c.AskSendBack, "2026-10-08T10:00", **RETURN)
    case.act(c.OpenJointMeeting, SUPERVISOR, "supervisor", reason="交叉")
    decided = {"unit": "b", "minutes": "纪要", "directory": "v2"}
    case.act(c.DecideJointMeeting, DUTY_MANAGER, "duty_manager", **decided)
    assert case.order.parts[1].holder == "tray:dispatch"
