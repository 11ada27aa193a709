"""The bytes of an entry: canonical JSON as RFC 8785 has it, whatever a citizen said."""

from hashlib import sha256
from uuid import UUID

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from lianxin.contacts.contact import ContactEntry, Matter
from lianxin.ground.ledger import GENESIS, ORDER, Envelope, chain_of, digits_of, encode, kind_of_chain, link, seal
from lianxin.orders.order import Offer, OrderEntry, Part, UnitClock

# RFC 8785 sorts keys by UTF-16; keys of entries are words of the house, in ASCII, where that is the same.
words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
said = st.text(max_size=40).filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text))
instants = st.integers(0, 2**43)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)


@st.composite
def order_entries(draw: st.DrawFn) -> OrderEntry:
    return OrderEntry(
        chain=chain_of(ORDER, draw(st.integers(1, 10**15 - 1))),
        seq=draw(st.integers(1, 10**6)),
        at=draw(instants),
        kind=draw(words),
        actor=draw(said),
        command=draw(st.uuids()),
        state=draw(st.none() | words),
        holder=draw(st.none() | said),
        offer=draw(st.none() | st.builds(Offer, said, st.none() | instants)),
        fields=draw(st.dictionaries(words, st.none() | said | numbers | st.booleans(), max_size=4)),
        flags=tuple(draw(st.lists(words, max_size=3))),
        clock=draw(st.none() | st.builds(UnitClock, unit=said, rule=words, start=instants, due=instants)),
        parts=tuple(
            draw(st.lists(st.builds(Part, st.integers(1, 9), st.just("assist"), said, said, instants), max_size=2))
        ),
        kept=tuple(draw(st.lists(st.integers(1, 99), max_size=3))),
        say=draw(st.dictionaries(words, said | numbers, max_size=4)),
    )


@given(order_entries())
def test_an_order_s_entry_is_written_as_rfc_8785_has_it(entry: OrderEntry) -> None:
    body = encode(entry)
    assert body == rfc8785.dumps(msgspec.json.decode(body))


@given(said, said)
def test_a_contact_s_entry_is_too(item: str, ground: str) -> None:
    entry = ContactEntry(
        chain=2 * 10**15 + 1,
        seq=1,
        at=0,
        kind="matter",
        actor="staff:1001",
        command=UUID(int=1),
        matter=Matter("answered", item=item, ground=ground),
    )
    body = encode(entry)
    assert body == rfc8785.dumps(msgspec.json.decode(body))


@given(order_entries())
def test_what_was_written_is_read_again_and_written_the_same(entry: OrderEntry) -> None:
    body = encode(entry)
    read = msgspec.json.decode(body, type=OrderEntry)
    assert read == entry
    assert encode(read) == body


@pytest.mark.parametrize("text", ["𠮷野家", "a\u2028b", "\x01", '"\\', "🙂", "\u007f", "é"])
def test_rare_characters_and_control_characters_are_written_the_same(text: str) -> None:
    entry = OrderEntry(chain=1, seq=1, at=0, kind="k", actor="a", command=UUID(int=1), say={"reason": text})
    assert encode(entry) == rfc8785.dumps(msgspec.json.decode(encode(entry)))


def test_an_entry_hangs_on_the_hash_before_it() -> None:
    entry = Envelope(chain=1, seq=1, at=2, kind="k", actor="a", command=UUID(int=0))
    sealed = seal(GENESIS, entry)
    written = b'{"actor":"a","at":2,"chain":1,"command":"00000000-0000-0000-0000-000000000000","kind":"k","seq":1}'
    assert sealed.body == written
    assert sealed.hash == sha256(bytes(32) + written).digest() == link(GENESIS, written)


@given(st.integers(1, 9), st.integers(1, 10**15 - 1))
def test_a_chain_id_keeps_its_kind_and_its_number(kind: int, number: int) -> None:
    chain = chain_of(kind, number)
    assert (kind_of_chain(chain), digits_of(chain)) == (kind, number)
    assert chain < 2**63
