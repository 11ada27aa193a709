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
    path="/unit",
    roles=frozenset({"unit_contact", "unit_leader", "county_office", "township"}),
    words=marked("Our orders"),
    about=marked("Sign first, call the citizen next; the date of each order explains itself on its page."),
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
            name="do",
            words=marked("To do"),
            empty=marked("There is nothing to do"),
            teaches=marked("What you signed for stays here, most urgent first, until you have answered."),
            way="unit",
            keys=_ours,
            states=("in_progress", "rework"),
        ),
        Tray(
            name="overdue",
            words=marked("Overdue"),
            empty=marked("Nothing is overdue"),
            teaches=marked("An order comes here when its date has passed and you have not answered."),
            way="unit",
            keys=_ours,
            states=("dispatched", "in_progress", "rework"),
            overdue=True,
        ),
        Tray(
            name="waiting",
            words=marked("Waiting for others"),
            empty=marked("Nothing waits for others"),
            teaches=marked("Replies under review, returns to be decided, suspended and long-run orders wait here."),
            way="unit",
            keys=_ours,
            states=(
                "replied",
                "followup_due",
                "followup_failed",
                "send_back_review",
                "objection_review",
                "joint_meeting",
                "suspended",
                "long_run",
            ),
        ),
        Tray(
            name="helping",
            words=marked("Parts of ours"),
            empty=marked("You have no part in another unit's order"),
            teaches=marked("When you assist another unit, your part appears here with its own date."),
            way="helping",
            keys=_ours,
        ),
    ),
    acts={
        "sign": (("sign", marked("Sign")), ("ask-send-back", marked("Ask to return"))),
        "do": (("log-contact", marked("Contacted")), ("reply", marked("Reply"))),
        "overdue": (("reply", marked("Reply")),),
        "helping": (("sign-part", marked("Sign the part")), ("finish-part", marked("Part is done"))),
    },
    template="desks.unit/desk.html",
)
