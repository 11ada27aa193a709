"""What did the last audit of this site find? Kept as `audit.json` in its home, for those who ask the site itself.

It is a note of what the command said, not a proof: whoever wants one runs `lianxin audit`.
"""

from collections import Counter
from pathlib import Path
from typing import Final

import msgspec

from lianxin.ground.clock import Instant
from lianxin.insight.audit.report import Report

FILE: Final = "audit.json"


class LastAudit(msgspec.Struct, frozen=True):
    """One run: when it ended, and the report with its violations counted by kind; no order is named."""

    at: Instant
    ok: bool
    anchored: bool
    entries: int
    checkpoints: int
    orders: dict[str, int]
    promises: dict[str, int]
    contacts: int
    violations: dict[str, int]


def noted(report: Report, at: Instant) -> LastAudit:
    """Return what is kept of a report."""
    return LastAudit(
        at=at,
        ok=report.ok,
        anchored=report.anchored,
        entries=report.entries,
        checkpoints=report.checkpoints,
        orders=report.orders,
        promises=report.promises,
        contacts=sum(report.contacts.values()),
        violations=dict(Counter(violation.kind for violation in report.violations)),
    )


def keep(home: Path, audit: LastAudit) -> None:
    """Write it whole or not at all: whoever reads meanwhile finds the one before."""
    fresh = home / f"{FILE}.new"
    fresh.write_bytes(msgspec.json.encode(audit))
    fresh.replace(home / FILE)


def last(home: Path) -> LastAudit | None:
    """Return the last audit of this home; None: there was none, or what lies there is not one."""
    try:
        return msgspec.json.decode((home / FILE).read_bytes(), type=LastAudit)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
