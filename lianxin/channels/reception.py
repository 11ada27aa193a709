"""The reception (收发): which doors of this site are there beside the outbox, and how are they put together?"""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lianxin.attachments.limits import MEGA, limits_of, quota_of
from lianxin.attachments.locker import Locker
from lianxin.attachments.scanning import scanner_of
from lianxin.attachments.service import Attachments
from lianxin.attachments.shelf import Shelf
from lianxin.channels.filing import Filing
from lianxin.channels.hook_address import AddressRules, AddressWrong
from lianxin.channels.hook_round import HookRound
from lianxin.channels.hook_sending import HookSender
from lianxin.channels.mail_reading import Ours
from lianxin.channels.mailbox import Mailbox
from lianxin.channels.mailroom import Mailroom
from lianxin.channels.receiving import Receiving
from lianxin.channels.sealing import Sealer
from lianxin.channels.sms_inbox import SmsInFolder
from lianxin.channels.sms_room import SmsRoom
from lianxin.ground.clock import Instant, RealClock
from lianxin.ground.site import Site, SiteError
from lianxin.ground.web.present import ReadPresent
from lianxin.orders.numbering import Numbers
from lianxin.orders.service import Services
from lianxin.people.keys import KeyFolder
from lianxin.people.vault import Vault
from lianxin.receipts.service import Receipts

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class Reception(NamedTuple):
    """What goes in and out beside the outbox; mailroom: None where the site has no mailbox."""

    mailroom: Mailroom | None
    texts: SmsRoom
    hooks: HookRound

    def close(self) -> None:
        """Let go of the mailbox."""
        if self.mailroom is not None:
            self.mailroom.close()


def reception_of(
    site: Site, pool: "Pool[Record]", services: Services, present: ReadPresent, now: Callable[[], Instant]
) -> Reception:
    """Return the doors that are set up; text messages always have one.

    present, now  the site's own time, for numbers and for what comes in
    """
    settings, keys = site.settings, KeyFolder(site.home)
    vault = Vault(keys)
    files = Attachments(
        pool,
        services,
        Shelf(site.home, settings.attachments.reserve_mb * MEGA),
        Locker(keys.ring("files"), secrets.token_bytes),
        scanner_of(settings.attachments.clamd),
        limits_of(settings.attachments),
        quota_of(settings.attachments),
    )
    receiving = Receiving(
        pool, services, Numbers(pool, present), Receipts(pool, services), vault, Filing(pool, files, vault)
    )
    mailroom = None
    if settings.mailbox.host is not None:
        ours = Ours(settings.mail.sender, settings.mailbox.blocked)
        mailroom = Mailroom(Mailbox(settings.mailbox, settings.outbox.timeout_s), receiving, ours, now)
    sealer = Sealer(keys.ring("channels"))
    inboxes = [SmsInFolder(sms_folder(site))]
    texts = SmsRoom(pool, receiving, vault, sealer, inboxes)
    sender = HookSender(address_rules(site), RealClock(), settings.outbox.timeout_s)
    return Reception(mailroom, texts, HookRound(pool, sender, sealer, settings.outbox.attempts_max))


def address_rules(site: Site) -> AddressRules:
    """Return which receivers may be told; where made-up people are served, this machine is one. Raises SiteError."""
    try:
        return AddressRules(site.settings.webhook.inside, loopback=site.settings.web.trial)
    except AddressWrong as wrong:
        raise SiteError(str(wrong)) from wrong


def sms_folder(site: Site) -> Path:
    """Return where the gateway of the house keeps its files."""
    return Path(site.settings.sms.folder) if site.settings.sms.folder is not None else site.home / "sms"
