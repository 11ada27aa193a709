"""The pages of the analyst: a report over some days, the orders behind a line of it, the report as a file."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.desks.analysis.report import GROUPINGS, Asked, TableLine, Wrong, as_csv, asked, laid_out
from lianxin.desks.words import CHANNEL_WORDS
from lianxin.ground.clock import DAY_MS, from_datetime, local_date, midnight, to_datetime
from lianxin.ground.store import load_queries
from lianxin.ground.web import Paper, ReadPresent, marked
from lianxin.ground.web.language import Language, chosen, translations
from lianxin.insight.daily import counted_days, report
from lianxin.insight.figures import figures_of
from lianxin.places import category_title
from lianxin.units import Units

if TYPE_CHECKING:
    from asyncpg import Pool, Record

ROLES: Final = frozenset({"analyst", "leader", "duty_manager", "supervisor"})
_ONLY: Final = {"roles": tuple(sorted(ROLES))}
_QUERIES = load_queries("lianxin.desks.analysis")
GROUPING_WORDS: Final = {
    "city": marked("The whole city"),
    "unit": marked("By unit"),
    "category": marked("By category"),
    "region": marked("By county"),
    "channel": marked("By channel"),
}
PAGE: Final = 50
_ABOVE_ALL: Final = 2**63 - 1
AnyAsked = Request[Who, Any, Any]
Noted = Callable[[Who, str, str], Any]
"""Notes who looked at what, for the access log: who, subject, what."""


def analysis_routes(
    pool: "Pool[Record]", units: Units, present: ReadPresent, paper: Paper, noted: Noted
) -> list[ControllerRouterHandler]:
    """Return `/analysis`, the rows behind it and the report as a file."""
    desk = _Desk(pool, units, present, paper)

    @get("/analysis", opt=_ONLY)
    async def shown(
        request: AnyAsked, by: FromQuery[str] = "city", first: FromQuery[str] = "", last: FromQuery[str] = ""
    ) -> Response[str]:
        return await desk.page(request, by, first, last)

    @get("/analysis/report.csv", opt=_ONLY)
    async def taken_out(
        request: AnyAsked, by: FromQuery[str] = "city", first: FromQuery[str] = "", last: FromQuery[str] = ""
    ) -> Response[Any]:
        known = await counted_days(pool)
        if known is None:
            return await desk.page(request, by, first, last)
        try:
            wanted = asked(by, first, last, known)
        except Wrong:
            return await desk.page(request, by, first, last)
        await noted(request.user, f"report:{wanted.grouping}:{wanted.first}:{wanted.last}", "export")
        return await desk.file(request, wanted)

    @get("/analysis/orders", opt=_ONLY)
    async def behind(
        request: AnyAsked,
        by: FromQuery[str] = "city",
        key: FromQuery[str] = "",
        first: FromQuery[str] = "",
        last: FromQuery[str] = "",
        below: FromQuery[int] = _ABOVE_ALL,
    ) -> Response[str]:
        return await desk.rows(request, by, key, first, last, below)

    return [shown, taken_out, behind]


class _Desk:
    def __init__(self, pool: "Pool[Record]", units: Units, present: ReadPresent, paper: Paper) -> None:
        self._pool = pool
        self._units = units
        self._present = present
        self._paper = paper

    async def page(self, request: AnyAsked, by: str, first: str, last: str) -> Response[str]:
        moment, known = await self._present(), await counted_days(self._pool)
        values: dict[str, Any] = {"now": moment.now, "demo": moment.demo, "known": known, "groupings": GROUPING_WORDS}
        values |= {"by": by if by in GROUPINGS else "city", "first": first, "last": last}
        values |= {"lines": (), "figures": (), "wrong": ""}
        if known is None:
            return self._paper.page(request, "desks.analysis/report.html", **values)
        try:
            wanted = asked(by, first, last, known)
        except Wrong as wrong:
            values["wrong"] = str(wrong)
            return self._paper.page(request, "desks.analysis/report.html", status=422, **values)
        values |= {"lines": await self._lines(request, wanted), "figures": figures_of(wanted.grouping)}
        values |= {"first": wanted.first.isoformat(), "last": wanted.last.isoformat()}
        return self._paper.page(request, "desks.analysis/report.html", **values)

    async def file(self, request: AnyAsked, wanted: Asked) -> Response[bytes]:
        language = chosen(request.query_params, request.cookies)
        say = translations(language).gettext
        mark = say(marked("Taken out by %(name)s (%(number)s), days %(first)s to %(last)s")) % {
            "name": request.user.name,
            "number": request.user.number,
            "first": wanted.first,
            "last": wanted.last,
        }
        head = [say(GROUPING_WORDS[wanted.grouping]), *(say(one.words) for one in figures_of(wanted.grouping))]
        text = as_csv(await self._lines(request, wanted), head, mark, say("All together"))
        name = f"report-{wanted.grouping}-{wanted.first}-{wanted.last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Response(text.encode(), media_type="text/csv", headers=headers)

    async def rows(self, request: AnyAsked, by: str, key: str, first: str, last: str, below: int) -> Response[str]:
        moment, known = await self._present(), await counted_days(self._pool)
        today = local_date(moment.now)
        values: dict[str, Any] = {"now": moment.now, "demo": moment.demo, "wrong": "", "rows": (), "after": None}
        values |= {"by": by, "key": key, "first": first, "last": last}
        try:
            wanted = asked(by, first, last, known or (today, today))
        except Wrong as wrong:
            return self._paper.page(
                request, "desks.analysis/rows.html", status=422, **{**values, "wrong": str(wrong), "name": key}
            )
        found = await self._pool.fetch(
            _QUERIES.closed_behind.sql,
            request.user.number,
            to_datetime(midnight(wanted.first)),
            to_datetime(midnight(wanted.last) + DAY_MS),
            *(key if by == column else "" for column in ("unit", "category", "region")),
            min(max(below, 0), _ABOVE_ALL),
            PAGE + 1,
        )
        values["rows"] = [
            {**row, "closed_at": from_datetime(row["closed_at"]), "opened_at": from_datetime(row["opened_at"])}
            for row in found[:PAGE]
        ]
        values["after"] = found[PAGE - 1]["order_id"] if len(found) > PAGE else None
        language = chosen(request.query_params, request.cookies)
        return self._paper.page(
            request, "desks.analysis/rows.html", name=self._name(by, language)(key) if key else "", **values
        )

    async def _lines(self, request: AnyAsked, wanted: Asked) -> tuple[TableLine, ...]:
        lines = await report(self._pool, wanted.grouping, wanted.first, wanted.last)
        name = self._name(wanted.grouping, chosen(request.query_params, request.cookies))
        if wanted.grouping == "city":
            return laid_out(lines, wanted.grouping, name)[-1:]
        return laid_out(lines, wanted.grouping, name)

    def _name(self, grouping: str, language: Language) -> Callable[[str], str]:
        say = translations(language).gettext
        regions: Mapping[str, str] = {one.code: one.title(language) for one in self._units.places.regions}
        names: dict[str, Callable[[str], str]] = {
            "unit": lambda key: self._units.name(key, language) if key else say(marked("no unit yet")),
            "category": lambda key: category_title(key, language),
            "region": lambda key: regions.get(key, key) or say(marked("place not known")),
            "channel": lambda key: say(CHANNEL_WORDS.get(key, key)),
        }
        return names.get(grouping, str)
