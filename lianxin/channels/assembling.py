"""Which doors does this site have? Made from its settings."""

from collections.abc import Mapping
from pathlib import Path

from lianxin.channels.channel import Channel
from lianxin.channels.mail import Mail
from lianxin.channels.sms import SmsFolder
from lianxin.channels.webhook import Webhook
from lianxin.ground.clock import RealClock
from lianxin.ground.site import Site


def channels_of(site: Site) -> Mapping[str, Channel]:
    """Return the doors that are set up; text messages always have one. Raises SecretWrong."""
    settings = site.settings
    timeout_s = settings.outbox.timeout_s
    folder = Path(settings.sms.folder) if settings.sms.folder is not None else site.home / "sms"
    channels: dict[str, Channel] = {"sms": SmsFolder(folder, settings.sms.keep_days)}
    if settings.mail.host is not None:
        channels["mail"] = Mail(settings.mail, timeout_s)
    if settings.webhook.url is not None:
        channels["webhook"] = Webhook(settings.webhook.url, settings.webhook.secret or "", RealClock(), timeout_s)
    return channels
