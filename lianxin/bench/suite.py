"""Which measurements are there, and what do their figures say?"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from lianxin.bench.audits import measure_audit
from lianxin.bench.city import measure_twin
from lianxin.bench.clocks import measure_deadlines
from lianxin.bench.commands_rate import measure_commands
from lianxin.bench.databases import Databases, Tell, home_of
from lianxin.bench.http_rate import measure_http
from lianxin.bench.imports import measure_import
from lianxin.bench.machine import machine
from lianxin.bench.measuring import Result, rounded
from lianxin.bench.pages import measure_list, measure_order, measure_search
from lianxin.bench.plan import Plan
from lianxin.ground.store import EmbeddedServer
from lianxin.ground.store.roles import APP

Measure = Callable[[Databases, Plan], list[Result]]

MEASURES: Final[dict[str, Measure]] = {
    "commands": measure_commands,
    "http": measure_http,
    "list": measure_list,
    "order": measure_order,
    "search": measure_search,
    "import": measure_import,
    "deadlines": measure_deadlines,
    "audit": measure_audit,
    "twin": measure_twin,
}
"""Name -> what is measured under it, in the order in which all of them run."""


class Report:
    """What came of a run. broken: measurement -> why there is no figure."""

    def __init__(self) -> None:
        self.machine: dict[str, Any] = {}
        self.results: list[Result] = []
        self.broken: dict[str, str] = {}

    def json(self) -> str:
        """Return `{"machine": {…}, "results": [{"name", "value", "unit", "target", "met", …}]}`."""
        results = [result.as_dict() for result in self.results]
        return json.dumps({"machine": self.machine, "results": results}, ensure_ascii=False, indent=2)


def run(names: Sequence[str], plan: Plan, site_home: Path, tell: Tell) -> Report:
    """Measure what is named. What breaks is kept in `broken`, and the others are still measured."""
    report = Report()
    with EmbeddedServer(home_of(site_home)) as server:
        report.machine = machine(server.url(APP))
        databases = Databases(server, plan, tell)
        for name in names:
            tell(f"Measuring {name} …")
            try:
                report.results += MEASURES[name](databases, plan)
            except Exception as failure:  # whatever broke is named in the report, and the exit code says so
                report.broken[name] = f"{type(failure).__name__}: {failure}"
    return report


def lines(report: Report) -> Iterator[str]:
    """Yield the report for a person."""
    for result in report.results:
        target = (
            "" if result.target is None else f"  target {'≥' if result.better == 'more' else '≤'} {result.target:g}"
        )
        met = {True: "  met", False: "  MISSED", None: ""}[result.met]
        yield f"{result.name:<12} {_number(result.value):>12} {result.unit:<12}{target}{met}"
        if result.percentiles:
            shares = "  ".join(f"{name} {rounded(value):g}" for name, value in result.percentiles.items())
            yield f"{'':<12} {shares} {result.percentiles_unit}"
        yield f"{'':<12} {result.note}"
    for name, why in report.broken.items():
        yield f"{name:<12} BROKEN: {why}"


def _number(value: float) -> str:
    return f"{rounded(value):,.0f}" if value >= 1000 else f"{rounded(value):g}"
