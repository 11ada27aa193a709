"""What lies on this desk: its trays, and which step is one key away in each. Pure data."""

from typing import Final

from lianxin.access import Who
from lianxin.desks.trays import Tray
from lianxin.desks.trays.desk import Desk
from lianxin.ground.web import marked


def _unit(who: Who) -> tuple[str, ...]:
    return () if who.unit is None else (f"unit:{who.unit}",)


def _ours(who: Who) -> tuple[str, ...]:
    return () if who.unit is None else (who.unit,)


DESK: Final = Desk(
    path="/county",
    roles=frozenset({"county_office", "township"}),
    words=marked("Our region"),
    about=marked("What the city sent here, and who inside the region does it, one working day before the city's date."),
    trays=(
        Tray(
            name="sign",
            words=marked("To sign"),
            empty=marked("Nothing waits for your signature"),
            teaches=marked(
                "What the hotline dispatches to your unit appears here; sign for it or return it with its ground."
            ),
            way="offered",
            keys=_unit,
        ),
        Tray(
            name="pass_on",
            words=marked("With us"),
            empty=marked("Nothing is with your office"),
            teaches=marked(
                "What your office signed for stays here until it has answered; dispatch it on as a part from here."
            ),
            way="unit",
            keys=_ours,
            states=("in_progress", "rework"),
        ),
        Tray(
            name="region",
            words=marked("All of the region"),
            empty=marked("No unit of your region has an open order"),
            teaches=marked(
                "Whatever the city dispatches to your office or to a unit inside the region is listed here."
            ),
            way="region",
            keys=_ours,
        ),
        Tray(
            name="overdue",
            words=marked("Overdue in the region"),
            empty=marked("Nothing is overdue"),
            teaches=marked("An order comes here when its date has passed and its unit has not answered."),
            way="region",
            keys=_ours,
            overdue=True,
        ),
    ),
    acts={
        "sign": (("sign", marked("Sign")), ("ask-send-back", marked("Ask to return"))),
        "pass_on": (("open-part", marked("Dispatch on")), ("reply", marked("Reply"))),
    },
)
