"""Passkeys (通行密钥, WebAuthn level 3): registered once, then they log in by themselves.

The authenticator checks its owner (finger, face, PIN) and signs for this site's name only,
so a passkey is both factors at once and cannot be given to a false page. Its counter tells
when it was copied.
"""

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers import parse_client_data_json
from webauthn.helpers.base64url_to_bytes import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lianxin.access.challenges import Challenges
from lianxin.access.keys import AccessKeys
from lianxin.ground.clock import Clock, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries

if TYPE_CHECKING:
    from asyncpg import Pool, Record

NAME_MAX: Final = 40
PER_PERSON_MAX: Final = 10
HOUSE: Final = "连心12345"
_REGISTER, _LOG_IN = "register", "log in"
_QUERIES = load_queries("lianxin.access")


class PasskeyRefused(Exception):
    """The answer of the authenticator is not taken: malformed, of another page, too old, or signed wrongly."""


class Passkey(msgspec.Struct, frozen=True):
    """A passkey as its owner sees it."""

    id: bytes
    name: str
    made: Instant
    used: Instant | None


class Passkeys:
    """The passkeys of this site's people.

    origin  address under which browsers know the site, e.g. `https://12345.example.gov.cn`
    """

    def __init__(
        self, pool: "Pool[Record]", clock: Clock, keys: AccessKeys, challenges: Challenges, origin: str
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._keys = keys
        self._challenges = challenges
        self._origin = origin
        self._host = urlsplit(origin).hostname or ""

    def served_as(self, host: str) -> bool:
        """Whether a page under this host name may ask for passkeys: browsers allow the site's own name only."""
        return host.partition(":")[0] == self._host

    async def of(self, number: str) -> tuple[Passkey, ...]:
        """Return somebody's passkeys, the oldest first."""
        return tuple([_passkey(row) async for row in _QUERIES.passkeys_of(self._pool, number=number)])

    async def registering(self, number: str, name: str, asked: bytes) -> str:
        """Return, as JSON, what a browser needs to make a passkey."""
        known = [PublicKeyCredentialDescriptor(id=key.id) for key in await self.of(number)]
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=HOUSE,
            user_id=self._keys.mark("passkey owner", number.encode()),
            user_name=number,
            user_display_name=name,
            challenge=self._challenges.ask(_REGISTER, asked),
            exclude_credentials=known,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return webauthn.options_to_json(options)

    async def register(self, number: str, answer: dict[str, Any], name: str, asked: bytes) -> None:
        """Keep a new passkey. Raises PasskeyRefused."""
        challenge = await self._challenge(_REGISTER, answer, asked)
        try:
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as refused:
            raise PasskeyRefused(type(refused).__name__) from refused
        kept = await _QUERIES.keep_passkey(
            self._pool,
            credential_id=made.credential_id,
            number=number,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name.strip()[:NAME_MAX] or HOUSE,
            now=to_datetime(self._clock.now()),
            most=PER_PERSON_MAX,
        )
        if kept is None:
            raise PasskeyRefused("known already, or too many")

    async def asking(self, number: str | None, asked: bytes) -> str:
        """Return, as JSON, what a browser needs to log in with a passkey.

        number  whose; None: the authenticator offers those it has
        """
        allowed = [] if number is None else [PublicKeyCredentialDescriptor(id=key.id) for key in await self.of(number)]
        options = webauthn.generate_authentication_options(
            rp_id=self._host,
            challenge=self._challenges.ask(_LOG_IN, asked),
            allow_credentials=allowed,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    async def owner(self, answer: dict[str, Any], asked: bytes) -> str:
        """Return whose passkey answered. Raises PasskeyRefused."""
        challenge = await self._challenge(_LOG_IN, answer, asked)
        row = await _QUERIES.passkey(self._pool, credential_id=_bytes(answer.get("rawId")))
        if row is None:
            raise PasskeyRefused("unknown passkey")
        try:
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=row["public_key"],
                credential_current_sign_count=row["sign_count"],
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as refused:
            raise PasskeyRefused(type(refused).__name__) from refused
        used = await _QUERIES.use_passkey(
            self._pool,
            credential_id=row["credential_id"],
            sign_count=verified.new_sign_count,
            now=to_datetime(self._clock.now()),
        )
        if used is None:
            raise PasskeyRefused("its counter stands still: a copy of it was used")
        return str(row["work_number"])

    async def remove(self, number: str, credential_id: bytes) -> bool:
        """Take a passkey away; False where its owner has no such one."""
        gone = await _QUERIES.remove_passkey(self._pool, number=number, credential_id=credential_id)
        return gone is not None

    async def _challenge(self, purpose: str, answer: dict[str, Any], asked: bytes) -> bytes:
        """Return the challenge that was answered. Raises PasskeyRefused for one that we did not ask, or not now."""
        response = answer.get("response")
        if not isinstance(response, dict):
            raise PasskeyRefused("no response in it")
        try:
            challenge = parse_client_data_json(_bytes(response.get("clientDataJSON"))).challenge
        except (WebAuthnException, ValueError) as malformed:
            raise PasskeyRefused("clientDataJSON cannot be read") from malformed
        if not await self._challenges.answered(purpose, challenge, asked):
            raise PasskeyRefused("the question was not asked here, is too old or was answered before")
        return challenge


def _bytes(text: object) -> bytes:
    """Return what base64url in an answer stands for. Raises PasskeyRefused."""
    if not isinstance(text, str):
        raise PasskeyRefused("a text is missing")
    try:
        return base64url_to_bytes(text)
    except ValueError as malformed:
        raise PasskeyRefused("no base64url") from malformed


def _passkey(row: "Record") -> Passkey:
    used = row["used_at"]
    return Passkey(
        row["credential_id"], row["name"], from_datetime(row["made_at"]), None if used is None else from_datetime(used)
    )
