"""The secret of forms: what a page shows of it proves it, differs each time, and nothing else proves it."""

from hypothesis import given
from hypothesis import strategies as st

from lianxin.access import csrf

secrets_of_forms = st.binary(min_size=32, max_size=32)


@given(secrets_of_forms)
def test_what_is_shown_proves_the_secret_and_differs_each_time(secret):
    first, second = csrf.masked(secret), csrf.masked(secret)
    assert first != second
    assert csrf.holds(secret, first) and csrf.holds(secret, second)


@given(secrets_of_forms, secrets_of_forms)
def test_it_proves_no_other_secret(secret, other):
    assert csrf.holds(other, csrf.masked(secret)) is (secret == other)


@given(secrets_of_forms, st.text() | st.text("ABCabc012-_=", min_size=80, max_size=92))
def test_what_was_made_up_proves_nothing(secret, token):
    assert not csrf.holds(secret, token)
