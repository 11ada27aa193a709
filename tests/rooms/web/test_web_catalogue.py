"""The Chinese catalogues: every word of a room is in its own, and nothing else."""

import re

from lianxin.ground.web.catalogue import catalogue, said_by_room, updated
from lianxin.ground.web.language import CATALOGUE, HOUSE

PLACE = re.compile(r"%\((\w+)\)[sd]")
ROOMS = said_by_room()


def _first(words):
    """The words, or of a plural the singular."""
    return words if isinstance(words, str) else words[0]


def _ids(room):
    return {_first(message.id) for message in catalogue(room) if message.id}


def _translated():
    return [message for room in ROOMS for message in catalogue(room) if message.id]


def test_every_word_of_a_room_has_chinese_words():
    missing = {}
    for room, words in ROOMS.items():
        known = {_first(message.id): _first(message.string) for message in catalogue(room) if message.id}
        wanted = {_first(message) for _, message in words}
        if lacking := sorted(word for word in wanted if not known.get(word)):
            missing[room] = lacking
    assert missing == {}


def test_a_catalogue_has_no_word_that_its_room_does_not_say():
    assert {room: _ids(room) for room in ROOMS} == {
        room: {_first(message.id) for message in updated(room, words) if message.id} for room, words in ROOMS.items()
    }


def test_there_is_no_catalogue_without_words_of_its_room():
    lying = {str(path.parent.relative_to(HOUSE)) for path in HOUSE.rglob(CATALOGUE)}
    assert lying == set(ROOMS)


def test_a_word_that_two_rooms_say_has_the_same_chinese():
    known, differing = {}, []
    for message in _translated():
        if known.setdefault(message.id, message.string) != message.string:
            differing.append((message.id, known[message.id], message.string))
    assert differing == []


def test_a_translation_has_the_same_places_to_fill():
    differing = [
        (message.id, message.string)
        for message in _translated()
        if set(PLACE.findall(str(message.id))) != set(PLACE.findall(str(message.string)))
    ]
    assert differing == []


def test_chinese_words_have_full_width_punctuation():
    half = re.compile(r"[一-鿿][,:;?!]|[,:;?!][一-鿿]")
    assert [message.string for message in _translated() if half.search(str(message.string))] == []
