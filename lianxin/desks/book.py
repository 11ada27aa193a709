"""What does the book of responsibility (责任账本) say at one instant?

Values only, all read in one snapshot of the database, so that they belong together:
carried over + opened − closed = held now, and every order held stands with its holder.
"""

from typing import Literal

import msgspec

from lianxin.ground.clock import Instant

GroupName = Literal["hall", "bureau", "county", "zone", "enterprise", "outside"]
GROUPS: tuple[GroupName, ...] = ("hall", "bureau", "county", "zone", "enterprise", "outside")
"""Who can hold, in the order of the page: the hall (大厅), city bureaus (市直部门), counties (县市区),
development zones (开发区), public enterprises (公用企业), systems outside (省平台、110)."""


class HolderCount(msgspec.Struct, frozen=True):
    """How many open orders one holder has.

    opened   those of them that were opened (again) today
    overdue  those whose date is past
    """

    key: str
    orders: int
    opened: int = 0
    overdue: int = 0


class Group(msgspec.Struct, frozen=True):
    """The holders of one kind, most orders first."""

    name: GroupName
    holders: tuple[HolderCount, ...] = ()

    @property
    def orders(self) -> int:
        """Open orders of all of them."""
        return sum(holder.orders for holder in self.holders)

    @property
    def opened(self) -> int:
        """Those of the orders that were opened today."""
        return sum(holder.opened for holder in self.holders)

    @property
    def overdue(self) -> int:
        """Those of the orders whose date is past."""
        return sum(holder.overdue for holder in self.holders)


class PromisesToday(msgspec.Struct, frozen=True):
    """Promises (承诺) kept today, broken today, and still open that fall due today."""

    kept: int = 0
    open: int = 0
    broken: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.kept + self.open + self.broken


class ContactsToday(msgspec.Struct, frozen=True):
    """Who turned to the hotline today.

    by_hour       contacts that arrived in each of the 24 hours
    dispositions  how they ended, `pending` for those that have not
    """

    by_hour: tuple[int, ...] = (0,) * 24
    dispositions: dict[str, int] = {}

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_hour)


class Handover(msgspec.Struct, frozen=True):
    """One passing on of responsibility: who gave, who took.

    giver   None when the order was opened with this holder
    signed  False while the taker has not signed (签收): the giver still holds
    """

    at: Instant
    number: str
    title: str
    giver: str | None
    taker: str
    signed: bool = True


class Seal(msgspec.Struct, frozen=True):
    """The last checkpoint (封存) of the ledger."""

    checkpoint: int
    at: Instant


class Book(msgspec.Struct, frozen=True):
    """The book at the instant `now`.

    carried, opened, closed  events of the day; `carried` is what was open when it began
    counties  region code -> open orders of its units
    demo      True when time is virtual and the city invented
    missing_years  years whose holiday plan nobody has entered yet (CAL_MISSING)
    """

    now: Instant
    carried: int = 0
    opened: int = 0
    closed: int = 0
    groups: tuple[Group, ...] = ()
    promises: PromisesToday = PromisesToday()
    contacts: ContactsToday = ContactsToday()
    handovers: tuple[Handover, ...] = ()
    counties: dict[str, int] = {}
    seal: Seal | None = None
    demo: bool = False
    missing_years: tuple[str, ...] = ()

    @property
    def held(self) -> int:
        """Open orders, counted at their holders."""
        return sum(group.orders for group in self.groups)

    @property
    def balanced(self) -> bool:
        """Whether the events of the ledger and the holders give the same number (账平)."""
        return self.carried + self.opened - self.closed == self.held

    @property
    def empty(self) -> bool:
        """Whether nothing was ever opened."""
        return not (self.carried or self.opened or self.held)
