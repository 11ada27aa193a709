"""The pages of the rule administrator: packs in force, a new version proposed, compared, agreed to or sent back."""

from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access import Who
from lianxin.ground.clock import Instant
from lianxin.ground.web import Paper, ReadPresent
from lianxin.rules import BrokenPack, Rules, all_rules, rules_from_text, shipped_texts
from lianxin.rules.reading import SIZE_MAX, Mistake
from lianxin.rules.service import PackDraft, RuleBook, RulesRefused

ROLES: Final = frozenset({"rule_admin"})
_ONLY: Final = {"roles": tuple(ROLES)}
Asked = Request[Who, Any, Any]


def rulebook_routes(book: RuleBook, present: ReadPresent, paper: Paper) -> list[ControllerRouterHandler]:
    """Return `/rules` and what lies below it."""
    return [
        *_reading_routes(book, present, paper),
        *_proposing_routes(book, present, paper),
        *_deciding_routes(book, present, paper),
    ]


def _reading_routes(book: RuleBook, present: ReadPresent, paper: Paper) -> list[ControllerRouterHandler]:
    @get("/rules", opt=_ONLY)
    async def listed(request: Asked) -> Response[str]:
        moment = await present()
        texts = await book.texts()
        return paper.page(
            request,
            "desks.rulebook/packs.html",
            packs=_by_pack(texts, moment.now),
            drafts=await book.drafts(),
            examples=[rules for rules in all_rules() if rules.ref not in texts],
            now=moment.now,
            demo=moment.demo,
        )

    @get("/rules/text/{ref:str}", opt=_ONLY)
    async def text(request: Asked, ref: FromPath[str]) -> Response[str]:
        body = (await book.texts()).get(ref)
        if body is None:
            raise NotFoundException
        moment = await present()
        rules = rules_from_text(body)
        return paper.page(request, "desks.rulebook/text.html", rules=rules, body=body, now=moment.now, demo=moment.demo)

    return [listed, text]


def _proposing_routes(book: RuleBook, present: ReadPresent, paper: Paper) -> list[ControllerRouterHandler]:
    async def form(request: Asked, status: int = 200, **given: Any) -> Response[str]:
        moment = await present()
        empty: dict[str, Any] = {"text": "", "document": "", "mistakes": [], "refusal": "", "checked": None}
        empty["draft_id"] = str(uuid4())
        return paper.page(
            request,
            "desks.rulebook/propose.html",
            status=status,
            now=moment.now,
            demo=moment.demo,
            **{**empty, **given},
        )

    @get("/rules/propose", opt=_ONLY)
    async def ask(request: Asked, base: FromQuery[str] = "") -> Response[str]:
        known = {**shipped_texts(), **await book.texts()} if base else {}
        return await form(request, text=known.get(base, ""))

    @post("/rules/propose", opt=_ONLY)
    async def propose(request: Asked) -> Response[Any]:
        data = await request.form()
        text = await _text_of(data)
        given: dict[str, Any] = {"text": text, "document": _word(data, "document")}
        given["draft_id"] = str(_id(_word(data, "draft_id")))
        moment = await present()
        mistakes: list[Mistake] = book.mistakes(text)
        if mistakes:
            return await form(request, 422, **given, mistakes=mistakes)
        if _word(data, "check"):
            return await form(request, **given, checked=rules_from_text(text))
        try:
            draft = await book.propose(UUID(given["draft_id"]), text, given["document"], request.user.by, moment.now)
        except BrokenPack as broken:
            return await form(request, 422, **given, mistakes=broken.mistakes)
        except RulesRefused as refused:
            return await form(request, 409, **given, refusal=str(refused))
        return Redirect(f"/rules/draft/{draft.id}", status_code=303)

    return [ask, propose]


def _deciding_routes(book: RuleBook, present: ReadPresent, paper: Paper) -> list[ControllerRouterHandler]:
    async def page(request: Asked, draft: PackDraft, status: int = 200, refusal: str = "") -> Response[str]:
        moment = await present()
        before, changed = await book.compared(draft)
        return paper.page(
            request,
            "desks.rulebook/draft.html",
            status=status,
            draft=draft,
            rules=rules_from_text(draft.body),
            before=before,
            changed=changed,
            own=draft.proposed_by == request.user.by,
            refusal=refusal,
            now=moment.now,
            demo=moment.demo,
        )

    async def found(draft_id: UUID) -> PackDraft:
        draft = await book.draft(draft_id)
        if draft is None:
            raise NotFoundException
        return draft

    @get("/rules/draft/{draft_id:uuid}", opt=_ONLY)
    async def one(request: Asked, draft_id: FromPath[UUID]) -> Response[str]:
        return await page(request, await found(draft_id))

    @post("/rules/draft/{draft_id:uuid}/agree", opt=_ONLY)
    async def agree(request: Asked, draft_id: FromPath[UUID]) -> Response[Any]:
        draft = await found(draft_id)
        try:
            await book.agree(draft_id, request.user.by, (await present()).now)
        except RulesRefused as refused:
            return await page(request, draft, 409, str(refused))
        return Redirect("/rules", status_code=303)

    @post("/rules/draft/{draft_id:uuid}/refuse", opt=_ONLY)
    async def refuse(request: Asked, draft_id: FromPath[UUID]) -> Response[Any]:
        draft = await found(draft_id)
        reason = _word(await request.form(), "reason")
        try:
            await book.refuse(draft_id, request.user.by, reason, (await present()).now)
        except RulesRefused as refused:
            return await page(request, draft, 409, str(refused))
        return Redirect("/rules", status_code=303)

    return [one, agree, refuse]


def _by_pack(texts: dict[str, str], now: Instant) -> list[tuple[str, list[tuple[Rules, str]]]]:
    """Return the packs with their versions, latest first, each with whether it holds: holds, comes, ended."""
    versions = sorted((rules_from_text(text) for text in texts.values()), key=lambda rules: -rules.effective_from)
    packs: dict[str, list[tuple[Rules, str]]] = {}
    for rules in versions:
        of_pack = packs.setdefault(rules.pack, [])
        ended = any(word in ("holds", "ended") for _, word in of_pack) or _over(rules, now)
        of_pack.append((rules, "comes" if rules.effective_from > now else "ended" if ended else "holds"))
    return sorted(packs.items())


def _over(rules: Rules, now: Instant) -> bool:
    return rules.effective_to is not None and rules.effective_to <= now


async def _text_of(data: Any) -> str:
    """Return the text of the pack: the uploaded file where there is one, else what stands in the field."""
    file = data.get("file")
    if isinstance(file, UploadFile) and file.filename:
        raw = await file.read(SIZE_MAX + 1)
        return raw.decode("utf-8-sig", errors="replace") if len(raw) <= SIZE_MAX else ""
    return _word(data, "text").replace("\r\n", "\n")


def _word(data: Any, name: str) -> str:
    value = data.get(name, "")
    return value if isinstance(value, str) else ""


def _id(word: str) -> UUID:
    try:
        return UUID(word)
    except ValueError:
        return uuid4()
