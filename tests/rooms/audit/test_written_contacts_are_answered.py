"""Whoever wrote is owed a reply: the audit names what was written and ended without one."""

from uuid import UUID

from made.lives import RULES, World

from lianxin.contacts.contact import Contact, ContactEntry, Matter, evolve
from lianxin.contacts.course import End, WriteBack
from lianxin.contacts.written import first_reply
from lianxin.ground.ledger import Standing
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.insight.audit import audit_memory
from lianxin.orders.batch import Draft

AT = 1_773_018_000_000
"""Monday 9 March 2026, 09:00."""


async def ended(disposition: str, *, kept: bool) -> MemoryLedger:
    """A ledger with one mail that was ended so, as no command of the house ends it."""
    world = World(MemoryLedger())
    before = Contact(id=2 * 10**15 + 20260309000018)
    reply = first_reply(before.id, "mail", RULES, AT)
    assert reply is not None

    def entry(seq: int, kind: str, **effects: object) -> ContactEntry:
        return ContactEntry(
            chain=before.id,
            seq=seq,
            at=AT,
            kind=kind,
            actor="system",
            command=UUID(int=1),
            **effects,  # type: ignore[arg-type]
        )

    entries = [
        entry(1, "arrived", stage="waiting", holder="tray:intake", limit=AT + 1, channel="mail", made=(reply,)),
        entry(
            2,
            "ended",
            stage="ended",
            disposition=disposition,
            matter=None if disposition == "ring_back" else Matter("heard"),
            kept=(1,) if kept else (),
        ),
    ]
    after = evolve(evolve(before, entries[0]), entries[1])
    draft = Draft(UUID(int=1), AT)
    draft.contact(Standing(), before, entries, after)
    await world.store.commit(draft.done({}))
    assert isinstance(world.store, MemoryLedger)
    return world.store


async def test_a_reply_that_is_still_owed_when_it_has_ended_is_named() -> None:
    (found,) = audit_memory(await ended("heard", kept=False)).violations
    assert found.kind == "promise_unkept" and "of a reply is still open" in found.detail


async def test_what_was_written_cannot_end_in_a_ring_back() -> None:
    (found,) = audit_memory(await ended("ring_back", kept=True)).violations
    assert found.kind == "contact_unaccounted" and "nobody can ring back" in found.detail


async def test_what_ended_with_its_answer_is_in_order() -> None:
    assert audit_memory(await ended("heard", kept=True)).ok


async def test_so_is_one_that_an_agent_answered() -> None:
    world = World(MemoryLedger())
    contact = await world.letter()
    await world.meet(contact, WriteBack, "staff:1001", message=UUID(int=5))
    await world.meet(contact, End, "staff:1001", matter=Matter("answered", item="K18 v2"))
    assert isinstance(world.store, MemoryLedger)
    assert audit_memory(world.store).ok
