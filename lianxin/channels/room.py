"""The wiring of the channels: what was written to the house, the systems that are told, the gateway's door."""

from collections.abc import Sequence
from typing import Final

from litestar.types import ControllerRouterHandler

from lianxin.channels.gateway_pages import gateway_routes
from lianxin.channels.hook_pages import TERMS as TERMS
from lianxin.channels.hook_pages import HookPages, hook_routes
from lianxin.channels.hooks import ROLES, Hooks
from lianxin.channels.inbox import Inbox
from lianxin.channels.reception import address_rules
from lianxin.channels.replying import Replying
from lianxin.channels.sealing import Sealer
from lianxin.channels.signing import secret_of
from lianxin.channels.sms_room import SmsParts
from lianxin.ground.web import marked
from lianxin.ground.web.wiring import Tab, Wiring
from lianxin.people.keys import KeyFolder
from lianxin.people.vault import Vault

NAV: Final = (Tab("/webhooks", marked("Webhooks"), "transfer", frozenset(ROLES), rank=95),)


def offer(wiring: Wiring) -> None:
    """Offer `Inbox` and `Replying` to the intake desk, and `Hooks`."""
    vault = wiring.get(Vault)
    wiring.offer(Inbox(wiring.pool, vault))
    wiring.offer(Replying(wiring.pool, vault))
    sealer = Sealer(KeyFolder(wiring.site.home).ring("channels"))
    wiring.offer(sealer)
    wiring.offer(Hooks(wiring.pool, sealer, address_rules(wiring.site)))


def routes(wiring: Wiring) -> Sequence[ControllerRouterHandler]:
    """Return the pages of webhooks and the gateway's door."""
    secret = wiring.site.settings.sms.secret
    parts = SmsParts(wiring.pool, wiring.get(Vault), wiring.get(Sealer))
    return [
        *hook_routes(HookPages(wiring.get(Hooks), wiring.present, wiring.paper)),
        *gateway_routes(
            parts, None if secret is None else secret_of(secret, "sms.secret"), wiring.clock, wiring.present
        ),
    ]
