"""The pages of the knowledge base that are written: draft, review, publish, report, settle."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.who import Who
from lianxin.ground.clock import local_date
from lianxin.knowledge import steps as s
from lianxin.knowledge.forms import content_of, reading_role, role_of, typed, typed_of, unit_of, word
from lianxin.knowledge.item import FEEDBACK, Item, TaskKind
from lianxin.knowledge.pages import ONLY_READERS, ONLY_WRITERS, Asked, ReadingPages, choices
from lianxin.knowledge.refusal import KnowledgeRefused
from lianxin.orders.drafts import Drafts

_CONFLICT: Final = 409
DRAFT: Final = "knowledge"
"""The name of the one form that takes long to write, among the drafts of a person."""


class WritingPages:
    """Answers the forms of writers, reviewers and readers.

    reading  the pages that are read; a refusal shows them again, with what was typed
    drafts   keeps what is being written, so that nothing typed is lost
    """

    def __init__(self, reading: ReadingPages, drafts: Drafts) -> None:
        self._pages = reading
        self._drafts = drafts
        self._knowledge = reading.knowledge

    def routes(self) -> list[ControllerRouterHandler]:
        """Return what is written below `/knowledge`."""
        return [*self._drafting(), *self._acting(), *self._asking()]

    def _drafting(self) -> list[ControllerRouterHandler]:
        @get("/knowledge/new", opt=ONLY_WRITERS)
        async def new(request: Asked) -> Response[str]:
            moment = await self._pages.present()
            who = request.user
            empty = typed_of(None, who.unit or "", who.by, local_date(moment.now).isoformat())
            return await self._form(request, None, empty)

        @post("/knowledge/new", opt=ONLY_WRITERS)
        async def begin(request: Asked) -> Response[str] | Redirect:
            return await self._save(request, None)

        @get("/knowledge/{name:str}/edit", opt=ONLY_WRITERS)
        async def edit(request: Asked, name: FromPath[str]) -> Response[str]:
            item = await self._pages.item(name)
            version = item.pending or item.published or (item.versions[-1] if item.versions else None)
            moment = await self._pages.present()
            given = typed_of(version, item.unit, item.owner, local_date(moment.now).isoformat())
            return await self._form(request, item, {**given, "title": given["title"] or item.wanted})

        @post("/knowledge/{name:str}/edit", opt=ONLY_WRITERS)
        async def save(request: Asked, name: FromPath[str]) -> Response[str] | Redirect:
            return await self._save(request, await self._pages.item(name))

        return [new, begin, edit, save]

    async def _form(
        self, request: Asked, item: Item | None, given: Mapping[str, str], refused: str = "", status: int = 200
    ) -> Response[str]:
        moment = await self._pages.present()
        kept = None
        if not refused:
            kept = (await self._drafts.on(request.user.number, _subject(item))).get(DRAFT)
        return self._pages.page(
            request,
            "knowledge/edit.html",
            status=status,
            item=item,
            given=given if kept is None else {**given, **typed(_last_words(kept.values))},
            drafted=None if kept is None else kept.at,
            draft=f"{_subject(item)}/{DRAFT}",
            refused=refused,
            command=uuid4(),
            now=moment.now,
            demo=moment.demo,
            **choices(),
        )

    async def _save(self, request: Asked, item: Item | None) -> Response[str] | Redirect:
        form = await request.form()
        now = (await self._pages.present()).now
        try:
            step = _written(request.user, form)
            if item is None:
                number = int((await self._knowledge.begin(step, now))["item"])
            else:
                number = item.number
                await self._knowledge.act(number, step, now)
            if word(form, "then") == "submit":
                submit = s.Submit(id=uuid4(), by=step.by, role=step.role, unit=step.unit)
                await self._knowledge.act(number, submit, now)
        except KnowledgeRefused as refused:
            return await self._form(request, item, typed(form), str(refused), _CONFLICT)
        await self._drafts.drop(request.user.number, _subject(item), DRAFT)
        return Redirect(
            f"/knowledge/K{number}?v={(await self._knowledge.item(number)).versions[-1].n}", status_code=303
        )

    def _acting(self) -> list[ControllerRouterHandler]:
        @post("/knowledge/{name:str}/do/{what:str}", opt=ONLY_READERS)
        async def act(request: Asked, name: FromPath[str], what: FromPath[str]) -> Response[str] | Redirect:
            item, form = await self._pages.item(name), await request.form()
            try:
                step = _step(request.user, what, form)
                await self._knowledge.act(item.number, step, (await self._pages.present()).now)
            except KnowledgeRefused as refused:
                again = await self._knowledge.item(item.number)
                kept = {name: word(form, name) for name in ("words", "remark", "reason", "kind", "urgent")}
                return await self._pages.article(
                    request, again, status=_CONFLICT, refused=str(refused), typed=kept, open_form=what
                )
            return Redirect(f"/knowledge/{item.name}", status_code=303)

        return [act]

    def _asking(self) -> list[ControllerRouterHandler]:
        @post("/knowledge/ask", opt=ONLY_READERS)
        async def ask(request: Asked) -> Response[str] | Redirect:
            form, who = await request.form(), request.user
            moment = await self._pages.present()
            try:
                step = s.Ask(
                    id=_command(form),
                    by=who.by,
                    role=reading_role(who),
                    unit=unit_of(who),
                    question=word(form, "question").strip(),
                    responsible=word(form, "unit"),
                )
                number = (await self._knowledge.begin(step, moment.now))["item"]
            except KnowledgeRefused as refused:
                values = {"refused": str(refused), "question": word(form, "question"), "command": uuid4()}
                return self._pages.page(
                    request,
                    "knowledge/ask.html",
                    status=_CONFLICT,
                    now=moment.now,
                    demo=moment.demo,
                    **values,
                    **choices(),
                )
            return Redirect(f"/knowledge/K{number}", status_code=303)

        return [ask]


def _subject(item: Item | None) -> str:
    """Return under which subject somebody's draft of an item is kept."""
    return "knowledge-new" if item is None else item.name


