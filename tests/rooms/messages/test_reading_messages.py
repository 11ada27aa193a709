"""Files of messages as offices make them: what can be read is read, the rest is named."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from lianxin.twin.message_files import MessagesError
from lianxin.twin.messages import read_messages

HEADER = "id,text,title,category\n"


def _csv(tmp_path: Path, body: str, encoding: str = "utf-8", header: str = HEADER) -> Path:
    path = tmp_path / "messages.csv"
    path.write_bytes((header + body).encode(encoding))
    return path


def _parquet(tmp_path: Path, **columns: object) -> Path:
    path = tmp_path / "messages.parquet"
    parquet.write_table(pa.table(columns), path, compression="zstd")
    return path


def test_a_csv_row_becomes_a_message(tmp_path: Path) -> None:
    messages = read_messages(_csv(tmp_path, '7,"暖气不热，\n室温十四度",供暖,0203\n'))
    assert messages[0].id == "7"
    assert messages[0].text == "暖气不热，\n室温十四度"
    assert messages[0].category == "0203"
    assert messages.notes() == []


def test_the_body_is_used_where_there_is_one(tmp_path: Path) -> None:
    path = _parquet(tmp_path, text=["路灯不亮，请市城管局处理", "井盖响"], text_body=["路灯不亮", None], likes=[3, 4])
    assert [message.text for message in read_messages(path)] == ["路灯不亮", "井盖响"]
    assert [message.id for message in read_messages(path)] == ["row-1", "row-2"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_other_encodings_are_detected_and_told(tmp_path: Path, encoding: str) -> None:
    messages = read_messages(_csv(tmp_path, "1,家住北镇街道，自来水发黄,水,0201\n" * 5, encoding))
    assert messages[4].text == "家住北镇街道，自来水发黄"
    assert messages.encoding == encoding.removesuffix("-sig")
    assert bool(messages.notes()) == (encoding != "utf-8-sig")


def test_rare_characters_survive_gb18030(tmp_path: Path) -> None:
    assert read_messages(_csv(tmp_path, "1,𠮷家胡同😀路灯不亮,灯,0205\n", "gb18030"))[0].text == "𠮷家胡同😀路灯不亮"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 50)
    with pytest.raises(MessagesError, match="neither UTF-8 nor GB18030"):
        read_messages(path)


def test_a_damaged_row_is_left_out_and_named(tmp_path: Path) -> None:
    good = "1,路灯不亮了三天没有人来修,灯,0205\n"
    path = _csv(tmp_path, good * 3)
    path.write_bytes(path.read_bytes() + "9,坏".encode()[:-1] + b",,\n" + good.encode())
    messages = read_messages(path)
    assert len(messages) == 4
    assert [row.row for row in messages.broken] == [5]
    assert messages.notes() == ["1 rows were left out, 4 messages are used.", "Row 5: some bytes are not text."]
    assert messages.notes("zh")[1] == "第5行：有字节不是文字。"


def test_rows_with_other_numbers_of_cells_are_named_by_their_line(tmp_path: Path) -> None:
    messages = read_messages(_csv(tmp_path, "1,甲,,\n2,乙\n3,丙,,,,\n4,丁,,\n"))
    assert [message.text for message in messages] == ["甲", "丁"]
    assert [(row.row, row.en) for row in messages.broken] == [
        (3, "2 cells instead of 4"),
        (4, "6 cells instead of 4"),
    ]


def test_a_stray_quotation_mark_costs_one_row_and_not_the_rest(tmp_path: Path) -> None:
    body = '1,"从来没有关上的引号,,\n2,乙,,\n3,"丙\n两行",,\n4,丁,,\n'
    messages = read_messages(_csv(tmp_path, body))
    assert [message.text for message in messages] == ["乙", "丙\n两行", "丁"]
    assert [row.row for row in messages.broken] == [2]


def test_unknown_columns_are_told_and_known_ones_of_the_data_are_not(tmp_path: Path) -> None:
    path = _parquet(tmp_path, text=["路灯不亮"], likes=[1], colour=["红"])
    messages = read_messages(path)
    assert messages.unknown_columns == ("colour",)
    assert messages.notes() == ["Columns not used: colour."]


@pytest.mark.parametrize("columns, near", [("id,texts", "texts"), ("编号,内容", None)])
def test_without_a_text_column_the_file_is_refused(tmp_path: Path, columns: str, near: str | None) -> None:
    path = _csv(tmp_path, "1,路灯不亮\n", header=f"{columns}\n")
    with pytest.raises(MessagesError, match="has no column “text”") as refused:
        read_messages(path)
    assert (f"Is it the column “{near}”?" in str(refused.value)) == (near is not None)


def test_empty_and_much_too_long_texts_are_left_out_and_named(tmp_path: Path) -> None:
    path = _parquet(tmp_path, text=["路灯不亮", "", "\x00\x07", "水" * 40_000, None, "水" * 34_000])
    messages = read_messages(path)
    assert [len(message.text) for message in messages] == [4, 34_000]  # 102,000 bytes are taken
    assert [(row.row, row.zh) for row in messages.broken] == [
        (2, "没有内容"),
        (3, "没有内容"),
        (4, "内容超过100千字节"),
        (5, "没有内容"),
    ]


def test_a_hundred_kilobytes_in_a_csv_are_read(tmp_path: Path) -> None:
    text = "长" * 34_000
    assert read_messages(_csv(tmp_path, f"1,{text},,\n"))[0].text == text


def test_control_characters_go_and_emoji_stay(tmp_path: Path) -> None:
    message = read_messages(_csv(tmp_path, "1,救\x01命\x00😡,标\x02题,\n"))[0]
    assert message.text == "救命😡"
    assert message.title == "标 题"


def test_gb18030_bytes_in_a_parquet_string_are_read(tmp_path: Path) -> None:
    cells = pa.array(["路灯不亮".encode("gb18030"), "井盖响".encode(), b"\xff\xff\xff"])
    messages = read_messages(_parquet(tmp_path, text=cells.view(pa.string())))
    assert [message.text for message in messages] == ["路灯不亮", "井盖响"]
    assert [row.row for row in messages.broken] == [3]


def test_more_broken_rows_than_a_screen_are_counted(tmp_path: Path) -> None:
    notes = read_messages(_csv(tmp_path, "1,甲,,\n" + "2\n" * 9)).notes(named=3)
    assert notes[0].startswith("9 rows were left out")
    assert notes[-1] == "And 6 more rows."


def test_tabs_between_the_cells_are_seen(tmp_path: Path) -> None:
    assert read_messages(_csv(tmp_path, "1\t甲,乙\t\n", header="id\ttext\ttitle\n"))[0].text == "甲,乙"


def test_files_that_cannot_be_used_at_all_are_refused_with_a_sentence(tmp_path: Path) -> None:
    empty, only_header, cut = tmp_path / "empty.csv", _csv(tmp_path, ""), tmp_path / "cut.parquet"
    empty.write_bytes(b"")
    whole = _parquet(tmp_path, text=["路灯不亮"] * 50).read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    for path, says in (
        (tmp_path / "gone.csv", "cannot be read"),
        (tmp_path, "cannot be read"),
        (empty, "is empty"),
        (only_header, "no message that can be used"),
        (cut, "begins like Parquet but cannot be read"),
    ):
        with pytest.raises(MessagesError, match=says):
            read_messages(path)


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MessagesError, match="more than once"):
        read_messages(_csv(tmp_path, "1,甲,乙\n", header="id,text,text\n"))
