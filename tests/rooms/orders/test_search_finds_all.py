"""A search leaves nothing out, however rare or common its words, and whichever way it goes."""

import json
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
READER, OFFICER = "1023", "zjj:contact"
"""A duty manager, who sees every order, and an officer, who sees those of one unit."""
PEOPLE = [
    {"work_number": READER, "chain": 1, "roles": ["duty_manager"], "active": True, "units": []}
    | {"zone": "", "region": "", "skills": []},
    {"work_number": OFFICER, "chain": 2, "roles": ["unit_contact"], "active": True, "unit": "zjj", "units": ["zjj"]}
    | {"zone": "", "region": "", "skills": []},
]


@pytest.fixture
def texts(database: Database) -> dict[tuple[int, int], str]:
    """Store texts: two characters of a small alphabet meet often, so that many look alike and few are."""
    chance = random.Random(1)
    stored: dict[tuple[int, int], str] = {}
    for i in range(ORDERS):
        for n in (1, 2) if i % 5 == 0 else (1,):
            stored[FIRST + i, n] = "".join(chance.choices(WORDS, k=40)) + ("，请救救孩子" if i in (3, 500) else "")
    rows = [(order, n, text, grams(f"\n{text}")) for (order, n), text in stored.items()]
    orders = [_row(order) for order in {order for order, _ in stored}]
    with psycopg.connect(database.owner_url) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT staff_write(%s::jsonb)", [json.dumps(PEOPLE)])
        cursor.execute("SELECT orders_write(%s::jsonb)", [json.dumps(orders)])
        cursor.executemany("INSERT INTO texts VALUES (%s, %s, now(), '', %s, NULL, %s)", rows)
    return stored


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    """Nine hundred texts then need as many decisions as a million with the real steps."""
    monkeypatch.setattr(searching, "WINDOW", 32)
    monkeypatch.setattr(searching, "PORTION", 4)


def _row(order: int, units: tuple[str, ...] = ()) -> dict[str, object]:
    about = {"state": "in_progress", "kind": "help", "category": "99", "region": "", "urgency": "normal", "flags": []}
    return about | {"id": order, "number": f"n{order}", "contact": order, "pack": "p@1", "opened": 0, "units": units}


def expected(texts: dict[tuple[int, int], str], query: str, below: int | None = None) -> list[int]:
    found = {order for (order, _), text in texts.items() if normalise(query) in normalise(text)}
    return sorted((order for order in found if below is None or order < below), reverse=True)


@pytest.mark.parametrize("query", ["灯", "路灯", "不亮", "路灯不", "救救孩子", "孩子", "灯路灯路", "，请救", "没有的"])
async def test_it_finds_what_a_look_at_every_text_finds(pool, texts, query):
    assert await matching_orders(pool, READER, query, None, ORDERS) == expected(texts, query)


@pytest.mark.parametrize("query", ["灯", "路灯", "救救"])
async def test_page_by_page_it_finds_the_same(pool, texts, query):
    found: list[int] = []
    while page := await matching_orders(pool, READER, query, found[-1] if found else None, 7):
        found += page
    assert found == expected(texts, query)


async def test_pairs_that_stand_apart_do_not_hide_the_words_behind_them(pool, texts):
    """Every text has 路灯 and 灯不 somewhere; only the oldest has 路灯不 in one piece."""
    with_both = "灯不，路灯，" * 3
    rows = [(FIRST - 1 - i, 1, with_both, grams(with_both)) for i in range(300)]
    orders = [_row(order) for order, *_ in rows] + [_row(FIRST - 999)]
    await pool.execute("SELECT orders_write($1::jsonb)", json.dumps(orders))
    rows.append((FIRST - 999, 1, "终于找到：路灯不修", grams("终于找到：路灯不修")))
    await pool.executemany("INSERT INTO texts VALUES ($1, $2, now(), '', $3, NULL, $4)", rows)
    assert (await matching_orders(pool, READER, "路灯不", FIRST, 5)) == [FIRST - 999]


async def test_nothing_to_look_for_finds_nothing(pool, texts):
    assert await matching_orders(pool, READER, " \u200b ", None, 5) == []


async def test_a_page_is_full_though_most_that_matches_may_not_be_seen(pool, texts):
    """One order in seven is the officer's; their page has the newest of those, and none of the others."""
    own = [order for order in sorted({order for order, _ in texts}) if order % 7 == 0]
    await pool.execute("SELECT orders_write($1::jsonb)", json.dumps([_row(order, ("zjj",)) for order in own]))
    for query in ("灯", "路灯", "不亮"):
        visible = [order for order in expected(texts, query) if order in own]
        assert await matching_orders(pool, OFFICER, query, None, 10) == visible[:10], query
        assert await matching_orders(pool, OFFICER, query, visible[2], 10) == visible[3:13], query


@pytest.mark.parametrize("stranger", ["", "nobody", "1023' OR true --"])
async def test_who_may_see_nothing_finds_nothing(pool, texts, stranger):
    assert await matching_orders(pool, stranger, "灯", None, 10) == []
