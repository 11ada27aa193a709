"""What does the audit answer, to a program and to a person?"""

from typing import Any

import msgspec

from lianxin.insight.audit.tally import NAMES_OF_CONTACTS, Tally
from lianxin.insight.audit.violation import KINDS, Violation

SHOWN_MAX = 200
"""Violations shown to a person; `--json` has them all."""


class Report(msgspec.Struct, frozen=True):
    """The books as the entries make them, and every violation.

    anchored  the checkpoints were compared with a file that the auditor brought along
    """

    ok: bool
    anchored: bool
    contacts: dict[str, int]
    orders: dict[str, int]
    holders: dict[str, int]
    parts: dict[str, int]
    promises: dict[str, int]
    entries: int
    looks: int
    checkpoints: int
    violations: tuple[Violation, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def report_of(tally: Tally, checkpoints: int, *, anchored: bool) -> Report:
    """Return the report of a finished tally."""
    contacts = dict.fromkeys(NAMES_OF_CONTACTS, 0) | tally.dispositions
    return Report(
        ok=not tally.violations,
        anchored=anchored,
        contacts=contacts,
        orders={"opened": tally.opened, "closed": tally.closed, "open": tally.open},
        holders=dict(sorted(tally.holders.items())),
        parts=dict(sorted(tally.parts.items())),
        promises={
            "open": tally.promised,
            "kept": tally.kept,
            "broken": tally.broken,
            "unresolved": tally.unresolved,
        },
        entries=tally.entries,
        looks=tally.looks,
        checkpoints=checkpoints,
        violations=tuple(sorted(set(tally.violations), key=_place)),
    )


def _place(violation: Violation) -> tuple[int, str, str]:
    return list(KINDS).index(violation.kind), violation.order or "", violation.detail


def lines(report: Report) -> list[str]:
    """Return the report for a person, Chinese terms beside the English ones."""
    orders, promises = report.orders, report.promises
    told = [
        f"contacts 来电来件   {sum(report.contacts.values())}",
        f"orders 工单         opened {orders['opened']}, closed {orders['closed']}, open {orders['open']}",
        f"holders 责任        {len(report.holders)} hold {sum(report.holders.values())} orders",
        f"promises 承诺       open {promises['open']}, kept {promises['kept']}, broken {promises['broken']}, "
        f"unresolved {promises['unresolved']}",
        f"entries 记录        {report.entries}",
        f"looks 访问记录      {report.looks}",
        f"checkpoints 检查点  {report.checkpoints}"
        + ("" if report.anchored else ", not compared with a copy kept elsewhere"),
    ]
    for violation in report.violations[:SHOWN_MAX]:
        where = f"order {violation.order}: " if violation.order else ""
        told.append(f"✗ {violation.kind} {KINDS[violation.kind]}  {where}{violation.detail}")
    if len(report.violations) > SHOWN_MAX:
        told.append(f"… and {len(report.violations) - SHOWN_MAX} more; --json lists all.")
    if report.ok:
        told.append("ok: nothing was lost, nobody is forgotten. 账实相符。")
    else:
        told.append(f"{len(report.violations)} violations. 账实不符，请逐条核查。")
    return told
