"""`make soak` tells what it proved, with seeds and counts, and never calls proven what did not hold."""

import sys
import xml.etree.ElementTree as ElementTree
from datetime import date

from pages_of_words import ROOT

sys.path.append(str(ROOT / "tests"))
import soak

STORMS, *_ = soak.proofs(1.0)
HELD = """<testsuite tests="2" failures="0" errors="0" skipped="0" time="90">
<testcase name="test_nothing_is_lost[0]"><properties>
<property name="storms" value="1"/><property name="storms" value="1"/><property name="acknowledged" value="1400"/>
</properties></testcase>
<testcase name="test_nothing_is_lost[1]"><properties><property name="acknowledged" value="34"/></properties></testcase>
</testsuite>"""


def told(report: str) -> str:
    outcome = soak.read(STORMS, ElementTree.fromstring(report))
    return soak.page([outcome], "abc1234", date(2026, 3, 9))


def test_each_proof_is_told_with_its_seeds_its_counts_and_how_to_run_it_again() -> None:
    text = told(HELD)
    assert "| Storms in memory |" in text
    assert "| 0 to 4999 | 2 storms, 1,434 acknowledged | 2 of 2 tests | 1.5 min |" in text
    assert "Run on 2026-03-09 at abc1234" in text
    assert "    LIANXIN_TEST_STORMS=5000 pytest -n 2" in text
    assert "Nothing acknowledged was lost" in text


def test_what_failed_was_left_out_or_never_ran_is_not_proven() -> None:
    for wrong in ('failures="1"', 'errors="1"', 'skipped="1"'):
        text = told(HELD.replace(f'{wrong[:-3]}"0"', wrong))
        assert "**1 of 2 tests**" in text
        assert "Not all of it held" in text and "Nothing acknowledged was lost" not in text
    assert "Not all of it held" in told(HELD.replace('tests="2"', 'tests="0"'))


def test_a_share_runs_less_of_the_same() -> None:
    small = soak.proofs(0.01)
    assert small[0].numbers == {"LIANXIN_TEST_STORMS": 50}
    assert [proof.tests for proof in small] == [proof.tests for proof in soak.proofs(1.0)[:3] + soak.proofs(1.0)[-1:]]
