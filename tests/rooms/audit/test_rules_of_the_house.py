"""The rules the audit judges by, one sentence each; no database, no entries."""

from uuid import UUID

import pytest

from lianxin.contacts.contact import Contact, Matter
from lianxin.custody import Move
from lianxin.ground.clock import MINUTE_MS
from lianxin.insight.audit.evidence import Evidence, House
from lianxin.insight.audit.holding import HOLDS, holder_wrong, overdue, tracker_wrong, unknown_holder
from lianxin.insight.audit.of_contact import unaccounted
from lianxin.insight.audit.of_order import check_texts
from lianxin.insight.audit.rows import check_timer, custody_faults, intervals
from lianxin.insight.audit.separation import Parts
from lianxin.insight.audit.tally import Tally
from lianxin.insight.audit.violation import KINDS, number_of, order_of
from lianxin.orders.lifecycle import OPEN
from lianxin.orders.order import Offer, Order, OrderEntry
from lianxin.orders.texts import text_hash
from lianxin.promises import Promise

HOUSE = House(now=1_000 * MINUTE_MS, staff={"1001": True, "1002": False}, units=frozenset({"zjj", "sd-12345"}))
OFFERED = Offer("unit:zjj", None)


def order(state: str, holder: str | None, offer: Offer | None = None) -> Order:
    return Order(id=1, number="", state=state, holder=holder, offer=offer)


def test_every_open_state_has_its_holders() -> None:
    assert set(HOLDS) == set(OPEN)


@pytest.mark.parametrize(
    "state, holder, offer",
    [
        ("submitted", "tray:review", None),
        ("sent_back", "tray:review", Offer("staff:1001", 5)),  # until the agent signs
        ("sent_back", "staff:1001", None),
        ("approved", "tray:dispatch", None),
        ("dispatched", "tray:dispatch", OFFERED),  # until the unit signs, whatever its clock says
        ("in_progress", "unit:zjj", None),
        ("suspended", "unit:zjj", None),
        ("send_back_review", "unit:zjj", None),
        ("objection_review", "unit:zjj", None),
        ("joint_meeting", "unit:zjj", None),  # the temporary lead
        ("long_run", "unit:zjj", None),
        ("replied", "tray:review", None),
        ("followup_due", "tray:followup", None),
        ("followup_failed", "tray:followup", None),
        ("rework", "tray:followup", OFFERED),
        ("rework", "unit:zjj", None),
        ("transferred", "tray:dispatch", Offer("outside:sd-12345", None)),
        ("transferred", "outside:sd-12345", None),
        ("reopen_asked", "tray:review", None),
    ],
)
def test_these_may_hold(state: str, holder: str, offer: Offer | None) -> None:
    assert holder_wrong(order(state, holder, offer), HOUSE) is None


@pytest.mark.parametrize(
    "state, holder, why",
    [
        ("submitted", None, "nobody holds it"),
        ("submitted", "tray:dispatch", "not by tray:review"),
        ("approved", "unit:zjj", "not by tray:dispatch"),
        ("in_progress", "tray:dispatch", "not by unit"),
        ("in_progress", "unit:gone", "no unit of the city"),
        ("sent_back", "staff:1002", "has left"),
        ("sent_back", "staff:1003", "nobody of the house"),
        ("sent_back", "tray:review", "nobody is asked to sign"),
        ("rework", "tray:followup", "nobody is asked to sign"),
        ("transferred", "unit:zjj", "not by tray:dispatch or outside"),
        ("completed", "tray:review", "none of an open order"),
    ],
)
def test_these_may_not_hold(state: str, holder: str | None, why: str) -> None:
    assert why in (holder_wrong(order(state, holder), HOUSE) or "")


def test_without_a_list_of_staff_or_units_nobody_is_unknown() -> None:
    house = House(now=0)
    assert unknown_holder("staff:1003", house) is None
    assert unknown_holder("unit:gone", house) is None


