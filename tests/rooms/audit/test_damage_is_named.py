"""Whoever damages the database as its superuser is found, and the audit names what was done to which order.

Each damage is one that no trigger, no constraint and no right holds back. `kind` is what
the audit must call it, `life` the order (or contact, or nothing) it must name.
"""

from typing import NamedTuple

import pytest
from made.forgeries import FORGERIES
from made.lives import AGENT, DISPATCHER
from made.sealed import Sealed

from lianxin.insight.audit.report import Report
from lianxin.insight.audit.violation import number_of

OF_THE_ACCESS_LOG = {"look_changed", "look_missing", "look_inserted", "sweep_broken"}
"""Provoked in `test_the_access_log_is_proven.py`."""
OF_FILES = {"attachment_missing", "attachment_changed"}
"""Provoked in `tests/rooms/attachments`."""
NO_OVERLAP = "ALTER TABLE custody DROP CONSTRAINT custody_no_overlap"
ENDED = "UPDATE entries SET body = convert_to(replace(convert_from(body, 'UTF8'), '{a}', '{b}'), 'UTF8')"


class Damage(NamedTuple):
    """What is done, how it must be called, and which life it must be found on (None: no order)."""

    kind: str
    life: str | None
    sql: tuple[str, ...]


DAMAGES = {
    "a word of an entry is changed": Damage(
        "chain_broken",
        "completed",
        (ENDED.format(a='"solved":"solved"', b='"solved":"partly"') + " WHERE chain_id = %(completed)s",),
    ),
    "two entries swap their bodies": Damage(
        "chain_broken",
        "completed",
        (
            "UPDATE entries e SET body = o.body FROM entries o"
            " WHERE e.chain_id = %(completed)s AND o.chain_id = e.chain_id AND (e.seq, o.seq) IN ((2, 3), (3, 2))",
        ),
    ),
    "an entry says another actor in its column": Damage(
        "chain_broken",
        "approved",
        ("UPDATE entries SET actor = 'staff:9999' WHERE chain_id = %(approved)s AND seq = 2",),
    ),
    "an entry is not JSON any more": Damage(
        "chain_broken",
        "approved",
        ("UPDATE entries SET body = '{' WHERE chain_id = %(approved)s AND seq = 2",),
    ),
    "an entry in the middle is deleted": Damage(
        "entry_missing", "completed", ("DELETE FROM entries WHERE chain_id = %(completed)s AND seq = 4",)
    ),
    "the first entry is deleted": Damage(
        "entry_missing", "completed", ("DELETE FROM entries WHERE chain_id = %(completed)s AND seq = 1",)
    ),
    "the last entry is deleted": Damage(
        "entry_missing", "completed", ("DELETE FROM entries WHERE chain_id = %(completed)s AND kind = 'completed'",)
    ),
    "an entry's time is moved back in its column": Damage(
        "entry_back_dated",
        "approved",
        ("UPDATE entries SET at = at - interval '1 hour' WHERE chain_id = %(approved)s AND seq = 2",),
    ),
    "an entry's time is moved by less than a millisecond": Damage(
        "entry_back_dated",
        "approved",
        ("UPDATE entries SET at = at - interval '3 microseconds' WHERE chain_id = %(approved)s AND seq = 2",),
    ),
    "the citizen's words are changed": Damage(
        "text_changed", "submitted", ("UPDATE texts SET text = '没有问题。' WHERE order_id = %(submitted)s",)
    ),
    "the citizen's words are deleted": Damage(
        "text_changed", "submitted", ("DELETE FROM texts WHERE order_id = %(submitted)s",)
    ),
    "words are put into the citizen's mouth": Damage(
        "text_changed",
        "submitted",
        (
            "INSERT INTO texts SELECT order_id, 7, at, title, text, salt, grams FROM texts"
            " WHERE order_id = %(submitted)s",
        ),
    ),
    "an order is moved to another state": Damage(
        "projection_differs", "approved", ("UPDATE orders SET state = 'completed' WHERE order_id = %(approved)s",)
    ),
    "an order is given to another holder in the list": Damage(
        "projection_differs", "with_part", ("UPDATE orders SET holder = 'unit:x' WHERE order_id = %(with_part)s",)
    ),
    "an order's snapshot says something else": Damage(
        "projection_differs",
        "approved",
        (
            "UPDATE chains SET snapshot = convert_to("
            "replace(convert_from(snapshot, 'UTF8'), '\"approved\"', '\"dispatched\"'), 'UTF8')"
            " WHERE chain_id = %(approved)s",
        ),
    ),
    "the opening of an order leaves the books of the day": Damage(
        "books_unbalanced", None, ("DELETE FROM order_events WHERE order_id = %(approved)s",)
    ),
    "two hold an order at once": Damage(
        "custody_overlap",
        "with_part",
        (
            NO_OVERLAP,
            "DROP INDEX custody_open_idx",
            "INSERT INTO custody SELECT subject_id, 0, n + 1, 'unit:x', since, NULL FROM custody"
            " WHERE subject_id = %(with_part)s AND part = 0 AND until IS NULL",
        ),
    ),
    "a holder is said to have held longer": Damage(
        "custody_overlap",
        "with_part",
        (
            NO_OVERLAP,
            "UPDATE custody SET until = until + interval '1 minute'"
            " WHERE subject_id = %(with_part)s AND part = 0 AND n = 1",
        ),
    ),
    "nobody held an order for a minute": Damage(
        "custody_gap",
        "with_part",
        (
            "UPDATE custody SET since = since + interval '1 minute'"
            " WHERE subject_id = %(with_part)s AND part = 0 AND until IS NULL",
        ),
    ),
    "an interval of custody is deleted": Damage(
        "custody_gap",
        "with_part",
        ("DELETE FROM custody WHERE subject_id = %(with_part)s AND part = 0 AND n = 1",),
    ),
    "nobody holds an open order any more": Damage(
        "custody_gap",
        "with_part",
        (
            "UPDATE custody SET until = since + interval '1 minute'"
            " WHERE subject_id = %(with_part)s AND part = 0 AND until IS NULL",
        ),
    ),
    "the holder has left the house": Damage(
        "holder_invalid", "sent_back", (f"UPDATE staff SET active = false WHERE work_number = '{AGENT[6:]}'",)
    ),
    "the tracker has left the house": Damage(
        "tracker_missing", "with_part", (f"UPDATE staff SET active = false WHERE work_number = '{DISPATCHER[6:]}'",)
    ),
    "a promise is deleted": Damage(
        "promise_missing", "submitted", ("DELETE FROM promises WHERE subject_id = %(submitted)s",)
    ),
    "a promise is called kept": Damage(
        "projection_differs",
        "submitted",
        ("UPDATE promises SET state = 'kept', settled_at = made_at WHERE subject_id = %(submitted)s",),
    ),
    "a leader's instruction disappears": Damage(
        "instruction_unanswered",
        "instructed",
        ("DELETE FROM instructions WHERE order_id = %(instructed)s AND n = 2",),
    ),
    "a leader's instruction is called answered": Damage(
        "projection_differs",
        "instructed",
        (
            "UPDATE instructions SET answered_at = at, answered_by = 'staff:8001', answer_n = 2"
            " WHERE order_id = %(instructed)s AND n = 2",
        ),
    ),
    "an instruction is put under a leader's name": Damage(
        "projection_differs",
        "instructed",
        (
            "INSERT INTO instructions SELECT order_id, 3, by, at, due_at, text_n FROM instructions"
            " WHERE order_id = %(instructed)s AND n = 2",
        ),
    ),
    "the next date of an order is deleted": Damage(
        "due_missing", "submitted", ("DELETE FROM timers WHERE subject_id = %(submitted)s",)
    ),
    "the next date of an order is put off": Damage(
        "due_missing",
        "submitted",
        ("UPDATE timers SET due_at = due_at + interval '1 year' WHERE subject_id = %(submitted)s",),
    ),
    "the next date of a contact is deleted": Damage(
        "due_missing", None, ("DELETE FROM timers WHERE subject_id = %(talking)s",)
    ),
    "an order leaves the list": Damage(
        "order_missing", "submitted", ("DELETE FROM orders WHERE order_id = %(submitted)s",)
    ),
    "an order disappears from every table": Damage(
        "order_missing",
        "submitted",
        (
            "DELETE FROM entries WHERE chain_id = %(submitted)s",
            "DELETE FROM chains WHERE chain_id = %(submitted)s",
            "DELETE FROM orders WHERE order_id = %(submitted)s",
            "DELETE FROM order_events WHERE order_id = %(submitted)s",
            "DELETE FROM custody WHERE subject_id = %(submitted)s",
            "DELETE FROM promises WHERE subject_id = %(submitted)s",
            "DELETE FROM timers WHERE subject_id = %(submitted)s",
            "DELETE FROM texts WHERE order_id = %(submitted)s",
        ),
    ),
    "an order disappears before it was sealed": Damage(
        "order_missing",
        "unsealed",
        tuple(
            f"DELETE FROM {table} WHERE {column} = %(unsealed)s"
            for table, column in (
                ("entries", "chain_id"),
                ("chains", "chain_id"),
                ("orders", "order_id"),
                ("order_events", "order_id"),
                ("custody", "subject_id"),
                ("promises", "subject_id"),
                ("timers", "subject_id"),
                ("texts", "order_id"),
            )
        ),
    ),
    "a contact has no disposition": Damage(
        "contact_unaccounted", None, ("UPDATE contacts SET disposition = '' WHERE contact_id = %(heard)s",)
    ),
    "a contact leaves the list": Damage(
        "contact_unaccounted", None, ("DELETE FROM contacts WHERE contact_id = %(heard)s",)
    ),
    "a contact disappears": Damage(
        "contact_unaccounted",
        None,
        (
            "DELETE FROM entries WHERE chain_id = %(heard)s",
            "DELETE FROM chains WHERE chain_id = %(heard)s",
            "DELETE FROM contacts WHERE contact_id = %(heard)s",
            "DELETE FROM timers WHERE subject_id = %(heard)s",
        ),
    ),
    "the answer owed to a merged citizen is deleted": Damage(
        "joined_unanswered", "child", ("DELETE FROM promises WHERE subject_id = %(parent)s AND promise_id > 1",)
    ),
    "the order that others were merged into disappears": Damage(
        "joined_unanswered",
        "child",
        ("DELETE FROM entries WHERE chain_id = %(parent)s", "DELETE FROM chains WHERE chain_id = %(parent)s"),
    ),
    "a checkpoint is removed": Damage(
        "checkpoint_missing",
        None,
        ("DELETE FROM checkpoint_leaves WHERE checkpoint_id = 1", "DELETE FROM checkpoints WHERE checkpoint_id = 1"),
    ),
    "the last checkpoint is removed": Damage(
        "checkpoint_missing",
        None,
        ("DELETE FROM checkpoint_leaves WHERE checkpoint_id = 2", "DELETE FROM checkpoints WHERE checkpoint_id = 2"),
    ),
    "all checkpoints are removed": Damage(
        "checkpoint_missing",
        None,
        ("DELETE FROM checkpoint_leaves", "DELETE FROM checkpoints", "UPDATE chains SET sealed_seq = 0"),
    ),
    "a leaf of a checkpoint is removed": Damage(
        "checkpoint_broken", None, ("DELETE FROM checkpoint_leaves WHERE chain_id = %(heard)s",)
    ),
    "a leaf of a checkpoint is changed": Damage(
        "checkpoint_broken",
        None,
        ("UPDATE checkpoint_leaves SET head = sha256(head) WHERE chain_id = %(heard)s",),
    ),
    "a checkpoint's line is changed": Damage(
        "checkpoint_broken",
        None,
        ("UPDATE checkpoints SET line = replace(line, '\"entries\":', '\"entries\":1') WHERE checkpoint_id = 1",),
    ),
    "a chain is called sealed that was not": Damage(
        "checkpoint_broken", "unsealed", ("UPDATE chains SET sealed_seq = seq WHERE chain_id = %(unsealed)s",)
    ),
    "somebody is put on the staff by hand": Damage(
        "projection_differs",
        None,
        (f"UPDATE staff SET roles = roles || '{{reviewer}}' WHERE work_number = '{AGENT[6:]}'",),
    ),
}


