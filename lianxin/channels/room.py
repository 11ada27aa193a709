"""The wiring of the channels: what was written to the house, the systems that are told, the gateway's door."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from lianxin.attachments.service import Attachments
from lianxin.channels.filing import Filing
from lianxin.channels.gateway_pages import gateway_routes
from lianxin.channels.hook_pages import TERMS as HOOK_TERMS
from lianxin.channels.hook_pages import HookPages, hook_routes
from lianxin.channels.hooks import ROLES, Hooks
from lianxin.channels.inbox import Inbox
from lianxin.channels.mail_sorting import REASONS
from lianxin.channels.receiving import Receiving
from lianxin.channels.reception import address_rules
from lianxin.channels.replying import Replying
from lianxin.channels.sealing import Sealer
from lianxin.channels.silent_pages import ROLES as READERS
from lianxin.channels.silent_pages import SilentPages, silent_routes
from lianxin.channels.sms_room import SmsParts
from lianxin.channels.waking import Waking
from lianxin.ground.site.sharing import secret_of
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.orders.numbering import Numbers
from lianxin.orders.service import Services
from lianxin.people.keys import KeyFolder
from lianxin.people.numbers import masked
from lianxin.people.vault import Vault
from lianxin.privacy.looking import number_of
from lianxin.privacy.masking import masked_mail, masked_name
from lianxin.receipts.service import Receipts

TERMS: Final[Mapping[str, Any]] = {
    **HOOK_TERMS,
    "silent_reasons": REASONS,
    "contact_number": number_of,
    "masked_mail": masked_mail,
    "masked_name": masked_name,
    "masked_number": masked,
}
NAV: Final = (
    Tab("/silent", marked("No answer needed"), "mute", frozenset(READERS), rank=90),
    Tab("/webhooks", marked("Webhooks"), "transfer", frozenset(ROLES), rank=95),
)


def offer(wiring: Wiring) -> None:
    """Offer `Inbox` and `Replying` to the intake desk, and `Hooks`."""
    vault = wiring.get(Vault)
    wiring.offer(Inbox(wiring.pool, vault))
    wiring.offer(Replying(wiring.pool, vault))
    sealer = Sealer(KeyFolder(wiring.site.home).ring("channels"))
    wiring.offer(sealer)
    wiring.offer(Hooks(wiring.pool, sealer, address_rules(wiring.site)))


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of silent messages and webhooks, and the gateway's door."""
    secret = wiring.site.settings.sms.secret
    pool, vault, inbox, services = wiring.pool, wiring.get(Vault), wiring.get(Inbox), wiring.get(Services)
    parts = SmsParts(pool, vault, wiring.get(Sealer))
    filing = Filing(pool, wiring.get(Attachments), vault)
    receiving = Receiving(pool, services, wiring.get(Numbers), Receipts(pool, services), vault, filing)
    return [
        *silent_routes(SilentPages(inbox, Waking(inbox, receiving), wiring.present, wiring.paper)),
        *hook_routes(HookPages(wiring.get(Hooks), wiring.present, wiring.paper)),
        *gateway_routes(
            parts, None if secret is None else secret_of(secret, "sms.secret"), wiring.clock, wiring.present
        ),
    ]
