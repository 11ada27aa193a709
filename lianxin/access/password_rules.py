"""Is a new password good enough? Long, not about its owner, and not one that everybody thinks of first.

No rule asks for signs or capitals, and none lets passwords age: both make people choose
worse ones (NIST SP 800-63B §3.1.1). Pure; the answers are English msgids.
"""

import re
import unicodedata
from typing import Final

from lianxin.ground.web import marked

LENGTH_MIN: Final = 10
LENGTH_MIN_ADMINISTRATOR: Final = 12
LENGTH_MAX: Final = 256
ADMINISTRATORS: Final = frozenset({"sysadmin", "secadmin", "auditadmin", "rule_admin"})
"""Roles whose passwords must be longer."""
DISTINCT_MIN: Final = 5
_PERIOD_MAX: Final = 4
_OWN_MIN: Final = 2

TOO_SHORT: Final = marked("It is too short: at least %(least)s characters are needed. A sentence is a good password.")
TOO_LONG: Final = marked("It is too long: at most 256 characters.")
ABOUT_YOU: Final = marked("It contains your number or your name.")
COMMON: Final = marked("It is one of the passwords that are tried first. Choose one that nobody thinks of.")
ONLY_DIGITS: Final = marked("It has digits only. Add words.")
MONOTONOUS: Final = marked("It repeats a few characters or goes along the keyboard. Choose one that nobody thinks of.")

_TRIED_FIRST: Final = """
password passwort passw0rd p@ssword p@ssw0rd pass admin administrator root user guest login welcome letmein
iloveyou woaini woaini1314 aini wodemima mima sunshine princess dragon monkey football baseball superman batman
master shadow michael jordan qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm 1qaz2wsx qazwsx 1q2w3e4r 1q2w3e4r5t
abc123 a123456 aa123456 test demo changeme secret default system manager operator hotline rexian lianxin binzhou
shandong zhengfu shizheng fuwu china zhongguo beijing nihao huanying computer internet hello whatever trustno1
starwars freedom access server database oracle postgres huawei xiaomi taobao alibaba tencent weixin
12345 rexian12345 bz12345 lx12345 gongdan kefu zuoxi duty office
"""
_COMMON_WORDS: Final = frozenset(_TRIED_FIRST.split())
"""The commonest, without the digits and signs that people put around them."""
_RUNS: Final = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)


def weaknesses(password: str, number: str, name: str, roles: frozenset[str]) -> tuple[str, ...]:
    """Return what is wrong with a new password; empty: nothing.

    number, name, roles  of its owner; administrators need a longer one
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    found = []
    if len(password) < least(roles):
        found.append(TOO_SHORT)
    if len(password) > LENGTH_MAX:
        found.append(TOO_LONG)
    if _about(plain, number, name):
        found.append(ABOUT_YOU)
    if plain.isdigit():
        found.append(ONLY_DIGITS)
    elif _common(plain):
        found.append(COMMON)
    elif _monotonous(plain):
        found.append(MONOTONOUS)
    return tuple(found)


def least(roles: frozenset[str]) -> int:
    """Return how many characters a password of somebody with these roles has at least."""
    return LENGTH_MIN if roles.isdisjoint(ADMINISTRATORS) else LENGTH_MIN_ADMINISTRATOR


def _about(plain: str, number: str, name: str) -> bool:
    own = [number.casefold(), *number.casefold().split(":")[:1], name.casefold()]
    return any(len(word) >= _OWN_MIN and (word in plain or word[::-1] in plain) for word in own)


def _common(plain: str) -> bool:
    letters = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    trimmed = re.sub(r"^\W+|\W+$", "", plain)
    halves = {trimmed[: len(trimmed) // 2]} if trimmed[: len(trimmed) // 2] * 2 == trimmed else set()
    return not {letters, trimmed, *halves}.isdisjoint(_COMMON_WORDS)


def _monotonous(plain: str) -> bool:
    if len(set(plain)) < DISTINCT_MIN:
        return True
    if any(plain == (plain[:n] * len(plain))[: len(plain)] for n in range(1, _PERIOD_MAX + 1)):
        return True
    core = re.sub(r"[\W_]", "", plain)
    return bool(core) and any(core in run * 3 or core in run[::-1] * 3 for run in _RUNS)
