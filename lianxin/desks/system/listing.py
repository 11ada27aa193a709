"""Lists of people and of what happened: which part is shown, and where does it go on?"""

from collections.abc import Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar.exceptions import NotFoundException

from lianxin.access.accounts import Account
from lianxin.access.service import Access
from lianxin.ground.web.paper import AnyRequest

T = TypeVar("T")
WORDS_MAX: Final = 64


class Listing(msgspec.Struct):
    """A part of a list, by what was asked.

    words  what is searched for;  after: the key that stands before the part;  size: how long it is
    more   whether the list goes on after it
    """

    path: str
    words: str
    after: str
    size: int
    more: bool = False
    further: dict[str, str] = {}

    @classmethod
    def of(cls, request: AnyRequest, size: int, *further: str) -> "Listing":
        """Return what a request asks for; `further`: names of other filters that go on with it."""
        query = request.query_params
        kept = {name: query[name][:WORDS_MAX] for name in further if query.get(name)}
        return cls(
            request.url.path,
            query.get("q", "").strip()[:WORDS_MAX],
            query.get("after", "")[:WORDS_MAX],
            size,
            False,
            kept,
        )

    def shown(self, lines: Sequence[T]) -> Sequence[T]:
        """Return the lines of this part, of `size` + 1 that were read: one more says that the list goes on."""
        self.more = len(lines) > self.size
        return lines[: self.size]

    def on(self, after: object) -> str:
        """Return the address at which the list goes on."""
        asked: dict[str, Any] = {**self.further, "q": self.words, "after": str(after)}
        return f"{self.path}?{urlencode({name: value for name, value in asked.items() if value})}"

    @property
    def before(self) -> int | None:
        """The id before which a list of what happened goes on; None: from the latest."""
        return int(self.after) if self.after.isascii() and self.after.isdigit() and len(self.after) < 19 else None


async def asked_for(access: Access, number: str) -> Account:
    """Return the account that a page is asked for. Raises NotFoundException for nobody who works here."""
    account = await access.accounts.find(number)
    if account is None:
        raise NotFoundException
    return account
