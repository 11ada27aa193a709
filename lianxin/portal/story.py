"""What is a citizen told of their order's course, in plain words? Pure.

From the entries of its chain, newest first. Each kind of entry that concerns the citizen has
a sentence; a kind that is not listed is the house's own business and is left out. Of texts
only these are shown: what this citizen wrote, what was marked as told to them, and the unit's
answer once it passed review. Nobody's name or work number, and nothing of other citizens
who are in the same order.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import Instant
from lianxin.ground.web import marked
from lianxin.orders.order import OrderEntry

Mark = Literal["own", "step", "answer", "late", "end"]
"""What a step is for the citizen: something they did, a step of the work, the answer, a broken date, the end."""


class Told(NamedTuple):
    """A step as the citizen reads it.

    words   a msgid; unit, day and amount are its values
    text    a text that belongs to it, the citizen's own or one that was told to them
    voice   the text is in the citizen's own words
    """

    at: Instant
    words: str
    mark: Mark
    unit: str = ""
    day: Instant | None = None
    text: str = ""
    voice: bool = False


class _Way(NamedTuple):
    words: str
    mark: Mark = "step"


WAYS: Final[Mapping[str, _Way]] = {
    "received": _Way(marked("You wrote to us on the web"), "own"),
    "submitted": _Way(marked("The hotline took down what you asked for"), "own"),
    "imported": _Way(marked("Taken over from the hotline's former system")),
    "taken_in": _Way(marked("An agent read it and passed it on to be checked")),
    "approved": _Way(marked("Checked; now it is decided which unit handles it")),
    "not_accepted": _Way(marked("The hotline cannot take this on"), "end"),
    "dispatched": _Way(marked("Sent to %(unit)s")),
    "joint_meeting_decided": _Way(marked("The units have agreed: %(unit)s handles it")),
    "signed": _Way(marked("%(unit)s signed for it and begins")),
    "send_back_asked": _Way(marked("The unit thinks another one is responsible; the hotline decides")),
    "send_back_accepted": _Way(marked("Another unit is to handle it; it is sent on at once")),
    "send_back_refused": _Way(marked("It stays with the same unit, which goes on")),
    "joint_meeting_opened": _Way(marked("Several units meet to settle who handles it")),
    "contacted": _Way(marked("The unit has spoken with you")),
    "noted": _Way(marked("News on your matter")),
    "added": _Way(marked("You added something"), "own"),
    "attached": _Way(marked("You added a file"), "own"),
    "extended": _Way(marked("The unit was given more time, until %(day)s")),
    "suspended": _Way(marked("The work rests until %(day)s")),
    "resumed": _Way(marked("The work goes on")),
    "long_run_registered": _Way(marked("It cannot be solved soon; it is followed up step by step, next on %(day)s")),
    "milestone_reached": _Way(marked("A step of the plan is done; the next one on %(day)s")),
    "milestone_missed": _Way(marked("A step of the plan was not done in time; the hotline presses for it"), "late"),
    "unreasonable_decided": _Way(marked("After two checks: this cannot be granted, as was explained to you"), "end"),
    "replied": _Way(marked("%(unit)s has answered; the hotline checks the answer")),
    "reply_returned": _Way(marked("The answer is not complete; the unit has to improve it")),
    "reply_accepted": _Way(marked("Here is the answer"), "answer"),
    "followup_attempted": _Way(marked("We called to ask how it went, and did not reach you")),
    "followup_answered": _Way(marked("You told us that it is not settled; the hotline checks what to do")),
    "joined_attempted": _Way(marked("We called to ask how it went, and did not reach you")),
    "joined_unreached": _Way(marked("We tried several times and could not reach you"), "end"),
    "joined_dissatisfied": _Way(marked("You told us that it is not settled; the hotline checks what to do")),
    "joined_followed_up": _Way(marked("You told us how it went"), "own"),
    "promised_later": _Way(marked("You told us that the unit promised a solution for later; we follow it up")),
    "rework_ordered": _Way(marked("The unit has to deal with it again")),
    "rework_declined": _Way(marked("The hotline checked: the unit's answer stands")),
    "completed": _Way(marked("It is completed"), "end"),
    "result_imported": _Way(marked("It is completed"), "end"),
    "withdrawn": _Way(marked("You took it back"), "own"),
    "transferred": _Way(marked("Handed over to %(unit)s, which answers you")),
    "informed": _Way(marked("You were told the answer"), "end"),
    "merged": _Way(marked("Others reported the same; it goes on together with theirs")),
    "separated": _Way(marked("It goes on by itself again")),
    "reopen_asked": _Way(marked("You asked to have it opened again"), "own"),
    "reopen_declined": _Way(marked("The hotline checked: it is not opened again"), "end"),
    "reopened": _Way(marked("Opened again")),
    "archived": _Way(marked("Filed")),
    "sign_overdue": _Way(marked("The unit did not sign in time; the hotline presses for it"), "late"),
    "card_red": _Way(marked("The unit is late; the hotline presses for it"), "late"),
    "overdue_3": _Way(marked("The unit is three working days late; it was reported higher up"), "late"),
    "overdue_5": _Way(marked("The unit is five working days late; it was reported higher up"), "late"),
    "overdue_10": _Way(marked("The unit is ten working days late; it was reported higher up"), "late"),
    "promise_broken": _Way(marked("We did not keep the date we gave you; you get news soon"), "late"),
    "urged": _Way(marked("The hotline urged the unit")),
    "erased": _Way(marked("A text was deleted by law")),
    "code_replaced": _Way(marked("You got a new query code")),
}
"""Kind of an entry -> the sentence for the citizen."""
OF_ONE: Final = frozenset(
    {"added", "attached", "code_replaced", "completed", "erased", "followup_answered", "followup_attempted", "imported"}
    | {"noted", "promised_later", "received", "result_imported", "submitted", "withdrawn"}
)
"""What concerns the own citizen of an order alone; who reads an order that theirs was joined to is not told."""
OF_JOINED: Final = frozenset({"joined_attempted", "joined_unreached", "joined_dissatisfied", "joined_followed_up"})
"""What concerns one of those who joined: told to that one only."""


class Seen(msgspec.Struct, frozen=True):
    """What the story is told from.

    texts    number of a text -> title and text
    own      the contact of the citizen who reads
    joined   the instant from which this order goes on with theirs; None: it is their own order
    names    how a holder `unit:…` or `outside:…` is called
    """

    entries: Sequence[OrderEntry]
    texts: Mapping[int, tuple[str, str]]
    own: int
    names: Callable[[str], str]
    joined: Instant | None = None


def story_of(seen: Seen) -> tuple[Told, ...]:
    """Return what is told, newest first."""
    told: list[Told] = []
    before = _Before()
    for entry in seen.entries:
        before = _and_now(before, entry)
        if entry.kind in WAYS and _concerns(entry, seen):
            told.append(_told(entry, seen, before))
    return tuple(reversed(told))


class _Before(NamedTuple):
    """What earlier entries leave for later ones: the unit, the text of its last answer, the legal way proposed."""

    unit: str = ""
    answer: int = 0
    legal_way: str = ""


def _and_now(before: _Before, entry: OrderEntry) -> _Before:
    if entry.fields.get("unit"):
        before = before._replace(unit=str(entry.fields["unit"]))
    if entry.kind == "replied" and entry.text_n is not None:
        before = before._replace(answer=entry.text_n)
    if entry.kind == "not_accepted_proposed":
        before = before._replace(legal_way=_said(entry, "legal_way"))
    return before


def _concerns(entry: OrderEntry, seen: Seen) -> bool:
    """Whether the entry is for this citizen's eyes."""
    if seen.joined is not None and (entry.at < seen.joined or entry.kind in OF_ONE):
        return False
    if entry.kind in ("added", "reopen_asked") or entry.kind in OF_JOINED:
        return entry.say.get("contact") == seen.own
    if entry.kind == "noted":
        return bool(entry.say.get("told"))
    if entry.kind == "attached":
        return entry.actor == "citizen"
    if entry.kind == "signed":
        return (entry.holder or "").startswith(("unit:", "outside:"))
    return True


