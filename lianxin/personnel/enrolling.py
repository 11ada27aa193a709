"""How does a city move in? All its people and rule packs, each with a chain of its own, in one batch."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid5

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import DoneBefore, Store
from lianxin.ground.ledger.chaining import Chained, chained_batch
from lianxin.people import Person, Staff, roll
from lianxin.rules import adoption, rules_from_text, shipped_texts
from lianxin.units import Units, load_units

_SPACE: Final = UUID("d4a0f6b4-7a34-5c0a-8d0f-6f0b9b6f2f11")
_BY: Final = "system"


class Enrolled(NamedTuple):
    """How many people and packs began their chains now; 0 and 0: they were there already."""

    people: int
    packs: int


async def enrol(store: Store, staff: Staff, now: Instant, packs: Sequence[str] | None = None) -> Enrolled:
    """Hire everybody of a city (the house and the officers of its units) and adopt its packs, if nobody did before.

    packs  texts of rule packs; those that come with the house unless given
    Called again, also by two processes at once, it changes nothing: who is there stays as they are.
    """
    texts = shipped_texts() if packs is None else {rules_from_text(text).ref: text for text in packs}
    numbers = [person.id for person in staff.people]
    command = uuid5(_SPACE, "|".join([*sorted(numbers), *sorted(texts)]))
    chained = await _people(store, staff, command, now)
    people = len(chained)
    adopted, rows = await _packs(store, texts, command, now)
    chained += adopted
    if not chained:
        return Enrolled(0, 0)
    writes: dict[str, list[Any]] = {}
    if people:
        writes["staff_write"] = [roll.row_of(one.after) for one in chained if isinstance(one.after, roll.Member)]
        writes["staff_names_write"] = [roll.NameRow(person.id, person.name) for person in staff.people]
    if rows:
        writes["packs_write"] = rows
    try:
        await store.commit(chained_batch(command, now, {"people": people, "packs": len(rows)}, chained, writes))
    except DoneBefore:
        return Enrolled(0, 0)
    return Enrolled(people, len(rows))


async def _people(store: Store, staff: Staff, command: UUID, now: Instant) -> list[Chained]:
    chains = [roll.member_chain(person.id) for person in staff.people]
    loaded = await store.load(command, chains)
    chained = []
    units = load_units()
    for person, stood in zip(staff.people, loaded.chains, strict=True):
        if stood.seq:
            continue
        hire = roll.Hire(id=command, by=_BY, roles=person.roles, place=place_of(person, units))
        entries, after = roll.decide(roll.new_member(person.id), hire, now)
        chained.append(Chained(after.id, stood, entries, after))
    return chained


def place_of(person: Person, units: Units) -> roll.Place:
    """Return where somebody works; an office of a county or zone sees the orders of every unit of its region."""
    if person.unit is None:
        return roll.Place(zone=person.zone, skills=person.skills)
    return unit_place(person.unit, units)


def unit_place(unit_id: str, units: Units) -> roll.Place:
    """Return where an officer of a unit works."""
    region = units.region_of(unit_id) or ""
    inside: tuple[str, ...] = (unit_id,)
    if region and units.office_of(region).id == unit_id:
        inside = tuple(one.id for one in units.all if units.region_of(one.id) == region)
    return roll.Place(unit=unit_id, units=inside, region=region)


async def _packs(
    store: Store, texts: dict[str, str], command: UUID, now: Instant
) -> tuple[list[Chained], list[adoption.PackRow]]:
    """Return the chains and rows of versions not adopted yet; several versions of one pack share its chain."""
    chained, rows = [], []
    by_pack: dict[str, list[str]] = {}
    for ref, text in texts.items():
        by_pack.setdefault(ref.partition("@")[0], []).append(text)
    for name, versions in by_pack.items():
        stood = (await store.load(command, (adoption.pack_chain(name),))).chains[0]
        pack = adoption.pack_as_stood(name, stood)
        entries: list[adoption.PackEntry] = []
        for text in versions:
            rules = rules_from_text(text)
            if rules.ref in pack.hashes:
                continue
            written, pack = adoption.decide(pack, rules, adoption.Adopt(id=command, by=_BY, text=text), now)
            entries += written
            rows.append(adoption.row_of(pack, rules.ref, text))
        if entries:
            chained.append(Chained(pack.id, stood, entries, pack))
    return chained, rows