@pytest.mark.parametrize(
    "dispatches, tracker, why",
    [
        (0, None, None),  # nobody follows what was never dispatched
        (1, "staff:1001", None),
        (1, "unit:bc:contact", None),  # a county office dispatched it
        (1, None, "no tracker"),
        (1, "staff:1002", "has left"),
    ],
)
def test_a_dispatched_order_has_somebody_of_the_house_who_follows_it(
    dispatches: int, tracker: str | None, why: str | None
) -> None:
    followed = Order(id=1, number="", state="dispatched", dispatches=dispatches, tracker=tracker)
    wrong = tracker_wrong(followed, HOUSE)
    assert wrong is None if why is None else why in (wrong or "")


def test_a_promise_may_be_ten_minutes_late_on_its_way() -> None:
    def promise(late: int) -> Promise:
        return Promise(1, "answer", 2, 0, HOUSE.now - late, HOUSE.now - late)

    assert list(overdue([promise(10 * MINUTE_MS)], HOUSE)) == []
    assert len(list(overdue([promise(10 * MINUTE_MS + 1)], HOUSE))) == 1


def test_a_promise_without_a_calendar_is_judged_by_when_it_is_looked_at_again() -> None:
    assert list(overdue([Promise(1, "answer", 2, 0, None, HOUSE.now)], HOUSE)) == []


def entry(kind: str, actor: str, **more: object) -> OrderEntry:
    return OrderEntry(chain=1, seq=1, at=0, kind=kind, actor=actor, command=UUID(int=1), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "course, broken",
    [
        (("submitted a", "approved a"), "agent"),
        (("submitted a", "revised b", "approved b"), "agent"),
        (("submitted a", "approved r", "dispatched a"), "agent"),
        (("submitted a", "not_accepted_proposed r", "not_accepted r"), "reviewer"),
        (("dispatched d", "send_back_refused d"), "dispatcher"),
        (("dispatched d", "joint_meeting_opened d"), "dispatcher"),
        (("submitted a", "followup_attempted a"), "agent"),
        (("dispatched d", "completed d"), "dispatcher"),
        (("followup_answered c", "rework_ordered c"), "caller"),
        (("followup_answered c", "rework_ordered r", "completed c"), "first caller"),
        (("submitted a", "approved r", "dispatched d", "completed c"), None),
        (("followup_attempted c", "completed c"), None),
        (("followup_answered c", "rework_ordered r", "followup_attempted e", "completed e"), None),
        (("submitted a", "reply_accepted a"), "agent"),
        (("submitted a", "reply_returned a"), "agent"),
        (("dispatched d", "joint_meeting_decided d"), "dispatcher"),
        (("submitted a", "reopen_declined a"), "agent"),
        (("followup_answered citizen", "rework_ordered r", "completed citizen"), None),  # rated on the page, twice
    ],
)
def test_who_did_what_decides_who_may_go_on(course: tuple[str, ...], broken: str | None) -> None:
    parts = Parts()
    found = [parts.note(entry(*step.split())) for step in course]
    assert found[:-1] == [None] * (len(course) - 1)
    assert found[-1] == broken


def test_a_reviewer_who_ends_a_lawful_refusal_called_nobody() -> None:
    parts = Parts()
    parts.note(entry("submitted", "a"))
    assert parts.note(entry("completed", "r", fields={"result": "not_solved_lawful"})) is None
    assert parts.note(entry("rework_ordered", "r")) is None


def test_intervals_follow_each_other_and_a_reopened_order_has_a_pause() -> None:
    moves = [
        Move(1, 0, 1, "tray:review", 0),
        Move(1, 0, 2, "tray:dispatch", 5),
        Move(1, 1, 1, "unit:zjj", 6),
        Move(1, 0, 2, None, 9),
        Move(1, 1, 1, None, 9),
        Move(1, 0, 3, "tray:dispatch", 20),
    ]
    assert intervals(moves) == [
        (1, 0, 1, "tray:review", 0, 5),
        (1, 0, 2, "tray:dispatch", 5, 9),
        (1, 0, 3, "tray:dispatch", 20, None),
        (1, 1, 1, "unit:zjj", 6, 9),
    ]


EXPECTED = ((1, 0, 1, "a", 0, 5), (1, 0, 2, "b", 5, None))


