"""Telephone numbers: when are two ways of writing one number the same number?

`+86 138 0013 8000`, full-width digits and `0086…` are one mobile number; a local
number belongs to the city's own area code. What no numbering plan knows is kept as its
digits: a short service number is still a number that called. Pure.
"""

import re
import unicodedata
from typing import Final

import phonenumbers

COUNTRY: Final = "CN"
_LOCAL_DIGITS: Final = (7, 8)
LAST_DIGITS: Final = 4
_IN_WORDS: Final = re.compile(
    r"(?<!\d)(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"  # a mobile number
    r"|\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx])(?!\d)"  # an identity number
)


def normalised(number: str, area: str = "") -> str:
    """Return a number in one form: `+8613800138000` where the numbering plan knows it, else its digits.

    area  area code (区号) of the city with its leading 0, e.g. `0543`, put before a local landline
    Empty for a text without a digit.
    """
    plain = unicodedata.normalize("NFKC", number)
    found = "".join(char for char in plain if char.isascii() and char.isdigit())
    written = f"+{found}" if plain.strip().startswith("+") else found
    if found.startswith("0086"):
        written = f"+{found[2:]}"
    elif len(found) in _LOCAL_DIGITS and area and not written.startswith("+"):
        written = f"{area}{found}"
    try:
        parsed = phonenumbers.parse(written, COUNTRY)
    except phonenumbers.NumberParseException:
        return found
    if not phonenumbers.is_valid_number(parsed):
        return found
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def plain_mail(address: str) -> str:
    """Return an e-mail address in one form, so that `Li@Example.CN ` and `li@example.cn` are one."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


def last_four(number: str) -> str:
    """Return the last four digits, by which a colleague asks for a caller."""
    return "".join(char for char in number if char.isdigit())[-LAST_DIGITS:]


def national(number: str) -> str:
    """Return a normalised number as people here dial it: `13800138000`, `05433366789`; a foreign one keeps its `+`."""
    if not number.startswith("+86"):
        return number
    rest = number.removeprefix("+86")
    return rest if rest.startswith(("1", "400", "800")) and not rest.startswith("10") else f"0{rest}"


def stands_in(words: str) -> bool:
    """Whether a mobile number or the number of an identity document stands in what somebody wrote."""
    return _IN_WORDS.search(words) is not None


def masked(number: str) -> str:
    """Return a number as pages show it: `138****5678`; a short one shows its last two digits only."""
    shown = national(number)
    if len(shown) < 8:
        return f"{'*' * max(len(shown) - 2, 0)}{shown[-2:]}"
    return f"{shown[:3]}{'*' * (len(shown) - 7)}{shown[-4:]}"
