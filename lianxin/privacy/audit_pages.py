"""`/audit/looks`: who was shown which order? For the audit administrator, and for nobody else."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from lianxin.access.who import Who
from lianxin.ground.clock import iso, midnight
from lianxin.ground.text import NumberError
from lianxin.ground.web import LANGUAGES, Paper, ReadPresent
from lianxin.ground.web.language import marked
from lianxin.people.rights import Rights
from lianxin.privacy.exporting import csv_file, noted_export
from lianxin.privacy.looking import PAGE, Asked, LookLine, all_of, page_of, subjects_of
from lianxin.privacy.looks import Looks
from lianxin.privacy.purposes import PURPOSES

if TYPE_CHECKING:
    from asyncpg import Pool, Record

ONLY: Final = {"roles": ("auditadmin",)}
WHAT_WORDS: Final[dict[str, str]] = {
    "page": marked("looked at it"),
    "list": marked("saw it in a list"),
    "search": marked("searched for a number"),
    "reveal": marked("was shown name and number"),
    "export": marked("took out a file"),
    "attachment": marked("opened a file"),
    "api": marked("read it by the API"),
    "backup": marked("made a backup"),
}
ABOUT_WORDS: Final[dict[str, str]] = {
    **PURPOSES,
    "whole": marked("by the whole number"),
    "last_four": marked("by the last four digits"),
    "database": marked("the whole database"),
}
"""What is said about a look, by its first word; what is not in here stands as it is."""
_HEAD: Final = ("编号", "时间", "工号", "姓名", "行为", "工单", "说明", "会话标记", "地址标记")
_ID_MAX: Final = 2**62
Auditor = Request[Who, Any, Any]


class Wanted:
    """What the form asks for, as it was typed; `wrong`: what cannot be understood, by language."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.values = {name: form.get(name, "").strip()[:64] for name in ("who", "order", "what", "first", "last")}
        self.wrong: dict[str, str] = {}
        first, last = self._day("first"), self._day("last")
        self.asked = Asked(
            who=self.values["who"],
            subjects=self._subjects(),
            what=self.values["what"] if self.values["what"] in WHAT_WORDS else "",
            since=None if first is None else midnight(first),
            before=None if last is None else midnight(last + timedelta(days=1)),
        )

    def after(self, look_id: int) -> str:
        """Return the query of the next page."""
        return urlencode({name: value for name, value in self.values.items() if value} | {"below": look_id})

    def told(self) -> str:
        """Return the filters for the access log itself."""
        return " ".join(f"{name}={value}" for name, value in self.values.items() if value)

    def _subjects(self) -> tuple[int, ...]:
        if not self.values["order"]:
            return ()
        try:
            return subjects_of(self.values["order"])
        except NumberError as wrong:
            self.wrong = {language: wrong.sentence(language) for language in LANGUAGES}
            return ()

    def _day(self, name: str) -> date | None:
        if not self.values[name]:
            return None
        try:
            day = date.fromisoformat(self.values[name])
        except ValueError:
            day = None
        if day is None or not 1971 <= day.year <= 2200:
            self.wrong = {"zh": "日期不对，请重新选择。", "en": "That is no date. Choose another one."}
            return None
        return day


def audit_routes(
    pool: "Pool[Record]", looks: Looks, rights: Rights, present: ReadPresent, paper: Paper
) -> list[ControllerRouterHandler]:
    """Return the list of looks, and its export."""

    @get("/audit/looks", opt=ONLY)
    async def listed(request: Auditor, below: FromQuery[str] = "") -> Response[str]:
        wanted = Wanted(request.query_params)
        place = int(below) if below.isascii() and below.isdigit() and len(below) < 19 else None
        lines = () if wanted.wrong else await page_of(pool, wanted.asked, place)
        moment = await present()
        return paper.page(
            request,
            "privacy/looks.html",
            status=422 if wanted.wrong else 200,
            lines=lines[:PAGE],
            after=wanted.after(lines[PAGE - 1].id) if len(lines) > PAGE else "",
            first=place is None,
            wanted=wanted,
            name_of=rights.name,
            now=moment.now,
            demo=moment.demo,
        )

    @post("/audit/looks/export", opt=ONLY, status_code=200)
    async def exported(request: Auditor) -> Response[str] | Stream:
        form = await request.form()
        wanted = Wanted({name: value for name, value in form.multi_items() if isinstance(value, str)})
        moment = await present()
        if wanted.wrong:
            values = {"lines": (), "after": "", "first": True, "wanted": wanted, "name_of": rights.name}
            return paper.page(request, "privacy/looks.html", status=422, now=moment.now, demo=moment.demo, **values)
        export = await noted_export(looks, request.user, f"looks {wanted.told()}".strip(), moment.now)
        headers = {
            "Content-Disposition": f'attachment; filename="looks-{export.id}.csv"',
            "Cache-Control": "no-store",
        }
        file = csv_file(export, _HEAD, _cells(all_of(pool, wanted.asked), rights))
        return Stream(file, media_type="text/csv; charset=utf-8", headers=headers)

    return [listed, exported]


async def _cells(lines: AsyncIterator[LookLine], rights: Rights) -> AsyncIterator[Sequence[object]]:
    async for line in lines:
        name = rights.name(line.who)
        yield (
            line.id,
            iso(line.at),
            line.who,
            "" if name == line.who else name,
            line.what,
            line.number,
            line.about,
            line.session,
            line.address,
        )
