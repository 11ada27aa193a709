"""What is asked of an order before it is dispatched: taken in, reviewed, approved or not accepted (受理、审核)."""

from lianxin.ground.clock import Instant
from lianxin.orders.commands.command import Command


class Submit(Command, frozen=True, kw_only=True):
    """An agent hands in what a citizen asked for (提交审核); the order begins in the books.

    citizen_since  end of the call or of the online submission: the citizen's clock (群众时钟) runs from here
    text_hash      the salted hash of the citizen's words as kept beside the order
    targets        units the citizen reports about (被反映单位): none of them may have it or see it
    read_back      the words were read back to the caller, who confirmed them
    who            salted HMACs of personal fields; `person` names their encrypted record
    """

    number: str
    contact: int
    citizen_since: Instant
    kind: str
    category: str
    region: str
    urgency: str = "normal"
    flags: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    text_hash: str = ""
    person: str | None = None
    who: dict[str, str] = {}
    read_back: bool = True


class SendBack(Command, frozen=True, kw_only=True):
    """The reviewer sends the order back to its agent (退回修改), with remarks by field."""

    remarks: dict[str, str]


class Sign(Command, frozen=True, kw_only=True):
    """The one it was offered to signs (签收) and holds from now on."""

    receipt: str = ""


class Revise(Command, frozen=True, kw_only=True):
    """The agent hands it in again, corrected."""

    kind: str | None = None
    category: str | None = None
    region: str | None = None
    urgency: str | None = None
    text_hash: str | None = None


class ProposeNotAccepted(Command, frozen=True, kw_only=True):
    """The reviewer finds a ground not to accept (不予受理) and the legal way to tell instead."""

    ground: str
    legal_way: str


class ConfirmNotAccepted(Command, frozen=True, kw_only=True):
    """The shift leader agrees; the citizen is told the legal way."""

    told: str


class Approve(Command, frozen=True, kw_only=True):
    """The reviewer passes it on to dispatch, with what a dispatcher needs decided.

    targets  units it turns out to be about; None: those that stand there
    lift     why it need not be kept secret, though it was (解除保密); agreed: how and when the citizen said so
    """

    category: str
    region: str
    urgency: str
    confidential: bool = False
    targets: tuple[str, ...] | None = None
    lift: str = ""
    agreed: str = ""
