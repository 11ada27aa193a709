"""A search leaves nothing out, however rare or common its words, and whichever way it goes."""

import random

import psycopg
import pytest

from lianxin.ground.store import Database
from lianxin.ground.text import grams, normalise
from lianxin.orders import searching
from lianxin.orders.searching import matching_orders

WORDS = "路灯不亮电梯停运物业收费水管漏水夜间施工噪声"
ORDERS = 900
FIRST = 10**15 + 20260309000013


@pytest.fixture
def texts(database: Database) -> dict[tuple[int, int], str]:
    """Store texts: two characters of a small alphabet meet often, so that many look alike and few are."""
    chance = random.Random(1)
    stored: dict[tuple[int, int], str] = {}
    for i in range(ORDERS):
        for n in (1, 2) if i % 5 == 0 else (1,):
            stored[FIRST + i, n] = "".join(chance.choices(WORDS, k=40)) + ("，请救救孩子" if i in (3, 500) else "")
    rows = [(order, n, text, grams(f"\n{text}")) for (order, n), text in stored.items()]
    with psycopg.connect(database.owner_url) as owner, owner.cursor() as cursor:
        cursor.executemany("INSERT INTO texts VALUES (%s, %s, now(), '', %s, NULL, %s)", rows)
    return stored


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    """Nine hundred texts then need as many decisions as a million with the real steps."""
    monkeypatch.setattr(searching, "WINDOW", 32)
    monkeypatch.setattr(searching, "PORTION", 4)


def expected(texts: dict[tuple[int, int], str], query: str, below: int | None = None) -> list[int]:
    found = {order for (order, _), text in texts.items() if normalise(query) in normalise(text)}
    return sorted((order for order in found if below is None or order < below), reverse=True)


@pytest.mark.parametrize("query", ["灯", "路灯", "不亮", "路灯不", "救救孩子", "孩子", "灯路灯路", "，请救", "没有的"])
async def test_it_finds_what_a_look_at_every_text_finds(pool, texts, query):
    assert await matching_orders(pool, query, None, ORDERS) == expected(texts, query)


@pytest.mark.parametrize("query", ["灯", "路灯", "救救"])
async def test_page_by_page_it_finds_the_same(pool, texts, query):
    found: list[int] = []
    while page := await matching_orders(pool, query, found[-1] if found else None, 7):
        found += page
    assert found == expected(texts, query)


async def test_pairs_that_stand_apart_do_not_hide_the_words_behind_them(pool, texts):
    """Every text has 路灯 and 灯不 somewhere; only the oldest has 路灯不 in one piece."""
    with_both = "灯不，路灯，" * 3
    rows = [(FIRST - 1 - i, 1, with_both, grams(with_both)) for i in range(300)]
    rows.append((FIRST - 999, 1, "终于找到：路灯不修", grams("终于找到：路灯不修")))
    await pool.executemany("INSERT INTO texts VALUES ($1, $2, now(), '', $3, NULL, $4)", rows)
    assert (await matching_orders(pool, "路灯不", FIRST, 5)) == [FIRST - 999]


async def test_nothing_to_look_for_finds_nothing(pool, texts):
    assert await matching_orders(pool, " \u200b ", None, 5) == []
