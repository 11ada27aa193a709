"""The Chinese catalogue: every word of the house is in it, and nothing else."""

import re

from lianxin.ground.web.catalogue import catalogue, said, updated

PLACE = re.compile(r"%\((\w+)\)[sd]")


def _msgids(messages):
    return {message if isinstance(message, str) else message[0] for message in messages}


def test_every_word_of_the_house_has_chinese_words():
    words = {message.id: message.string for message in catalogue() if message.id}
    missing = sorted(message for message in _msgids(message for _, message in said()) if not words.get(message))
    assert missing == []


def test_the_catalogue_has_no_word_that_nobody_says():
    here = {message.id for message in catalogue() if message.id}
    assert here == {message.id for message in updated() if message.id}


def test_a_translation_has_the_same_places_to_fill():
    differing = [
        (message.id, message.string)
        for message in catalogue()
        if message.id and set(PLACE.findall(message.id)) != set(PLACE.findall(message.string))
    ]
    assert differing == []


def test_chinese_words_have_full_width_punctuation():
    half = re.compile(r"[一-鿿][,:;?!]|[,:;?!][一-鿿]")
    assert [message.string for message in catalogue() if message.id and half.search(message.string)] == []
