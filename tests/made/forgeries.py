"""Histories written anew, every hash of them right: what somebody who owns the database could make of an order."""

from typing import Any

from made.lives import AGENT, CALLER, DISPATCHER, REVIEWER


def _without(bodies: list[dict[str, Any]], *names: str) -> None:
    for body in bodies:
        for name in names:
            body.pop(name, None)


def _lose_tracker(bodies: list[dict[str, Any]]) -> None:
    _without(bodies, "tracker")


def _approve_own(bodies: list[dict[str, Any]]) -> None:
    next(body for body in bodies if body["kind"] == "approved")["actor"] = AGENT


def _follow_up_own(bodies: list[dict[str, Any]]) -> None:
    bodies[-1]["actor"] = DISPATCHER


def _same_caller(bodies: list[dict[str, Any]]) -> None:
    bodies[-1]["actor"] = CALLER


def _decide_own(bodies: list[dict[str, Any]]) -> None:
    bodies[-1]["actor"] = DISPATCHER


def _close_without_evidence(bodies: list[dict[str, Any]]) -> None:
    bodies[-1]["say"].pop("evidence")


def _close_with_promise(bodies: list[dict[str, Any]]) -> None:
    bodies[-1].pop("kept")


def _close_over_an_instruction(bodies: list[dict[str, Any]]) -> None:
    written = {"id": 9, "by": "staff:9601", "at": 1, "due": None, "next": 2**40 * 3, "text_n": 1}
    bodies[-1]["instructions"] = [written]


def _instruct_long_ago(bodies: list[dict[str, Any]]) -> None:
    instruction = next(body for body in bodies if body["kind"] == "instructed")["instructions"][0]
    for body in bodies:
        body.pop("answered", None)
    instruction["due"] = instruction["next"] = bodies[0]["at"] - 3_600_000


def _approve_own_reply(bodies: list[dict[str, Any]]) -> None:
    next(body for body in bodies if body["kind"] == "reply_accepted")["actor"] = AGENT


def _close_with_part(bodies: list[dict[str, Any]]) -> None:
    part = next(body for body in bodies if "parts" in body)["parts"][0]
    bodies[-1]["parts"] = [{**part, "id": 9}]


def _promise_nothing(bodies: list[dict[str, Any]]) -> None:
    _without(bodies, "made")


def _promise_yesterday(bodies: list[dict[str, Any]]) -> None:
    promise = bodies[0]["made"][0]
    promise["due"] = promise["next"] = bodies[0]["at"] + 1


def _hold_in_the_wrong_tray(bodies: list[dict[str, Any]]) -> None:
    bodies[0]["holder"] = "tray:followup"


def _hold_by_nobody_known(bodies: list[dict[str, Any]]) -> None:
    bodies[-1]["holder"] = "staff:9999"


def _take_from_another(bodies: list[dict[str, Any]]) -> None:
    bodies[-1]["giver"] = "unit:x"


def _back_date(bodies: list[dict[str, Any]]) -> None:
    bodies[-1]["at"] -= 3_600_000


def _cut_the_tail(bodies: list[dict[str, Any]]) -> None:
    bodies.pop()


def _another_reviewer(bodies: list[dict[str, Any]]) -> None:
    next(body for body in bodies if body["actor"] == REVIEWER)["actor"] = "staff:8001"


FORGERIES = {
    "the tail is written anew and hashed again": ("chain_broken", "approved", _another_reviewer),
    "the tail is cut off and everything fits": ("entry_missing", "approved", _cut_the_tail),
    "the last step is dated before the one before it": ("entry_back_dated", "approved", _back_date),
    "the agent approved their own order": ("separation_broken", "approved", _approve_own),
    "the dispatcher made the follow-up call": ("separation_broken", "completed", _follow_up_own),
    "the same person called after the rework": ("separation_broken", "reworked", _same_caller),
    "the dispatcher decided about the return": ("separation_broken", "returned", _decide_own),
    "nobody follows a dispatched order": ("tracker_missing", "dispatched", _lose_tracker),
    "an order was closed without evidence": ("closed_without_evidence", "completed", _close_without_evidence),
    "an order was closed over an open promise": ("promise_unkept", "completed", _close_with_promise),
    "an order was closed over an open part": ("part_open", "completed", _close_with_part),
    "an order was closed over a leader's instruction": (
        "instruction_unanswered",
        "completed",
        _close_over_an_instruction,
    ),
    "a leader's instruction is long overdue and nobody was told": (
        "instruction_unanswered",
        "instructed",
        _instruct_long_ago,
    ),
    "the agent let the unit's reply go out": ("separation_broken", "completed", _approve_own_reply),
    "nothing was ever promised": ("promise_missing", "submitted", _promise_nothing),
    "a promise is long overdue": ("promise_unkept", "submitted", _promise_yesterday),
    "an order lies in a tray where it cannot lie": ("holder_invalid", "submitted", _hold_in_the_wrong_tray),
    "an order is held by nobody of the house": ("holder_invalid", "sent_back", _hold_by_nobody_known),
    "an order was taken from somebody who did not hold it": ("custody_gap", "approved", _take_from_another),
}
"""Histories rewritten with right hashes and right rows: only the rules of the house and the seals tell."""
