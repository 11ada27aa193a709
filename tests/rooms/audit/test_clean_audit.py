"""The audit of a hotline in which everything is as it should be."""

from made.sealed import Sealed


def test_a_hotline_in_which_nothing_was_touched_is_clean(sealed_hotline: Sealed) -> None:
    report = sealed_hotline.audit()
    assert report.violations == ()
    assert report.ok and report.anchored
