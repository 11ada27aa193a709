"""Instants: written, read and turned into local dates, exactly and everywhere the same."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.ground.clock import (
    DAY_MS,
    HOUR_MS,
    RealClock,
    VirtualClock,
    at_iso,
    from_datetime,
    iso,
    local_date,
    midnight,
    to_datetime,
)

INSTANTS = st.integers(at_iso("1990-01-01T00:00+08:00"), at_iso("2099-12-31T23:59+08:00"))


@given(INSTANTS)
def test_an_instant_survives_being_written_and_read(instant: int) -> None:
    assert at_iso(iso(instant)) == instant
    assert from_datetime(to_datetime(instant)) == instant


@given(INSTANTS)
def test_a_day_begins_at_its_local_midnight(instant: int) -> None:
    day = local_date(instant)
    assert midnight(day) <= instant < midnight(day) + DAY_MS
    assert to_datetime(instant).date() == day


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-09-30T10:00:00+08:00", "2026-09-30T02:00:00+00:00"),  # China is eight hours ahead
        ("2026-09-30T24:00:00+08:00", "2026-10-01T00:00:00+08:00"),
        ("2026-12-31T24:00+08:00", "2027-01-01T00:00+08:00"),
        ("2026-09-30T10:00:00.250+08:00", "2026-09-30T10:00:00.25+08:00"),
    ],
)
def test_two_ways_of_writing_the_same_instant(text: str, same: str) -> None:
    assert at_iso(text) == at_iso(same)


def test_whole_seconds_are_written_without_milliseconds() -> None:
    assert iso(0) == "1970-01-01T08:00:00+08:00"
    assert iso(1) == "1970-01-01T08:00:00.001+08:00"


@pytest.mark.parametrize("text", ["2026-09-30T10:00:00", "2026-09-30", "2026-02-30T10:00+08:00", "24:00", "", "soon"])
def test_what_names_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        at_iso(text)


def test_a_datetime_without_offset_names_no_instant() -> None:
    with pytest.raises(ValueError, match="no UTC offset"):
        from_datetime(datetime(2026, 9, 30, 10, 0))  # noqa: DTZ001


def test_the_same_instant_from_another_offset() -> None:
    assert from_datetime(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert midnight(date(1970, 1, 2)) == DAY_MS - 8 * HOUR_MS


def test_the_real_clock_never_runs_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = iter([5_000_000_000, 4_000_000_000, 6_000_000_000])
    monkeypatch.setattr("time.time_ns", lambda: next(shown))
    clock = RealClock()
    assert [clock.now(), clock.now(), clock.now()] == [5_000, 5_000, 6_000]


def test_a_virtual_clock_runs_at_its_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = iter([0, 0, 1_500_000_000])
    monkeypatch.setattr("time.monotonic_ns", lambda: next(passed))
    start = at_iso("2026-03-09T08:00:00+08:00")
    clock = VirtualClock(start, speed=200)
    assert clock.now() == start
    assert iso(clock.now()) == "2026-03-09T08:05:00+08:00"  # 1.5 s at 200 = 300 s


def test_a_standing_clock_moves_only_when_set() -> None:
    clock = VirtualClock(1_000)
    assert clock.now() == clock.now() == 1_000
    clock.set(5_000)
    assert clock.now() == 5_000
    with pytest.raises(ValueError, match="backwards"):
        clock.set(4_999)
    with pytest.raises(ValueError, match="backwards"):
        VirtualClock(0, speed=-1)
