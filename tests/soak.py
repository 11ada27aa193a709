"""The large numbers (`make soak`): storms, kills and lives by chance, far more of them than a test run has time for.

Runs the suite's own tests with other numbers, adds up what they report and writes docs/proofs.md.

    python tests/soak.py          all of it, about half an hour on two cores
    python tests/soak.py 0.01     a hundredth of it, to see that it works; nothing is written
"""

import os
import shlex
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from datetime import date
from pathlib import Path
from typing import NamedTuple

from lianxin.bench.machine import machine

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "proofs.md"
STORMS, STORMS_IN_POSTGRES, KILLS = 5_000, 300, 10
KILL_SEEDS = (1, 2)


class Proof(NamedTuple):
    """One row of the page: what is run, with which numbers, and what it shows.

    seeds   how to run the same again
    tests   the arguments of pytest
    numbers environment variables that the tests read
    """

    title: str
    shows: str
    seeds: str
    tests: tuple[str, ...]
    numbers: dict[str, int]


class Outcome(NamedTuple):
    """What came of a proof; figures are the sums of what its tests reported."""

    proof: Proof
    tests: int
    failed: int
    left_out: int
    seconds: float
    figures: Counter[str]


def proofs(share: float) -> list[Proof]:
    """Return everything that is run, each in that share of its full number."""
    storms, in_postgres, kills = (max(1, round(full * share)) for full in (STORMS, STORMS_IN_POSTGRES, KILLS))
    storm, kill = "tests/twin/test_storm.py", "tests/stories/test_kill.py"
    return [
        Proof(
            "Storms in memory",
            "processes die between any two steps, messages come twice and late, clocks jump",
            f"0 to {storms - 1}",
            ("-n", "2", "--dist", "worksteal", storm, "-k", "after_a_storm"),
            {"LIANXIN_TEST_STORMS": storms},
        ),
        Proof(
            "Storms on PostgreSQL",
            "the same over the real store",
            f"0 to {in_postgres - 1}",
            ("-n", "2", "--dist", "worksteal", storm, "-k", "over_the_database"),
            {"LIANXIN_TEST_STORMS_IN_POSTGRES": in_postgres},
        ),
        *(
            Proof(
                f"Everything killed, seed {seed}",
                "kill -9 of the whole tree with its database in a demo at speed 200, then of the supervisor alone",
                str(seed),
                (kill, "-m", "not soak"),
                {"LIANXIN_TEST_KILLS": kills, "LIANXIN_TEST_KILLS_SEED": seed},
            )
            for seed in KILL_SEEDS[: max(1, round(len(KILL_SEEDS) * share))]
        ),
        Proof(
            "Only here",
            "a demo killed twice while it plays its first days; six hundred lives of orders by chance",
            "1; found by Hypothesis",
            ("-n", "2", "tests", "-m", "soak"),
            {},
        ),
    ]


def run(proof: Proof) -> Outcome:
    """Run a proof; what its tests print is seen as it comes."""
    print(f"\n== {proof.title} ({proof.seeds})", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            f"--junitxml={report}",
            "-o",
            "junit_family=xunit1",
            *proof.tests,
        ]
        numbers = {name: str(number) for name, number in proof.numbers.items()}
        subprocess.run(command, cwd=ROOT, env={**os.environ, **numbers}, check=False)
        return read(proof, ElementTree.parse(report).getroot()[0])


def read(proof: Proof, suite: ElementTree.Element) -> Outcome:
    """Return what the report of a proof's tests says."""
    figures: Counter[str] = Counter()
    for figure in suite.iter("property"):
        figures[figure.attrib["name"]] += int(figure.attrib["value"])
    tests, skipped = int(suite.attrib["tests"]), int(suite.attrib["skipped"])
    failed = int(suite.attrib["failures"]) + int(suite.attrib["errors"])
    return Outcome(proof, tests, failed, skipped, float(suite.attrib["time"]), figures)


def page(outcomes: list[Outcome], commit: str, today: date) -> str:
    """Return docs/proofs.md."""
    here = machine(None)
    rows = [
        f"| {one.proof.title} | {one.proof.shows} | {one.proof.seeds} | {_told(one.figures)} "
        f"| {_held(one)} | {one.seconds / 60:.1f} min |"
        for one in outcomes
    ]
    again = [
        shlex.join([*(f"{name}={number}" for name, number in one.proof.numbers.items()), "pytest", *one.proof.tests])
        for one in outcomes
    ]
    return _PAGE.format(
        verdict="Nothing acknowledged was lost, and every audit was clean."
        if all(_is_proven(one) for one in outcomes)
        else "**Not all of it held, see the column `held`.**",
        rows="\n".join(rows),
        commit=commit,
        today=today.isoformat(),
        machine=f"{here['cores']} cores of {here['cpu']}, {here['memory_gb']} GB, Python {here['python']}",
        again="\n".join(f"    {line}" for line in again),
    )


def _is_proven(one: Outcome) -> bool:
    return one.tests > 0 and not one.failed and not one.left_out


def _held(one: Outcome) -> str:
    held = f"{one.tests - one.failed - one.left_out} of {one.tests} tests"
    return held if _is_proven(one) else f"**{held}**"


def _told(figures: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in figures.items()) or "-"


_PAGE = """\
# Proofs 大数验证

<!-- Written by `make soak`; changes here are lost. -->

What the tests show with a few seeds at every run, `make soak` repeats with many. After each storm and each kill the
whole ledger is audited, and every command that was acknowledged must stand in the books with the answer its sender
got. {verdict}

| what | what happens | seeds | counted | held | took |
|---|---|---|---|---|---|
{rows}

`acknowledged` counts commands whose answer had reached their sender; `crashes` are processes that died between two
steps of a service.

Run on {today} at {commit}: {machine}.

A row is run again, or with other seeds, by its own line:

{again}
"""


def main() -> int:
    """Run everything; write the page when it was the full number. Return 1 when something did not hold."""
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    outcomes = [run(proof) for proof in proofs(share)]
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    written = page(outcomes, commit or "an unnamed state", date.today())  # noqa: DTZ011  the day on this machine
    if share == 1.0:
        PAGE.write_text(written, encoding="utf-8")
    print(f"\n{written}")
    return 0 if all(map(_is_proven, outcomes)) else 1


if __name__ == "__main__":
    sys.exit(main())
