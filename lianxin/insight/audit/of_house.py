"""Are the chains of the house's people and rule packs true, and do their lists say the same? Pure."""

from hashlib import sha256

import msgspec

from lianxin.insight.audit.evidence import Evidence
from lianxin.insight.audit.links import check_leaves, read_entries
from lianxin.insight.audit.rows import differing
from lianxin.insight.audit.tally import Tally
from lianxin.people import roll
from lianxin.rules import adoption

_decode_member = msgspec.json.Decoder(roll.MemberEntry).decode
_decode_pack = msgspec.json.Decoder(adoption.PackEntry).decode
COLUMNS = tuple(field.name for field in msgspec.structs.fields(roll.MemberRow))


def check_member(evidence: Evidence, tally: Tally) -> None:
    """Check the chain of a person who may act, and what the list of staff says of them."""
    if not _has_entries(evidence, tally):
        return
    entries = read_entries(evidence, _decode_member, tally)
    member = roll.Member(id=evidence.chain, number="")
    for entry in entries:
        member = roll.evolve(member, entry)
    expected = msgspec.structs.astuple(roll.row_of(member))
    stored = evidence.row and tuple(tuple(value) if isinstance(value, list) else value for value in evidence.row)
    if not entries.whole or stored == expected:
        return
    detail = "is not in the list of staff" if stored is None else differing(COLUMNS, expected, stored)
    tally.found("projection_differs", evidence.chain, f"{member.number}: {detail}")


def check_pack(evidence: Evidence, tally: Tally) -> None:
    """Check the chain of a rule pack, and that the text of each adopted version is the one that was adopted."""
    if not _has_entries(evidence, tally):
        return
    stored = {row[1]: row[2] for row in evidence.texts}
    for entry in read_entries(evidence, _decode_pack, tally):
        body = stored.pop(entry.ref, None)
        if body is None:
            tally.found("text_changed", evidence.chain, f"the text of {entry.ref} is gone")
        elif sha256(body.encode()).hexdigest() != entry.sha256:
            tally.found("text_changed", evidence.chain, f"the text of {entry.ref} is not the one that was adopted")
    for ref in stored:
        tally.found("text_changed", evidence.chain, f"{ref} is stored and was never adopted")


def _has_entries(evidence: Evidence, tally: Tally) -> bool:
    """Count the entries; False where there are none to read."""
    if evidence.entries is None:
        tally.entries += evidence.stands.seq if evidence.stands is not None else 0
        check_leaves(evidence, tally)
    elif evidence.entries:
        tally.entries += len(evidence.entries)
        return True
    else:
        tally.found("entry_missing", evidence.chain, "the whole chain is gone")
    return False
