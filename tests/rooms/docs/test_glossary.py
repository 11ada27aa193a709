"""The glossary speaks of the code as it is: one word, one meaning, and nothing that has no name there."""

import re
from typing import get_args

import pytest
from pages_of_words import CODE, Word, glossary

from lianxin.contacts.contact import DISPOSITIONS, PENDING
from lianxin.orders.order import Part, State
from lianxin.orders.words import PROMISE_WORDS
from lianxin.people import ROLES

_WORD = re.compile(r"\w+")


@pytest.fixture(scope="module")
def words_of_the_code() -> set[str]:
    """Every word that stands anywhere in the code."""
    return {word for path in CODE for word in _WORD.findall(path.read_text(encoding="utf-8"))}


def test_every_identifier_stands_in_the_code(words_of_the_code: set[str]) -> None:
    named = {identifier for words in glossary().values() for word in words for identifier in word.identifiers}
    assert len(named) > 100
    assert named - words_of_the_code == set()


def test_every_line_has_both_languages_and_a_name() -> None:
    for section, words in glossary().items():
        for word in words:
            assert word.zh and word.en and word.identifiers, f"{section}: {word}"


@pytest.mark.parametrize("section", glossary())
def test_one_word_has_one_meaning(section: str) -> None:
    words = glossary()[section]
    chinese = [word.zh for word in words]
    names = [identifier for word in words for identifier in word.identifiers]
    assert sorted(set(chinese)) == sorted(chinese)
    assert sorted(set(names)) == sorted(names)


def test_every_state_of_an_order_is_listed() -> None:
    assert _names("States") == list(get_args(State))


def test_every_outcome_of_a_contact_is_listed_in_the_order_that_names_it() -> None:
    assert _names("Outcomes") == [*DISPOSITIONS, PENDING]


def test_every_promise_is_listed() -> None:
    assert set(_names("Promises")) >= {"answer", "contact", "followup", "news", "ring_back"}
    assert set(_names("Promises")) <= PROMISE_WORDS.keys()


def test_every_kind_of_part_is_listed() -> None:
    kinds = get_args(Part.__annotations__["kind"])
    assert kinds and set(kinds) <= set(_names("Responsibility"))


def test_every_role_is_listed_as_the_house_calls_it() -> None:
    listed = [(word.identifiers[0], word.zh, word.en) for word in _section("Roles")]
    assert listed == [(role.id, role.zh, role.en) for role in ROLES.values()]


def _section(begin: str) -> list[Word]:
    return [word for section, words in glossary().items() if section.startswith(begin) for word in words]


def _names(begin: str) -> list[str]:
    return [word.identifiers[0] for word in _section(begin)]
