"""Which entries belong to which topic, and what is kept of a receiver's answer."""

import json

import pytest
from one_order import MORNING

from lianxin.channels.hook_sending import excerpt
from lianxin.channels.hook_topics import TOPIC_WORDS, TOPICS, body_of, topics_of
from lianxin.orders.words import ENTRY_WORDS


def test_every_kind_of_an_entry_has_a_topic_and_every_topic_kinds_that_exist() -> None:
    assert set(TOPICS) | {"course"} == set(TOPIC_WORDS)
    unknown = {kind for kinds in TOPICS.values() for kind in kinds} - set(ENTRY_WORDS)
    assert unknown == set(), "no entry is called so"
    assert all(topics_of(kind)[-1] == "course" for kind in ENTRY_WORDS)
    assert json.loads(body_of("test", "", 1, MORNING)) == {
        "type": "test",
        "timestamp": "2026-03-09T09:00:00+08:00",
        "data": {},
    }


@pytest.mark.parametrize(
    "answer, kept",
    [
        ("", ""),
        ("ok\r\n\x00 fine", "ok fine"),
        ("电话 138 0013 8000 已通知", "电话 … 已通知"),
        ("372301199001011234", "…"),
        ("单号 42", "单号 42"),
        ("x" * 500, "x" * 200),
        ("<script>", "<script>"),
    ],
)
def test_of_an_answer_the_beginning_is_kept_without_anybodys_number(answer: str, kept: str) -> None:
    assert excerpt(answer.encode()) == kept
