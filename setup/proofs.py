"""What did the large numbers prove? Writes docs/proofs.md from the report of a test run.

setup/proofs.py REPORT.xml PAGE.md NAME=NUMBER …     the numbers that were asked for, as they stand in `make soak`
"""

import platform
import re
import sys
from collections import defaultdict
from pathlib import Path
from xml.etree.ElementTree import Element, parse


def sentence(test: str) -> str:
    """Return a test's name as the sentence it is, without the case."""
    return re.sub(r"\[.*", "", test).removeprefix("test_").replace("_", " ")


def page(report: Element, asked: list[str]) -> str:
    """Return the page: each proof with its cases, its seconds, and whether it held in every one."""
    cases: defaultdict[str, list[Element]] = defaultdict(list)
    for case in report.iter("testcase"):
        cases[sentence(case.get("name", ""))].append(case)
    suite = next(report.iter("testsuite"))
    numbers = ", ".join(f"`{one}`" for one in asked)
    lines = [
        "# Proofs",
        "",
        "The large numbers, written by `make soak`. `make test` proves the same with a fixed share of them.",
        "",
        f"On {suite.get('timestamp', '')[:10]}, Python {platform.python_version()}, {platform.machine()}; {numbers}.",
        "",
        "| what was proven | runs | held | seconds |",
        "|---|---|---|---|",
    ]
    for what, runs in cases.items():
        broken = sum(run.find("failure") is not None or run.find("error") is not None for run in runs)
        left_out = sum(run.find("skipped") is not None for run in runs)
        seconds = sum(float(run.get("time", 0)) for run in runs)
        held = "left out" if left_out == len(runs) else "in all" if not broken else f"**not in {broken}**"
        lines.append(f"| {what} | {len(runs)} | {held} | {seconds:.0f} |")
    storms = [one.partition("=")[2] for one in asked if one.startswith("STORMS=")]
    if storms:
        lines += ["", f"A run of storms over the ledger in memory is a group of 25 seeds: {storms[0]} storms together."]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    source, target, *asked = sys.argv[1:]
    Path(target).write_text(page(parse(source).getroot(), asked), encoding="utf-8")
    print(target)
