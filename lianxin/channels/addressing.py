"""To which address does a message go? Looked up only when it is sent, kept nowhere.

A citizen's number comes out of the vault; of somebody erased by law there is none. A
unit is addressed by its key, and the gateway knows the telephone of its contact (联络员).
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from lianxin.channels.channel import NotSent
from lianxin.orders.messages import SECRET
from lianxin.people.numbers import national
from lianxin.people.vault import PersonErased, PersonFields, PersonRow, Vault

_MOBILE: Final = re.compile(r"\+861[3-9]\d{9}")


class Told(msgspec.Struct, frozen=True):
    """The body of an outbox row: which template, about which order, to a citizen's record or to a unit.

    sealed  a secret that goes out with it, in base64, locked under the data key of the person it goes to
    """

    template: str
    order: str
    person: UUID | None = None
    unit: str | None = None
    sealed: str | None = None


class Nobody(Exception):
    """There is nobody to send this to, and there never will be; the reason carries no personal data."""


def secret_of(told: Told, people: Mapping[UUID, PersonRow], vault: Vault) -> str:
    """Return the secret that goes out with a message, "" where none does; after `address`, so the person is known.

    Raises NotSent for one that nobody can open, VaultClosed when the house key does not fit.
    """
    if told.sealed is None:
        return ""
    if told.person is None:
        raise NotSent("a secret is for a person, and none is named", lasting=True)
    return vault.unlock(people[told.person], SECRET, b64decode(told.sealed)).decode()


def address(told: Told, channel: str, people: Mapping[UUID, PersonRow], vault: Vault) -> str:
    """Return where a message goes; "" for a webhook, whose address is the city's own.

    Raises Nobody; VaultClosed when the house key does not fit.
    """
    if channel == "webhook":
        return ""
    if told.unit is not None:
        if channel != "sms":
            raise Nobody("units have no e-mail address here")
        return f"unit:{told.unit}"
    if told.person is None or told.person not in people:
        raise Nobody("no record of this person is kept")
    try:
        fields = vault.open(people[told.person])
    except PersonErased:
        raise Nobody("the person was erased by law") from None
    return _mail(fields) if channel == "mail" else _mobile(fields)


def _mobile(fields: PersonFields) -> str:
    number = next((number for number in fields.numbers if _MOBILE.fullmatch(number)), None)
    if number is None:
        raise Nobody("no mobile number is known")
    return national(number)


def _mail(fields: PersonFields) -> str:
    if not fields.mail:
        raise Nobody("no e-mail address is known")
    return fields.mail
