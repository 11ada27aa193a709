"""What lies on this desk: its trays, and which step is one key away in each. Pure data."""

from typing import Final

from lianxin.desks.trays import Tray
from lianxin.desks.trays.desk import Desk
from lianxin.ground.web import marked

DESK: Final = Desk(
    path="/duty",
    roles=frozenset({"duty_manager", "shift_lead"}),
    words=marked("On duty"),
    about=marked("Emergencies first; then what only you may decide."),
    trays=(
        Tray(
            name="emergency",
            words=marked("Emergencies"),
            empty=marked("No emergency is open"),
            teaches=marked("Danger to life goes to 110 or 120 at once; its order stays here until it has ended."),
            way="flag",
            keys=lambda _: ("emergency",),
        ),
        Tray(
            name="decide",
            words=marked("For you to decide"),
            empty=marked("Nothing waits for your decision"),
            teaches=marked(
                "Unreasonable demands that supervision agreed to, and suspensions beyond the limit, come here."
            ),
            way="proposal",
            keys=lambda _: ("unreasonable:concurred", "suspend", "not_accepted"),
        ),
        Tray(
            name="meetings",
            words=marked("In joint meeting"),
            empty=marked("No order is in a joint meeting"),
            teaches=marked(
                "After two returns an order goes to a joint meeting; the unit that has it stays temporary lead."
            ),
            way="state",
            keys=lambda _: ("joint_meeting",),
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
            name="mine",
            words=marked("In my hands"),
            empty=marked("Nothing is in your hands"),
            teaches=marked("What was handed to you in person, and what a leaver's desk left to you, stays here."),
            way="holder",
            keys=lambda who: (who.by,),
        ),
    ),
    acts={
        "meetings": (("decide-joint-meeting", marked("Give a decision")),),
        "late": (("urge", marked("Urge")),),
    },
    template="desks.duty/desk.html",
)
