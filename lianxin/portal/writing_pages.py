"""The pages on which a citizen writes: what happened, who they are, check and send, the receipt (网上提交)."""

from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final
from uuid import uuid5

import segno
from litestar import Response, get, post
from litestar.types import ControllerRouterHandler

from lianxin.attachments.pages import check_own
from lianxin.attachments.receiving import Incoming, Received
from lianxin.attachments.refusal import AttachmentRefused, megabytes
from lianxin.ground.clock import at_iso
from lianxin.ground.web.paper import AnyRequest
from lianxin.orders.refusal import Refused
from lianxin.portal.draft import Draft, Sent, Wrong, place_words, with_matter, with_person
from lianxin.portal.filing_pages import Filing, NotKept
from lianxin.portal.following import Following, Opened
from lianxin.portal.limits import LODGE, UPLOAD, WRITE
from lianxin.portal.lodging import DraftGone, Lodging
from lianxin.portal.pages import BODY_MAX, DRAFT, LOOK, PUBLIC, Frame, address_of, form_of, keep_secret, secret_of, see
from lianxin.portal.words import KINDS
from lianxin.units import Units

_FORM: Final[dict[str, Any]] = {"opt": PUBLIC, "request_max_body_size": BODY_MAX}


class Writing:
    """What the pages of writing need."""

    def __init__(self, frame: Frame, lodging: Lodging, following: Following, units: Units, filing: Filing) -> None:
        self.filing = filing
        self.frame = frame
        self.lodging = lodging
        self.following = following
        self.units = units
        places = units.places
        self._regions = tuple((region, places.towns_of(region.code)) for region in places.regions)

    async def draft(self, request: AnyRequest) -> Draft | None:
        """Return what this browser has written so far."""
        return await self.lodging.draft(secret_of(request, DRAFT))

    async def what(self, request: AnyRequest, draft: Draft, wrong: Wrong | None = None) -> Response[str]:
        """Return step 1."""
        given = {"draft": draft, "wrong": wrong or {}, "kinds": KINDS, "regions": self._regions}
        return await self.frame.shown(request, "what.html", 422 if wrong else 200, "new", **given)

    async def who(self, request: AnyRequest, draft: Draft, wrong: Wrong | None = None) -> Response[str]:
        """Return step 2."""
        given = {"draft": draft, "wrong": wrong or {}, "units": self.units.all}
        return await self.frame.shown(request, "who.html", 422 if wrong else 200, "new", **given)

    async def check(
        self, request: AnyRequest, draft: Draft, refused: str = "", files: NotKept | None = None
    ) -> Response[str]:
        """Return step 3, with what stands against the request or against its files."""
        at_once = self.filing.at_once
        target = self.units.unit(draft.target) if draft.target else None
        place = place_words(draft, self.units.places)
        given: dict[str, Any] = {"draft": draft, "kinds": KINDS, "place": place, "target": target}
        given |= {"files_max": at_once.files, "size": megabytes(at_once.bytes)}
        said, status = (" ".join(files.sentences), files.status) if files else (refused, 422 if refused else 200)
        return await self.frame.shown(
            request, "check.html", status, "new", refused=said, file_refused=files is not None, **given
        )

    async def brought(self, request: AnyRequest) -> Received:
        """Return the form that sends it, with the files it brings. Raises Forged, TooOften, AttachmentRefused."""
        if request.content_type[0] != "multipart/form-data":
            form = dict(await form_of(request))
            check_own(request, form)
            return Received(form, ())
        await self.frame.gauge.take_all(UPLOAD, address_of(request), worked=True)
        return await self.filing.received(request)

    async def put_files(self, request: AnyRequest, files: Sequence[Incoming]) -> None:
        """Put to the order what came with it; what is not taken is told on the receipt, for the order stands."""
        secret = secret_of(request, DRAFT)
        draft = await self.lodging.draft(secret)
        if not files or draft is None or draft.sent is None:
            return
        sent = draft.sent
        opened = Opened(sent.number, 1, self.frame.clock.now())
        command = uuid5(sent.command, "files")
        refused = await self.filing.refused(request, opened, lambda: self.filing.add(sent.number, files, command))
        await self.lodging.note_files(secret, await self.filing.count(sent.number), refused.sentences)

    async def keep(self, request: AnyRequest, draft: Draft) -> None:
        """Keep what was written; a browser that has no draft, or whose draft is over, gets a new one."""
        secret = secret_of(request, DRAFT)
        try:
            await self.lodging.write(secret, draft)
        except DraftGone:
            await self.frame.limit(request, {}, WRITE)
            await self.frame.gauge.forget()
            keep_secret(request, DRAFT, await self.lodging.begin(draft))

    async def look_at(self, request: AnyRequest, sent: Sent) -> None:
        """Let the browser that sent it follow it without typing the code."""
        now = self.frame.clock.now()
        opened = await self.following.opened(secret_of(request, LOOK), now)
        if opened is None or opened.number != sent.number:
            keep_secret(request, LOOK, await self.following.begin(Opened(sent.number, 1, now)))


