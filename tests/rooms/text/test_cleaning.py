"""What a citizen wrote comes in whole, without what no one can see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.ground.text import TEXT_BYTES_MAX, TextError, clean_text


def test_control_characters_go_and_lines_stay() -> None:
    assert clean_text("  家里\x00没水\x07了\r\n第二天\t还没有\r\u202e ") == "家里没水了\n第二天 还没有"


@pytest.mark.parametrize("kept", ["𠮷野家门口", "😡😡救命👨\u200d👩\u200d👧", "㙍䶮", "①号楼"])
def test_rare_characters_and_emoji_stay(kept: str) -> None:
    assert clean_text(kept) == kept


@pytest.mark.parametrize("nothing", ["", " \n\t", "\x00\x01", "\ufeff\u200b"])
def test_a_text_without_anything_to_read_is_refused(nothing: str) -> None:
    with pytest.raises(TextError) as refused:
        clean_text(nothing)
    assert refused.value.code == "empty"
    assert "没有看到内容" in str(refused.value)


def test_a_hundred_kilobytes_are_taken_and_more_is_refused_not_cut() -> None:
    whole = "水" * (TEXT_BYTES_MAX // 3)
    assert clean_text(whole) == whole
    with pytest.raises(TextError) as refused:
        clean_text(whole + "水")
    assert refused.value.code == "too_long"
    assert "100" in refused.value.sentence("zh") and "100 kB" in refused.value.sentence("en")


def test_half_a_character_is_marked_not_dropped() -> None:
    assert clean_text("名字\ud842是") == "名字\ufffd是"


@given(st.text(max_size=200))
def test_what_was_cleaned_once_is_clean_and_can_be_stored(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except TextError:
        return
    assert clean_text(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")
