"""A screen in the hall: it never locks, it shows counts, and what it holds opens nothing else."""

import re

import pytest
from made.entrance import AGENT, NOW, browser, listening, made_entrance, made_paper, moved_in

from lianxin.access import cookies
from lianxin.access.session import Policy
from lianxin.desks import room as desks_room
from lianxin.ground.clock import DAY_MS, VirtualClock


@pytest.fixture
def clock():
    return VirtualClock(NOW)


@pytest.fixture
async def site(database, pool, tmp_path, clock):
    await moved_in(pool)
    paper = made_paper("desks", further=desks_room.TERMS)
    made = made_entrance(pool, database.app_url, tmp_path, clock, paper, rooms=(desks_room,))
    async with listening(made) as opened:
        yield opened


@pytest.fixture
async def screen(site):
    async with browser(site) as opened:
        yield opened


async def given(screen, token):
    field = re.search(r'name="_csrf" value="([^"]+)"', (await screen.get("/wall")).text)[1]
    return await screen.post("/wall", data={"token": token, "_csrf": field})


async def token_for(site, *scopes):
    secret, token = await site.access.tokens.make(AGENT, "大厅大屏", scopes, 30)
    return secret, token


async def test_a_screen_shows_counts_and_is_never_locked(site, screen, clock):
    secret, _ = await token_for(site, "wall")
    assert "大屏令牌" in (await screen.get("/wall")).text
    assert (await given(screen, secret)).status_code == 303
    for later in (0, Policy().idle_ms, Policy().life_ms, 5 * DAY_MS):
        clock.set(clock.now() + later)
        page = (await screen.get("/wall")).text
        assert "账平" in page and "最近交接" not in page and "大屏令牌" not in page


async def test_what_a_screen_holds_opens_nothing_else(site, screen):
    secret, _ = await token_for(site, "wall")
    await given(screen, secret)
    for path in ("/book", "/book/now", "/page", "/events", "/me"):
        assert (await screen.get(path)).status_code == 303, path
    answer = await screen.get("/api/v1/things", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


async def test_no_other_token_and_no_made_up_one_opens_the_screen(site, screen):
    reading, _ = await token_for(site, "orders:read")
    for token in (reading, "", "lx_made-up", "王" * 40, "lx_\r\nset-cookie: a=b"):
        answer = await given(screen, token)
        assert answer.status_code == 422 and "打不开大屏" in answer.text
        assert cookies.WALL not in screen.cookies
    assert (await screen.post("/wall", data={"token": reading})).status_code == 403


async def test_a_revoked_token_and_a_token_that_ended_show_nothing_more(site, screen, clock):
    secret, token = await token_for(site, "wall")
    await given(screen, secret)
    await site.access.tokens.revoke(token.id, f"staff:{AGENT}")
    assert "打不开大屏" in (await screen.get("/wall")).text
    secret, _ = await token_for(site, "wall")
    await given(screen, secret)
    clock.set(clock.now() + 30 * DAY_MS)
    assert "打不开大屏" in (await screen.get("/wall")).text
