"""Who asks? The person behind a request, as pages and commands see them.

Pure: a value; `sessions` and `tokens` find it.
"""

import msgspec


class Who(msgspec.Struct, frozen=True):
    """A person who is logged in, or whose token asks.

    number  work number (`1023`) or officer's id (`zjj:contact`), as in the roll
    name    how they are called
    by      the actor in commands: `staff:1023`, or `unit:zjj:contact` for an officer of a unit
    roles   what they may act as, now
    unit    the unit they belong to; None: the house itself
    zone    where they sit in the house (受理 …), empty for officers
    region  the county or town of their unit, as a code; empty for the city
    scopes  of the token that asks; None: a person in a browser
    """

    number: str
    name: str
    by: str
    roles: frozenset[str]
    unit: str | None = None
    zone: str = ""
    region: str = ""
    scopes: frozenset[str] | None = None

    def may(self, *roles: str) -> bool:
        """Whether they have one of the roles."""
        return not self.roles.isdisjoint(roles)
