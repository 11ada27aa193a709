"""How does one file of old orders come into a site, and what is said about it?"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lianxin.exchange.history import Past
from lianxin.exchange.history_batch import House
from lianxin.exchange.history_file import Broken, HistoryError, Known, read_history
from lianxin.exchange.history_import import Outcome, import_history
from lianxin.ground.clock import Instant
from lianxin.places import load_categories, load_places
from lianxin.rules import load_rules
from lianxin.units import load_units

NAMED_MAX = 20
"""Broken lines that are named one by one; the others are counted."""


class Done(NamedTuple):
    """What became of a file."""

    outcome: Outcome
    broken: tuple[Broken, ...]


def bring_in(path: Path, url: str, source: str, pack: str, tracker: str | None, now: Instant) -> Done:
    """Bring in every sound line of the file. Raises HistoryError, ImportRuns.

    An order still open needs somebody of the house who follows it, so without a tracker the first one refuses the file.
    """
    broken: list[Broken] = []
    house = House(url, source, now, load_rules(pack).ref, tracker)
    outcome = import_history(_sound(read_history(path, now, known_here()), tracker, broken), house)
    return Done(outcome, tuple(broken))


def known_here() -> Known:
    """Return what an order may name in this city."""
    units = load_units()
    return Known(
        units=frozenset(unit.id for unit in units.all),
        categories=frozenset(load_categories()),
        regions=frozenset(region.code for region in load_places().regions),
    )


def _sound(found: Iterator[Past | Broken], tracker: str | None, broken: list[Broken]) -> Iterator[Past]:
    for one in found:
        if isinstance(one, Broken):
            broken.append(one)
        elif one.dispatched is not None and one.closed is None and tracker is None:
            raise HistoryError(
                f"Order {one.old_number} is still open and was dispatched: name who of the house follows it, "
                "--tracker staff:…. What was written before it stays written; the same file goes on from there."
            )
        else:
            yield one


def spoken(done: Done) -> Iterator[str]:
    """Yield what a person should know, one sentence each."""
    yield f"{done.outcome.imported} orders were brought in, {done.outcome.known} were here already."
    for line, why in done.broken[:NAMED_MAX]:
        yield f"Line {line} was left out: {why}."
    if len(done.broken) > NAMED_MAX:
        yield f"Lines left out besides: {len(done.broken) - NAMED_MAX}."
