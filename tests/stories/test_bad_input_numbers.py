"""A number that is mistyped, or that nobody has, is explained at every door: terminal, receipt, page, search."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from made.entry import entered
from made.site import open_site
from pages_day import LAMPS, READER, play
from typer.testing import CliRunner

from lianxin.cli import app, collect_commands
from lianxin.ground.store import Database
from lianxin.ground.text import make_number

collect_commands()

NOBODYS = make_number(date(2026, 3, 13), 4_711)
ONE_DIGIT = LAMPS[:-2] + str((int(LAMPS[-2]) + 1) % 10) + LAMPS[-1]
SWAPPED = LAMPS[:6] + LAMPS[7] + LAMPS[6] + LAMPS[8:]
"""20260313-… with the day as 31: two neighbours swapped."""
WRONG = [
    (ONE_DIGIT, "有一位数字不对", "One digit"),
    (SWAPPED, "有一位数字不对", "One digit"),
    (LAMPS[:-1], "一共有13位", "13 in all"),
    (LAMPS.replace("-", "x"), "出现了“x”", "here is a “x”"),
    ("2026031300000000000000000000", "一共有28位", "28 in all"),
    ("", "一共有0位", "0 in all"),
]


@pytest.fixture
async def site(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """The pages over a few days of a small hotline."""
    await play(pool)
    async with open_site(pool, database.app_url, tmp_path) as app, await entered(app, pool, READER) as client:
        client.follow_redirects = True
        yield client


@pytest.fixture
def terminal(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run a command of the same site; return its exit code and what it said."""
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)

    def run(*words: str) -> tuple[int, str]:
        said = CliRunner().invoke(app, list(words))
        return said.exit_code, said.output

    return run


@pytest.mark.parametrize(("number", "zh", "en"), WRONG)
async def test_a_mistyped_number_is_explained_on_the_page_and_in_the_search_box(
    number: str, zh: str, en: str, site: httpx.AsyncClient
) -> None:
    if number:  # without one it is the list of orders
        page = await site.get(f"/orders/{quote(number)}")
        assert (page.status_code, zh in page.text) == (404, True)
    if sum(char.isdigit() for char in number) >= 12:
        searched = await site.get("/orders", params={"q": number})
        assert (searched.status_code, zh in searched.text) == (404, True)
    if number:
        english = await site.get(f"/orders/{quote(number)}?lang=en")  # from now on the browser asks for English
        assert en in english.text


@pytest.mark.parametrize(("number", "zh", "en"), WRONG)
def test_a_mistyped_number_is_explained_at_the_terminal(
    number: str, zh: str, en: str, terminal: Callable[..., tuple[int, str]]
) -> None:
    code, said = terminal("order", number, "--as", "1023")
    assert (code, zh in said) == (2, True), said
    code, said = terminal("order", number, "--as", "1023", "--lang", "en")
    assert (code, en in said) == (2, True), said
    code, said = terminal("receipt", number)
    assert (code, en in said) == (2, True), said


async def test_a_number_that_nobody_has_is_said_to_be_nobodys(site: httpx.AsyncClient) -> None:
    page = await site.get(f"/orders/{NOBODYS}")
    assert page.status_code == 404
    assert NOBODYS in page.text
    assert "没有" in page.text


def test_a_number_that_nobody_has_is_said_to_be_nobodys_at_the_terminal(
    terminal: Callable[..., tuple[int, str]],
) -> None:
    code, said = terminal("order", NOBODYS, "--as", "1023")
    assert (code, f"没有单号为 {NOBODYS} 的工单" in said) == (2, True), said
    code, said = terminal("receipt", NOBODYS)
    assert (code, f"There is no order {NOBODYS}" in said) == (2, True), said


async def test_odd_hyphens_blanks_and_wide_digits_mean_the_same_order(site: httpx.AsyncClient) -> None:
    wide = LAMPS.translate({ord(str(digit)): ord("０") + digit for digit in range(10)})
    for typed in (LAMPS.replace("-", "—"), LAMPS.replace("-", ""), f" {LAMPS} ", wide):
        page = await site.get(f"/orders/{quote(typed)}")
        assert (page.status_code, str(page.url).endswith(LAMPS)) == (200, True), typed
