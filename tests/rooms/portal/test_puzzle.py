"""The puzzle that a browser solves instead of deciphering pictures."""

import pytest
from citizen import nonce

from lianxin.ground.clock import HOUR_MS, at_iso
from lianxin.portal.puzzle import BITS, GOOD_HOURS, challenge, solved

NOW = at_iso("2026-03-09T09:30:00+08:00")
ASKED = challenge(NOW, bytes(range(12)))
RIGHT = nonce(ASKED)


def test_a_solution_holds_for_its_own_challenge_only():
    assert solved(ASKED, RIGHT, NOW)
    assert not solved(challenge(NOW, bytes(12)), RIGHT, NOW)


def test_about_one_number_in_four_thousand_solves_it():
    from hashlib import sha256

    hits = [n for n in range(20_000) if solved(ASKED, str(n), NOW)]
    assert 0 < len(hits) < 20_000 / 2**BITS * 4
    assert all(sha256(f"{ASKED}.{n}".encode()).digest()[0] == 0 for n in hits)


def test_it_counts_for_its_hour_and_the_two_after_it():
    begin = NOW // HOUR_MS * HOUR_MS
    assert solved(ASKED, RIGHT, begin) and solved(ASKED, RIGHT, begin + GOOD_HOURS * HOUR_MS - 1)
    assert not solved(ASKED, RIGHT, begin + GOOD_HOURS * HOUR_MS)
    assert not solved(ASKED, RIGHT, begin - 1)


@pytest.mark.parametrize(
    "asked", ["", ".", "x.00", "1", f"{10**30}.00", f"{NOW // HOUR_MS}.", f"{NOW // HOUR_MS}." + "0" * 65, "²³.00"]
)
def test_what_was_never_asked_solves_nothing(asked):
    assert not any(solved(asked, str(n), NOW) for n in range(50))


@pytest.mark.parametrize("written", ["", "x" * 21])
def test_what_is_no_number_solves_nothing(written):
    assert not solved(ASKED, written, NOW)
