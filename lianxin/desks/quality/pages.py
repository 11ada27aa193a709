"""The pages of quality: the sample of today, a sheet to fill in, appeals, and one's own scores."""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.ground.clock import DAY_MS, Instant, from_datetime
from lianxin.ground.ledger import CONTACT, kind_of_chain
from lianxin.ground.store import load_queries
from lianxin.ground.text import NumberError, parse_number
from lianxin.ground.web import Paper, ReadPresent, marked
from lianxin.quality.service import Inspection, QualityRefused, Sample
from lianxin.quality.sheet import Sheet, WrongScore

if TYPE_CHECKING:
    from asyncpg import Pool, Record

INSPECTORS: Final = frozenset({"qa", "qa_appeal"})
_INSPECT: Final = {"roles": ("qa", "qa_appeal")}
_SCORE: Final = {"roles": ("qa",)}
_DECIDE: Final = {"roles": ("qa_appeal",)}
_QUERIES = load_queries("lianxin.desks.quality")
_MONTH_MS: Final = 30 * DAY_MS
WHY_WORDS: Final = {
    "random": marked("at random"),
    "emergency": marked("emergency"),
    "harassment": marked("harassment"),
    "unhappy": marked("citizen dissatisfied"),
    "asked": marked("drawn by hand"),
}
Asked = Request[Who, Any, Any]


class QualityDesk:
    """Renders the desk.

    pool  connections as the application;  inspection: the samples and scores
    """

    def __init__(self, pool: "Pool[Record]", inspection: Inspection, present: ReadPresent, paper: Paper) -> None:
        self.pool = pool
        self.inspection = inspection
        self.present = present
        self._paper = paper

    async def tray(self, request: Asked, status: int = 200, **said: Any) -> Response[str]:
        """Return today's sample, the appeals and the latest scores."""
        moment, who = await self.present(), request.user
        values = {
            "waiting": await self.inspection.to_inspect(who.by),
            "waiting_count": await self.inspection.to_inspect_count(who.by),
            "appeals": await self.inspection.open_appeals(),
            "scored": await self.inspection.inspected(),
            "refusal": "",
            "drawn": None,
            **said,
        }
        return self._page(request, "desks.quality/tray.html", moment, status, **values)

    async def own(self, request: Asked) -> Response[str]:
        """Return the scores on the reader's own work."""
        moment = await self.present()
        samples = await self.inspection.of_person(request.user.by)
        return self._page(request, "desks.quality/mine.html", moment, 200, samples=samples)

    async def sheet(self, request: Asked, sample_id: UUID, status: int = 200, **said: Any) -> Response[str]:
        """Return a sample with its sheet: to its inspectors, and to whose work it is. Raises NotFoundException."""
        found = await self.inspection.sample(sample_id)
        who = request.user
        if found is None or not (who.may(*INSPECTORS) or found[0].person == who.by):
            raise NotFoundException
        sample, scores, appeal = found
        moment = await self.present()
        values = {
            "sample": sample,
            "scores": scores,
            "appeal": appeal,
            "sheet": self.inspection.pack.sheets[sample.sheet],
            "pack": self.inspection.pack,
            "subject": await self._subject(who, sample),
            "given": {},
            "refusal": "",
            **said,
        }
        return self._page(request, "desks.quality/sheet.html", moment, status, **values)

    async def agents(self, now: Instant) -> dict[str, bool]:
        """Return who takes calls, and whether they are new; who moved in with the house is not."""
        months = self.inspection.pack.newcomer.months
        rows = await self.pool.fetch(_QUERIES.agents.sql)
        return {
            f"staff:{row['work_number']}": row["actor"] != "system"
            and now - from_datetime(row["at"]) < months * _MONTH_MS
            for row in rows
        }

    async def _subject(self, who: Who, sample: Sample) -> dict[str, Any]:
        if kind_of_chain(sample.subject) == CONTACT:
            call = await self.pool.fetchrow(_QUERIES.call.sql, who.number, sample.subject)
            orders = await self.pool.fetch(_QUERIES.orders_of_call.sql, who.number, sample.subject)
            arrived = None if call is None else from_datetime(call["arrived_at"])
            return {"call": call, "arrived": arrived, "orders": orders}
        order = await self.pool.fetchrow(_QUERIES.order_of.sql, who.number, sample.subject)
        return {"call": None, "arrived": None, "orders": [] if order is None else [order]}

    def _page(self, request: Asked, template: str, moment: Any, status: int, **values: Any) -> Response[str]:
        values |= {
            "now": moment.now,
            "demo": moment.demo,
            "why_words": WHY_WORDS,
            "sheets": self.inspection.pack.sheets,
        }
        return self._paper.page(request, template, status=status, **values)


def quality_routes(desk: QualityDesk) -> list[ControllerRouterHandler]:
    """Return `/quality` and what lies below it."""
    return [*_tray_routes(desk), *_sheet_routes(desk), *_appeal_routes(desk)]


