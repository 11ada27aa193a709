"""Items from a file: written by one, published by another; read again, nothing happens twice."""

from pathlib import Path

import pytest
from made_knowledge import EDITOR, OTHER, Room

from lianxin.ground.clock import at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.knowledge.importing import FileWrong, import_file, read_lines
from lianxin.knowledge.loading import FOLDER
from lianxin.knowledge.refusal import KnowledgeRefused
from lianxin.knowledge.seeding import seed_items
from lianxin.people import load_staff
from lianxin.personnel import enrol

BINZHOU = FOLDER / "binzhou.yaml"
HEAD = "title,answer,basis,category,unit,questions,public,valid_to"
ROW = "停水怎么办,请先看整栋楼,城市供水条例,0201,gs,什么时候来水|为什么停水,true,2027-06-30"


def csv_file(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "items.csv"
    path.write_text("\n".join((head, *rows)), encoding="utf-8")
    return path


async def test_the_items_of_binzhou_are_published_with_unit_source_and_last_day():
    room = Room()
    done = await import_file(room.knowledge, BINZHOU, EDITOR, OTHER, room.now)
    assert done == (42, 42)
    for number in range(1, 43):
        item = await room.knowledge.item(number)
        version = item.published
        assert version is not None and version.reviewer == OTHER and version.writers == (EDITOR,)
        assert item.unit and version.content.basis and version.content.valid_to and version.content.questions


async def test_a_file_read_again_writes_nothing():
    room = Room()
    await import_file(room.knowledge, BINZHOU, EDITOR, OTHER, room.now)
    again = await import_file(room.knowledge, BINZHOU, EDITOR, OTHER, room.later(86_400_000))
    assert again == (42, 0)


async def test_what_changed_in_a_file_becomes_a_new_version(tmp_path):
    room = Room()
    await import_file(room.knowledge, csv_file(tmp_path, ROW), EDITOR, OTHER, room.now)
    changed = csv_file(tmp_path, ROW.replace("请先看整栋楼", "请先看邻居家"))
    assert await import_file(room.knowledge, changed, EDITOR, OTHER, room.later()) == (1, 1)
    item = await room.knowledge.item(1)
    assert item.current == 2 and item.published is not None and item.published.content.answer == "请先看邻居家"
    assert item.published.content.questions == ("什么时候来水", "为什么停水") and item.published.content.public


async def test_without_a_second_person_items_wait_for_one(tmp_path):
    room = Room()
    await import_file(room.knowledge, csv_file(tmp_path, ROW), EDITOR, None, room.now)
    item = await room.knowledge.item(1)
    assert item.current == 0 and item.pending is not None and item.pending.state == "review"


async def test_who_wrote_a_file_does_not_publish_it(tmp_path):
    room = Room()
    with pytest.raises(KnowledgeRefused) as refused:
        await import_file(room.knowledge, csv_file(tmp_path, ROW), EDITOR, EDITOR, room.now)
    assert refused.value.code == "own_draft"


@pytest.mark.parametrize(
    "row, told",
    [
        (ROW.replace("0201", "9"), "诉求类别"),
        (ROW.replace("gs", "mars"), "no unit mars"),
        (ROW.replace("2027-06-30", "明年"), "valid_to"),
        (ROW.replace("true", "perhaps"), "public"),
        (ROW.replace("城市供水条例", ""), "basis"),
        (f"{ROW}\n{ROW}", "stands there twice"),
    ],
)
async def test_a_file_with_a_mistake_is_refused_whole(tmp_path, row, told):
    room = Room()
    good = ROW.replace("停水怎么办", "别的")
    with pytest.raises(FileWrong) as wrong:
        await import_file(room.knowledge, csv_file(tmp_path, good, row), EDITOR, OTHER, room.now)
    assert told in str(wrong.value)
    assert room.ledger.entries == {}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"items: [", b"version: 1\nitems: 5", b"- a\n- b", b""])
def test_what_is_no_file_of_items_is_said(tmp_path, content):
    path = tmp_path / "items.yaml"
    path.write_bytes(content)
    with pytest.raises(FileWrong):
        read_lines(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileWrong, match="cannot be read"):
        read_lines(tmp_path / "none.yaml")


def test_a_column_that_nobody_knows_is_said(tmp_path):
    with pytest.raises(FileWrong, match="colour"):
        read_lines(csv_file(tmp_path, f"{ROW},red", head=f"{HEAD},colour"))


async def test_a_demo_city_moves_in_with_its_knowledge_once(pool):
    now = at_iso("2026-03-02T09:00:00+08:00")
    await enrol(PostgresLedger(pool), load_staff(), now)
    assert await seed_items(pool, "binzhou", now) == 42
    assert await seed_items(pool, "binzhou", now + 1) == 0
    assert await seed_items(pool, "nowhere", now) == 0