def step_routes(writing: Writing) -> list[ControllerRouterHandler]:
    """Return the three steps."""

    @get("/new", opt=PUBLIC)
    async def ask_what(request: AnyRequest) -> Response[str]:
        draft = await writing.draft(request)
        return await writing.what(request, Draft() if draft is None or draft.sent is not None else draft)

    @post("/new", **_FORM)
    async def take_what(request: AnyRequest) -> Response[Any]:
        before = await writing.draft(request)
        unsent = Draft() if before is None or before.sent is not None else before
        draft, wrong = with_matter(unsent, await form_of(request), writing.units.places)
        if wrong:
            return await writing.what(request, draft, wrong)
        await writing.keep(request, draft)
        return see("/new/you")

    @get("/new/you", opt=PUBLIC)
    async def ask_who(request: AnyRequest) -> Response[Any]:
        draft = await _begun(writing, request)
        return see("/new") if draft is None else await writing.who(request, draft)

    @post("/new/you", **_FORM)
    async def take_who(request: AnyRequest) -> Response[Any]:
        before = await _begun(writing, request)
        if before is None:
            return see("/new")
        draft, wrong = with_person(before, await form_of(request), writing.units)
        if wrong:
            return await writing.who(request, draft, wrong)
        await writing.keep(request, draft)
        return see("/new/check")

    return [ask_what, take_what, ask_who, take_who]


def sending_routes(writing: Writing) -> list[ControllerRouterHandler]:
    """Return what shows all of it once more, and sends it."""

    @get("/new/check", opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        draft = await _begun(writing, request)
        return see("/new") if draft is None else await writing.check(request, draft)

    # The token of the form is asked for before a file is read.
    @post("/new/check", opt={**PUBLIC, "csrf": False}, request_max_body_size=writing.filing.body_max)
    async def send(request: AnyRequest) -> Response[Any]:
        draft = await writing.draft(request)
        try:
            received = await writing.brought(request)
        except AttachmentRefused as no:
            if draft is None or not draft.text:
                return see("/new")
            return await writing.check(request, draft, files=writing.filing.told(request, (no,)))
        with closing(received):
            return await take(request, draft, received)

    async def take(request: AnyRequest, draft: Draft | None, received: Received) -> Response[Any]:
        """Open the order, then put the files to it: what is written is safe before the first of them is washed."""
        if draft is None or not (draft.text or draft.sent):
            return see("/new")
        if draft.sent is None:
            await writing.frame.limit(request, received.fields, LODGE)
        try:
            await writing.lodging.lodge(secret_of(request, DRAFT))
        except DraftGone:
            return see("/new")
        except Refused as refused:
            return await writing.check(request, draft, f"{refused.sentence}{refused.instead}")
        await writing.put_files(request, received.files)
        return see("/new/receipt")

    return [ask, send]


def receipt_routes(writing: Writing) -> list[ControllerRouterHandler]:
    """Return the receipt, which can be shown again until it is cleared away or half an hour has passed."""

    @get("/new/receipt", opt=PUBLIC)
    async def show(request: AnyRequest) -> Response[Any]:
        sent = await _sent(writing, request)
        if sent is None:
            return see("/new")
        receipt = await writing.lodging.receipt(sent)
        picture = segno.make(receipt.json(), micro=False).png_data_uri(scale=6, border=2)
        await writing.look_at(request, sent)
        given: dict[str, Any] = {"sent": sent, "receipt": receipt, "picture": picture, "at": at_iso(receipt.at)}
        return await writing.frame.shown(request, "receipt.html", here="new", **given)

    @get("/new/receipt.json", opt=PUBLIC)
    async def file(request: AnyRequest) -> Response[Any]:
        sent = await _sent(writing, request)
        if sent is None:
            return see("/new")
        receipt = await writing.lodging.receipt(sent)
        name = f'attachment; filename="12345-{receipt.number}.json"'
        headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
        return Response(receipt.json(), media_type="application/json", headers=headers)

    @post("/new/done", **_FORM)
    async def done(request: AnyRequest) -> Response[Any]:
        for cookie in (DRAFT, LOOK):
            await writing.lodging.drop(secret_of(request, cookie))
            keep_secret(request, cookie, "")
        return see("/")

    return [show, file, done]


async def _sent(writing: Writing, request: AnyRequest) -> Sent | None:
    """Return what this browser has just sent, None where nothing of it stands in the books."""
    draft = await writing.draft(request)
    sent = None if draft is None else draft.sent
    return None if sent is None or sent.seq is None else sent


async def _begun(writing: Writing, request: AnyRequest) -> Draft | None:
    """Return the draft if its first step is done and it was not sent yet."""
    draft = await writing.draft(request)
    return None if draft is None or draft.sent is not None or not draft.text else draft
