"""What lies on this desk: its trays, and which step is one key away in each. Pure data."""

from typing import Final

from lianxin.desks.trays import Tray
from lianxin.desks.trays.desk import Desk
from lianxin.ground.web import marked

DESK: Final = Desk(
    path="/leader",
    roles=frozenset({"leader"}),
    words=marked("Overview for leaders"),
    about=marked("Read, and write an instruction where it is needed; it gets a date and somebody who answers for it."),
    trays=(
        Tray(
            name="instructed",
            words=marked("Leaders' instructions"),
            empty=marked("No instruction is open"),
            teaches=marked("An order that a leader has written an instruction on stays here until it is closed."),
            way="flag",
            keys=lambda _: ("leader_instruction",),
        ),
        Tray(
            name="group",
            words=marked("Many citizens, one matter"),
            empty=marked("No matter concerns many citizens"),
            teaches=marked("When many citizens ask for the same, the order that unites them appears here."),
            way="flag",
            keys=lambda _: ("group",),
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
            name="emergency",
            words=marked("Emergencies"),
            empty=marked("No emergency is open"),
            teaches=marked("Danger to life goes to 110 or 120 at once; its order stays here until it has ended."),
            way="flag",
            keys=lambda _: ("emergency",),
        ),
    ),
    acts={
        "instructed": (("instruct", marked("Instruct")),),
        "group": (("instruct", marked("Instruct")),),
        "red": (("instruct", marked("Instruct")),),
        "emergency": (("instruct", marked("Instruct")),),
    },
    template="desks.leader/desk.html",
)
