"""What no code of the house can have written is a violation too: the audit names it, and never breaks off over it."""

import pytest
from made.sealed import Sealed

from lianxin.insight.audit.report import Report
from lianxin.insight.audit.violation import KINDS, number_of

BODY = "UPDATE entries SET body = {} WHERE chain_id = %(approved)s AND seq = {}"
IN_BODY = "convert_to(regexp_replace(convert_from(body, 'UTF8'), '{}', '{}'), 'UTF8')"
NO_TEXT = r"convert_to('{\"kind\":\"', 'UTF8') || '\xff'::bytea || convert_to('\"}', 'UTF8')".replace('\\"', '"')

SENSELESS = {
    "an entry's bytes are no text": ("chain_broken", BODY.format(NO_TEXT, 2)),
    "an entry is from no year": ("chain_broken", BODY.format(IN_BODY.format(r'"at":\d+', '"at":9000000000000000'), 2)),
    "an entry names no contact": ("chain_broken", BODY.format(IN_BODY.format(r'"contact":\d+', '"contact":"x"'), 1)),
    "an entry names a contact beyond all numbers": (
        "chain_broken",
        BODY.format(IN_BODY.format(r'"contact":\d+', f'"contact":{10**30}'), 1),
    ),
    "an entry has a list where a name belongs": (
        "chain_broken",
        BODY.format(IN_BODY.format('"fields":{', '"fields":{"unit":["x"],"kind":[],'), 1),
    ),
    "an entry's column is infinite": (
        "entry_back_dated",
        "UPDATE entries SET at = 'infinity' WHERE chain_id = %(approved)s AND seq = 2",
    ),
    "an order's snapshot is no text": (
        "projection_differs",
        r"UPDATE chains SET snapshot = '\x22ff22'::bytea WHERE chain_id = %(approved)s",
    ),
    "the order held for ever and still does": (
        "custody_overlap",
        "UPDATE custody SET until = 'infinity' WHERE subject_id = %(with_part)s AND part = 0 AND n = 1",
    ),
    "somebody has held since before all time": (
        "custody_overlap",
        "UPDATE custody SET since = '-infinity' WHERE subject_id = %(with_part)s AND part = 0 AND n = 1",
    ),
    "the next date never comes": (
        "due_missing",
        "UPDATE timers SET due_at = 'infinity' WHERE subject_id = %(submitted)s",
    ),
    "a closed order is never put into the archive": (
        "due_missing",
        "INSERT INTO timers VALUES (%(completed)s, 'infinity')"
        " ON CONFLICT (subject_id) DO UPDATE SET due_at = excluded.due_at",
    ),
    "a promise is due never": (
        "projection_differs",
        "UPDATE promises SET due_at = 'infinity' WHERE subject_id = %(submitted)s",
    ),
    "an order was opened never": (
        "projection_differs",
        "UPDATE order_events SET at = 'infinity' WHERE order_id = %(submitted)s",
    ),
    "a checkpoint is from no year": (
        "checkpoint_broken",
        "UPDATE checkpoints SET at = 'infinity' WHERE checkpoint_id = 1",
    ),
    "leaves belong to no checkpoint": (
        "checkpoint_broken",
        "INSERT INTO checkpoint_leaves SELECT 77, chain_id, seq, head FROM checkpoint_leaves LIMIT 1",
    ),
    "there is a chain of nothing": (
        "chain_broken",
        "INSERT INTO entries SELECT -5, seq, at, kind, actor, command_id, hash, body FROM entries"
        " WHERE chain_id = %(approved)s",
    ),
    "the parent of a merged order lies beyond all numbers": (
        "joined_unanswered",
        "UPDATE chains SET snapshot = convert_to(regexp_replace(convert_from(snapshot, 'UTF8'), '^{',"
        f" '{{\"parent\":{10**30},'), 'UTF8') WHERE chain_id = %(parent)s",
    ),
}


def kinds(report: Report) -> set[str]:
    return {violation.kind for violation in report.violations}


@pytest.mark.parametrize("what", SENSELESS)
def test_it_is_named(what: str, hotline: Sealed) -> None:
    kind, sql = SENSELESS[what]
    hotline.damage(sql)
    report = hotline.audit()
    assert kind in kinds(report), report.violations
    assert kinds(report) <= set(KINDS)
    assert kinds(hotline.audit(since=1)) <= set(KINDS), "read without the entries it does not break off either"


def test_one_senseless_chain_does_not_hide_another(hotline: Sealed) -> None:
    _, sql = SENSELESS["an entry names no contact"]
    hotline.damage(sql, "UPDATE texts SET text = '没有问题。' WHERE order_id = %(submitted)s")
    changed = [one.order for one in hotline.audit().violations if one.kind == "text_changed"]
    assert changed == [number_of(hotline.made["submitted"])]
