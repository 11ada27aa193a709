"""The vault: what is locked away, what opens it, and what a number is found by."""

import stat
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from one_order import SECRETS, WANG, seeded

from lianxin.people.keys import KeyUnfit, house_keys, load_house_keys
from lianxin.people.numbers import masked, national, normalised
from lianxin.people.vault import PersonErased, PersonFields, PersonRow, Vault, VaultClosed, hashes

PERSON = UUID(int=1)
KEYS = house_keys(b"k" * 32)


def vault(seed: int = 1) -> Vault:
    return Vault(KEYS, seeded(seed), area="0543")


def test_what_was_locked_away_is_read_again() -> None:
    record = vault().record(PERSON, WANG)
    opened = vault(2).open(record.row)
    assert (opened.name, opened.address, opened.identity) == (WANG.name, WANG.address, WANG.identity)
    assert opened.numbers == ("+8613800138000",)


def test_nothing_readable_stands_in_the_rows() -> None:
    record = vault().record(PERSON, WANG)
    stored = msgspec.json.encode([record.row, record.numbers, record.who])
    sealed = b"".join(b64decode(text or "") for text in (record.row.key, record.row.fields, record.row.salts))
    for secret in SECRETS:
        assert secret.encode() not in stored + sealed


def test_the_same_seed_locks_the_same_way_and_another_one_differently() -> None:
    assert vault(1).record(PERSON, WANG) == vault(1).record(PERSON, WANG)
    assert vault(1).record(PERSON, WANG).row != vault(2).record(PERSON, WANG).row


def test_two_people_with_the_same_name_have_different_hashes_in_their_entries() -> None:
    one = vault(1).record(UUID(int=1), WANG).who
    other = vault(2).record(UUID(int=2), WANG).who
    assert set(one) == {"name", "phone", "address", "identity"}
    assert all(one[field] != other[field] for field in one)


def test_the_hashes_of_an_entry_can_be_made_again_from_the_record() -> None:
    record = vault().record(PERSON, WANG)
    assert vault(9).who(record.row) == record.who
    assert hashes(b"other salt", WANG) != record.who


def test_new_fields_keep_key_and_salt_so_old_entries_still_agree() -> None:
    record = vault().record(PERSON, WANG)
    amended = vault(2).amend(record.row, msgspec.structs.replace(WANG, address="黄河五路8号"))
    assert amended.row.key == record.row.key
    assert amended.who["name"] == record.who["name"]
    assert amended.who["address"] != record.who["address"]
    assert vault(3).open(amended.row).address == "黄河五路8号"


def test_another_house_key_opens_nothing() -> None:
    record = vault().record(PERSON, WANG)
    stranger = Vault(house_keys(b"x" * 32), seeded(1))
    with pytest.raises(VaultClosed):
        stranger.open(record.row)
    assert stranger.lookup("13800138000") != vault().lookup("13800138000")


@pytest.mark.parametrize("column", ["key", "fields", "salts"])
def test_a_row_moved_to_another_person_does_not_open(column: str) -> None:
    mine, theirs = vault(1).record(UUID(int=1), WANG), vault(2).record(UUID(int=2), WANG)
    swapped = msgspec.structs.replace(theirs.row, **{column: getattr(mine.row, column)})
    with pytest.raises(VaultClosed):
        vault().who(swapped)


@pytest.mark.parametrize("broken", [None, "", "AAAA", "A" * 200])
def test_a_record_that_was_damaged_does_not_open(broken: str | None) -> None:
    row = msgspec.structs.replace(vault().record(PERSON, WANG).row, fields=broken)
    with pytest.raises(VaultClosed):
        vault().open(row)


def test_without_the_data_key_nobody_can_open_it_not_even_with_the_house_key() -> None:
    record = vault().record(PERSON, WANG)
    gone = vault().erased(record.row, 1_000)
    assert gone == PersonRow(PERSON, None, None, None, 1_000)
    with pytest.raises(PersonErased):
        vault().open(gone)
    fields_alone = msgspec.structs.replace(record.row, key=None)
    with pytest.raises(VaultClosed):
        vault().open(fields_alone)


