"""The site that is attacked: made once for each file, over a city with secrets."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from litestar import Litestar
from made.attacking import Target, people, targets_of
from made.leaky_city import LeakyCity, leaky_city
from made.site import open_site

from lianxin.desks.site import make_paper
from lianxin.ground.store import Database, EmbeddedServer, open_pool, temporary_database
from lianxin.ground.web import Paper

STORED = (
    *("entries", "commands", "orders", "contacts", "texts", "promises", "persons", "staff", "accounts", "sights"),
    *("attachments", "knowledge_items", "knowledge_tasks", "webhooks", "tokens", "passkeys", "pack_drafts", "packs"),
    *("messages_in", "replies", "instructions", "samples", "scores", "score_appeals", "informants", "portal_boxes"),
)
"""Tables of what people did. Not of them: drafts, attempts, sessions and logs, which keep what was refused too."""


@pytest.fixture(scope="module")
def books(database_server: EmbeddedServer) -> Iterator[Database]:
    """A database for the whole file: what one attack left there the next would meet."""
    with temporary_database(database_server, template=True) as database:
        yield database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool(books: Database) -> AsyncIterator[Any]:
    opened = await open_pool(books.app_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(pool: Any) -> LeakyCity:
    return await leaky_city(pool)


@pytest.fixture(scope="module")
def paper() -> Paper:
    """The templates, compiled once."""
    return make_paper()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    books: Database, pool: Any, city: LeakyCity, paper: Paper, tmp_path_factory: Any
) -> AsyncIterator[Litestar]:
    assert city.orders
    async with open_site(pool, books.app_url, tmp_path_factory.mktemp("home"), paper=paper) as opened:
        yield opened


@pytest.fixture(scope="module")
def targets(site: Litestar, city: LeakyCity) -> list[Target]:
    """Every address that changes something."""
    plain = (number for number, order in city.orders.items() if order["state"] == "dispatched" and not order["flags"])
    return targets_of(site, people(), next(plain))


@pytest_asyncio.fixture(loop_scope="module")
async def nothing_is_stored(books: Database, site: Litestar) -> AsyncIterator[None]:
    """Every table of what people did is as long as before when the test is over."""
    before = await _rows(books)
    yield
    assert await _rows(books) == before


async def _rows(books: Database) -> dict[str, int]:
    assert books.owner_url
    owner = await asyncpg.connect(books.owner_url)
    try:
        return {table: await owner.fetchval(f"SELECT count(*) FROM {table}") for table in STORED}
    finally:
        await owner.close()