@pytest.mark.parametrize(
    "stored, kind",
    [
        (((1, 0, 1, "a", 0, 4), EXPECTED[1]), "custody_gap"),
        ((EXPECTED[0], (1, 0, 2, "b", 6, None)), "custody_gap"),
        ((EXPECTED[0], (1, 0, 2, "b", 5, 7)), "custody_gap"),
        ((EXPECTED[0],), "custody_gap"),
        (((1, 0, 1, "a", 0, 6), EXPECTED[1]), "custody_overlap"),
        (((1, 0, 1, "a", 0, None), EXPECTED[1]), "custody_overlap"),
        ((EXPECTED[0], (1, 0, 2, "b", 4, None)), "custody_overlap"),
        ((*EXPECTED, (1, 0, 3, "c", 7, None)), "custody_overlap"),
        ((EXPECTED[0], (1, 0, 2, "c", 5, None)), "projection_differs"),
    ],
)
def test_what_is_between_two_accounts_of_custody_is_named(stored: tuple[object, ...], kind: str) -> None:
    assert [fault for fault, _ in custody_faults(EXPECTED, stored)] == [kind]


def test_two_equal_accounts_have_nothing_between_them() -> None:
    assert custody_faults(EXPECTED, EXPECTED) == []


@pytest.mark.parametrize(
    "due, timer, kind",
    [
        (100, (100, 0), None),
        (100, (100 + MINUTE_MS, 1), None),  # its command failed once and comes again
        (100, (100 + MINUTE_MS, 0), "due_missing"),
        (100, (99, 1), "due_missing"),
        (100, None, "due_missing"),
        (None, None, None),
        (None, (100, 0), "projection_differs"),
    ],
)
def test_the_next_date_is_on_the_list_of_timers(
    due: int | None, timer: tuple[int, int] | None, kind: str | None
) -> None:
    evidence, tally = Evidence(10**15 + 1), Tally()
    evidence.timer = timer
    check_timer(evidence, due, tally)
    assert [one.kind for one in tally.violations] == ([] if kind is None else [kind])


LATE = HOUSE.now - 11 * MINUTE_MS


@pytest.mark.parametrize(
    "contact, why",
    [
        (Contact(id=1, stage="talking", holder="staff:1001", limit=HOUSE.now), None),
        (Contact(id=1, stage="talking", holder="staff:1001", limit=LATE), "past its limit"),
        (Contact(id=1, stage="talking", holder="staff:1001"), "no limit"),
        (Contact(id=1, stage="waiting", limit=HOUSE.now), "no holder"),
        (Contact(id=1, disposition="lost"), "no disposition"),
        (Contact(id=1, disposition="heard", matters=(Matter("heard"),)), None),
        (Contact(id=1, disposition="heard", matters=(Matter("heard"), Matter("opened", 5))), "opened"),
        (Contact(id=1, disposition="ring_back"), None),
        (Contact(id=1, disposition="heard"), "ring_back"),
    ],
)
def test_every_contact_has_ended_in_one_way_or_is_in_hand(contact: Contact, why: str | None) -> None:
    wrong = unaccounted(contact, HOUSE)
    assert wrong is None if why is None else why in (wrong or "")


def test_a_text_after_an_erasure_is_the_one_the_erasure_names() -> None:
    def checked(text: str, salt: bytes | None) -> list[str]:
        tally = Tally()
        digest = text_hash(b"new", "", "(已依法删除)")
        check_texts([(1, 1, "", text, salt)], {1: digest}, 10**15 + 1, tally)
        return [one.kind for one in tally.violations]

    assert checked("(已依法删除)", b"new") == []
    assert checked("(已依法删除)", None) == ["text_changed"]
    assert checked("电梯坏了", b"new") == ["text_changed"]


def test_an_order_is_named_by_the_number_people_know() -> None:
    assert number_of(1020260309000018) == "20260309-000018"
    assert number_of(1202603091234567) == "20260309-1234567"  # a day with more than 99,999 orders
    assert order_of(2020260309000018) is None


def test_every_kind_has_a_name_in_chinese() -> None:
    assert len(set(KINDS.values())) == len(KINDS)
