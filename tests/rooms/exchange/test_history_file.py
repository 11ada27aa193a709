"""Files of old systems come as offices make them; what cannot be read is named by its line."""

import msgspec
import pytest
from made_history import NOW

from lianxin.exchange.history import Past
from lianxin.exchange.history_file import Broken, HistoryError, Known, read_history
from lianxin.ground.clock import at_iso

KNOWN = Known(frozenset({"zjj", "cgj"}), frozenset({"0401"}), frozenset({"371602"}))
HEADER = "old_number,received,kind,category,region,text,unit,dispatched"
ROW = "A1,2026-03-06T08:30:00+08:00,help,0401,371602,北门路灯不亮，晚上看不清路。,zjj,2026-03-06T09:00:00+08:00"


def read(tmp_path, text: str, name: str = "old.csv", encoding: str = "utf-8") -> list[Past | Broken]:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return list(read_history(path, NOW, KNOWN))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_row_becomes_a_record(tmp_path, encoding):
    (one,) = read(tmp_path, f"{HEADER}\n{ROW}\n", encoding=encoding)
    assert isinstance(one, Past)
    assert (one.old_number, one.unit, one.received) == ("A1", "zjj", at_iso("2026-03-06T08:30:00+08:00"))


def test_json_lines_are_read_too(tmp_path):
    cells = {"old_number": "A1", "received": "2026-03-06T08:30:00+08:00", "kind": "help", "category": "0401"}
    cells |= {"region": "371602", "text": "𠮷祥小区🏠没有水"}
    (one,) = read(tmp_path, msgspec.json.encode(cells).decode() + "\n", "old.jsonl")
    assert isinstance(one, Past) and one.text == "𠮷祥小区🏠没有水"


@pytest.mark.parametrize(
    "row, why",
    [
        (ROW.replace("zjj", "zj"), "unit 'zj' is not known here; did you mean zjj?"),
        (ROW.replace("0401", "9"), "category '9' is not known here"),
        (ROW.replace("2026-03-06T08:30:00+08:00", "6.3.2026"), "received is '6.3.2026', not a time"),
        (ROW.replace("北门路灯不亮，晚上看不清路。", ""), "text is empty"),
        ("only,three,cells", "old_number is empty"),
    ],
)
def test_a_broken_row_is_named_by_its_line_and_the_others_are_read(tmp_path, row, why):
    found = read(tmp_path, f"{HEADER}\n{row}\n{ROW}\n")
    assert isinstance(found[0], Broken) and found[0].line == 2 and why in found[0].why
    assert isinstance(found[1], Past)


def test_an_unknown_column_refuses_the_file_and_names_the_near_one(tmp_path):
    with pytest.raises(HistoryError, match=r"'recieved'.*did you mean received"):
        read(tmp_path, f"{HEADER},recieved\n{ROW},x\n")


def test_a_missing_column_refuses_the_file(tmp_path):
    with pytest.raises(HistoryError, match="no column text"):
        read(tmp_path, "old_number,received,kind,category,region\n")


def test_what_is_no_text_refuses_the_file(tmp_path):
    (tmp_path / "old.csv").write_bytes(b"\xff\xfe\x00\xd8\x81\x00\xff")
    with pytest.raises(HistoryError, match="neither UTF-8 nor GB18030"):
        list(read_history(tmp_path / "old.csv", NOW, KNOWN))
