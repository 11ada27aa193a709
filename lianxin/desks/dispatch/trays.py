"""What lies on this desk: its trays, and which step is one key away in each. Pure data."""

from typing import Final

from lianxin.access import Who
from lianxin.desks.trays import Tray
from lianxin.desks.trays.desk import Desk
from lianxin.ground.web import marked


def _tray(_: Who) -> tuple[str, ...]:
    return ("tray:dispatch",)


def _mine(who: Who) -> tuple[str, ...]:
    return (who.by,)


DESK: Final = Desk(
    path="/dispatch",
    roles=frozenset({"dispatcher"}),
    words=marked("Dispatch"),
    about=marked("Straight to the unit that solves it; then followed until it is closed."),
    trays=(
        Tray(
            name="approved",
            words=marked("To dispatch"),
            empty=marked("Nothing waits to be dispatched"),
            teaches=marked("What the reviewers approved appears here and goes out the same day."),
            way="holder",
            keys=_tray,
            states=("approved",),
        ),
        Tray(
            name="tracked",
            words=marked("Followed by me"),
            empty=marked("You follow no open order"),
            teaches=marked("Whatever you dispatch stays here, by its next date, until it is closed."),
            way="tracker",
            keys=_mine,
        ),
        Tray(
            name="unsigned",
            words=marked("Waiting for signature"),
            empty=marked("Every order that went out is signed for"),
            teaches=marked(
                "An order is here from its dispatch until the unit has signed; until then this tray holds it."
            ),
            way="holder",
            keys=_tray,
            states=("dispatched",),
        ),
        Tray(
            name="transferred",
            words=marked("Handed to other systems"),
            empty=marked("Nothing is with another system"),
            teaches=marked("What went to the province, another city or 110 stays here until its citizen was told."),
            way="state",
            keys=lambda _: ("transferred",),
        ),
    ),
    acts={
        "approved": (("dispatch", marked("Dispatch")),),
        "tracked": (("urge", marked("Urge")),),
        "unsigned": (("urge", marked("Urge")),),
        "transferred": (("inform", marked("Inform and close")),),
    },
    at_once=frozenset({"urge"}),
    template="desks.dispatch/desk.html",
)
