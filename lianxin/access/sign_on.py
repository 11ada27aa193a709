"""Sign-on by the city's own login (单点登录, OpenID Connect Core 1.0): who does it say is there?

Authorization code with PKCE (RFC 7636), `state` against forged answers, `nonce` against
replayed ones. What is asked stands sealed in a cookie of the browser that asked; the
identity token is verified against the provider's published keys. Passwords never come here.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lianxin.access.keys import AccessKeys, SealBroken
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, SECOND_MS, Clock, Instant
from lianxin.ground.site.settings import OidcSettings

BACK: Final = "/login/oidc/back"
LIFE_MS: Final = 10 * MINUTE_MS
SCOPE: Final = "openid profile"
SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures of public keys only: with `none` or a shared secret anybody could be anybody."""
_LEEWAY_S: Final = 120
_TIMEOUT_S: Final = 10.0
_DOCUMENT_BYTES_MAX: Final = 1_000_000
_KEPT_MS: Final = HOUR_MS
_PURPOSE: Final = "sign-on"


class SignOnRefused(Exception):
    """The answer is not taken: forged, too old, replayed, or signed by nobody we know."""


class SignOnAway(Exception):
    """The provider does not answer, or says nothing that can be used."""


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


class Provider(msgspec.Struct, frozen=True):
    """What a provider publishes of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


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
        assert settings.issuer is not None and settings.client_id is not None
        self._settings = settings
        self._issuer = settings.issuer
        self._client_id = settings.client_id
        self._back = address + BACK
        self._clock = clock
        self._keys = keys
        self._transport = transport
        self._provider: tuple[Instant, Provider] | None = None
        self._key_set: KeySet | None = None

    @property
    def name(self) -> str:
        """What the button on the login page calls it."""
        return self._settings.name

    async def ask(self, wanted: str) -> tuple[str, str]:
        """Return where to send the browser, and what it keeps until it comes back. Raises SignOnAway."""
        provider = await self._discover()
        asked = Asked(
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(48),
            wanted,
            self._clock.now() + LIFE_MS,
        )
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._back,
            "scope": SCOPE,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": urlsafe_b64encode(sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in provider.authorization_endpoint else "?"
        return f"{provider.authorization_endpoint}{joint}{urlencode(query)}", self._sealed(asked)

    async def found(self, answer: dict[str, str], kept: str) -> Found:
        """Return who is there by what the browser brought back. Raises SignOnRefused, SignOnAway.

        answer  the query of the way back;  kept  what the browser kept
        """
        asked = self._opened(kept)
        if not secrets.compare_digest(answer.get("state", "").encode(), asked.state.encode()):
            raise SignOnRefused("the answer belongs to another question")
        if "iss" in answer and answer["iss"] != self._issuer:  # RFC 9207, against mixed-up providers
            raise SignOnRefused("the answer comes from another provider")
        code = answer.get("code")
        if not code:
            raise SignOnRefused("the provider let nobody in")
        claims = await self._claims(code, asked)
        number = claims.get(self._settings.claim)
        if not isinstance(number, str) or not number:
            raise SignOnRefused("the identity token names no work number")
        methods = claims.get("amr")
        return Found(number, isinstance(methods, list) and "mfa" in methods, asked.next)

    async def _claims(self, code: str, asked: Asked) -> dict[str, Any]:
        provider = await self._discover()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": asked.verifier,
        }
        secret = self._settings.client_secret or ""
        auth = None
        if "client_secret_basic" in provider.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(self._client_id, secret)
        else:
            form |= {"client_id": self._client_id, "client_secret": secret}
        given = await self._fetched("POST", provider.token_endpoint, data=form, auth=auth)
        token = given.get("id_token")
        if not isinstance(token, str):
            raise SignOnRefused("the provider gave no identity token")
        return await self._verified(token, provider, asked.nonce)

    async def _verified(self, token: str, provider: Provider, nonce: str) -> dict[str, Any]:
        try:
            claims = (await self._decoded(token, provider)).claims
            jwt.JWTClaimsRegistry(
                now=self._clock.now() // SECOND_MS,
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as wrong:
            raise SignOnRefused(type(wrong).__name__) from wrong
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self._client_id:
            raise SignOnRefused("the identity token was made for somebody else")
        return dict(claims)

    async def _decoded(self, token: str, provider: Provider) -> jwt.Token:
        """Return the token read with the provider's keys; keys that changed meanwhile are fetched once more."""
        if self._key_set is not None:
            try:
                return jwt.decode(token, self._key_set, algorithms=SIGNED_BY)
            except (JoseError, ValueError):
                self._key_set = None
        published: Any = await self._fetched("GET", provider.jwks_uri)
        self._key_set = KeySet.import_key_set(published)
        return jwt.decode(token, self._key_set, algorithms=SIGNED_BY)

    async def _discover(self) -> Provider:
        now = self._clock.now()
        if self._provider is not None and now - self._provider[0] < _KEPT_MS:
            return self._provider[1]
        document = await self._fetched("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            provider = msgspec.convert(document, Provider)
        except msgspec.ValidationError as wrong:
            raise SignOnAway("its description of itself cannot be read") from wrong
        if provider.issuer.rstrip("/") != self._issuer.rstrip("/"):
            raise SignOnAway("it calls itself by another name than oidc.issuer")
        self._provider = (now, provider)
        return provider

    async def _fetched(self, method: str, address: str, **what: Any) -> dict[str, Any]:
        """Return a JSON object that the provider answers. Raises SignOnAway; SignOnRefused where it says no."""
        try:
            async with httpx.AsyncClient(transport=self._transport, timeout=_TIMEOUT_S) as client:
                answer = await client.request(method, address, **what)
        except (httpx.HTTPError, httpx.InvalidURL) as away:
            raise SignOnAway(type(away).__name__) from away
        if 400 <= answer.status_code < 500 and method == "POST":
            raise SignOnRefused("the provider does not take the code")
        try:
            said = msgspec.json.decode(answer.content) if len(answer.content) <= _DOCUMENT_BYTES_MAX else None
        except msgspec.DecodeError as wrong:
            raise SignOnAway("it answers no JSON") from wrong
        if answer.status_code != 200 or not isinstance(said, dict):
            raise SignOnAway(f"it answers {answer.status_code}")
        return said

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