def test_each_number_is_found_whole_and_by_its_last_four_digits() -> None:
    record = vault().record(PERSON, PersonFields(numbers=("13800138000", "0543-3366789", "+86 138 0013 8000", "")))
    assert [row.whole for row in record.numbers] == [vault().lookup("13800138000"), vault().lookup("3366789")]
    assert [row.last_four for row in record.numbers] == [
        vault().lookup_last_four("8000"),
        vault().lookup_last_four("6789"),
    ]


def test_an_address_is_found_however_it_is_written_and_never_by_digits() -> None:
    record = vault().record(PERSON, PersonFields(mail="Wang.8000@Example.org"))
    assert [row.whole for row in record.numbers] == [vault().lookup_mail(" wang.8000@example.ORG")]
    assert record.numbers[0].last_four not in (vault().lookup_last_four("8000"), vault().lookup("8000"))


def test_what_is_kept_elsewhere_opens_in_its_place_only_and_goes_with_the_person() -> None:
    row, other = vault(1).record(PERSON, WANG).row, vault(2).record(UUID(int=2), WANG).row
    sealed = vault(3).lock(row, b"letter 1", "电梯停运".encode())
    assert vault(4).unlock(row, b"letter 1", sealed).decode() == "电梯停运"
    for wrong_row, about in ((row, b"letter 2"), (other, b"letter 1")):
        with pytest.raises(VaultClosed):
            vault().unlock(wrong_row, about, sealed)
    for broken in (b"", b"short", sealed[:-1], bytes(len(sealed))):
        with pytest.raises(VaultClosed):
            vault().unlock(row, b"letter 1", broken)
    with pytest.raises(PersonErased):
        vault().unlock(vault().erased(row, 1_000), b"letter 1", sealed)


def test_values_do_not_show_what_they_hold_when_printed() -> None:
    assert "王" not in repr(WANG) and "6b6b" not in repr(KEYS) and "k" * 8 not in repr(KEYS)


@pytest.mark.parametrize(
    "written, one_form",
    [
        ("13800138000", "+8613800138000"),
        ("138 0013-8000", "+8613800138000"),
        ("+86 13800138000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("13800138000", "+8613800138000"),
        ("3366789", "+865433366789"),  # a local number belongs to the city's area code 0543
        ("0543-3366789", "+865433366789"),
        ("400-816-8000", "+864008168000"),
        ("+44 20 7946 0958", "+442079460958"),
        ("110", "110"),
        ("95588", "95588"),
        ("不愿留", ""),
        ("", ""),
    ],
)
def test_a_number_has_one_form_however_it_is_written(written: str, one_form: str) -> None:
    assert normalised(written, "0543") == one_form


@pytest.mark.parametrize(
    "number, dialled, shown",
    [
        ("+8613800138000", "13800138000", "138****8000"),
        ("+865433366789", "05433366789", "054****6789"),
        ("+864008168000", "4008168000", "400***8000"),
        ("+442079460958", "+442079460958", "+44******0958"),
        ("110", "110", "*10"),
    ],
)
def test_a_number_is_dialled_and_shown_as_people_here_do(number: str, dialled: str, shown: str) -> None:
    assert (national(number), masked(number)) == (dialled, shown)


def test_the_house_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(load_house_keys, [tmp_path] * 16))
    assert all(keys == made[0] for keys in made)
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["house.key"]
    assert stat.S_IMODE((tmp_path / "keys" / "house.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_house_keys(tmp_path)
    (tmp_path / "keys" / "house.key").chmod(0o644)
    with pytest.raises(KeyUnfit, match="chmod 600"):
        load_house_keys(tmp_path)


@pytest.mark.parametrize("content", ["", "short", "zz" * 32, "ab" * 31])
def test_a_file_that_is_no_key_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    load_house_keys(tmp_path)
    path = tmp_path / "keys" / "house.key"
    path.write_text(content)
    with pytest.raises(KeyUnfit, match="is no key of this house"):
        load_house_keys(tmp_path)
    assert path.read_text() == content