def found(report: Report, kind: str, chain: int | None) -> list[str]:
    """Return what the audit says of this kind about the order (None: about no order)."""
    number = None if chain is None else number_of(chain)
    return [one.detail for one in report.violations if (one.kind, one.order) == (kind, number)]


@pytest.mark.parametrize("what", DAMAGES)
def test_the_audit_names_it(what: str, hotline: Sealed) -> None:
    damage = DAMAGES[what]
    hotline.damage(*damage.sql)
    report = hotline.audit()
    assert not report.ok
    chain = None if damage.life is None else hotline.made[damage.life]
    assert found(report, damage.kind, chain), report.violations


@pytest.mark.parametrize("what", FORGERIES)
def test_a_history_written_anew_is_found(what: str, hotline: Sealed) -> None:
    kind, life, change = FORGERIES[what]
    hotline.forge(life, change)
    report = hotline.audit()
    assert found(report, kind, hotline.made[life]), report.violations


def test_every_kind_of_violation_but_those_of_the_receipt_was_provoked() -> None:
    from lianxin.insight.audit.violation import KINDS

    provoked = {damage.kind for damage in DAMAGES.values()} | {kind for kind, _, _ in FORGERIES.values()}
    assert set(KINDS) - provoked == {"receipt_contradicted", *OF_THE_ACCESS_LOG, *OF_FILES}
