"""How do the rooms find each other, without importing upwards?

The site walks the rooms from the bottom to the top. Each may offer things that rooms
above ask for by their type, serve routes, and hang something on every request or page.
Which rooms there are is `house.py`; this is only the board they are plugged into.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from litestar.types import ControllerRouterHandler, Guard, Middleware

from lianxin.ground.clock import Clock, Instant
from lianxin.ground.site import Site
from lianxin.ground.web.app import Lifespan, StillIn, anybody
from lianxin.ground.web.hearing import Hearing
from lianxin.ground.web.live import Live
from lianxin.ground.web.paper import AnyRequest, Paper
from lianxin.ground.web.present import ReadPresent
from lianxin.ground.web.refusals import Handler
from lianxin.ground.web.timekeeper import Timekeeper

if TYPE_CHECKING:
    from asyncpg import Pool, Record

T = TypeVar("T")


class Tab(msgspec.Struct, frozen=True):
    """A tab of the masthead.

    words  what it is called, an English msgid
    icon   name in icons.svg
    roles  who sees it; empty: everybody who is logged in
    rank   the lower, the further to the front; whoever has several opens on the lowest
    """

    path: str
    words: str
    icon: str
    roles: frozenset[str] = frozenset()
    rank: int = 10


class Wiring:
    """What the rooms are plugged into.

    pool        connections as the application role;  url: the same database, for connections that listen
    site        home folder and settings;  clock: the machine's;  present, now: the site's own time
    hearing     calls back when the database speaks on a channel
    middleware, guards, before_send   hung on every request, in the order in which they were added
    extras      request -> values that every page gets
    refusals    exception -> what is answered to it
    still_in    whether who opened an event stream may go on reading it
    lifespan    what runs as long as the site does
    tabs        those of all rooms
    """

    def __init__(
        self,
        pool: "Pool[Record]",
        url: str,
        site: Site,
        clock: Clock,
        timekeeper: Timekeeper,
        paper: Paper,
        live: Live,
        hearing: Hearing,
    ) -> None:
        self.pool = pool
        self.url = url
        self.site = site
        self.clock = clock
        self.present: ReadPresent = timekeeper.present
        self.now: Callable[[], Instant] = timekeeper.now
        self.paper = paper
        self.live = live
        self.hearing = hearing
        self.middleware: list[Middleware] = []
        self.guards: list[Guard] = []
        self.before_send: list[Callable[[Any, Any], Awaitable[None]]] = []
        self.refusals: dict[type[Exception], Handler] = {}
        self.still_in: StillIn = anybody
        self.lifespan: list[Lifespan] = []
        self.tabs: tuple[Tab, ...] = ()
        self._offered: dict[type[Any], Any] = {}

    @property
    def extras(self) -> list[Callable[[AnyRequest], Mapping[str, Any]]]:
        """Functions that give every page of this site some of its values."""
        return self.paper.extras

    def offer(self, thing: object, kind: type[Any] | None = None) -> None:
        """Let rooms above ask for this by its type (or by `kind`, which it is one of). One of a kind."""
        asked_by = kind or type(thing)
        assert asked_by not in self._offered, asked_by
        self._offered[asked_by] = thing

    def get(self, kind: type[T]) -> T:
        """Return what a lower room offered. Raises KeyError when no room did: the house is built wrongly."""
        return cast(T, self._offered[kind])

    def find(self, kind: type[T]) -> T | None:
        """Return what a lower room offered, None where none did."""
        return cast("T | None", self._offered.get(kind))


Offer = Callable[[Wiring], None]
Routes = Callable[[Wiring], Sequence[ControllerRouterHandler]]
