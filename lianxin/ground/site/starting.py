"""May this site start? No hotline begins on made-up people or open doors, and no demo on a hotline's books."""

import asyncio
from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
import msgspec

from lianxin.ground.site.failures import SiteError
from lianxin.ground.site.settings import Settings, shared_secrets
from lianxin.ground.site.sharing import PREFIX, SecretWrong, secret_of
from lianxin.ground.store import load_queries

_QUERIES = load_queries("lianxin.ground.site")
_CONNECT_S: Final = 10.0
_FIRST_TRIED: Final = """password passwd postgres lianxin lianxinapp lianxinowner admin administrator secret changeme
changeit default test demo example placeholder hotline letmein welcome qwerty 123456 12345678 123456789 root 12345
yourpassword yoursecret mysecret supersecret clientsecret chooseone chooseanother"""
_KNOWN_TO_ALL: Final = frozenset(_FIRST_TRIED.split())
_PUBLISHED: Final = frozenset({"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"})
"""Examples that stand in the manuals of webhook libraries. Source: the Standard Webhooks specification."""
_RANDOM_VALUES_MIN: Final = 8
"""Random bytes, 24 or more, have more different values than this; a word repeated, or one byte, has not."""


class Lived(msgspec.Struct, frozen=True):
    """What stands in a database.

    made_up  people of a demo city were written there, or its time is not the machine's
    entries  its ledger has begun
    """

    made_up: bool
    entries: bool

    @property
    def real(self) -> bool:
        """Whether a real hotline has begun here: made-up people must not come into its books."""
        return self.entries and not self.made_up


def check_start(url: str, settings: Settings) -> None:
    """Let a site start on this database. Raises SiteError with what stands against it; nothing was changed then."""
    check_secrets(settings)
    refuse(asyncio.run(_lived(url)), settings)


def check_secrets(settings: Settings) -> None:
    """Let a hotline start with these secrets; a demo may with any. Raises SiteError naming each that will not do."""
    if not settings.web.trial and (weak := weak_secrets(settings)):
        raise SiteError(f"{' '.join(weak)} Nothing was started. See docs/settings.md.")


def refuse(lived: Lived, settings: Settings) -> None:
    """Raise SiteError for a start on this database that must not be."""
    if settings.web.trial:
        if lived.real:
            raise SiteError(
                "A real hotline has lived in this database: made-up people must not come into its books. Nothing was "
                "started. Give the demo a home of its own with LIANXIN_HOME, or leave web.trial out."
            )
        return
    if lived.made_up:
        raise SiteError(
            "Made-up people stand in this database, so it is no hotline's. Nothing was started. Start it with "
            "`lianxin run --demo`, or for training with web.trial; a hotline gets an empty database."
        )


def weak_secrets(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each secret that is missing where it is needed, or given and known to everybody."""
    return (*_weak_databases(settings), *_weak_mail(settings), *_weak_shared(settings), *_weak_sign_on(settings))


def _weak_databases(settings: Settings) -> Iterator[str]:
    for key, url in (("database.url", settings.database.url), ("database.owner_url", settings.database.owner_url)):
        if url is None:
            continue
        address = urlsplit(url)
        more = dict(parse_qsl(address.query))
        host, user = address.hostname or more.get("host", ""), address.username or more.get("user", "")
        password = unquote(address.password or "") or more.get("password", "")
        by_socket = not host or host.startswith("/")  # then the system says who enters
        if not (by_socket and not password) and _weak(password, user):
            yield f"The password in {key} is missing or one that everybody knows."


def _weak_mail(settings: Settings) -> Iterator[str]:
    mail, mailbox = settings.mail, settings.mailbox
    if (mail.user is not None or mail.password) and _weak(mail.password or "", mail.user or ""):
        yield "mail.password is missing or one that everybody knows."
    if (mailbox.host is not None or mailbox.password) and _weak(mailbox.password or "", mailbox.user or ""):
        yield "mailbox.password is missing or one that everybody knows."


def _weak_shared(settings: Settings) -> Iterator[str]:
    if settings.webhook.url is not None and not settings.webhook.secret:
        yield "webhook.url is set, but webhook.secret is missing: nobody could tell our requests from false ones."
    for key, secret in shared_secrets(settings):
        if _weak(secret) or _not_random(secret, key):
            yield f"{key} is a secret that everybody knows or can guess: make one of random bytes."


def _weak_sign_on(settings: Settings) -> Iterator[str]:
    oidc = settings.oidc
    if oidc.issuer is not None and not (oidc.client_id and oidc.client_secret):
        yield "oidc.issuer is set, but oidc.client_id or oidc.client_secret is missing."
    elif oidc.client_secret and _weak(oidc.client_secret, oidc.client_id or ""):
        yield "oidc.client_secret is a secret that everybody knows."


def _weak(secret: str, user: str = "") -> bool:
    """Return whether this is one of the first to be tried: missing, an example, a common word, the user's own name."""
    plain = _letters(secret.removeprefix(PREFIX))
    if secret.startswith("<") or secret in _PUBLISHED or len(set(plain)) <= 1 or plain == _letters(user):
        return True
    return plain in _KNOWN_TO_ALL or plain.rstrip("0123456789") in _KNOWN_TO_ALL


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _not_random(secret: str, key: str) -> bool:
    try:
        return len(set(secret_of(secret, key))) < _RANDOM_VALUES_MIN
    except SecretWrong:
        return True


async def lived_in(asked: "asyncpg.Connection[asyncpg.Record] | asyncpg.Pool[asyncpg.Record]") -> Lived:
    """Return what stands in a database."""
    row = await asked.fetchrow(_QUERIES.lived.sql)
    assert row is not None
    return Lived(row["made_up"], row["entries"])


async def _lived(url: str) -> Lived:
    connection = await asyncpg.connect(url, timeout=_CONNECT_S)
    try:
        return await lived_in(connection)
    finally:
        await connection.close()
