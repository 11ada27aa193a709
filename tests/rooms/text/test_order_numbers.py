"""An order number survives the telephone: what is misheard is noticed, what is meant is read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.ground.text import NumberError, as_number, digits, make_number, parse_number

NUMBERS = st.builds(
    make_number,
    st.dates(min_value=date(2004, 1, 1), max_value=date(2099, 12, 31)),
    st.integers(min_value=1, max_value=999_999),
)


def test_a_number_is_date_running_number_and_check_digit() -> None:
    assert make_number(date(2026, 3, 9), 123)[:-1] == "20260309-00123"
    assert make_number(date(2026, 3, 9), 123_456)[:-1] == "20260309-123456"


def test_the_check_digit_is_the_published_one() -> None:
    # 572 with check digit 4 is the worked example in the literature on Damm's scheme.
    from lianxin.ground.text.damm import check_digit, holds

    assert check_digit("572") == 4
    assert holds("5724") and not holds("5274")


@given(NUMBERS)
def test_what_was_made_is_read_back(number: str) -> None:
    assert parse_number(number) == number
    assert digits(number) == int("".join(char for char in number if char.isdigit())) < 10**15
    assert as_number(digits(number)) == number


@given(NUMBERS)
def test_every_single_wrong_digit_is_noticed(number: str) -> None:
    for place, right in enumerate(number):
        for wrong in "0123456789":
            if right != "-" and wrong != right:
                with pytest.raises(NumberError):
                    parse_number(number[:place] + wrong + number[place + 1 :])


@given(NUMBERS)
def test_every_swap_of_two_neighbours_is_noticed(number: str) -> None:
    plain = number.replace("-", "")
    for place in range(len(plain) - 1):
        first, second = plain[place], plain[place + 1]
        if first != second:
            with pytest.raises(NumberError):
                parse_number(plain[:place] + second + first + plain[place + 2 :])


@pytest.mark.parametrize(
    "written",
    [
        "{a}{b}",
        "{a}—{b}",
        "{a}–{b}",
        "{a}－{b}",
        " {a} - {b}\n",
        "{a}　{b}",
        "\ufeff{a}-{b}",
    ],
)
def test_odd_hyphens_blanks_and_marks_are_taken_as_meant(written: str) -> None:
    number = make_number(date(2026, 3, 9), 77)
    day, rest = number.split("-")
    assert parse_number(written.format(a=day, b=rest)) == number


def test_full_width_digits_of_a_chinese_keyboard_are_read() -> None:
    number = make_number(date(2026, 3, 9), 45_678)
    wide = number.translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)})
    assert wide != number
    assert parse_number(wide) == number


def test_the_sentence_says_what_is_wrong() -> None:
    number = make_number(date(2026, 3, 9), 77)
    cases = {
        "characters": "工单" + number,
        "length": number[:-1],
        "digit": number[:-1] + str((int(number[-1]) + 1) % 10),
    }
    for code, written in cases.items():
        with pytest.raises(NumberError) as refused:
            parse_number(written)
        assert refused.value.code == code
        assert refused.value.sentence("zh").endswith("。")
        assert refused.value.sentence("en").endswith(".")


def test_a_date_that_does_not_exist_is_named() -> None:
    from lianxin.ground.text.damm import check_digit

    body = "2026023000077"  # 30 February
    with pytest.raises(NumberError, match="20260230") as refused:
        parse_number(body + str(check_digit(body)))
    assert refused.value.code == "date"


def test_a_digit_too_many_is_not_taken_for_a_long_running_number() -> None:
    number = make_number(date(2026, 3, 9), 77)
    day, rest = number.split("-")
    with pytest.raises(NumberError) as refused:
        parse_number(f"{day}-0{rest}")
    assert refused.value.code == "length"


def test_numbers_of_a_long_time_never_share_their_digits() -> None:
    start = date(2026, 1, 1)
    made = {
        digits(make_number(start + timedelta(days=day), running))
        for day in range(60)
        for running in (1, 99_999, 100_000)
    }
    assert len(made) == 180
