"""Order numbers (工单编号): how one is made, and how one that was heard is read.

`20260309-001234` is the date, a running number of five digits (six on a day with more
than 99,999 orders) and a check digit over all digits before it, so that one wrong digit
or two swapped neighbours are noticed wherever a number is typed.
"""

import unicodedata
from datetime import date
from typing import NoReturn

from lianxin.ground.text.damm import check_digit, holds
from lianxin.ground.text.refusals import Refusal

RUNNING_MAX = 999_999
_DATE_DIGITS = 8
_RUNNING_DIGITS = (5, 6)
_LENGTHS = tuple(_DATE_DIGITS + running + 1 for running in _RUNNING_DIGITS)
# Hyphens of every keyboard; NFKC leaves most of them as they are.
_HYPHENS = frozenset("-‐‑‒–—―−－﹣﹘ー_·.~")


class NumberError(Refusal):
    """This is not an order number; `code` says whether characters, length, date or a digit."""

    codes = frozenset({"characters", "length", "date", "digit"})


def make_number(day: date, running: int) -> str:
    """Return the number of the `running`-th order (1 to 999,999) of the local date `day`."""
    assert 1 <= running <= RUNNING_MAX, running
    body = f"{day:%Y%m%d}{running:05d}"
    return f"{body[:_DATE_DIGITS]}-{body[_DATE_DIGITS:]}{check_digit(body)}"


def parse_number(text: str) -> str:
    """Return the number written in `text`, in the house's own form.

    Full-width digits, blanks and missing or odd hyphens are taken as meant.
    Raises NumberError with a sentence that says what is wrong.
    """
    found = _digits_of(text)
    if len(found) not in _LENGTHS or (len(found) == _LENGTHS[-1] and found[_DATE_DIGITS] == "0"):
        _refuse_length(len(found))
    if not holds(found):
        _refuse_digit()
    if not _is_date(found[:_DATE_DIGITS]):
        _refuse_date(found[:_DATE_DIGITS])
    return f"{found[:_DATE_DIGITS]}-{found[_DATE_DIGITS:]}"


def digits(number: str) -> int:
    """Return the digits of a number in the house's own form as one integer, below 10^15."""
    return int(number.replace("-", ""))


def as_number(figures: int) -> str:
    """Return the number with these digits as people write it; what `digits` took apart."""
    found = f"{figures:014d}"
    return f"{found[:_DATE_DIGITS]}-{found[_DATE_DIGITS:]}"


def _digits_of(text: str) -> str:
    found: list[str] = []
    for char in unicodedata.normalize("NFKC", text):
        if char.isascii() and char.isdigit():
            found.append(char)
        elif not (char.isspace() or char in _HYPHENS or unicodedata.category(char) in ("Cf", "Cc")):
            _refuse_character(char)
    return "".join(found)


def _is_date(eight: str) -> bool:
    try:
        date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return False
    return True


def _refuse_character(char: str) -> NoReturn:
    raise NumberError(
        "characters",
        f"编号里只有数字和一个连字符，这里出现了“{char}”。请核对后再输一遍。",
        f"An order number has digits and one hyphen only; here is a “{char}”. Please check it.",
    )


def _refuse_length(count: int) -> NoReturn:
    raise NumberError(
        "length",
        f"编号应是8位日期加6位或7位数字，这里一共有{count}位。请核对有没有漏掉或多出数字。",
        "An order number is a date of 8 digits and 6 or 7 more; "
        f"here are {count} in all. Please look for one left out or doubled.",
    )


def _refuse_digit() -> NoReturn:
    raise NumberError(
        "digit",
        "这个编号有一位数字不对，或相邻两位颠倒了。请对照短信或回执再念一遍。",
        "One digit of this number is wrong, or two neighbours are swapped. "
        "Please read it again from the message or the receipt.",
    )


def _refuse_date(eight: str) -> NoReturn:
    raise NumberError(
        "date",
        f"编号的前8位是日期，而{eight}不是一个日期。请核对前8位。",
        f"The first 8 digits are a date, and {eight} is none. Please check them.",
    )
