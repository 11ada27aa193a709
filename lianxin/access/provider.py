"""The city's own login as a machine: what it publishes of itself, how it is asked, and whether its word is its own.

Discovery, the exchange of a code, and the verification of an identity token against the
provider's published keys (OpenID Connect Core 1.0 §3.1.3.7). What is asked of whom, and
what comes of it, is `sign_on`.
"""

from typing import Any, Final

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lianxin.ground.clock import HOUR_MS, SECOND_MS, Clock, Instant
from lianxin.ground.site.settings import OidcSettings

SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures of public keys only: with `none` or a shared secret anybody could be anybody."""
_LEEWAY_S: Final = 120
_TIMEOUT_S: Final = 10.0
_DOCUMENT_BYTES_MAX: Final = 1_000_000
_KEPT_MS: Final = HOUR_MS


class SignOnRefused(Exception):
    """The answer is not taken: forged, too old, replayed, or signed by nobody we know."""


class SignOnAway(Exception):
    """The provider does not answer, or says nothing that can be used."""


class Published(msgspec.Struct, frozen=True):
    """What a provider publishes of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class Provider:
    """Asks the provider that the settings name.

    back       address to which it sends browsers back
    transport  how requests reach it; the network unless given
    """

    def __init__(
        self, settings: OidcSettings, back: str, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        assert settings.issuer is not None and settings.client_id is not None
        self.issuer = settings.issuer
        self.client_id = settings.client_id
        self._secret = settings.client_secret or ""
        self._back = back
        self._clock = clock
        self._transport = transport
        self._published: tuple[Instant, Published] | None = None
        self._key_set: KeySet | None = None

    async def published(self) -> Published:
        """Return what the provider publishes of itself, read once an hour. Raises SignOnAway."""
        now = self._clock.now()
        if self._published is not None and now - self._published[0] < _KEPT_MS:
            return self._published[1]
        document = await self._fetched("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            published = msgspec.convert(document, Published)
        except msgspec.ValidationError as wrong:
            raise SignOnAway("its description of itself cannot be read") from wrong
        if published.issuer.rstrip("/") != self.issuer.rstrip("/"):
            raise SignOnAway("it calls itself by another name than oidc.issuer")
        self._published = (now, published)
        return published

    async def claims(self, code: str, verifier: str, nonce: str) -> dict[str, Any]:
        """Return what the provider says of who logged in, for their code. Raises SignOnRefused, SignOnAway."""
        published = await self.published()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": verifier,
        }
        auth = None
        if "client_secret_basic" in published.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(self.client_id, self._secret)
        else:
            form |= {"client_id": self.client_id, "client_secret": self._secret}
        given = await self._fetched("POST", published.token_endpoint, data=form, auth=auth)
        token = given.get("id_token")
        if not isinstance(token, str):
            raise SignOnRefused("the provider gave no identity token")
        return await self._verified(token, published, nonce)

    async def _verified(self, token: str, published: Published, nonce: str) -> dict[str, Any]:
        try:
            claims = (await self._decoded(token, published)).claims
            jwt.JWTClaimsRegistry(
                now=self._clock.now() // SECOND_MS,
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as wrong:
            raise SignOnRefused(type(wrong).__name__) from wrong
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.client_id:
            raise SignOnRefused("the identity token was made for somebody else")
        return dict(claims)

    async def _decoded(self, token: str, published: Published) -> jwt.Token:
        """Return the token read with the provider's keys; keys that changed meanwhile are fetched once more."""
        if self._key_set is not None:
            try:
                return jwt.decode(token, self._key_set, algorithms=SIGNED_BY)
            except (JoseError, ValueError):
                self._key_set = None
        said = (await self._fetched("GET", published.jwks_uri)).get("keys")
        keys: Any = [key for key in said if isinstance(key, dict)] if isinstance(said, list) else []
        if not keys:
            raise SignOnAway("it publishes no keys")
        self._key_set = KeySet.import_key_set({"keys": keys})
        return jwt.decode(token, self._key_set, algorithms=SIGNED_BY)

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
