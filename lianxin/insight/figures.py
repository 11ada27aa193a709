"""Which figures does a report have, and how is each of them defined? Pure data.

Counts are added up over days and groups; a share is formed at the end, from two counts,
so that a month's share is not the mean of its days'. Who was not reached, or did not
say, is in neither number of a share: silence is never satisfied (沉默不等于满意).
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from lianxin.ground.web import marked

Counts = Mapping[str, int]


class Figure(msgspec.Struct, frozen=True):
    """A figure of the report.

    name   key of its count in `daily.figures`
    words  what it is called;  definition: how it is counted, from what; both English msgids
    of     the count it is a share of, "" for a plain count
    per    groupings in which it makes sense
    """

    name: str
    words: str
    definition: str
    of: str = ""
    per: frozenset[str] = frozenset({"city", "unit", "category", "region"})


class Line(msgspec.Struct, frozen=True):
    """One group of a report: its key (a unit, a category, a region …) and its counts."""

    key: str
    counts: dict[str, int]


_CITY: Final = frozenset({"city", "channel"})
FIGURES: Final = (
    Figure("contacts", marked("Contacts"), marked("Calls and messages that arrived on the day."), per=_CITY),
    Figure(
        "answered",
        marked("Connect rate"),
        marked("Calls taken by a person, of all calls that arrived; who hung up while waiting counts as not answered."),
        of="calls",
        per=_CITY,
    ),
    Figure(
        "answered_15s",
        marked("Answered in 15 s"),
        marked("Calls taken within 15 seconds of their arrival, of all calls that arrived (GB/T 33358)."),
        of="calls",
        per=_CITY,
    ),
    Figure(
        "direct",
        marked("Answered at once"),
        marked("Contacts that ended with a direct answer, of all that ended on the day with a matter."),
        of="matters",
        per=_CITY,
    ),
    Figure("opened", marked("Orders opened"), marked("Orders opened on the day; a reopening opens again.")),
    Figure("closed", marked("Orders closed"), marked("Orders closed on the day, whatever the result.")),
    Figure(
        "on_time",
        marked("On-time rate"),
        marked(
            "Of the orders closed on the day that a unit had answered: those whose accepted replies all came in time."
        ),
        of="timed",
    ),
    Figure(
        "solved_first",
        marked("Solved, first answer"),
        marked("First answer “solved”, of those who said solved, partly or not solved; frozen before a rework."),
        of="solved_first_of",
    ),
    Figure(
        "solved_final",
        marked("Solved, final answer"),
        marked("Final answer “solved”, of those who said solved, partly or not solved."),
        of="solved_final_of",
    ),
    Figure(
        "satisfied_first",
        marked("Satisfied, first answer"),
        marked("First answer very, satisfied or basically satisfied, of those who said how satisfied they are."),
        of="satisfied_first_of",
    ),
    Figure(
        "satisfied_final",
        marked("Satisfied, final answer"),
        marked("Final answer very, satisfied or basically satisfied, of those who said how satisfied they are."),
        of="satisfied_final_of",
    ),
    Figure(
        "unreached",
        marked("Not reached"),
        marked("Orders closed on the day whose citizen could not be reached; never counted as satisfied."),
        of="closed",
    ),
    Figure(
        "reworked",
        marked("Reworked"),
        marked("Orders closed on the day that had gone back to the unit at least once after the citizen's answer."),
        of="closed",
    ),
    Figure(
        "sent_back",
        marked("Sent back"),
        marked("Orders closed on the day that a unit had asked to return at least once."),
        of="closed",
    ),
)
"""In the order in which they stand in a report."""


def figures_of(grouping: str) -> tuple[Figure, ...]:
    """Return the figures that make sense for a grouping."""
    return tuple(figure for figure in FIGURES if grouping in figure.per)


def summed(rows: Iterable[Counts]) -> dict[str, int]:
    """Return the counts of several days or groups together."""
    total: dict[str, int] = {}
    for row in rows:
        for name, count in row.items():
            total[name] = total.get(name, 0) + count
    return total


def share(counts: Counts, figure: Figure) -> float | None:
    """Return a share between 0 and 1; None for a plain count, and without a denominator."""
    whole = counts.get(figure.of, 0) if figure.of else 0
    return counts.get(figure.name, 0) / whole if whole else None
