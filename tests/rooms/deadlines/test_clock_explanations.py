"""Why is it due then? The steps must add up to the date and name what was skipped, with its source."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.deadlines import UNRESOLVED, Clock, OfficeHours, explain, official_calendar, reckon
from lianxin.ground.clock import HOUR_MS, at_iso

CALENDAR = official_calendar()
OFFICE = OfficeHours(((int(8.5 * HOUR_MS), 12 * HOUR_MS), (int(13.5 * HOUR_MS), int(17.5 * HOUR_MS))))


def at(text: str) -> int:
    return at_iso(f"{text}:00+08:00")


def working_days(value: int) -> Clock:
    return Clock("order.handle.default", value, "WD", "山东省政务服务热线管理办法 2020")


def told(clock: Clock, start: str, **course) -> list[tuple[str, str]]:
    return [(step.kind, step.text) for step in explain(clock, at(start), CALENDAR, **course)]


def test_national_day_explains_itself_in_chinese():
    assert told(working_days(5), "2026-09-30T10:00", pack="sd-binzhou@2026.1") == [
        ("clock", "时限 order.handle.default：5 个工作日（规则包 sd-binzhou@2026.1）"),
        ("start", "自 9月30日 10:00 起算，当日不计，从次日数起"),
        ("skipped", "10月1日至10月7日国庆节放假，不计"),
        ("counted", "10月8日至10月10日计第 1–3 个工作日（10月10日周六为调休上班日）"),
        ("skipped", "10月11日为休息日，不计"),
        ("counted", "10月12日至10月13日计第 4–5 个工作日"),
        ("due", "10月13日 24:00 到期"),
        ("yellow", "黄牌：10月13日 00:00，最后一个工作日开始"),
        ("red", "红牌：10月14日 00:00，到期后第一个工作日开始"),
    ]


def test_the_same_in_english():
    texts = [text for _, text in told(working_days(5), "2026-09-30T10:00", lang="en")]
    assert texts[2] == "1 Oct to 7 Oct: National Day, not counted"
    assert texts[3] == "8 Oct to 10 Oct: working day 1–3 (Sat 10 Oct: make-up working day)"


def test_a_pause_says_what_was_used_and_what_is_left():
    steps = told(working_days(5), "2026-11-02T09:00", suspend=(at("2026-11-04T15:00"), at("2026-11-13T10:00")))
    assert steps[2:6] == [
        ("counted", "11月3日计第 1 个工作日"),
        ("paused", "11月4日 15:00 挂起：已用 1 个工作日，剩余 4 个工作日"),
        ("resumed", "11月13日 10:00 恢复，从次日起续计剩余的 4 个工作日"),
        ("skipped", "11月14日至11月15日为休息日，不计"),
    ]


def test_an_extension_names_the_old_due_time():
    steps = told(working_days(5), "2026-09-30T10:00", extend=10)
    assert ("extended", "延长 10 个工作日，自原到期时间 10月13日 24:00 起算") in steps
    assert ("counted", "10月26日至10月27日计第 9–10 个工作日") in steps


def test_office_time_is_told_span_by_span():
    steps = told(Clock("o", 4, "office_h", "", office=OFFICE), "2026-10-09T16:00")
    assert steps[2:4] == [
        ("counted", "10月9日 16:00 至 10月9日 17:30 为办公时间，计 1 小时 30 分钟"),
        ("counted", "10月10日 08:30 至 10月10日 11:00 为办公时间，计 2 小时 30 分钟"),
    ]


def test_a_moved_end_says_why():
    steps = told(Clock("d", 7, "d", "", roll_forward=True), "2026-09-30T10:00")
    assert ("rolled", "10月7日国庆节，顺延至其后第一个工作日 10月8日") in steps


def test_a_missing_year_is_told_without_a_date():
    steps = explain(working_days(5), at("2026-12-25T09:00"), CALENDAR)
    assert [(step.kind, step.at) for step in steps[-1:]] == [("unresolved", None)]
    assert "12月31日" in steps[-1].text


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="fr"):
        explain(working_days(5), at("2026-11-02T09:00"), CALENDAR, lang="fr")


@settings(deadline=None)
@given(
    st.integers(at("2004-01-01T00:00"), at("2026-12-31T00:00")),
    st.sampled_from(["min", "h", "office_h", "d", "WD"]),
    st.integers(1, 40),
    st.booleans(),
    st.integers(0, 20),
    st.data(),
)
def test_every_explanation_ends_at_the_reckoned_date_with_a_source_for_each_step(
    start, unit, value, roll, extend, data
):
    clock = Clock("k", value, unit, "rule", roll_forward=roll, office=OFFICE if unit == "office_h" else None)
    due = reckon(clock, start, CALENDAR).due
    pause = None
    if due != UNRESOLVED and data.draw(st.booleans()):
        begin = data.draw(st.integers(start, due - 1))
        pause = (begin, begin + data.draw(st.integers(0, 20 * 24 * HOUR_MS)))
    found = reckon(clock, start, CALENDAR, suspend=pause, extend=extend)
    for lang in ("zh", "en"):
        steps = explain(clock, start, CALENDAR, suspend=pause, extend=extend, lang=lang)
        assert all(step.text and step.src for step in steps)
        ends = {step.kind: step.at for step in steps}
        if found.due == UNRESOLVED:
            assert "due" not in ends and ends["unresolved"] is None
        else:
            assert ends["due"] == found.due
            assert ends.get("yellow") == found.yellow
