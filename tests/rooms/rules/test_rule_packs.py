"""The packs of three places: the same dispatch, other dates; every value with its source."""

from datetime import date, timedelta

import pytest

from lianxin.deadlines import make_calendar
from lianxin.ground.clock import HOUR_MS, at_iso
from lianxin.rules import (
    BrokenPack,
    Rules,
    UnknownClock,
    UnknownPack,
    all_rules,
    known_packs,
    load_rules,
    rules_from_text,
)
from lianxin.rules.loading import SHIPPED

NATIONAL_DAY_EVE = at_iso("2026-09-30T10:00:00+08:00")


def at(text: str) -> int:
    return at_iso(f"{text}:00+08:00")


@pytest.fixture
def binzhou() -> Rules:
    return load_rules("sd-binzhou")


def beijing_with(change: dict[str, str]) -> Rules:
    text = (SHIPPED / "bj-jiesujiban-2025.1-example.yaml").read_text(encoding="utf-8")
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    return rules_from_text(text)


@pytest.mark.parametrize(
    ("key", "start", "due"),
    [
        ("order.acknowledge.normal", "2026-09-30T10:00", "2026-10-09T00:00"),
        ("order.first_contact", "2026-09-30T10:00", "2026-10-09T00:00"),
        ("order.send_back_window", "2026-09-30T10:00", "2026-10-10T00:00"),
        ("order.handle.default", "2026-09-30T10:00", "2026-10-14T00:00"),
        ("order.handle.default", "2026-10-01T20:00", "2026-10-14T00:00"),
        ("order.acknowledge.normal", "2026-10-01T20:00", "2026-10-09T00:00"),
        ("order.handle.default", "2026-10-10T10:20", "2026-10-17T00:00"),  # sent on to unit B
        ("order.send_back_decision", "2026-10-09T16:00", "2026-10-10T11:00"),
        ("order.joint_meeting", "2026-10-10T10:20", "2026-10-14T00:00"),
        ("order.acknowledge.life_danger", "2026-10-03T02:13", "2026-10-03T02:28"),
        ("order.handle.utilities", "2026-11-15T18:30", "2026-11-16T18:30"),
        ("order.rework", "2026-11-18T09:00", "2026-11-24T00:00"),
        ("order.review", "2026-11-18T03:00", "2026-11-18T03:30"),  # what the nightly sweep gives the duty manager
        ("enterprise_2115.contact", "2026-10-09T17:10", "2026-10-10T10:10"),
        ("enterprise_2115.opinion", "2026-10-09T17:10", "2026-10-11T00:00"),
        ("enterprise_2115.solve", "2026-10-09T17:10", "2026-10-30T00:00"),
        ("enterprise_2115.systemic", "2026-10-09T17:10", "2026-11-20T00:00"),
        ("telephony.text_reply", "2026-10-09T23:59", "2026-10-10T00:02"),
        ("telephony.ring_back", "2026-11-23T09:05", "2026-11-23T09:35"),
    ],
)
def test_binzhou_promises(binzhou, key, start, due):
    assert binzhou.due(key, at(start)).due == at(due)


@pytest.mark.parametrize(
    ("pack", "key", "due"),
    [
        ("sd-binzhou", "order.handle.default", "2026-10-14T00:00"),
        ("bj-jiesujiban", "order.handle.default", "2026-10-08T00:00"),
        ("bj-jiesujiban", "order.handle.complex", "2026-10-16T00:00"),
        ("gd-2022", "order.handle.inquiry", "2026-10-10T00:00"),
        ("gd-2022", "order.handle.complaint", "2026-10-28T00:00"),
    ],
)
def test_the_same_dispatch_falls_due_by_the_place(pack, key, due):
    assert load_rules(pack).due(key, NATIONAL_DAY_EVE).due == at(due)


def test_beijing_moves_the_end_off_the_holiday_where_its_pack_says_so():
    rules = beijing_with({"roll_forward: false": "roll_forward: true"})
    assert rules.due("order.handle.default", NATIONAL_DAY_EVE).due == at("2026-10-09T00:00")
    assert rules.due("order.handle.complex", NATIONAL_DAY_EVE).due == at("2026-10-16T00:00")


def test_the_end_of_the_day_is_the_packs(binzhou):
    rules = beijing_with({'end_of_day: "24:00"': 'end_of_day: "17:30"'})
    assert rules.due("order.handle.default", NATIONAL_DAY_EVE).due == at("2026-10-07T17:30")


def test_an_extension_and_a_pause_go_through_the_pack(binzhou):
    assert binzhou.due("order.handle.default", NATIONAL_DAY_EVE, extend=10).due == at("2026-10-28T00:00")
    pause = (at("2026-11-04T15:00"), at("2026-11-13T10:00"))
    assert binzhou.due("order.handle.default", at("2026-11-02T09:00"), pause).due == at("2026-11-20T00:00")
    assert binzhou.explain("order.handle.default", NATIONAL_DAY_EVE)[0].text.endswith("（规则包 sd-binzhou@2026.1）")


def test_values_that_are_no_clocks_are_at_their_dotted_key(binzhou):
    assert binzhou.value("order.extension.max") == 10
    assert binzhou.number("order.extension.times") == 1
    assert binzhou.value("order.rework.max_times") == 2
    assert binzhou.value("order.send_backs_before_joint_meeting") == 2
    assert binzhou.value("order.dispatch") == "same_day"
    assert binzhou.value("order.review.urgent") == 5
    assert binzhou.value("no.such.key", "else") == "else"
    assert binzhou.value("order.extension.max.deeper") is None
    with pytest.raises(TypeError):
        binzhou.number("order.dispatch")


