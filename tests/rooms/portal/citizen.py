"""A citizen at the pages of the portal, over HTTP: what a browser without scripts does, and one that solves puzzles."""

import re
from html import unescape
from typing import Any

import httpx
from litestar import Litestar
from made.entry import HERE

from lianxin.ground.text import parse_number
from lianxin.portal.puzzle import solved

WORDS = "锦苑小区 6 号楼三天没有暖气，家里有老人和孩子，室温只有 13 度，请尽快派人来修。"
WHAT = {"kind": "help", "place": "371602", "where": "锦苑小区 6 号楼", "text": WORDS}
WHO = {"phone": "138 0013 8000", "name": "王小芳", "mail": ""}


class Citizen:
    """One browser: cookies, redirects followed by hand, tokens taken from the page as a form sends them.

    address  where it comes from;  solves  whether its script solves the puzzles
    """

    def __init__(self, site: Litestar, address: str = "203.0.113.7", *, solves: bool = True) -> None:
        transport = httpx.ASGITransport(app=site, raise_app_exceptions=False, client=(address, 40_000))  # type: ignore[arg-type]
        headers = {"Accept": "text/html,application/xhtml+xml"}
        self.client = httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers, timeout=30)
        self.solves = solves
        self.site = site

    async def __aenter__(self) -> "Citizen":
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.client.aclose()

    async def see(self, path: str) -> httpx.Response:
        """Open a page, going where it leads."""
        answer = await self.client.get(path)
        while answer.is_redirect:
            answer = await self.client.get(answer.headers["location"])
        return answer

    async def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Fill in the form of a page that goes to `action`, with its hidden fields, and send it."""
        html = (await self.see(page)).text
        return await self.client.post(action, data={**self.hidden(html, action), **fields})

    def hidden(self, html: str, action: str) -> dict[str, str]:
        """Return the hidden fields of a form, with its puzzle solved by who solves it."""
        form = re.search(rf'<form[^>]* action="{re.escape(action)}".*?</form>', html, re.DOTALL)
        assert form is not None, f"no form for {action} in {html[:2000]}"
        found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        if self.solves and "puzzle" in found:
            found["work"] = nonce(found["puzzle"])
        return {name: unescape(value) for name, value in found.items()}

    async def write(self, what: dict[str, str] | None = None, who: dict[str, str] | None = None) -> httpx.Response:
        """Go through the first two steps; return the page that asks whether everything is right."""
        answer = await self.send("/new", "/new", **(WHAT if what is None else what))
        assert answer.is_redirect, answer.text
        answer = await self.send("/new/you", "/new/you", **(WHO if who is None else who))
        assert answer.is_redirect, answer.text
        return await self.see("/new/check")

    async def lodge(self, what: dict[str, str] | None = None, who: dict[str, str] | None = None) -> "Kept":
        """Go through all of it; return what stands on the receipt."""
        await self.write(what, who)
        answer = await self.send("/new/check", "/new/check")
        assert answer.headers["location"] == "/new/receipt", answer.text
        return kept_of((await self.see("/new/receipt")).text)

    async def follow(self, number: str, code: str) -> httpx.Response:
        """Open an order with number and code; return the answer to the form."""
        return await self.send("/", "/follow", number=number, code=code)


class Kept:
    """What a citizen noted from the receipt."""

    def __init__(self, number: str, code: str, head: str) -> None:
        self.number = number
        self.code = code
        self.head = head


def kept_of(html: str) -> Kept:
    """Read the receipt."""
    number, code = re.findall(r'<dd class="big">([^<]+)</dd>', html)
    head = "".join(re.findall(r"<span>([0-9a-f]{4})</span>", html))
    assert len(head) == 64
    return Kept(parse_number(number), code.replace(" ", ""), head)


def nonce(asked: str) -> str:
    """Solve a puzzle as a browser does."""
    now = int(asked.split(".")[0]) * 3_600_000
    return next(str(n) for n in range(10**6) if solved(asked, str(n), now))


def words_of(html: str) -> str:
    """Return what a page says, without its marks."""
    main = re.search(r"<main.*?</main>", html, re.DOTALL)
    assert main is not None, html[:500]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main[0])).split())
