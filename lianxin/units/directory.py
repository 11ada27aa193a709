"""Who leads in a matter? The dispatch directory (派单目录) resolved for category and region.

Pure: a directory and the units it names give the answer; nothing is guessed. What no rule
names is a matter of unclear belonging (归属不明), which the hotline office decides itself.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

UNCLEAR = "9905"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The usual answer for a category code, or for all codes that begin with it."""

    lead: str
    at: Literal["city", "county", "town"]
    local: str = ""
    assist: tuple[str, ...] = ()


class DirectoryException(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another leading unit in some regions, with the reason that a page shows."""

    category: str
    regions: tuple[str, ...]
    lead: str
    reason: str


class Directory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One numbered release of the directory; an order keeps the release it was sent by."""

    release: str
    valid_from: str
    source: str
    approved_by: str | None
    rules: dict[str, Rule]
    exceptions: tuple[DirectoryException, ...]

    def rule_for(self, category: str) -> Rule:
        """Return the rule of the longest code that `category` begins with, else that of UNCLEAR."""
        for code in (category, category[:4], category[:2], UNCLEAR[:2]):
            if code in self.rules:
                return self.rules[code]
        raise AssertionError("a directory without a rule for 99 was let in")

    def exception_for(self, category: str, region: str | None) -> DirectoryException | None:
        """Return the exception that holds for `category` in `region`, None where the rule holds."""
        for exception in self.exceptions:
            if region in exception.regions and category.startswith(exception.category):
                return exception
        return None


def local_unit(rule: Rule, office: str, prefix: str, known: Mapping[str, object]) -> str:
    """Return the county's own unit of the rule's kind, else the office of the region."""
    own = f"{prefix}-{rule.local}"
    return own if rule.local and own in known else office
