"""A broken pack names the line and the key of every mistake; a right one has none."""

import pytest
from typer import Typer
from typer.testing import CliRunner

from lianxin.rules import Unreadable, check_file
from lianxin.rules.commands import register
from lianxin.rules.loading import SHIPPED, check_text

RIGHT = """\
pack: test
version: "1"
effective: {from: "2026-01-01T00:00:00+08:00", to: null}
calendar: {provider: chinesecalendar, min_version: "1.11.0", missing_year: fail_closed}
count: {start_day_counted: false, end_of_day: "24:00", src: law}
office_hours: {mon_fri_and_makeup: [["08:30","12:00"],["13:30","17:30"]], src: law}
order:
  review: {value: 30, unit: min, urgent: 5, src: law}
  handle:
    default: {value: 5, unit: WD, src: law}
    local: {value: 4, unit: office_h, src: law}
  extension: {max: 10, unit: WD, times: 1, src: law}
"""


def app() -> Typer:
    made = Typer()
    register(made)
    return made


def found(text: str) -> list[tuple[int, str]]:
    return [(mistake.line, mistake.key) for mistake in check_text(text)[1]]


def test_the_right_pack_has_no_mistake():
    assert found(RIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ("value: 5, unit: WD", 'value: "five", unit: WD', 10, "order.handle.default.value", "whole number"),
        ("value: 5, unit: WD", "value: 0, unit: WD", 10, "order.handle.default.value", "from 1"),
        ("value: 5, unit: WD", "value: 2.5, unit: WD", 10, "order.handle.default.value", "2.5"),
        ("value: 5, unit: WD", "value: yes, unit: WD", 10, "order.handle.default.value", "True"),
        ("value: 5, unit: WD", "value: -5, unit: WD", 10, "order.handle.default.value", "-5"),
        ("unit: WD, src: law}\n    local", "unit: wd, src: law}\n    local", 10, "order.handle.default.unit", "WD"),
        ("value: 5, unit: WD", "vlaue: 5, unit: WD", 10, "order.handle.default.vlaue", "did you mean value"),
        ("value: 5, unit: WD", "unit: WD", 10, "order.handle.default.value", "missing"),
        ("value: 5, unit: WD, src: law", "value: 5, unit: WD", 10, "order.handle.default.src", "source"),
        ("value: 5, unit: WD, src: law", "value: 5, unit: WD, src: 7", 10, "order.handle.default.src", "text"),
        ("value: 5, unit: WD", "value: 5, unit: WD, basis: natural", 10, "order.handle.default.basis", "contradicts"),
        ("default: {value: 5, unit: WD, src: law}", "default: 5", 10, "order.handle.default", "unit"),
        ("default: {value: 5, unit: WD, src: law}", "default: {}", 10, "order.handle.default", "empty"),
        ("  review:", "  reveiw:", 8, "order.reveiw", "did you mean review"),
        ("  handle:", "  hnadle:", 7, "order.handle", "missing"),
        ("order:", "oder:", 7, "oder", "did you mean order"),
        ("pack: test", "pack: Test Pack", 1, "pack", "small letters"),
        ('version: "1"', "version: 2026.1", 2, "version", "quotes"),
        ('version: "1"', "version: 2026-01-01", 2, "version", "read as a date"),
        ('from: "2026-01-01T00:00:00+08:00"', 'from: "2026-01-01"', 3, "effective.from", "instant"),
        ('from: "2026-01-01T00:00:00+08:00"', 'from: "2026-02-30T00:00:00+08:00"', 3, "effective.from", "instant"),
        ("to: null", 'to: "2025-01-01T00:00:00+08:00"', 3, "effective.to", "after effective.from"),
        ("provider: chinesecalendar", "provider: moon", 4, "calendar.provider", "moon"),
        ('"1.11.0"', '"99.0"', 4, "calendar.min_version", "newer"),
        ("fail_closed", "not_needed", 4, "calendar.missing_year", "fail_closed"),
        ("start_day_counted: false", "start_day_counted: true", 5, "count.start_day_counted", "false"),
        ('"24:00"', '"25:00"', 5, "count.end_of_day", "time"),
        ('"24:00"', '"00:00"', 5, "count.end_of_day", "24:00"),
        ('"24:00", src: law', '"24:00"', 5, "count.src", "missing"),
        ('["13:30","17:30"]', '["13:30"]', 6, "office_hours.mon_fri_and_makeup[1]", "two times"),
        ('["13:30","17:30"]', '[13:30,"17:30"]', 6, "office_hours.mon_fri_and_makeup[1][0]", "quotes"),
        ('["13:30","17:30"]', '["11:30","17:30"]', 6, "office_hours.mon_fri_and_makeup", "follow each other"),
        ('["13:30","17:30"]', '["17:30","13:30"]', 6, "office_hours.mon_fri_and_makeup", "follow each other"),
        ("max: 10", "max: ten", 12, "order.extension.max", "whole number"),
        ("times: 1", "tims: 1", 12, "order.extension.tims", "did you mean times"),
        ("urgent: 5", "urgent: soon", 8, "order.review.urgent", "whole number"),
        ("  extension:", "  review:", 12, "order.review", "line 8"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_line_and_key(old, new, line, key, says):
    assert old in RIGHT
    mistakes = check_text(RIGHT.replace(old, new, 1))[1]
    named = [mistake for mistake in mistakes if (mistake.line, mistake.key) == (line, key)]
    assert named, mistakes
    assert says in named[0].text


def test_all_mistakes_are_named_at_once():
    text = RIGHT.replace("unit: min", "unit: minute").replace("value: 5", "value: x").replace("times: 1", "times: no")
    assert found(text) == [(8, "order.review.unit"), (10, "order.handle.default.value"), (12, "order.extension.times")]


def test_office_hours_are_needed_by_those_who_count_in_them():
    lines = [line for line in RIGHT.splitlines(keepends=True) if not line.startswith("office_hours")]
    assert found("".join(lines)) == [(10, "order.handle.local.unit")]


def test_working_days_need_the_official_calendar():
    text = RIGHT.replace("provider: chinesecalendar", "provider: natural")
    keys = ["order.handle.default.unit", "order.handle.local.unit", "order.extension.unit"]
    assert [key for _, key in found(text)] == keys


def test_one_source_may_stand_for_a_group():
    text = RIGHT.replace("  handle:\n", "  handle:\n    src: law\n").replace(
        "unit: WD, src: law}\n    local", "unit: WD}\n    local"
    )
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "mapping"),
        ("- a\n- b\n", 1, "mapping"),
        ("pack: test\n\torder: 1\n", 2, "not YAML"),
        ("pack: test\norder: {a: 1\n", 3, "not YAML"),
        ("pack: test\ntitle: \x07bell\n", 2, "U+0007"),
        ("pack: &a test\ntitle: *a\n", 2, "alias"),
        ("pack: test\n---\npack: other\n", 2, "not YAML"),
        ("a: " + "[" * 1200 + "]" * 1200, 1, "nested"),
        ("pack: test\n? [a, b]\n: 1\n", 2, "a key must be one word"),
        ("pack: !!python/object:os.system x\n", 1, "quotes"),
    ],
    ids=range(10),
)
def test_what_is_no_pack_at_all_is_told_with_its_line(text, line, says):
    mistakes = check_text(text)[1]
    assert any(mistake.line == line and says in mistake.text for mistake in mistakes), mistakes


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_packs_are_right(path):
    answered = CliRunner().invoke(app(), ["rules", "check", str(path)])
    assert (answered.exit_code, "is right" in answered.output) == (0, True), answered.output


