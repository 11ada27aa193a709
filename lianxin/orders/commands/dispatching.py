"""What is asked of whom an order goes to: dispatched, returned, disputed, transferred, followed (转办、退单)."""

from lianxin.orders.commands.command import Command


class Dispatch(Command, frozen=True, kw_only=True):
    """The dispatcher sends it to the unit that solves it (转办), others assisting."""

    unit: str
    basis: str
    directory: str
    assist: tuple[str, ...] = ()
    rule: str | None = None


class AskSendBack(Command, frozen=True, kw_only=True):
    """The unit returns it (退单): reason code R1–R8, legal ground, who should have it instead."""

    code: str
    basis: str
    suggested: str = ""


class DecideSendBack(Command, frozen=True, kw_only=True):
    """The objection reviewer decides a return; `correct_directory`: the directory sent it wrong and gets a ticket."""

    accepted: bool
    text: str
    correct_directory: bool = False


class Object(Command, frozen=True, kw_only=True):
    """The unit disputes the dispatch itself (派单异议)."""

    ground: str


class OpenJointMeeting(Command, frozen=True, kw_only=True):
    """Supervision calls a joint meeting (联席会议); the unit goes on as temporary lead."""

    reason: str


class DecideJointMeeting(Command, frozen=True, kw_only=True):
    """The duty manager decides lead and assisting units by the minutes; it is dispatched anew."""

    unit: str
    minutes: str
    directory: str
    assist: tuple[str, ...] = ()


class Transfer(Command, frozen=True, kw_only=True):
    """The dispatcher hands it to a system outside (转出)."""

    system: str
    foreign_id: str


class Inform(Command, frozen=True, kw_only=True):
    """The outside system's answer has reached the citizen; only that closes a transferred order."""

    told: str


class NameTracker(Command, frozen=True, kw_only=True):
    """Another person of the house follows the order from now on."""

    successor: str


class PassOn(Command, frozen=True, kw_only=True):
    """A holder leaves; what they held goes to the named successor in the same transaction."""

    successor: str
