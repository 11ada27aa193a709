"""`lianxin due`: one question or a file of them, answered in order, with clear refusals."""

import json

import pytest
from typer import Typer
from typer.testing import CliRunner

from lianxin.rules.commands import register

NATIONAL_DAY_EVE = "2026-09-30T10:00:00+08:00"


def run(*words: str, given: str | bytes | None = None):
    app = Typer()
    register(app)
    return CliRunner().invoke(app, list(words), input=given)


def asked(*words: str) -> dict:
    answered = run("due", *words, "--json")
    assert answered.exit_code == 0, answered.output
    return json.loads(answered.stdout)


def batch(tmp_path, *lines: str | dict, options: tuple[str, ...] = ()):
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
    answered = run("due", "--batch", str(path), "--pack", "sd-binzhou", *options)
    return answered.exit_code, [json.loads(line) for line in answered.stdout.splitlines()]


def test_one_date_with_cards_and_steps():
    found = asked("order.handle.default", "--pack", "sd-binzhou", "--from", NATIONAL_DAY_EVE)
    assert list(found) == ["due", "yellow", "red", "steps"]
    assert found["due"] == "2026-10-14T00:00:00+08:00"  # 13 October, 24:00
    assert found["yellow"] == "2026-10-13T00:00:00+08:00"
    assert found["red"] == "2026-10-14T00:00:00+08:00"
    assert {step["kind"] for step in found["steps"]} == {"clock", "start", "skipped", "counted", "due", "yellow", "red"}
    assert all(step["src"] for step in found["steps"])


def test_hours_have_no_cards():
    found = asked("enterprise_2115.contact", "--pack", "sd-binzhou", "--from", "2026-10-09T17:10:00+08:00")
    assert (found["due"], found["yellow"], found["red"]) == ("2026-10-10T10:10:00+08:00", None, None)


def test_an_unknown_year_is_unresolved():
    words = ("order.handle.default", "--pack", "sd-binzhou", "--from")
    late = asked(*words, "2026-12-25T09:00:00+08:00")
    assert (late["due"], late["yellow"], late["red"]) == ("unresolved", "unresolved", "unresolved")
    last = asked(*words, "2026-12-24T09:00:00+08:00")
    assert (last["due"], last["red"]) == ("2027-01-01T00:00:00+08:00", "unresolved")


def test_pauses_and_extension():
    start = ("order.handle.default", "--pack", "sd-binzhou", "--from", "2026-11-02T09:00:00+08:00")
    first = ("--suspend", "2026-11-04T15:00:00+08:00/2026-11-09T10:00:00+08:00")
    second = ("--suspend", "2026-11-13T10:00:00+08:00/2026-11-16T10:00:00+08:00")
    assert asked(*start, *first, *second)["due"] == "2026-11-18T00:00:00+08:00"
    assert asked(*start, *first, *second, "--extend", "3")["due"] == "2026-11-21T00:00:00+08:00"


def test_24_hours_is_the_next_days_midnight_and_other_offsets_are_the_same_instant():
    words = ("order.review", "--pack", "sd-binzhou", "--from")
    assert asked(*words, "2026-10-09T24:00:00+08:00")["due"] == "2026-10-10T00:30:00+08:00"
    assert asked(*words, "2026-10-09T16:00:00Z")["due"] == "2026-10-10T00:30:00+08:00"


def test_people_read_sentences():
    answered = run("due", "order.handle.default", "--from", NATIONAL_DAY_EVE)
    assert answered.exit_code == 0
    assert "10月1日至10月7日国庆节放假，不计" in answered.stdout
    assert "has not been approved" in answered.stderr
    assert "National Day" in run("due", "order.handle.default", "--from", NATIONAL_DAY_EVE, "--lang", "en").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("order.handle.defualt", "--from", NATIONAL_DAY_EVE), "order.handle.default"),
        (("order.extension", "--from", NATIONAL_DAY_EVE), "no clock order.extension"),
        (("order.handle.default", "--from", "2026-09-30T10:00:00"), "--from"),
        (("order.handle.default", "--from", "tomorrow"), "--from"),
        (("order.handle.default", "--from", "0001-01-01T00:00:00+08:00"), "1970"),
        (("order.handle.default", "--from", "9999-12-31T23:59:59+08:00"), "9998"),
        (("order.handle.default",), "--from"),
        ((), "CLOCK"),
        (("order.handle.default", "--from", NATIONAL_DAY_EVE, "--suspend", "2026-10-01"), "FROM/TO"),
        (("order.handle.default", "--from", NATIONAL_DAY_EVE, "--suspend", "a/b"), "--suspend FROM"),
        (("order.handle.default", "--from", NATIONAL_DAY_EVE, "--extend=-1"), "extend"),
        (("order.handle.default", "--from", NATIONAL_DAY_EVE, "--pack", "sd-binzho"), "sd-binzhou"),
        (("order.handle.default", "--from", NATIONAL_DAY_EVE, "--pack", "/none.yaml"), "cannot read"),
        (("order.handle.default", "--batch", "x"), "--batch"),
        (("--batch", "/none.jsonl"), "Cannot read"),
    ],
)
def test_a_question_that_cannot_be_asked_exits_with_2_and_says_why(words, says):
    answered = run("due", *words)
    assert (answered.exit_code, answered.stdout) == (2, "")
    assert says in answered.stderr


