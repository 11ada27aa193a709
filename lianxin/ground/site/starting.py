"""May this site start? No hotline begins on made-up people or open doors, and no demo on a hotline's books."""

import asyncio
from typing import Final
from urllib.parse import unquote, urlsplit

import asyncpg
import msgspec

from lianxin.ground.site.failures import SiteError
from lianxin.ground.site.settings import Settings
from lianxin.ground.store import load_queries

_QUERIES = load_queries("lianxin.ground.site")
_CONNECT_S: Final = 10.0
_FIRST_TRIED: Final = """password passwd postgres lianxin lianxin_app lianxin_owner admin secret changeme change-me
default test demo 123456 12345678 root 12345"""
_KNOWN_TO_ALL: Final = frozenset(_FIRST_TRIED.split())


class Lived(msgspec.Struct, frozen=True):
    """What stands in a database.

    made_up  people of a demo city were written there, or its time is not the machine's
    entries  its ledger has begun
    """

    made_up: bool
    entries: bool


def check_start(url: str, settings: Settings) -> None:
    """Let a site start on this database. Raises SiteError with what stands against it; nothing was changed then."""
    refuse(asyncio.run(_lived(url)), settings)


def refuse(lived: Lived, settings: Settings) -> None:
    """Raise SiteError for a start that must not be."""
    if settings.web.trial:
        if lived.entries and not lived.made_up:
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
    if weak := weak_secrets(settings):
        raise SiteError(f"{' '.join(weak)} Nothing was started. See docs/settings.md.")


def weak_secrets(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each secret that is missing, or that everybody knows."""
    said = []
    if settings.database.url is not None:
        address = urlsplit(settings.database.url)
        if address.hostname and _weak(unquote(address.password or "")):  # by a socket the system says who enters
            said.append("The password in database.url is missing or one that everybody knows.")
    if settings.mail.user is not None and _weak(settings.mail.password or ""):
        said.append("mail.user is set, but mail.password is missing or one that everybody knows.")
    if settings.mailbox.host is not None and _weak(settings.mailbox.password or ""):
        said.append("mailbox.host is set, but mailbox.password is missing or one that everybody knows.")
    if settings.webhook.url is not None and not settings.webhook.secret:
        said.append(
            "webhook.url is set, but webhook.secret is missing: nobody could tell our requests from false ones."
        )
    if settings.oidc.issuer is not None and not (settings.oidc.client_id and settings.oidc.client_secret):
        said.append("oidc.issuer is set, but oidc.client_id or oidc.client_secret is missing.")
    return tuple(said)


def _weak(secret: str) -> bool:
    return not secret or secret.strip("<>").casefold() in _KNOWN_TO_ALL or secret.startswith("<")


async def _lived(url: str) -> Lived:
    connection = await asyncpg.connect(url, timeout=_CONNECT_S)
    try:
        row = await connection.fetchrow(_QUERIES.lived.sql)
    finally:
        await connection.close()
    assert row is not None
    return Lived(row["made_up"], row["entries"])
