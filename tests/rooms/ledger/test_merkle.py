"""The Merkle tree: its root stands for exactly these leaves in this order, and each leaf can prove it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianxin.ground.ledger import merkle

leaves = st.lists(st.binary(max_size=50), min_size=1, max_size=40)


def naive(data: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if len(data) == 1:
        return sha256(b"\0" + data[0]).digest()
    k = 1
    while k * 2 < len(data):
        k *= 2
    return sha256(b"\1" + naive(data[:k]) + naive(data[k:])).digest()


@given(leaves)
def test_the_root_is_the_one_of_rfc_6962(data: list[bytes]) -> None:
    assert merkle.root(iter(data)) == naive(data)


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(leaves, st.data())
def test_every_leaf_leads_to_the_root_and_no_other_data_does(data: list[bytes], draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, len(data) - 1))
    path = merkle.path(data, index)
    assert merkle.climb(data[index], path) == merkle.root(data)
    assert merkle.climb(data[index] + b"x", path) != merkle.root(data)


@given(leaves, st.data())
def test_a_leaf_changed_left_out_or_doubled_changes_the_root(data: list[bytes], draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, len(data) - 1))
    root = merkle.root(data)
    assert merkle.root([*data[:index], data[index] + b"x", *data[index + 1 :]]) != root
    assert merkle.root([*data[:index], *data[index + 1 :]]) != root
    assert merkle.root([*data, data[index]]) != root


def test_a_node_cannot_pass_for_a_leaf() -> None:
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.root([left + right]) != merkle.root([b"a", b"b"])


@pytest.mark.parametrize("index", [-1, 2])
def test_there_is_no_path_from_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(AssertionError):
        merkle.path([b"a", b"b"], index)
