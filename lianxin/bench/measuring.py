"""What is a measured figure, and does it reach its target? Values and percentiles. Pure."""

from collections.abc import Sequence
from statistics import median
from typing import Any

import msgspec


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One figure.

    better       `more` where the target is a least value, `less` where it is a most
    target       None: measured for its own sake
    percentiles  p50, p90, p99 in the unit named by `percentiles_unit`, where single events were timed
    note         what exactly was measured, in a sentence
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    better: str = "more"
    percentiles: dict[str, float] = {}
    percentiles_unit: str = ""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "more" else self.value <= self.target

    def as_dict(self) -> dict[str, Any]:
        """Return the figure as `--json` prints it: percentiles stand beside the value."""
        about: dict[str, Any] = {
            "name": self.name,
            "value": rounded(self.value),
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
        }
        about |= {key: rounded(value) for key, value in self.percentiles.items()}
        if self.percentiles and self.percentiles_unit != self.unit:
            about["percentiles_unit"] = self.percentiles_unit
        return about | ({"note": self.note} if self.note else {})


def percentiles(times: Sequence[float]) -> dict[str, float]:
    """Return p50, p90 and p99 of some times, each the smallest that so many percent do not exceed."""
    ordered = sorted(times)
    assert ordered, "nothing was measured"
    return {f"p{share}": ordered[max(0, -(-len(ordered) * share // 100) - 1)] for share in (50, 90, 99)}


def middle(values: Sequence[float]) -> float:
    """Return the median of repeated measurements."""
    return median(values)


def rounded(value: float) -> float:
    """Return a figure with as many digits as mean something."""
    if value >= 1000:
        return float(round(value))
    return round(value, 1) if value >= 100 else round(value, 3)