def test_what_is_not_regulated_is_none_and_not_the_default():
    beijing = load_rules("bj-jiesujiban")
    assert beijing.value("order.extension.max", 10) is None
    assert beijing.value("order.send_back_window", 2) is None
    with pytest.raises(UnknownClock, match="not regulated"):
        beijing.clock("order.send_back_window")


def test_an_unknown_clock_names_the_near_ones(binzhou):
    with pytest.raises(UnknownClock) as refused:
        binzhou.due("order.handle.defualt", NATIONAL_DAY_EVE)
    assert refused.value.near[0] == "order.handle.default"
    assert "order.handle.default" in str(refused.value)


def test_a_clock_has_urgent_variants_and_fallbacks(binzhou):
    assert binzhou.clock("order.review", "urgent").value == 5
    assert binzhou.first_clock("order.handle.complaint", "order.handle.default").key == "order.handle.default"
    assert binzhou.first_clock("order.handle.complaint") is None
    with pytest.raises(UnknownClock):
        binzhou.clock("order.handle.default", "urgent")


def test_supervision_answers_have_periods_too(binzhou):
    answer = binzhou.period("supervision.levels.0.answer_in")
    assert (answer.value, answer.unit) == (4, "office_h")
    assert "supervision.levels.0.answer_in" not in binzhou.clock_keys
    with pytest.raises(UnknownClock):
        binzhou.period("supervision.levels.9.answer_in")


@pytest.mark.parametrize("rules", all_rules(), ids=lambda rules: rules.ref)
def test_every_clock_and_value_shows_its_source(rules):
    assert rules.clocks
    for key, clock in rules.periods.items():
        assert clock.src and rules.source(key) == clock.src
    assert rules.source("order.extension.max" if rules.pack != "gd-2022" else "order.handle.help")
    assert rules.source("count.end_of_day")


def test_shipped_packs_are_known_and_approved_by_nobody():
    assert known_packs() == ("bj-jiesujiban", "gd-2022", "sd-binzhou")
    assert [rules.approved for rules in all_rules()] == [False, False, False]


def test_a_reference_finds_its_version_and_no_other(binzhou):
    assert load_rules("sd-binzhou@2026.1").ref == binzhou.ref == "sd-binzhou@2026.1"
    with pytest.raises(UnknownPack):
        load_rules("sd-binzhou@2025.9")
    with pytest.raises(UnknownPack, match="did you mean sd-binzhou"):
        load_rules("sd-binzho")
    with pytest.raises(UnknownPack):
        load_rules("sd")


def test_the_newest_version_of_a_name_is_loaded(tmp_path, binzhou):
    text = (SHIPPED / "sd-binzhou-2026.1.yaml").read_text(encoding="utf-8")
    (tmp_path / "sd-binzhou-2026.1.yaml").write_text(text, encoding="utf-8")
    newer = text.replace('version: "2026.1"', 'version: "2027.1"', 1).replace("2026-01-01T00", "2027-01-01T00")
    (tmp_path / "sd-binzhou-2027.1.yaml").write_text(newer, encoding="utf-8")
    assert load_rules("sd-binzhou", tmp_path).version == "2027.1"
    assert load_rules("sd-binzhou@2026.1", tmp_path).version == "2026.1"


def test_rules_cannot_be_changed(binzhou):
    with pytest.raises(AttributeError):
        binzhou.version = "other"
    with pytest.raises(TypeError):
        binzhou.tree["order"]["handle"]["default"] = 1
    with pytest.raises(TypeError):
        binzhou.clocks["order.new"] = None


def test_a_broken_file_gives_no_rules(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("pack: x\n", encoding="utf-8")
    with pytest.raises(BrokenPack) as refused:
        load_rules(path)
    assert f"{path}:1: version: is missing" in str(refused.value)


@pytest.mark.parametrize(
    ("accepted", "earliest", "due"),
    [
        ("2026-11-17T21:10", "2026-11-18T08:30", "2026-11-18T21:00"),  # within the quiet hours
        ("2026-11-17T15:00", "2026-11-17T15:00", "2026-11-17T21:00"),
        ("2026-11-17T02:00", "2026-11-17T08:30", "2026-11-17T21:00"),
        ("2026-11-17T21:00", "2026-11-18T08:30", "2026-11-18T21:00"),
        ("2026-11-17T08:30", "2026-11-17T08:30", "2026-11-17T21:00"),
    ],
)
def test_nobody_is_called_in_the_quiet_hours(binzhou, accepted, earliest, due):
    assert binzhou.quiet_hours == (21 * HOUR_MS, 8 * HOUR_MS + HOUR_MS // 2)
    assert binzhou.followup_window(at(accepted)) == (at(earliest), at(due))


def test_without_quiet_hours_the_call_is_due_at_the_end_of_the_day():
    accepted = at("2026-11-17T22:00")
    assert load_rules("gd-2022").followup_window(accepted) == (accepted, at("2026-11-18T00:00"))


def test_rules_follow_another_calendar_when_given_one(binzhou):
    first = date(2026, 9, 30)
    all_worked = make_calendar({first + timedelta(days=n): True for n in range(30)})
    assert binzhou.with_calendar(all_worked).due("order.handle.default", NATIONAL_DAY_EVE).due == at("2026-10-06T00:00")
    assert binzhou.due("order.handle.default", NATIONAL_DAY_EVE).due == at("2026-10-14T00:00")
