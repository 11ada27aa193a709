"""Entity tags: which version another system holds, and which one it means."""

import pytest

from lianxin.exchange.api.etags import Expected, etag, unchanged

HEAD = "4be1c0ffee4d5a90" + "00" * 24
TAG = '"17-4be1c0ffee4d5a90"'


def test_a_tag_names_the_entry_and_the_beginning_of_its_hash():
    assert etag(17, HEAD) == TAG


@pytest.mark.parametrize(
    "header, same",
    [
        (TAG, True),
        (f"W/{TAG}", True),  # the weak comparison is enough for reading
        (f'"1-00", {TAG}', True),
        ("*", True),
        ('"16-4be1c0ffee4d5a90"', False),
        ("17-4be1c0ffee4d5a90", False),  # a tag has quotation marks
        ("", False),
        (f"{TAG} and more", False),
        (TAG * 100, False),
    ],
)
def test_what_is_unchanged(header, same):
    assert unchanged(header, TAG) is same


@pytest.mark.parametrize(
    "header, met, seq",
    [
        (TAG, True, 17),
        ("*", True, None),
        (f"W/{TAG}", False, None),  # a weak tag promises nothing to who writes
        ('"16-4be1c0ffee4d5a90"', False, 16),
        (f'"16-4be1c0ffee4d5a90", {TAG}', True, None),
        ('"lost-update"', False, None),
        ('"9999999999-4be1c0ffee4d5a90"', False, None),
        ("nonsense", False, None),
    ],
)
def test_what_an_if_match_expects(header, met, seq):
    expected = Expected(header)
    assert (expected.met_by(TAG), expected.seq) == (met, seq)
