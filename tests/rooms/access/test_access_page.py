"""docs/access.md says what the code does: scopes, waits, steps, options."""

import re
from pathlib import Path

import lianxin
from lianxin.access import doorkeeper
from lianxin.access.password_rules import LENGTH_MIN, LENGTH_MIN_ADMINISTRATOR
from lianxin.access.patience import ACCOUNT, ADDRESS, DEVICE
from lianxin.access.refusals import STEPS
from lianxin.access.scopes import SCOPES
from lianxin.ground.clock import HOUR_MS, MINUTE_MS

PAGE = (Path(lianxin.__file__).parents[1] / "docs" / "access.md").read_text("utf-8")


def test_every_scope_is_told_and_no_other():
    told = dict(re.findall(r"^\| `([a-z]+(?::[a-z]+)?)` \| (read|take|hand|verify|show)[^|]*\|$", PAGE, re.MULTILINE))
    assert told.keys() == SCOPES.keys()
    for scope, words in SCOPES.items():
        assert f"| `{scope}` | {words.partition(' (')[0]}" in PAGE


def test_the_waits_are_as_told():
    assert (ACCOUNT.free, ACCOUNT.window_ms) == (5, HOUR_MS) and "| 5 within an hour |" in PAGE
    assert (DEVICE.free, DEVICE.window_ms) == (10, HOUR_MS) and "| 10 within an hour |" in PAGE
    assert (ADDRESS.free, ADDRESS.window_ms) == (50, 15 * MINUTE_MS) and "| 50 within 15 min |" in PAGE
    assert (ACCOUNT.first_ms, ACCOUNT.longest_ms) == (30_000, 15 * MINUTE_MS)


def test_every_step_of_coming_in_is_told():
    for path in STEPS.values():
        assert path == "/unlock" or f"`{path}`" in PAGE


def test_every_option_of_a_route_is_told():
    assert doorkeeper.__doc__ is not None
    options = re.findall(r"^    ([a-z]+) {2,}", doorkeeper.__doc__, re.MULTILINE)
    assert options == ["public", "session", "waiting", "roles", "scopes", "near", "csrf"]
    for option in options:
        assert f"| `{option}: " in PAGE


def test_passwords_are_as_long_as_told():
    assert f"at least {LENGTH_MIN} characters, {LENGTH_MIN_ADMINISTRATOR} for administrators" in PAGE
