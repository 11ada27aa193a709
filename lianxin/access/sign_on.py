"""Sign-on by the city's own login (单点登录, OpenID Connect): who does it say is there?

Authorization code with PKCE (RFC 7636), `state` against forged answers, `nonce` against
replayed ones. What is asked stands sealed in a cookie of the browser that asked. Passwords
never come here.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

import httpx
import msgspec

from lianxin.access.keys import AccessKeys, SealBroken
from lianxin.access.provider import Provider, SignOnAway, SignOnRefused
from lianxin.ground.clock import MINUTE_MS, Clock, Instant
from lianxin.ground.site.settings import OidcSettings

__all__ = ["BACK", "LIFE_MS", "Found", "SignOn", "SignOnAway", "SignOnRefused"]

BACK: Final = "/login/oidc/back"
LIFE_MS: Final = 10 * MINUTE_MS
SCOPE: Final = "openid profile"
_PURPOSE: Final = "sign-on"


class Asked(msgspec.Struct, frozen=True):
    """What was asked, as the browser keeps it sealed."""

    state: str
    nonce: str
    verifier: str
    next: str
    until: Instant


class Found(msgspec.Struct, frozen=True):
    """Who is there: their work number; whether the provider saw a second factor; where they wanted to go."""

    number: str
    second: bool
    next: str


class SignOn:
    """The city's own login.

    address    of this site, as browsers know it
    transport  how requests reach the provider; the network unless given
    """

    def __init__(
        self,
        settings: OidcSettings,
        address: str,
        clock: Clock,
        keys: AccessKeys,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name = settings.name
        self._claim = settings.claim
        self._back = address + BACK
        self._provider = Provider(settings, self._back, clock, transport)
        self._clock = clock
        self._keys = keys

    async def ask(self, wanted: str) -> tuple[str, str]:
        """Return where to send the browser, and what it keeps until it comes back. Raises SignOnAway."""
        published = await self._provider.published()
        tokens = (secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        asked = Asked(*tokens, wanted, self._clock.now() + LIFE_MS)
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._back,
            "scope": SCOPE,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": urlsafe_b64encode(sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in published.authorization_endpoint else "?"
        return f"{published.authorization_endpoint}{joint}{urlencode(query)}", self._sealed(asked)

    async def found(self, answer: dict[str, str], kept: str) -> Found:
        """Return who is there by what the browser brought back. Raises SignOnRefused, SignOnAway.

        answer  the query of the way back;  kept  what the browser kept
        """
        asked = self._opened(kept)
        if not secrets.compare_digest(answer.get("state", "").encode(), asked.state.encode()):
            raise SignOnRefused("the answer belongs to another question")
        if "iss" in answer and answer["iss"] != self._provider.issuer:  # RFC 9207, against mixed-up providers
            raise SignOnRefused("the answer comes from another provider")
        code = answer.get("code")
        if not code:
            raise SignOnRefused("the provider let nobody in")
        claims = await self._provider.claims(code, asked.verifier, asked.nonce)
        number, methods = claims.get(self._claim), claims.get("amr")
        if not isinstance(number, str) or not number:
            raise SignOnRefused("the identity token names no work number")
        return Found(number, isinstance(methods, list) and "mfa" in methods, asked.next)

    def _sealed(self, asked: Asked) -> str:
        return urlsafe_b64encode(self._keys.sealed(_PURPOSE, msgspec.json.encode(asked), _PURPOSE)).decode()

    def _opened(self, kept: str) -> Asked:
        try:
            plain = self._keys.opened(_PURPOSE, urlsafe_b64decode(kept.encode()), _PURPOSE)
        except (SealBroken, ValueError) as broken:
            raise SignOnRefused("this browser asked nothing") from broken
        asked = msgspec.json.decode(plain, type=Asked)
        if self._clock.now() >= asked.until:
            raise SignOnRefused("it took too long")
        return asked
