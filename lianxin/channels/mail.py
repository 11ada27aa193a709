"""E-mail (电子邮件) by SMTP. The Message-ID is the message's key, so a second copy is known as one.

Source: RFC 5322 §3.6.4; mail stores drop a message whose id they have.
"""

import re
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any, Final

import aiosmtplib

from lianxin.channels.channel import NotSent, Outgoing
from lianxin.ground.clock import to_datetime
from lianxin.ground.site.settings import MailSettings

_LASTING_FROM: Final = 500
"""SMTP replies from here on are permanent (RFC 5321 §4.2.1)."""
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+")
"""Enough to keep a header a header; whether the address exists only its server knows."""


class Mail:
    """Gives e-mail to the city's server.

    timeout_s  what connecting, and each answer, may take
    """

    def __init__(self, settings: MailSettings, timeout_s: float) -> None:
        assert settings.host is not None
        self._settings = settings
        self._timeout_s = timeout_s

    async def send(self, message: Outgoing) -> None:
        """See `Channel.send`. A mail that the server refuses for good is not tried again."""
        settings = self._settings
        if not _ADDRESS.fullmatch(message.to):
            raise NotSent("the e-mail address cannot be used", lasting=True)
        try:
            await aiosmtplib.send(
                composed(message, settings.sender).as_bytes(),
                sender=settings.sender,
                recipients=[message.to],
                hostname=settings.host,
                port=settings.port,
                username=settings.user,
                password=settings.password,
                use_tls=settings.tls == "always",
                start_tls=settings.tls == "starttls",
                timeout=self._timeout_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            code = refusal.recipients[0].code
            raise NotSent(f"the mail server refused the recipient ({code})", code >= _LASTING_FROM) from None
        except aiosmtplib.SMTPResponseException as answer:
            raise NotSent(f"the mail server answered {answer.code}", answer.code >= _LASTING_FROM) from None
        except (aiosmtplib.SMTPException, OSError) as failure:
            raise NotSent(f"the mail server cannot be reached: {type(failure).__name__}") from None


_IDS: Final = frozenset({"In-Reply-To", "References"})


class _Policy(EmailPolicy):
    """As for SMTP, but ids of other mails are never broken: the library would encode a long one as if it were words."""

    def fold(self, name: str, value: Any) -> str:
        """Return a header as lines; one id per line."""
        if name in _IDS:
            return f"{name}: {f'{self.linesep} '.join(str(value).split())}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the same as bytes."""
        return self.fold(name, value).encode("ascii") if name in _IDS else super().fold_binary(name, value)


_POLICY: Final = _Policy(linesep="\r\n")


def composed(message: Outgoing, sender: str) -> EmailMessage:
    """Return the e-mail; made twice it is the same, byte for byte."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Date"] = to_datetime(message.made)
    mail["Message-ID"] = f"<{message.key}@{sender.partition('@')[2]}>"
    if message.answers:
        mail["In-Reply-To"] = message.answers
        mail["References"] = " ".join(dict.fromkeys((*message.references, message.answers)))
    if message.automatic:
        mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail
