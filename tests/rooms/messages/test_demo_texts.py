"""The project's own texts: a few hundred voices of a city, every category and mood among them."""

import re
from collections import Counter

from lianxin.places import load_categories
from lianxin.twin.messages import demo_messages

NATURES = {"inquiry", "help", "complaint", "report", "suggestion", "praise"}
OUTCOMES = {
    "opened", "joined", "added", "answered", "heard", "emergency", "not_accepted",
    "referred", "test", "silent", "harassment", "ring_back",
}  # fmt: skip
MOODS = {
    "calm", "angry", "worried", "tired", "anxious", "desperate", "polite", "grateful",
    "confused", "joking", "lonely", "threatening", "drunk",
}  # fmt: skip


def test_some_five_hundred_texts_each_its_own() -> None:
    messages = demo_messages()
    assert messages.broken == ()
    assert (
        len(messages) == len({message.id for message in messages}) == len({message.text for message in messages}) == 502
    )


def test_every_category_nature_mood_outcome_and_danger_is_among_them() -> None:
    messages, tree = demo_messages(), load_categories()
    assert {message.category for message in messages} <= {code for code, found in tree.items() if found.parent}
    branches = Counter(message.category[:2] for message in messages)
    assert set(branches) == {code for code, found in tree.items() if found.parent is None}
    assert min(branches.values()) >= 10
    assert {message.nature for message in messages} == NATURES
    assert {message.mood for message in messages} == MOODS
    assert {message.outcome_hint for message in messages} == OUTCOMES
    assert {message.emergency_class for message in messages} == {"", *(f"E{n}" for n in range(1, 11))}
    assert sum(message.enterprise for message in messages) >= 20


def test_an_emergency_has_its_class_and_nothing_else_has() -> None:
    for message in demo_messages():
        assert bool(message.emergency_class) == (message.outcome_hint == "emergency"), message.id


def test_no_text_carries_a_number_of_a_person() -> None:
    for message in demo_messages():
        assert not re.search(r"1[3-9]\d{9}|\d{17}[\dXx]|@|0543-?\d", message.text), message.id
