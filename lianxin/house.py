"""The floor plan: which rooms are there, and which floor does each stand on?

Imports point down: a room imports rooms of lower floors, and of its own floor
only where `SIDE_BY_SIDE` lists the pair. `tests/house` holds it. Data only.
"""

FLOORS: tuple[tuple[str, ...], ...] = (
    ("ground.clock", "ground.store", "ground.text", "ground.ledger", "ground.site", "ground.web"),
    ("people", "access", "units", "places", "rules", "deadlines"),
    ("custody", "promises", "contacts", "privacy"),
    ("orders", "knowledge", "attachments"),
    ("personnel", "retention", "receipts", "quality"),
    ("insight",),
    ("channels", "portal", "exchange"),
    (
        "desks",
        "desks.intake",
        "desks.review",
        "desks.dispatch",
        "desks.unit",
        "desks.objection",
        "desks.supervision",
        "desks.followup",
        "desks.quality",
        "desks.expert",
        "desks.county",
        "desks.leader",
        "desks.duty",
        "desks.analysis",
        "desks.rulebook",
        "desks.system",
        "worker",
    ),
    ("twin", "bench"),
    ("house", "manual", "cli", "__main__"),
)
"""Rooms from the bottom to the top, by their dotted name below `lianxin`."""

SIDE_BY_SIDE: frozenset[tuple[str, str]] = frozenset(
    {
        ("ground.store", "ground.clock"),
        ("ground.ledger", "ground.clock"),
        ("ground.ledger", "ground.store"),
        ("ground.site", "ground.clock"),
        ("ground.site", "ground.store"),
        ("ground.web", "ground.clock"),
        ("ground.web", "ground.site"),
        ("ground.web", "ground.store"),
        ("access", "people"),
        ("access", "units"),
        ("access", "places"),
        ("people", "places"),
        ("people", "units"),
        ("units", "places"),
        ("rules", "deadlines"),
        ("attachments", "orders"),
        ("contacts", "promises"),
        ("bench", "twin"),
        ("manual", "house"),
        ("cli", "house"),
        ("cli", "manual"),
        ("__main__", "cli"),
    }
)
"""(importer, imported) within one floor."""

KNOWN_TO_ALL: frozenset[str] = frozenset({"house"})
"""The plan itself: data that imports nothing, read by who walks through the house to put it together."""

PURE: frozenset[str] = frozenset(
    {
        "desks.analysis.report",
        "insight.figures",
        "quality.sampling",
        "rules.comparing",
        "access.scopes",
        "attachments.attachment",
        "attachments.locker",
        "attachments.media",
        "attachments.permission",
        "attachments.ranges",
        "attachments.refusal",
        "attachments.sealing",
        "attachments.washing.boxes",
        "attachments.washing.frames",
        "attachments.washing.jpeg",
        "attachments.washing.ogg",
        "attachments.washing.wav",
        "access.session",
        "access.ways",
        "access.who",
        "contacts.contact",
        "contacts.course",
        "contacts.project",
        "custody.move",
        "deadlines.calendar",
        "deadlines.clock",
        "deadlines.counting",
        "deadlines.explain",
        "deadlines.official",
        "deadlines.plan",
        "deadlines.wording",
        "desks.book",
        "desks.drawing",
        "desks.flow",
        "desks.grouping",
        "desks.words",
        "ground.clock.instant",
        "ground.ledger.batch",
        "ground.ledger.checkpoint",
        "ground.ledger.entry",
        "ground.ledger.merkle",
        "ground.text.cleaning",
        "ground.text.damm",
        "ground.text.grams",
        "ground.text.numbers",
        "ground.text.refusals",
        "insight.audit.across",
        "insight.audit.chain",
        "insight.audit.evidence",
        "insight.audit.holding",
        "insight.audit.links",
        "insight.audit.of_contact",
        "insight.audit.of_house",
        "insight.audit.of_order",
        "insight.audit.report",
        "insight.audit.rows",
        "insight.audit.sealed",
        "insight.audit.separation",
        "insight.audit.tally",
        "insight.audit.violation",
        "orders.batch",
        "orders.commands",
        "orders.commands.answering",
        "orders.commands.citizens",
        "orders.commands.command",
        "orders.commands.dispatching",
        "orders.commands.handling",
        "orders.commands.keeping",
        "orders.commands.supervising",
        "orders.commands.taking_in",
        "orders.course",
        "orders.dates",
        "orders.discreet",
        "orders.evolve",
        "orders.lifecycle",
        "orders.listing",
        "orders.messages",
        "orders.noting",
        "orders.order",
        "orders.pen",
        "orders.project",
        "orders.refusal",
        "orders.overtaken",
        "orders.sheet",
        "orders.states",
        "orders.step",
        "orders.steps.answer",
        "orders.steps.beside",
        "orders.steps.beyond",
        "orders.steps.clockwork",
        "orders.steps.dispatch",
        "orders.steps.followup",
        "orders.steps.handling",
        "orders.steps.intake",
        "orders.steps.joining",
        "orders.steps.parts",
        "orders.steps.returns",
    "orders.steps.written",
        "orders.strip",
        "orders.texts",
        "orders.words",
        "people.numbers",
        "people.roles",
        "people.roll",
        "people.shifts",
        "privacy.look",
        "promises.promise",
        "receipts.receipt",
        "rules.adoption",
        "rules.rules",
        "rules.shelf",
        "twin.arrivals",
        "twin.dice",
        "twin.on_time",
        "twin.phrases",
        "units.directory",
    }
)
"""Modules without I/O, clock, chance or globals: time and rules come in as arguments."""

WRITES_FOR: frozenset[tuple[str, str]] = frozenset(
    {
        ("exchange", "ground.ledger"),  # an import notes its commands, so that a second run meets them and acts once
    }
)
"""(room, owner): the one transaction in which `room` writes a table that `owner` owns."""


def floor_of(room: str) -> int:
    """Return the floor a room stands on. Raises KeyError for a room that is not in the plan."""
    for floor, rooms in enumerate(FLOORS):
        if room in rooms:
            return floor
    raise KeyError(room)


def rooms() -> tuple[str, ...]:
    """Return every room of the house from the bottom to the top."""
    return tuple(room for floor in FLOORS[:-1] for room in floor)