def _told(entry: OrderEntry, seen: Seen, before: _Before) -> Told:
    words, mark = WAYS[entry.kind]
    text, voice = _text(entry, seen, before)
    return Told(entry.at, words, mark, _unit_named(entry, seen, before.unit), _day(entry), text, voice)


def _unit_named(entry: OrderEntry, seen: Seen, unit: str) -> str:
    """Return the unit a step speaks of: who holds from now on, who is asked to sign, else who has the order."""
    offered = entry.offer.to if entry.offer is not None else ""
    key = next((key for key in (entry.holder or "", offered) if key.startswith(("unit:", "outside:"))), f"unit:{unit}")
    return seen.names(key)


def _text(entry: OrderEntry, seen: Seen, before: _Before) -> tuple[str, bool]:
    """Return the text that goes with a step, and whether it is in the citizen's own words."""
    if entry.kind == "reply_accepted":
        return _written(seen, before.answer), False
    if entry.kind == "not_accepted":
        return before.legal_way, False
    if entry.kind in ("received", "submitted", "imported", "added", "reopen_asked"):
        return _written(seen, entry.text_n or 0), True
    if entry.kind == "noted":
        return _written(seen, entry.text_n or 0) or _said(entry, "told"), False
    if entry.kind in ("milestone_reached", "long_run_registered"):
        return _said(entry, "told"), False
    if entry.kind == "reopen_declined":
        return _said(entry, "reason"), False
    return "", False


def _written(seen: Seen, n: int) -> str:
    return seen.texts.get(n, ("", ""))[1]


def _said(entry: OrderEntry, name: str) -> str:
    return str(entry.say.get(name, ""))


def _day(entry: OrderEntry) -> Instant | None:
    """Return the date a step speaks of; None where it has none, or none can be computed yet."""
    day: Any = None
    if entry.kind == "extended" and entry.clock is not None:
        day = entry.clock.due
    elif entry.kind == "suspended":
        day = entry.fields.get("resume_at")
    elif entry.kind in ("long_run_registered", "milestone_reached"):
        day = entry.fields.get("milestone_at")
    return day if isinstance(day, int) and day != UNRESOLVED else None
