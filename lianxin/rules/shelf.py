"""Which version of a pack holds, and may a new one come in?

All versions a house knows, side by side. An order stays under the version of its
acceptance (C9); a new version never reaches back behind the day it was loaded. Pure.
"""

from collections.abc import Iterable
from typing import final

from lianxin.ground.clock import Instant, iso
from lianxin.rules.rules import Rules


class PackRefused(ValueError):
    """A pack version cannot come in; `str()` says why."""


class NoRules(LookupError):
    """No version of the pack holds at that instant, or none has that reference."""


class NoneInForce(NoRules):
    """No version of the pack holds at that instant: nothing can be accepted then."""


@final
class Shelf:
    """Versions of packs; immutable."""

    def __init__(self, rules: Iterable[Rules] = ()) -> None:
        """Take the versions already known. Raises PackRefused for one reference given twice."""
        self._by_ref: dict[str, Rules] = {}
        for version in rules:
            if version.ref in self._by_ref:
                raise PackRefused(f"{version.ref} is known twice")
            self._by_ref[version.ref] = version

    def frozen(self, ref: str) -> Rules:
        """Return the rules an order keeps by its reference `pack@version`. Raises NoRules."""
        try:
            return self._by_ref[ref]
        except KeyError:
            raise NoRules(f"the rules {ref} are not known here") from None

    def in_force(self, pack: str, at: Instant) -> Rules:
        """Return the version that holds at an instant: the youngest begun and not ended. Raises NoneInForce."""
        begun = [rules for rules in self._by_ref.values() if rules.pack == pack and rules.effective_from <= at]
        holding = [rules for rules in begun if rules.effective_to is None or at < rules.effective_to]
        if not holding:
            raise NoneInForce(f"no version of {pack} holds at {iso(at)}")
        return max(holding, key=lambda rules: (rules.effective_from, rules.version))

    def for_order(self, ref: str, now: Instant) -> Rules:
        """Return the rules an open order follows: its own, unless the version in force says it applies to open orders.

        ref  the reference frozen when the order was accepted
        """
        own = self.frozen(ref)
        try:
            newest = self.in_force(own.pack, now)
        except NoRules:
            return own
        return newest if newest.applies_to_open and newest.effective_from > own.effective_from else own

    def admit(self, rules: Rules, now: Instant) -> "Shelf":
        """Return a shelf with a new version.

        Raises PackRefused for a version that is known already or begins before `now`: people were promised
        other dates then.
        """
        if rules.ref in self._by_ref:
            raise PackRefused(f"{rules.ref} is loaded already; a change needs a new version")
        if rules.effective_from < now:
            begins = iso(rules.effective_from)
            raise PackRefused(f"{rules.ref}: effective.from {begins} lies in the past; it is now {iso(now)}")
        return Shelf([*self._by_ref.values(), rules])
