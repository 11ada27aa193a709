"""Is one contact accounted for: ended in one way, or held by somebody within its limit? Pure."""

import msgspec

from lianxin.contacts.contact import (
    DISPOSITIONS,
    PENDING,
    QUEUE_TRAY,
    Contact,
    ContactEntry,
    apply,
    disposition_of,
    next_date,
)
from lianxin.contacts.project import ContactRow, promise_rows, row_of
from lianxin.contacts.written import REPLIES
from lianxin.insight.audit.evidence import UNREADABLE, Asks, Evidence, House
from lianxin.insight.audit.holding import unknown_holder
from lianxin.insight.audit.links import check_leaves, read_entries
from lianxin.insight.audit.of_files import check_files
from lianxin.insight.audit.rows import check_promises, check_timer, differing, last_words
from lianxin.insight.audit.tally import Tally
from lianxin.insight.audit.violation import when

_decode_entry = msgspec.json.Decoder(ContactEntry).decode
_decode_contact = msgspec.json.Decoder(Contact).decode
COLUMNS = tuple(field.name for field in msgspec.structs.fields(ContactRow))


def check_contact(evidence: Evidence, house: House, tally: Tally, asks: Asks) -> None:
    """Check one contact, count it, and leave the orders it names in `asks`."""
    if evidence.entries is None:
        _check_unread(evidence, house, tally, asks)
        return
    if not evidence.entries:
        sealed = evidence.leaves.seq
        gone = (
            f"all its entries are gone; a checkpoint sealed {sealed}" if sealed else "it is listed and has no entries"
        )
        tally.found("contact_unaccounted", evidence.chain, gone)
        return
    entries = read_entries(evidence, _decode_entry, tally)
    tally.entries += len(evidence.entries)
    contact = Contact(id=evidence.chain)
    rows = []
    try:
        rows = promise_rows(contact, entries)
        for entry in entries:
            apply(contact, entry)
    except (KeyError, AssertionError):
        tally.found("chain_broken", contact.id, "its entries cannot have followed each other")
        entries.whole = False
    tally.kept += sum(row.state == "kept" for row in rows)
    tally.broken += sum(row.state == "broken" for row in rows)
    count(contact, tally)
    if contact.disposition == "ring_back" and any(row.kind in REPLIES for row in rows):
        tally.found("contact_unaccounted", contact.id, "it was written, and nobody can ring back to what was written")
    if entries.whole:
        _check_snapshot(evidence, contact, tally)
        check_promises(evidence, last_words(rows), tally)
        check_files(evidence, entries, tally)
        check_outcome(contact, house, tally, asks)


def count(contact: Contact, tally: Tally) -> None:
    """Count how it ended, or that it has not, and what is owed."""
    name = contact.disposition
    tally.dispositions[name] = tally.dispositions.get(name, 0) + 1
    tally.promised += len(contact.promises)
    tally.unresolved += sum(promise.due is None for promise in contact.promises.values())


def _check_snapshot(evidence: Evidence, contact: Contact, tally: Tally) -> None:
    try:
        same = evidence.stands is None or _decode_contact(evidence.stands.snapshot) == contact
    except UNREADABLE:
        same = False
    if not same:
        tally.found("projection_differs", contact.id, "as it is kept for commands it is not what its entries make")
    check_row(evidence, contact, tally)


def check_row(evidence: Evidence, contact: Contact, tally: Tally) -> None:
    """Compare the contact's row in the list of contacts, and its timer."""
    expected, row = msgspec.structs.astuple(row_of(contact)), evidence.row
    if row is None:
        tally.found("contact_unaccounted", contact.id, "it has entries and is not in the list of contacts")
    elif tuple(row) != expected:
        known = row[COLUMNS.index("disposition")] in (*DISPOSITIONS, PENDING)
        kind = "projection_differs" if known else "contact_unaccounted"
        tally.found(kind, contact.id, differing(COLUMNS, expected, tuple(row)))
    check_timer(evidence, next_date(contact), tally)


def check_outcome(contact: Contact, house: House, tally: Tally, asks: Asks) -> None:
    """Ask what the house promises of every contact."""
    wrong = unaccounted(contact, house)
    if wrong is not None:
        tally.found("contact_unaccounted", contact.id, wrong)
    if contact.disposition == PENDING and contact.holder not in (None, QUEUE_TRAY):
        gone = unknown_holder(contact.holder or "", house)
        if gone is not None:
            tally.found("holder_invalid", contact.id, gone)
    for promise in contact.promises.values():
        if promise.kind in REPLIES and contact.stage == "ended":
            detail = f"it has ended, and promise {promise.id} ({promise.kind}) of a reply is still open"
            tally.found("promise_unkept", contact.id, detail)
    if contact.disposition == "ring_back" and not contact.promised:
        tally.found("promise_missing", contact.id, "the caller left unanswered and no ring-back was promised")
    for promise in contact.promises.values():
        if promise.next + house.grace < house.now:
            detail = (
                f"promise {promise.id} ({promise.kind}) was due {when(promise.next)} and is neither kept nor broken"
            )
            tally.found("promise_unkept", contact.id, detail)
    asks.orders += [(contact.id, matter.order) for matter in contact.matters if matter.order is not None]


def unaccounted(contact: Contact, house: House) -> str | None:
    """Return why nobody can say what became of the contact, None where it has ended or is in hand."""
    name = contact.disposition
    if name == PENDING:
        if contact.limit is None or not contact.holder:
            return f"it is {contact.stage or 'not begun'} and has no holder or no limit"
        late = contact.limit + house.grace < house.now
        return f"it is {contact.stage} at {contact.holder}, past its limit {when(contact.limit)}" if late else None
    if name not in DISPOSITIONS:
        return f"it ended as {name!r}, which is no disposition"
    ended = disposition_of(contact.matters) if contact.matters else "ring_back"
    return None if name == ended else f"it is called {name}, its matters say {ended}"


def _check_unread(evidence: Evidence, house: House, tally: Tally, asks: Asks) -> None:
    stands = evidence.stands
    assert stands is not None, evidence.chain
    tally.entries += stands.seq
    check_leaves(evidence, tally)
    try:
        contact = _decode_contact(stands.snapshot)
    except UNREADABLE:
        tally.found("projection_differs", evidence.chain, "as it is kept for commands it cannot be read")
        return
    tally.kept += sum(row[7] == "kept" for row in evidence.promises)
    tally.broken += sum(row[7] == "broken" for row in evidence.promises)
    count(contact, tally)
    check_row(evidence, contact, tally)
    check_outcome(contact, house, tally, asks)
