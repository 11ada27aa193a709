"""What lies on this desk: its trays, and which step is one key away in each. Pure data."""

from typing import Final

from lianxin.access import Who
from lianxin.desks.trays import Tray
from lianxin.desks.trays.desk import Desk
from lianxin.ground.web import marked


def _tray(_: Who) -> tuple[str, ...]:
    return ("tray:followup",)


DESK: Final = Desk(
    path="/followup",
    roles=frozenset({"followup_caller"}),
    words=marked("Follow-up"),
    about=marked("Solved and satisfied are asked apart; silence is never satisfied."),
    trays=(
        Tray(
            name="due",
            words=marked("To call"),
            empty=marked("Nobody waits for a call"),
            teaches=marked("When a reviewer lets an answer through, its citizen is called here the same day."),
            way="holder",
            keys=_tray,
            states=("followup_due",),
        ),
        Tray(
            name="again",
            words=marked("Not reached yet"),
            empty=marked("Everybody was reached"),
            teaches=marked("Who did not answer is tried again at another time of day, then written to."),
            way="holder",
            keys=_tray,
            states=("followup_failed",),
        ),
        Tray(
            name="undelivered",
            words=marked("Message did not arrive"),
            empty=marked("Every message arrived"),
            teaches=marked(
                "When a message to a citizen comes back or is given up, call them and note how they were told."
            ),
            way="undelivered",
            keys=lambda _: ("returned", "dead"),
        ),
    ),
    acts={
        "due": (("record-followup", marked("Record the answers")), ("attempt-failed", marked("Not reached"))),
        "again": (("record-followup", marked("Record the answers")), ("attempt-failed", marked("Not reached"))),
        "undelivered": (("note", marked("Note how they were told")),),
    },
)