def _tray_routes(desk: QualityDesk) -> list[ControllerRouterHandler]:
    @get("/quality", opt=_INSPECT)
    async def tray(request: Asked) -> Response[str]:
        return await desk.tray(request)

    @get("/quality/mine")
    async def own(request: Asked) -> Response[str]:
        return await desk.own(request)

    @post("/quality/draw", opt=_SCORE)
    async def draw(request: Asked) -> Response[str]:
        now, who = (await desk.present()).now, request.user
        drawn = await desk.inspection.draw_today(who.number, who.by, await desk.agents(now), now)
        return await desk.tray(request, drawn=drawn)

    @post("/quality/ask", opt=_SCORE)
    async def ask(request: Asked) -> Response[Any]:
        form, who = await request.form(), request.user
        try:
            number = parse_number(str(form.get("number", "")))
        except NumberError as wrong:
            return await desk.tray(request, 422, refusal=wrong.sentence("zh"))
        order = await desk.pool.fetchrow(_QUERIES.workers_on.sql, who.number, number)
        person = str(form.get("person", "")).strip()
        if order is None:
            return await desk.tray(request, 404, refusal=f"没有单号为 {number} 的工单，或您无权查看。")
        keys = {f"staff:{person}", f"unit:{person}"} & {*order["actors"], f"unit:{order['unit']}:contact"}
        if not keys:
            return await desk.tray(request, 422, refusal=f"{person or '这个人'}没有经办过这张工单，请核对工号。")
        try:
            now = (await desk.present()).now
            sample = await desk.inspection.ask_for(
                str(form.get("sheet", "")), order["order_id"], min(keys), who.by, now
            )
        except QualityRefused as refused:
            return await desk.tray(request, 409, refusal=str(refused))
        return Redirect(f"/quality/{sample}", status_code=303)

    return [tray, own, draw, ask]


def _sheet_routes(desk: QualityDesk) -> list[ControllerRouterHandler]:
    @get("/quality/{sample_id:uuid}")
    async def sheet(request: Asked, sample_id: FromPath[UUID]) -> Response[str]:
        return await desk.sheet(request, sample_id)

    @post("/quality/{sample_id:uuid}/score", opt=_SCORE)
    async def score(request: Asked, sample_id: FromPath[UUID]) -> Response[Any]:
        form = await request.form()
        found = await desk.inspection.sample(sample_id)
        if found is None:
            raise NotFoundException
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        try:
            points, fatal = filled_in(desk.inspection.pack.sheets[found[0].sheet], form)
            now = (await desk.present()).now
            await desk.inspection.score(sample_id, request.user.by, points, fatal, given.get("remark", ""), now)
        except (QualityRefused, WrongScore) as refused:
            return await desk.sheet(request, sample_id, 409, refusal=str(refused), given=given)
        return Redirect("/quality", status_code=303)

    return [sheet, score]


def _appeal_routes(desk: QualityDesk) -> list[ControllerRouterHandler]:
    @post("/quality/{sample_id:uuid}/appeal")
    async def appeal(request: Asked, sample_id: FromPath[UUID]) -> Response[Any]:
        words = str((await request.form()).get("words", ""))
        try:
            await desk.inspection.appeal(sample_id, request.user.by, words, (await desk.present()).now)
        except QualityRefused as refused:
            return await desk.sheet(request, sample_id, 409, refusal=str(refused), given={"words": words})
        return Redirect(f"/quality/{sample_id}", status_code=303)

    @post("/quality/{sample_id:uuid}/answer", opt=_INSPECT)
    async def answer(request: Asked, sample_id: FromPath[UUID]) -> Response[Any]:
        words = str((await request.form()).get("words", ""))
        try:
            await desk.inspection.answer(sample_id, request.user.by, words, (await desk.present()).now)
        except QualityRefused as refused:
            return await desk.sheet(request, sample_id, 409, refusal=str(refused), given={"words": words})
        return Redirect(f"/quality/{sample_id}", status_code=303)

    @post("/quality/{sample_id:uuid}/decide", opt=_DECIDE)
    async def decide(request: Asked, sample_id: FromPath[UUID]) -> Response[Any]:
        form = await request.form()
        found = await desk.inspection.sample(sample_id)
        if found is None:
            raise NotFoundException
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        upheld = given.get("upheld") == "yes"
        try:
            sheet = desk.inspection.pack.sheets[found[0].sheet]
            points, fatal = filled_in(sheet, form) if upheld else ({}, ())
            now = (await desk.present()).now
            await desk.inspection.decide(sample_id, request.user.by, upheld, given.get("words", ""), now, points, fatal)
        except (QualityRefused, WrongScore) as refused:
            return await desk.sheet(request, sample_id, 409, refusal=str(refused), given=given)
        return Redirect("/quality", status_code=303)

    return [appeal, answer, decide]


def filled_in(sheet: Sheet, form: Any) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the points and hard faults of a form. Raises WrongScore for what is no number."""
    points = {}
    for item in sheet.items:
        word = str(form.get(f"item-{item.id}", "")).strip()
        if not word:
            continue
        if not (word.isascii() and word.isdigit() and len(word) <= len("100")):
            raise WrongScore(f"“{item.zh}”要填 0 到 {item.w} 的整数。")
        points[item.id] = int(word)
    fatal = tuple(str(one) for one in form.getall("fatal", []))
    return points, fatal