def _last_words(values: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: texts[-1] for name, texts in values.items() if texts}


def _written(who: Who, form: Mapping[str, Any]) -> s.Write:
    return s.Write(
        id=_command(form),
        by=who.by,
        role=role_of(who, s.EDITOR, s.OWNER),
        unit=unit_of(who),
        content=content_of(form),
        responsible=word(form, "unit"),
        owner=word(form, "owner").strip()[:80],
        note=word(form, "note").strip()[:200],
    )


def _step(who: Who, what: str, form: Mapping[str, Any]) -> s.ItemStep:
    """Return the step of a form. Raises KnowledgeRefused for one that there is not."""
    about: dict[str, Any] = {"id": _command(form), "by": who.by, "unit": unit_of(who)}
    writer = role_of(who, s.EDITOR, s.OWNER)
    owner = role_of(who, s.EDITOR, s.OWNER, "unit_contact", "unit_leader")
    match what:
        case "submit":
            return s.Submit(**about, role=writer)
        case "return":
            return s.Return(**about, role=writer, remark=_words(form, "remark"))
        case "confirm":
            return s.Confirm(**about, role=role_of(who, s.OWNER, "unit_contact", "unit_leader"))
        case "publish":
            return s.Publish(**about, role=writer)
        case "withdraw":
            return s.Withdraw(**about, role=writer, reason=_words(form, "reason"))
        case "report":
            urgent = word(form, "urgent") == "1"
            kind = _kind(word(form, "kind"))
            return s.Report(**about, role=reading_role(who), kind=kind, words=_words(form, "words"), urgent=urgent)
        case "settle":
            return s.Settle(**about, role=owner, task=_task(word(form, "task")), words=_words(form, "words"))
    raise KnowledgeRefused("unknown", "没有这一步，什么都没有改。", "请刷新页面。")


WORDS_MOST: Final = 1_000


def _words(form: Mapping[str, Any], name: str) -> str:
    words = word(form, name).strip()
    if len(words) > WORDS_MOST:
        raise KnowledgeRefused("too_long", f"写了 {len(words)} 字，最多 {WORDS_MOST} 字，没有保存。", "请精简。")
    return words


def _kind(written: str) -> TaskKind:
    for kind in FEEDBACK:
        if kind == written:
            return kind
    raise KnowledgeRefused("no_words", "请选哪里有问题：有误、过时还是不清楚。")


def _task(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise KnowledgeRefused("no_task", "这项任务已经办结，或不存在。", "请刷新页面查看。")
    return int(written)


def _command(form: Mapping[str, Any]) -> UUID:
    try:
        return UUID(word(form, "command"))
    except ValueError:
        raise KnowledgeRefused("form", "表单不完整，没有保存。", "请刷新页面后重新提交。") from None
