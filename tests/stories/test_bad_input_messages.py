"""Messages from an office program, through a whole day: what can be read arrives as it was said and is found again."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from lianxin.cli import app, collect_commands
from lianxin.ground.store import Database, EmbeddedServer
from lianxin.orders.reading import OrderReader

collect_commands()

LONG = "从去年冬天说起，" + "暖气一直不热，" * 4_850  # 33,958 characters, 101,874 bytes
SAID = {
    LONG: "从去年冬天说起",
    "𠮷家胡同路灯不亮，𡋾姓老人夜里摔了一跤": "𠮷家胡同",  # characters of CJK extension B, in a place and a surname
    "楼下烧烤摊😡👨‍👩‍👧天天到半夜🔥": "烧烤摊😡👨‍👩‍👧",
    '他说:"再等等",我等了三年;一分钱没见着': "一分钱没见着",
}
AS_GIVEN = {**SAID, "自来水发黄一周了": "发黄一周"}
GIVEN = [*SAID, "自来水\x01发黄\x00一周\x1b了"]


def _file(path: Path, encoding: str) -> Path:
    rows = ["id,text,title,颜色"]
    rows += [f'{n},"{text.replace(chr(34), chr(34) * 2)}",,红' for n, text in enumerate(GIVEN, 1)]
    rows += ["91,只有两格", "92,,,蓝", "93,\x00\x02,,蓝", f"94,{'太' * 40_000},,蓝"]
    path.write_bytes(("\r\n".join(rows) + "\r\n").encode(encoding))
    return path


@pytest.fixture
def day(database_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `lianxin day` on the server that the tests share."""
    monkeypatch.setenv("LIANXIN_HOME", str(database_server.home))
    return lambda *words: CliRunner().invoke(app, ["day", *map(str, words)])


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
async def test_what_citizens_wrote_arrives_as_it_was_written_and_is_found_by_search(
    encoding: str,
    day: Callable[..., Result],
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    file = _file(tmp_path / "messages.csv", encoding)
    played = await _aside(day, "--messages", file, "--calls", 40, "--seed", 1, "--keep", database.app_url)
    assert played.exit_code == 0, played.output
    assert "Nothing was lost" in played.stdout
    texts = await pool.fetch("SELECT order_id, text FROM texts WHERE n = 1")
    assert {row["text"] for row in texts} == set(AS_GIVEN)
    reader = OrderReader(pool)
    for text, piece in AS_GIVEN.items():
        expected = {row["order_id"] for row in texts if row["text"] == text}
        assert {row.order_id for row in await reader.search("1023", piece, None)} == expected, piece


async def test_what_could_not_be_used_is_named(day: Callable[..., Result], tmp_path: Path) -> None:
    file = _file(tmp_path / "messages.csv", "gb18030")
    played = await _aside(day, "--messages", file, "--calls", 5)
    assert played.exit_code == 0, played.output
    for sentence in (
        "GB18030",
        "Columns not used: 颜色.",
        "4 rows were left out, 5 messages are used.",
        "Row 7: 2 cells instead of 4.",
        "Row 8: ",
        "Row 9: ",
        "Row 10: ",
    ):
        assert sentence.lower() in played.stdout.lower(), sentence


async def test_in_json_it_is_named_beside_the_answer(day: Callable[..., Result], tmp_path: Path) -> None:
    file = _file(tmp_path / "messages.csv", "utf-8")
    played = await _aside(day, "--messages", file, "--calls", 5, "--json")
    assert "4 rows were left out" in played.stderr
    assert played.stdout.splitlines()[-1].startswith("{")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"id,wording\n1,\xe8\xb7\xaf\n", "has no column"),
        (b"id,text\n1,\n2,\n", "no message that can be used"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 9, "neither UTF-8 nor GB18030"),
        (b"PAR1 and then nothing", "begins like Parquet but cannot be read"),
    ],
)
def test_a_file_of_no_use_stops_the_day_before_anything_is_played(
    content: bytes, says: str, day: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "messages"
    file.write_bytes(content)
    refused = day("--messages", file, "--calls", 5)
    assert refused.exit_code == 2
    assert says in refused.stderr
    assert refused.stdout == ""


async def _aside(day: Callable[..., Result], *words: object) -> Result:
    """Let the command have a loop of its own."""
    return await asyncio.to_thread(day, *words)