def test_a_broken_pack_is_not_used(tmp_path):
    path = tmp_path / "pack.yaml"
    path.write_text("pack: x\n", "utf-8")
    answered = run("due", "order.handle.default", "--from", NATIONAL_DAY_EVE, "--pack", str(path))
    assert answered.exit_code == 2
    assert "version: is missing" in answered.stderr and "was not used" in answered.stderr


LATE = ("--suspend", "2026-10-14T00:00:00+08:00/2026-10-20T00:00:00+08:00")


def test_a_pause_that_does_not_fit_answers_an_error_and_exits_with_1():
    answered = run("due", "order.handle.default", "--from", NATIONAL_DAY_EVE, *LATE, "--json")
    assert answered.exit_code == 1
    assert "run out already" in json.loads(answered.stdout)["error"]
    answered = run("due", "order.handle.default", "--from", NATIONAL_DAY_EVE, *LATE)
    assert (answered.exit_code, answered.stdout) == (1, "")
    assert "run out already" in answered.stderr


def test_a_batch_answers_every_line_in_order(tmp_path):
    status, answers = batch(
        tmp_path,
        {"clock": "order.handle.default", "from": NATIONAL_DAY_EVE, "suspend": None, "extend": 0},
        {"clock": "order.handle.default", "from": "2026-11-02T09:00:00+08:00", "extend": 1,
         "suspend": ["2026-11-04T15:00:00+08:00", "2026-11-13T10:00:00+08:00"]},
        {"clock": "order.acknowledge.life_danger", "from": "2026-10-03T02:13:00+08:00"},
        {"clock": "order.handle.default", "from": "2026-12-25T09:00:00+08:00"},
        {"clock": "order.handle.default", "from": NATIONAL_DAY_EVE, "pack": "bj-jiesujiban"},
    )  # fmt: skip
    assert status == 0
    assert [answer["due"] for answer in answers] == [
        "2026-10-14T00:00:00+08:00",
        "2026-11-21T00:00:00+08:00",
        "2026-10-03T02:28:00+08:00",
        "unresolved",
        "2026-10-08T00:00:00+08:00",
    ]
    assert answers[0]["steps"][-1]["kind"] == "red"


GOOD = {"clock": "order.review", "from": NATIONAL_DAY_EVE}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "empty"),
        ("not json", "not JSON"),
        ("[1]", "JSON object"),
        ("[" * 100_000, "nested"),
        ({"from": NATIONAL_DAY_EVE}, "clock is missing"),
        ({"clock": "order.review"}, "from is missing"),
        ({**GOOD, "clock": "order.reveiw"}, "order.review"),
        ({**GOOD, "clock": 7}, "dotted key"),
        ({**GOOD, "from": "2026-09-30"}, "from '2026-09-30'"),
        ({**GOOD, "from": 7}, "instant"),
        ({**GOOD, "extend": -1}, "extend"),
        ({**GOOD, "extend": "2"}, "extend"),
        ({**GOOD, "extend": True}, "extend"),
        ({**GOOD, "extend": 10**12}, "extend"),
        ({**GOOD, "sspend": None}, "suspend"),
        ({**GOOD, "suspend": ["2026-09-30T10:10:00+08:00"]}, "[from, to]"),
        ({**GOOD, "suspend": False}, "[from, to]"),
        ({**GOOD, "suspend": ["2026-09-30T09:59:00+08:00", "2026-09-30T11:00:00+08:00"]}, "before"),
        ({**GOOD, "suspend": ["2026-09-30T10:30:00+08:00", "2026-09-30T11:00:00+08:00"]}, "run out"),
        ({**GOOD, "suspend": ["2026-09-30T10:20:00+08:00", "2026-09-30T10:10:00+08:00"]}, "ends before"),
        ({**GOOD, "pack": "nowhere"}, "nowhere"),
        ({**GOOD, "pack": 7}, "rule pack"),
    ],
)
def test_a_bad_line_answers_in_its_place_and_the_others_are_answered(tmp_path, line, says):
    status, answers = batch(tmp_path, GOOD, line, GOOD, options=("--no-steps",))
    assert status == 1
    assert list(answers[1]) == ["error"]
    assert says in answers[1]["error"]
    right = {"due": "2026-09-30T10:30:00+08:00", "yellow": None, "red": None}
    assert [answers[0], answers[2]] == [right, right]


def test_a_batch_may_come_from_standard_input_with_a_byte_order_mark():
    answered = run("due", "--batch", "-", given=b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert answered.exit_code == 0
    assert json.loads(answered.stdout)["due"] == "2026-09-30T10:30:00+08:00"


def test_packs_are_listed_and_shown_with_sources():
    listed = run("rules", "list").stdout
    assert "sd-binzhou@2026.1" in listed and "gd-2022@2022-09-01" in listed
    shown = run("rules", "show", "gd-2022").stdout
    assert "order.handle.complaint" in shown and "广东省" in shown
