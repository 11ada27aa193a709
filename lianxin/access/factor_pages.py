"""Second factors of one's own: an authenticator app, recovery codes, passkeys; set up, made anew, taken away.

Whoever must have one comes here before anything else (`/login/enrol`). The secret of an
app stands sealed in the form until its first code shows that the app has it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from lianxin.access.codes import new_secret, picture
from lianxin.access.doors import Doors
from lianxin.access.keys import SealBroken
from lianxin.access.me_pages import ME, to_prove
from lianxin.access.onward import form_of, json_of, onward, wanted_by
from lianxin.access.passkeys import PasskeyRefused
from lianxin.access.service import Access
from lianxin.access.session import Session
from lianxin.access.visit import Visit, session_at, visit_at
from lianxin.access.ways import way_back
from lianxin.ground.web import Paper
from lianxin.ground.web.paper import AnyRequest

ENROL: Final = {"waiting": ("enrol",)}
_PURPOSE: Final = "totp being set up"


class FactorPages:
    """What sets up second factors."""

    def __init__(self, access: Access, doors: Doors, paper: Paper) -> None:
        self.access = access
        self.doors = doors
        self.paper = paper

    def page(self, request: AnyRequest, wanted: str, status: int = 200, secret: str = "") -> Response[str]:
        """Return the page that sets up a factor.

        secret  that of a form whose code did not fit; empty: a new one
        """
        session = session_at(request)
        failed, secret = bool(secret), secret or new_secret()
        sealed = self.access.keys.sealed(_PURPOSE, secret.encode(), str(session.id))
        values = {
            "next": wanted,
            "failed": failed,
            "must": visit_at(request).state == "enrol",
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "picture": picture(secret, session.who.number),
            "sealed": urlsafe_b64encode(sealed).decode(),
            "passkeys_here": self.access.passkeys.served_as(request.headers.get("host", "")),
        }
        return self.paper.page(request, "access/enrol.html", status=status, **values)

    def proved(self, session: Session, visit: Visit) -> bool:
        """Whether somebody may change their factors now: they just came in, or just showed their password."""
        fresh = session.freshly_proved(self.access.clock.now(), self.access.sessions.policy)
        return visit.state == "enrol" or fresh

    def secret_of(self, form: dict[str, str], session: Session) -> str | None:
        """Return the secret that was sealed into a form of this session; None for anything else."""
        try:
            sealed = urlsafe_b64decode(form.get("sealed", "").encode())
            return self.access.keys.opened(_PURPOSE, sealed, str(session.id)).decode()
        except (SealBroken, ValueError):
            return None

    async def done(self, request: AnyRequest) -> None:
        """Let somebody who had to set up a factor in."""
        if visit_at(request).state == "enrol":
            await self.doors.enrolled(session_at(request), visit_at(request))

    async def codes_page(self, request: AnyRequest, wanted: str) -> Response[str]:
        """Return new recovery codes, on the only page that ever shows them."""
        who = session_at(request).who
        codes = await self.access.codes.new_recovery(who.number)
        await self.access.acts.note("recovery_made", who.number, who.by)
        return self.paper.page(request, "access/recovery.html", codes=codes, next=wanted)


def app_routes(pages: FactorPages) -> list[ControllerRouterHandler]:
    """Return what sets up an authenticator app."""
    access = pages.access

    @get(["/login/enrol", "/me/factors"], opt=ENROL)
    async def ask(request: AnyRequest) -> Response[Any]:
        if not pages.proved(session_at(request), visit_at(request)):
            return to_prove("/me/factors")
        return pages.page(request, wanted_by(request))

    @post("/me/factors", opt=ENROL)
    async def set_up(request: AnyRequest) -> Response[Any]:
        session, form = session_at(request), await form_of(request)
        wanted = way_back(form.get("next", "/"))
        secret = pages.secret_of(form, session)
        if secret is None or not pages.proved(session, visit_at(request)):
            return onward("enrol", wanted) if visit_at(request).state == "enrol" else to_prove()
        number = session.who.number
        await access.accounts.ensure(number, session.who.by)
        if not await access.codes.set_up(number, secret, form.get("code", "")):
            return pages.page(request, wanted, 422, secret)
        await access.acts.note("app_set_up", number, session.who.by)
        answer = await pages.codes_page(request, wanted)
        await pages.done(request)
        return answer

    return [ask, set_up]


def fewer_routes(pages: FactorPages) -> list[ControllerRouterHandler]:
    """Return what makes recovery codes anew and takes the app away."""
    access = pages.access

    @post("/me/recovery")
    async def new_codes(request: AnyRequest) -> Response[Any]:
        session = session_at(request)
        if not pages.proved(session, visit_at(request)):
            return to_prove()
        await access.accounts.ensure(session.who.number, session.who.by)
        return await pages.codes_page(request, ME)

    @post("/me/factors/remove")
    async def remove(request: AnyRequest) -> Redirect:
        session = session_at(request)
        if not pages.proved(session, visit_at(request)):
            return to_prove()
        if await _may_lose(access, session, passkeys=0):
            await access.codes.remove(session.who.number)
            await access.acts.note("app_taken_away", session.who.number, session.who.by)
        return Redirect(ME, status_code=303)

    return [new_codes, remove]


def passkey_making_routes(pages: FactorPages) -> list[ControllerRouterHandler]:
    """Return what makes and takes away passkeys."""
    access = pages.access

    @post("/me/passkeys/ask", opt=ENROL, status_code=200)
    async def ask(request: AnyRequest) -> Response[bytes]:
        session, visit = session_at(request), visit_at(request)
        if not pages.proved(session, visit):
            return _said({"ok": False}, 403)
        who = session.who
        options = await access.passkeys.registering(who.number, who.name, visit.forms_secret())
        return Response(options.encode(), media_type="application/json", headers={"Cache-Control": "no-store"})

    @post("/me/passkeys", opt=ENROL, status_code=200)
    async def make(request: AnyRequest) -> Response[bytes]:
        session, visit = session_at(request), visit_at(request)
        sent = await json_of(request)
        answer, name = sent.get("credential"), sent.get("name")
        if not pages.proved(session, visit) or not isinstance(answer, dict):
            return _said({"ok": False}, 403)
        await access.accounts.ensure(session.who.number, session.who.by)
        try:
            label = name if isinstance(name, str) else ""
            await access.passkeys.register(session.who.number, answer, label, visit.forms_secret())
        except PasskeyRefused:
            return _said({"ok": False}, 422)
        await access.acts.note("passkey_made", session.who.number, session.who.by)
        await pages.done(request)
        return _said({"ok": True, "next": way_back(str(sent.get("next", ME)))})

    @post("/me/passkeys/{credential:str}/remove")
    async def remove(request: AnyRequest, credential: FromPath[str]) -> Redirect:
        session = session_at(request)
        if not pages.proved(session, visit_at(request)):
            return to_prove()
        may = await _may_lose(access, session, passkeys=1)
        if may and await access.passkeys.remove(session.who.number, _id(credential)):
            await access.acts.note("passkey_taken_away", session.who.number, session.who.by)
        return Redirect(ME, status_code=303)

    return [ask, make, remove]


async def _may_lose(access: Access, session: Session, passkeys: int) -> bool:
    """Whether somebody keeps a second factor, or needs none, when they lose their app (0) or so many passkeys."""
    account = await access.accounts.get(session.who.number)
    left = account.passkeys if passkeys == 0 else account.passkeys - passkeys + account.totp
    return left > 0 or not access.needs_second(account.roles)


def _id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _said(what: dict[str, Any], status: int = 200) -> Response[bytes]:
    return Response(
        msgspec.json.encode(what),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
