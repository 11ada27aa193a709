"""Which rules of retention hold, and from which instant on is what over? Data with a source, checked as a whole. Pure.

A rule that is missing, a period shorter than the law allows, a thing nobody knows: the
pack is refused, for a mistake here erases or keeps what nobody can bring back.
"""

import calendar
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

from lianxin.ground.clock import Instant, from_datetime, to_datetime

THINGS: Final[Mapping[str, int]] = {
    "orders": 10 * 365,
    "contacts": 0,
    "recordings": 0,
    "grave_recordings": 0,
    "letters": 183,
    "looks": 183,
    "reveals": 183,
    "login_attempts": 183,
    "access_acts": 183,
    "sessions": 183,
    "outbox": 0,
    "deliveries": 0,
    "drafts": 0,
    "backups": 1,
    "web_logs": 183,
}
"""Everything that has a rule -> the fewest days it must be kept (网络安全法 article 21: six months for logs)."""


class BadRules(ValueError):
    """The pack of rules cannot be used; the message names what is wrong, a line for each mistake."""


class Keep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A period: exactly one of the three, 1 or more."""

    years: int = 0
    months: int = 0
    days: int = 0

    def before(self, now: Instant) -> Instant:
        """Return the instant before which the period is over; of the 29th of February it is the 28th elsewhere."""
        moment = to_datetime(now - self.days * 86_400_000)
        months = moment.year * 12 + moment.month - 1 - self.years * 12 - self.months
        year, month = divmod(months, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return from_datetime(datetime.combine(moment.date().replace(year, month + 1, day), moment.timetz()))

    def days_least(self) -> int:
        """Return how many days the period has at least."""
        return self.years * 365 + self.months * 30 + self.days


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long one thing is kept.

    what     in Chinese, for people;  source  document and article, or that it is an assumption
    done_by  `operator` where the house itself does not hold it
    """

    thing: str
    what: str
    keep: Keep
    source: str
    done_by: Literal["house", "operator"] = "house"


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack of rules of retention."""

    pack: str
    version: str
    title: str
    rules: tuple[Rule, ...]

    @property
    def ref(self) -> str:
        """How lines and grounds name it."""
        return f"{self.pack}@{self.version}"

    def rule(self, thing: str) -> Rule:
        """Return the rule for a thing."""
        return next(rule for rule in self.rules if rule.thing == thing)


def rules_of(text: str) -> Rules:
    """Return the rules in the YAML of a pack. Raises BadRules."""
    try:
        rules = msgspec.yaml.decode(text, type=Rules)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise BadRules(f"The retention rules cannot be read: {wrong}") from wrong
    mistakes = [*_mistakes(rules), *(mistake for rule in rules.rules for mistake in _wrong_with(rule))]
    if mistakes:
        raise BadRules("\n".join(mistakes))
    return rules


def _mistakes(rules: Rules) -> list[str]:
    things = [rule.thing for rule in rules.rules]
    found = [f"{thing}: there is no rule for it" for thing in THINGS if thing not in things]
    found += [f"{thing}: nobody knows what this is" for thing in things if thing not in THINGS]
    found += [
        f"{thing}: it has more than one rule" for thing in sorted({one for one in things if things.count(one) > 1})
    ]
    return found + ([] if rules.pack and rules.version else ["pack and version must be named"])


def _wrong_with(rule: Rule) -> list[str]:
    keep = rule.keep
    found = []
    given = [period for period in (keep.years, keep.months, keep.days) if period]
    if len(given) != 1 or given[0] < 0 or keep.days_least() > 100 * 365:
        found.append(f"{rule.thing}: keep must be one of years, months, days, at most a hundred years")
    elif keep.days_least() < THINGS.get(rule.thing, 0):
        found.append(f"{rule.thing}: it must be kept {THINGS[rule.thing]} days at least")
    if not rule.source.strip():
        found.append(f"{rule.thing}: it names no source")
    return found
