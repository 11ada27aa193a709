"""A desk of trays: its page, and the fragment that brings what is shown up to date.

Rows that are shown stay where they are: each is written anew in its place, one that has
gone on says so, and what has come in is announced in a bar above them.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.desks.trays.tray import Tray, TrayRow, place_of
from lianxin.desks.trays.trays import MOST, SHOWN_MAX, Trays
from lianxin.ground.web import Paper, Present, ReadPresent
from lianxin.orders.forms import FORMS
from lianxin.orders.sent import new_command

Asked = Request[Who, Any, Any]
Beside = Callable[[Who, Present], Awaitable[Mapping[str, Any]]]
"""Gives further values for a desk's own template."""
NUMBER_MAX: Final = 24


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """A desk with trays.

    path   its address;  roles: who sits at it
    words  its title;  about: one sentence under it; both English msgids
    trays  in the order of their tabs; the desk opens on the first in which something lies
    acts   steps (slugs of forms) offered in each row of a tray, by the tray's name
    at_once  those of them that need no form: one key takes them, on orders that one follows oneself
    template  of its own, which extends `desks.trays/desk.html`
    """

    path: str
    roles: frozenset[str]
    words: str
    about: str
    trays: tuple[Tray, ...]
    acts: Mapping[str, tuple[tuple[str, str], ...]] = {}
    at_once: frozenset[str] = frozenset()
    template: str = "desks.trays/desk.html"

    def tray(self, name: str) -> Tray:
        """Return the tray of this name, the first one for ""; Raises NotFoundException."""
        for tray in self.trays:
            if name in (tray.name, ""):
                return tray
        raise NotFoundException

    def of(self, who: Who) -> "Desk":
        """Return the desk as somebody sits at it: in the rows stand only steps that one of their roles may take."""
        mine = {
            tray: tuple((step, words) for step, words in acts if who.may(*FORMS[step].step.who))
            for tray, acts in self.acts.items()
        }
        return msgspec.structs.replace(self, acts=mine)


def desk_routes(
    desk: Desk, trays: Trays, present: ReadPresent, paper: Paper, beside: Beside | None = None
) -> list[ControllerRouterHandler]:
    """Return the page of a desk and its refreshing fragment."""
    only = {"roles": tuple(sorted(desk.roles))}

    @get(desk.path, opt=only, name=f"desk:{desk.path}")
    async def opened(request: Asked, tray: FromQuery[str] = "", after: FromQuery[str] = "") -> Response[str]:
        moment = await present()
        counts = {one.name: await trays.count(request.user, one, moment.now) for one in desk.trays}
        chosen = desk.tray(tray or next((name for name, count in counts.items() if count), ""))
        page = await trays.page(request.user, chosen, moment.now, place_of(after))
        values: dict[str, Any] = {
            "desk": desk.of(request.user),
            "tray": chosen,
            "page": page,
            "counts": counts,
            "command": lambda: new_command(moment.now),
            "most": MOST,
            "now": moment.now,
            "demo": moment.demo,
        }
        if beside is not None:
            values |= await beside(request.user, moment)
        return paper.page(request, desk.template, **values)

    @get(f"{desk.path}/rows", opt=only, name=f"rows:{desk.path}")
    async def refreshed(request: Asked, tray: FromQuery[str] = "", shown: FromQuery[str] = "") -> Response[str]:
        chosen, moment = desk.tray(tray), await present()
        numbers = [number for number in shown.split(",") if 0 < len(number) <= NUMBER_MAX][:SHOWN_MAX]
        known = await trays.shown(request.user, numbers)
        page = await trays.page(request.user, chosen, moment.now)
        here = {row.number for row in page.rows}
        rows = []
        for number in numbers:
            row = known.get(number)
            rows.append((number, row, number in here or not _left(row, chosen, request.user)))
        return paper.page(
            request,
            "desks.trays/rows.html",
            desk=desk.of(request.user),
            tray=chosen,
            rows=rows,
            fresh=sum(row.number not in numbers for row in page.rows),
            count=await trays.count(request.user, chosen, moment.now),
            command=lambda: new_command(moment.now),
            most=MOST,
            now=moment.now,
            demo=moment.demo,
        )

    return [opened, refreshed]


def _left(row: TrayRow | None, tray: Tray, who: Who) -> bool:
    """Whether an order that was in the tray is not in it any more."""
    if row is None:
        return True
    keys, held = tray.keys(who), {"holder": row.holder, "offered": row.offered_to, "tracker": row.tracker}
    if tray.way in held and held[tray.way] not in keys:
        return True
    if tray.way == "unit" and row.unit not in keys:
        return True
    if tray.way == "state" and row.state not in keys:
        return True
    return bool(tray.states) and row.state not in tray.states
