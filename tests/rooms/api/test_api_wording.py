"""What is wrong with a body, and where: the decoder's sentences, told with a place and in Chinese."""

import msgspec
import pytest

from lianxin.exchange.api.wording import field_error


class Part(msgspec.Struct, forbid_unknown_fields=True):
    what: str
    n: int = 0


class Body(msgspec.Struct, forbid_unknown_fields=True):
    parts: list[Part] = []
    note: str = ""


@pytest.mark.parametrize(
    "text, pointer, zh",
    [
        ('{"note": 3}', "/note", "应为 `str`，实为 `int`"),
        ('{"parts": [{"what": "a"}, {"what": 1}]}', "/parts/1/what", "应为 `str`，实为 `int`"),
        ('{"parts": [{}]}', "/parts/0/what", "缺少字段 `what`"),
        ('{"colour": "red"}', "/colour", "没有 `colour` 这个字段"),
        ('{"a/b~c": 1}', "/a~1b~0c", "没有 `a/b~c` 这个字段"),
        ("[]", "", "应为 `object`，实为 `array`"),
        ("null", "", "应为 `object`，实为 `null`"),
    ],
)
def test_the_place_and_the_words(text, pointer, zh):
    with pytest.raises(msgspec.ValidationError) as wrong:
        msgspec.json.decode(text, type=Body)
    told = field_error(str(wrong.value), "zh")
    assert (told.pointer, told.detail) == (pointer, zh)
    assert field_error(str(wrong.value), "en").detail in str(wrong.value)


@pytest.mark.parametrize(
    "english, zh",
    [
        ("Expected `str` of length >= 1", "`str` 的长度应 >= 1"),
        ("Expected `int` <= 99", "`int` 应 <= 99"),
        ("Invalid enum value 'red'", "不是可选的值：'red'"),
        ("Invalid RFC3339 encoded datetime", "不是正确的 RFC3339 encoded datetime"),
        ("Expected `datetime` with a timezone component", "`datetime` 应带 a timezone component"),
        ("Something that a later decoder says", "Something that a later decoder says"),
    ],
)
def test_sentences_of_the_decoder_in_chinese(english, zh):
    assert field_error(f"{english} - at `$.amount`", "zh").detail == zh
