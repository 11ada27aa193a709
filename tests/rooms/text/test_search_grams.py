"""A piece of a text finds the text: always what contains it, whatever the writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.ground.text import grams, like_pattern, normalise, query_grams

# Chinese, extension B, emoji, full-width and half-width Latin, digits, punctuation, blanks.
LETTERS = st.sampled_from("北镇街道暖气不热𠮷𡈽😀👷ＡＢｃABC１2３。，,  \n%_\\")
TEXTS = st.text(LETTERS, min_size=1, max_size=60)


@given(TEXTS, st.data())
def test_every_piece_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))
    piece = text[begin:end]
    assert set(query_grams(piece)) <= set(grams(text))
    assert normalise(piece) in normalise(text)


@given(st.text(max_size=80))
def test_grams_of_any_text_fit_int4_and_are_a_sorted_set(text: str) -> None:
    found = grams(text)
    assert found == sorted(set(found))
    assert all(-(2**31) <= gram < 2**31 for gram in found)
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize("one", ["暖", "𠮷", "😀", "7"])
def test_a_single_character_is_a_query(one: str) -> None:
    assert len(query_grams(one)) == 1
    assert set(query_grams(one)) <= set(grams(f"家住{one}号"))
    assert not set(query_grams(one)) & set(grams("别的地方"))


def test_full_width_and_case_do_not_matter() -> None:
    assert set(query_grams("ktv")) <= set(grams("楼下ＫＴＶ扰民"))
    assert query_grams("１２３４５") == query_grams("12345")


def test_another_text_is_not_found() -> None:
    assert not set(query_grams("自来水发黄")) <= set(grams("暖气片漏水，地板发黄"))


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", "\x00\x07"])
def test_a_query_of_nothing_finds_nothing(nothing: str) -> None:
    assert query_grams(nothing) == []


def test_the_recheck_takes_wildcards_as_letters() -> None:
    assert like_pattern("涨了50%_真的\\") == "%涨了50\\%\\_真的\\\\%"


def test_control_characters_inside_a_word_do_not_hide_it() -> None:
    assert normalise("暖\x00气\u200b不热") == "暖气不热"
