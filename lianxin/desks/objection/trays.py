"""What lies on this desk: its trays, and which step is one key away in each. Pure data."""

from typing import Final

from lianxin.desks.trays import Tray
from lianxin.desks.trays.desk import Desk
from lianxin.ground.web import marked

DESK: Final = Desk(
    path="/objections",
    roles=frozenset({"objection_reviewer"}),
    words=marked("Returns and objections"),
    about=marked("A unit says it is not theirs. Decide within four office hours; its clock runs on meanwhile."),
    trays=(
        Tray(
            name="returns",
            words=marked("Returns"),
            empty=marked("No return waits for a decision"),
            teaches=marked(
                "A unit's request to return an order appears here with its ground and the unit it suggests."
            ),
            way="state",
            keys=lambda _: ("send_back_review",),
        ),
        Tray(
            name="objections",
            words=marked("Objections"),
            empty=marked("No objection waits for a decision"),
            teaches=marked("When a unit disputes the dispatch itself, its objection appears here."),
            way="state",
            keys=lambda _: ("objection_review",),
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
    ),
    acts={
        "returns": (("decide-send-back", marked("Give a decision")),),
        "objections": (
            ("decide-send-back", marked("Give a decision")),
            ("open-joint-meeting", marked("Joint meeting")),
        ),
    },
)
