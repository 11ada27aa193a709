"""The pages of the knowledge base that are read: list and search, one item, what waits for somebody."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import msgspec
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.who import Who
from lianxin.ground.clock import local_date
from lianxin.ground.web import Paper, ReadPresent
from lianxin.knowledge import steps as s
from lianxin.knowledge.choices import branch_options, day_of, leaf_options, region_options, unit_options
from lianxin.knowledge.item import FEEDBACK, Item, parse_name
from lianxin.knowledge.reading import PAGE, Filters, Hit, KnowledgeReader
from lianxin.knowledge.refusal import NoSuchItem
from lianxin.knowledge.service import Knowledge
from lianxin.knowledge.validity import has_expired, holds
from lianxin.knowledge.words import COURSE_WORDS, FILTER_WORDS, FORM_WORDS, ITEM_WORDS, TASK_WORDS
from lianxin.places import load_categories, load_places
from lianxin.units import load_units

Asked = Request[Who, Any, Any]

WRITERS: Final = frozenset({s.EDITOR, s.OWNER})
READERS: Final = frozenset({*s.READERS, "analyst", "leader", "qa_appeal", "rule_admin", "media_editor"})
ONLY_READERS: Final = {"roles": tuple(sorted(READERS))}
ONLY_WRITERS: Final = {"roles": tuple(sorted(WRITERS))}
ONLY_OWNERS: Final = {"roles": tuple(sorted({*WRITERS, "unit_contact", "unit_leader"}))}

TERMS: dict[str, Any] = {
    "kb_item_words": ITEM_WORDS,
    "kb_form_words": FORM_WORDS,
    "kb_task_words": TASK_WORDS,
    "kb_course_words": COURSE_WORDS,
    "kb_filter_words": FILTER_WORDS,
    "kb_units": unit_options,
    "kb_branches": branch_options,
    "kb_leaves": leaf_options,
    "kb_regions": region_options,
    "kb_day": day_of,
}


class ReadingPages:
    """Answers what readers ask."""

    def __init__(self, knowledge: Knowledge, reader: KnowledgeReader, present: ReadPresent, paper: Paper) -> None:
        self.knowledge = knowledge
        self.reader = reader
        self.present = present
        self.paper = paper

    def routes(self) -> list[ControllerRouterHandler]:
        """Return `/knowledge` and what is read below it."""
        return [*self._lists(), *self._items(), *self._public()]

    def _lists(self) -> list[ControllerRouterHandler]:
        @get("/knowledge", opt=ONLY_READERS)
        async def listed(request: Asked) -> Response[str]:
            asked = request.query_params
            filters = _filters(*(asked.get(name, "") for name in ("state", "unit", "category", "region")))
            if "state" not in asked:
                filters = msgspec.structs.replace(filters, state="published")
            return await self._listed(request, asked.get("q", ""), filters, _number(asked.get("after", "")))

        @get("/knowledge/search", opt=ONLY_READERS)
        async def search(request: Asked, q: FromQuery[str] = "") -> Response[Any]:
            moment = await self.present()
            today = local_date(moment.now)
            hits = await self.reader.search(q, today)
            if "application/json" in request.headers.get("accept", ""):
                return Response({"items": [_as_json(hit) for hit in hits]}, headers={"Cache-Control": "no-store"})
            return self.page(
                request, "knowledge/hits.html", hits=hits, q=q, today=today, now=moment.now, demo=moment.demo
            )

        @get("/knowledge/review", opt=ONLY_OWNERS)
        async def review(request: Asked) -> Response[str]:
            moment = await self.present()
            waiting = await self.reader.in_review(_unit_seen(request.user))
            return self.page(
                request, "knowledge/review.html", waiting=waiting, me=request.user.by, now=moment.now, demo=moment.demo
            )

        @get("/knowledge/tasks", opt=ONLY_OWNERS)
        async def tasks(request: Asked) -> Response[str]:
            moment = await self.present()
            found = await self.reader.tasks(_unit_seen(request.user))
            return self.page(request, "knowledge/tasks.html", tasks=found, now=moment.now, demo=moment.demo)

        return [listed, search, review, tasks]

    async def _listed(self, request: Asked, q: str, filters: Filters, after: int) -> Response[str]:
        moment = await self.present()
        today = local_date(moment.now)
        hits = await self.reader.search(q, today) if q.strip() else ()
        lines = () if q.strip() else await self.reader.listed(filters, today, after)
        tasks, reviews = await self.reader.waiting(_unit_seen(request.user))
        return self.page(
            request,
            "knowledge/list.html",
            q=q,
            hits=hits,
            lines=lines[:PAGE],
            more=lines[PAGE - 1].number if len(lines) > PAGE else None,
            filters=filters,
            counts=await self.reader.counts(today),
            tasks=tasks,
            reviews=reviews,
            command=uuid4(),
            today=today,
            now=moment.now,
            demo=moment.demo,
            **choices(),
        )

    def _items(self) -> list[ControllerRouterHandler]:
        @get("/knowledge/{name:str}", opt=ONLY_READERS)
        async def one(request: Asked, name: FromPath[str], v: FromQuery[str] = "") -> Response[str] | Redirect:
            item = await self.item(name)
            if name != item.name:
                return Redirect(f"/knowledge/{item.name}")
            return await self.article(request, item, n=_number(v))

        return [one]

    def _public(self) -> list[ControllerRouterHandler]:
        @get("/knowledge/public", opt={"public": True, "session": True})
        async def public(request: Asked, q: FromQuery[str] = "") -> Response[str]:
            moment = await self.present()
            hits = await self.reader.search(q, local_date(moment.now), public_only=True)
            hits = tuple(hit for hit in hits if hit.usable)
            return self.page(request, "knowledge/public.html", hits=hits, q=q, now=moment.now, demo=moment.demo)

        return [public]

    async def item(self, name: str) -> Item:
        """Return the item of an address. Raises NotFoundException."""
        named = parse_name(name)
        try:
            if named is None:
                raise NotFoundException
            return await self.knowledge.item(named[0])
        except NoSuchItem as nothing:
            raise NotFoundException from nothing

    async def article(self, request: Asked, item: Item, n: int = 0, status: int = 200, **given: Any) -> Response[str]:
        """Return the page of an item: the version asked for, else the published, else the latest that may be seen."""
        moment, who = await self.present(), request.user
        writes = who.may(*WRITERS) and (who.unit is None or who.unit == item.unit)
        version = item.versions[n - 1] if 1 <= n <= len(item.versions) else item.published
        if version is None and item.versions:
            version = item.versions[-1]
        if version is not None and version.state in ("draft", "review") and not (writes or who.unit == item.unit):
            version = item.published
        if version is None and not (writes or item.wanted):
            raise NotFoundException
        today = local_date(moment.now)
        empty: dict[str, Any] = {"refused": "", "typed": {}, "open_form": ""}
        return self.page(
            request,
            "knowledge/item.html",
            status=status,
            item=item,
            version=version,
            current=version is not None and version.n == item.current,
            expired=version is not None and version.state == "published" and has_expired(version, today),
            not_yet=version is not None and version.state == "published" and not holds(version, today),
            writes=writes,
            owns=writes or (who.unit is not None and who.unit == item.unit),
            reports=who.may(*s.READERS),
            mine=item.pending is not None and who.by in item.pending.writers,
            feedback=FEEDBACK,
            course=await self.reader.course(item.number),
            uses=await self.reader.uses(item.number, who.number),
            command=uuid4(),
            today=today,
            now=moment.now,
            demo=moment.demo,
            **{**empty, **given},
        )

    def page(self, request: Asked, template: str, *, status: int = 200, **values: Any) -> Response[str]:
        """Return a page of this room; its tab is lit."""
        return self.paper.page(request, template, status=status, **{"here": "/knowledge", **values})


def choices() -> Mapping[str, Any]:
    """Return what forms let one choose from."""
    return {
        "units": load_units().all,
        "categories": tuple(load_categories().values()),
        "regions": load_places().regions,
    }


def _filters(state: str, unit: str, category: str, region: str) -> Filters:
    """Return what a list is narrowed to; what there is not narrows nothing."""
    return Filters(
        state if state in FILTER_WORDS else "",
        unit if load_units().knows(unit) else "",
        category if category in load_categories() else "",
        region if region in {one.code for one in load_places().regions} else "",
    )


def _number(written: str) -> int:
    """Return a number of an address, 0 for anything else."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def _unit_seen(who: Who) -> str | None:
    """Return whose tasks somebody sees: of their unit; of all units in the house."""
    return who.unit


def _as_json(hit: Hit) -> dict[str, Any]:
    return {
        "name": hit.name,
        "title": hit.title,
        "answer": hit.answer,
        "unit": hit.unit,
        "category": hit.category,
        "region": hit.region,
        "valid_from": None if hit.valid_from is None else hit.valid_from.isoformat(),
        "valid_to": None if hit.valid_to is None else hit.valid_to.isoformat(),
        "usable": hit.usable,
        "urgent": hit.urgent,
    }
