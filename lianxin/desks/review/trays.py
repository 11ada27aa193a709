"""What lies on this desk: its trays, and which step is one key away in each. Pure data."""

from typing import Final

from lianxin.access import Who
from lianxin.desks.trays import Tray
from lianxin.desks.trays.desk import Desk
from lianxin.ground.web import marked


def _tray(_: Who) -> tuple[str, ...]:
    return ("tray:review",)


DESK: Final = Desk(
    path="/review",
    roles=frozenset({"reviewer", "shift_lead"}),
    words=marked("Review"),
    about=marked("What an agent handed in, before it goes out; what a unit answered, before it reaches the citizen."),
    trays=(
        Tray(
            name="submitted",
            words=marked("To review"),
            empty=marked("Nothing waits for review"),
            teaches=marked("What an agent hands in appears here within the second, with half an hour to pass it on."),
            way="holder",
            keys=_tray,
            states=("submitted",),
        ),
        Tray(
            name="replied",
            words=marked("Replies"),
            empty=marked("No reply waits for review"),
            teaches=marked("A unit's answer appears here before it goes to the citizen: does it answer every demand?"),
            way="holder",
            keys=_tray,
            states=("replied",),
        ),
        Tray(
            name="rework",
            words=marked("Rework to confirm"),
            empty=marked("No rework waits to be confirmed"),
            teaches=marked("What a citizen was not satisfied with comes here: back to the unit, or explained by law."),
            way="proposal",
            keys=lambda _: ("rework",),
        ),
        Tray(
            name="reopen",
            words=marked("Reopening asked for"),
            empty=marked("Nobody asks for reopening"),
            teaches=marked("A citizen who has new facts after the end asks here; open it again, or say why not."),
            way="state",
            keys=lambda _: ("reopen_asked",),
        ),
        Tray(
            name="not_accepted",
            words=marked("Not to be accepted"),
            empty=marked("Nothing is proposed not to be accepted"),
            teaches=marked(
                "A reviewer's proposal comes here; the shift leader confirms it once the legal way was told."
            ),
            way="proposal",
            keys=lambda _: ("not_accepted",),
        ),
        Tray(
            name="sent_back",
            words=marked("Back with the agent"),
            empty=marked("Nothing is back with an agent"),
            teaches=marked("What was sent back for correction stays here until the agent hands it in again."),
            way="state",
            keys=lambda _: ("sent_back",),
        ),
    ),
    acts={
        "submitted": (("approve", marked("Approve")),),
        "replied": (("accept-reply", marked("Accept")), ("return-reply", marked("Return the reply"))),
        "rework": (("confirm-rework", marked("Give a decision")),),
        "reopen": (("reopen", marked("Open again")), ("decline-reopen", marked("Decline"))),
        "not_accepted": (("confirm-not-accepted", marked("Confirm")),),
    },
)
