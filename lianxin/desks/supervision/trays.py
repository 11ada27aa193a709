"""What lies on this desk: its trays, and which step is one key away in each. Pure data."""

from typing import Final

from lianxin.desks.trays import Tray
from lianxin.desks.trays.desk import Desk
from lianxin.ground.web import marked

DESK: Final = Desk(
    path="/supervision",
    roles=frozenset({"supervisor", "duty_manager"}),
    words=marked("Supervision"),
    about=marked("What is late or will be, and what a unit asks for; every step with its ground and its letter."),
    trays=(
        Tray(
            name="overdue",
            words=marked("Overdue"),
            empty=marked("Nothing is overdue"),
            teaches=marked("An order comes here when its date has passed and its unit has not answered."),
            way="state",
            keys=lambda _: ("dispatched", "in_progress", "rework", "long_run", "send_back_review", "objection_review"),
            overdue=True,
        ),
        Tray(
            name="asked",
            words=marked("Asked for by units"),
            empty=marked("No unit asks for anything"),
            teaches=marked(
                "Extensions, suspensions, the long-run register and unreasonable demands wait here for a decision."
            ),
            way="proposal",
            keys=lambda _: ("extension", "suspend", "long_run", "unreasonable"),
        ),
        Tray(
            name="yellow",
            words=marked("Yellow cards"),
            empty=marked("No order has a yellow card"),
            teaches=marked("On the last working day before its date an order gets a yellow card and appears here."),
            way="flag",
            keys=lambda _: ("card_yellow",),
        ),
        Tray(
            name="red",
            words=marked("Red cards"),
            empty=marked("No order has a red card"),
            teaches=marked("On the first working day after its date an order gets a red card and appears here."),
            way="flag",
            keys=lambda _: ("card_red",),
        ),
        Tray(
            name="instructed",
            words=marked("Leaders' instructions"),
            empty=marked("No instruction is open"),
            teaches=marked("An order that a leader has written an instruction on stays here until it is closed."),
            way="flag",
            keys=lambda _: ("leader_instruction",),
        ),
        Tray(
            name="late",
            words=marked("Late inside the house"),
            empty=marked("No desk of the house is late"),
            teaches=marked("Signatures and desk times that have passed appear here, our own as well as the units'."),
            way="flag",
            keys=lambda _: ("late_sign", "late_desk"),
        ),
        Tray(
            name="long_run",
            words=marked("Long-run register"),
            empty=marked("Nothing is on the long-run register"),
            teaches=marked("What is solved beyond any deadline is watched here by its milestones."),
            way="state",
            keys=lambda _: ("long_run", "suspended"),
        ),
    ),
    acts={
        "overdue": (("urge", marked("Urge")),),
        "yellow": (("urge", marked("Urge")),),
        "red": (("urge", marked("Urge")), ("annul-cards", marked("Annul"))),
        "late": (("urge", marked("Urge")),),
        "instructed": (("answer-instruction", marked("Answer the instruction")),),
    },
    template="desks.supervision/desk.html",
)