def test_the_command_prints_file_line_and_key_and_exits_with_1(tmp_path):
    path = tmp_path / "pack.yaml"
    path.write_text(RIGHT.replace("value: 5", "value: x"), encoding="utf-8")
    answered = CliRunner().invoke(app(), ["rules", "check", str(path)])
    assert answered.exit_code == 1
    assert f"{path}:10: order.handle.default.value: must be a whole number" in answered.output


def test_a_pack_that_would_begin_in_the_past_is_refused_when_asked(tmp_path):
    path = tmp_path / "pack.yaml"
    path.write_text(RIGHT, encoding="utf-8")
    late, early = ("--load-at", "2026-03-09T08:00:00+08:00"), ("--load-at", "2025-12-31T24:00:00+08:00")
    answered = CliRunner().invoke(app(), ["rules", "check", str(path), *late])
    assert (answered.exit_code, f"{path}:3: effective.from: lies in the past" in answered.output) == (1, True)
    assert CliRunner().invoke(app(), ["rules", "check", str(path), *early]).exit_code == 0


def test_a_file_that_cannot_be_read_exits_with_2(tmp_path):
    answered = CliRunner().invoke(app(), ["rules", "check", str(tmp_path / "none.yaml")])
    assert answered.exit_code == 2
    assert "cannot read" in answered.stderr


def test_gb18030_and_a_byte_order_mark_are_read(tmp_path):
    path = tmp_path / "pack.yaml"
    path.write_bytes(RIGHT.replace("src: law", "src: 民法典").encode("gb18030"))
    assert check_file(path) == []
    path.write_bytes(b"\xef\xbb\xbf" + RIGHT.encode())
    assert check_file(path) == []


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "pack.yaml"
    path.write_bytes(b"\xff\xff\xff")
    with pytest.raises(Unreadable, match="neither"):
        check_file(path)
    path.write_bytes(b"#" * 2_000_001)
    with pytest.raises(Unreadable, match="larger"):
        check_file(path)
