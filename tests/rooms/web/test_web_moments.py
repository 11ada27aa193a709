"""How instants, durations and numbers are said, in both languages. Dates checked against a wall calendar of 2026."""

import pytest

from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, at_iso, local_date
from lianxin.ground.web.language import translations
from lianxin.ground.web.moments import Words

ZH, EN = Words(translations("zh")), Words(translations("en"))
MONDAY = at_iso("2026-11-23T16:05:00+08:00")


def test_a_moment_is_said_with_its_weekday():
    assert ZH.moment(MONDAY) == "11月23日 16:05 (周一)"
    assert EN.moment(MONDAY) == "Mon 23 Nov 16:05"


def test_the_year_stands_before_a_moment_of_another_year_only():
    new_year = at_iso("2027-01-04T09:00:00+08:00")
    assert ZH.moment(new_year, MONDAY) == "2027年1月4日 09:00 (周一)"
    assert EN.moment(new_year, MONDAY) == "Mon 4 Jan 2027 09:00"
    assert ZH.moment(MONDAY, MONDAY) == "11月23日 16:05 (周一)"


def test_an_end_at_midnight_belongs_to_the_day_that_ends():
    end = at_iso("2026-11-26T00:00:00+08:00")
    assert ZH.until(end) == "11月25日 24:00 (周三)"
    assert EN.until(end) == "Wed 25 Nov 24:00"
    assert ZH.until(end - MINUTE_MS) == "11月25日 23:59 (周三)"


@pytest.mark.parametrize(
    "length_ms, zh, en",
    [
        (0, "0 秒", "0 s"),
        (-5, "0 秒", "0 s"),  # a clock that is a little behind never says minus
        (42_000, "42 秒", "42 s"),
        (MINUTE_MS, "1 分", "1 min"),
        (HOUR_MS + 25 * MINUTE_MS + 59_000, "1 小时 25 分", "1 h 25 min"),
        (2 * HOUR_MS, "2 小时", "2 h"),
        (DAY_MS + 3 * HOUR_MS + 50 * MINUTE_MS, "1 天 3 小时", "1 d 3 h"),
        (
            DAY_MS + 50 * MINUTE_MS,
            "1 天",
            "1 d",
        ),  # the unit below the largest is zero: minutes would be false precision
    ],
)
def test_a_span_has_its_two_largest_units(length_ms, zh, en):
    assert (ZH.span(length_ms), EN.span(length_ms)) == (zh, en)


def test_a_date_is_overdue_from_its_instant_on():
    assert ZH.left(MONDAY + DAY_MS + 3 * HOUR_MS, MONDAY) == "还剩 1 天 3 小时"
    assert ZH.left(MONDAY, MONDAY) == "已超期 0 秒"
    assert ZH.left(MONDAY - 2 * HOUR_MS, MONDAY) == "已超期 2 小时"
    assert EN.left(MONDAY - 2 * HOUR_MS, MONDAY) == "overdue by 2 h"


def test_a_narrow_column_names_the_month_only_where_one_begins():
    day = local_date(MONDAY)
    assert (ZH.cell(day, with_month=False), ZH.cell(day, with_month=True)) == ("23 周一", "11月23日 周一")
    assert (EN.cell(day, with_month=False), EN.cell(day, with_month=True)) == ("Mon 23", "Mon 23 Nov")


def test_numbers_are_grouped_by_thousands():
    assert ZH.grouped(1_846) == "1,846"
