"""The bucket of requests: 60 a minute are one a second, and a quiet minute fills it again."""

from hypothesis import given
from hypothesis import strategies as st

from lianxin.exchange.api.rates import Rates


def test_a_full_bucket_lets_a_burst_through_and_then_one_a_second():
    rates = Rates(60)
    assert all(rates.take("1023", 0.0).passes for _ in range(60))
    refused = rates.take("1023", 0.0)
    assert (refused.passes, refused.remaining, refused.retry_s) == (False, 0, 1)
    assert rates.take("1023", 1.0).passes
    assert not rates.take("1023", 1.5).passes  # half a request has come back


def test_one_caller_does_not_eat_what_another_has():
    rates = Rates(1)
    assert rates.take("a", 0.0).passes and not rates.take("a", 0.0).passes
    assert rates.take("b", 0.0).passes


def test_what_is_told_says_how_many_are_left_and_when_all_are_back():
    told = Rates(60).take("1023", 0.0)
    assert (told.limit, told.remaining, told.reset_s, told.retry_s) == (60, 59, 1, 0)


def test_quiet_callers_are_forgotten_and_busy_ones_are_not():
    rates = Rates(60)
    for n in range(4_096):
        rates.take(f"quiet {n}", 0.0)
    for _ in range(60):
        rates.take("busy", 100.0)  # the others are full again: they are forgotten here
    assert not rates.take("busy", 100.0).passes
    assert rates.take("quiet 0", 100.0).remaining == 59


@given(st.lists(st.floats(0, 10), max_size=80), st.integers(1, 30))
def test_in_the_long_run_nobody_gets_more_than_the_bucket_and_its_refill(pauses, limit):
    rates, now, passed = Rates(limit), 0.0, 0
    for pause in pauses:
        now += pause
        passed += rates.take("x", now).passes
    assert passed <= limit + now * limit / 60 + 1e-6
