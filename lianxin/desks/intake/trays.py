"""What lies on this desk beside the contacts: orders that wait for an agent. Pure data."""

from typing import Final

from lianxin.access import Who
from lianxin.desks.trays import Tray
from lianxin.desks.trays.desk import Desk
from lianxin.ground.web import marked


def _me(who: Who) -> tuple[str, ...]:
    return (who.by,)


DESK: Final = Desk(
    path="/intake",
    roles=frozenset({"agent", "seat_enterprise", "seat_dialect", "expert"}),
    words=marked("Intake"),
    about=marked("Take who waits, write down what they ask for, and let nobody go without an answer or a number."),
    trays=(
        Tray(
            name="received",
            words=marked("Written in by citizens"),
            empty=marked("Nothing waits to be completed"),
            teaches=marked(
                "What citizens write in on the web site is an order at once; complete it for review from here."
            ),
            way="holder",
            keys=lambda _: ("tray:intake",),
            states=("received",),
        ),
        Tray(
            name="back",
            words=marked("Back with me"),
            empty=marked("Nothing was sent back to you"),
            teaches=marked("What a reviewer sends back to you for correction appears here with the remarks."),
            way="offered",
            keys=_me,
        ),
        Tray(
            name="mine",
            words=marked("In my hands"),
            empty=marked("Nothing is in your hands"),
            teaches=marked("Orders that you hold yourself stay here until you have handed them on."),
            way="holder",
            keys=_me,
        ),
    ),
    acts={"received": (("take-in", marked("Complete it")),), "back": (("sign", marked("Sign")),)},
)
