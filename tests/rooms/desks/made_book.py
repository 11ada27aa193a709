"""A book that balances by hand: 846 + 312 − 271 = 887 = 113 + 196 + 465 + 32 + 58 + 23."""

from lianxin.desks.book import Book, ContactsToday, Group, Handover, HolderCount, PromisesToday, Seal
from lianxin.ground.clock import at_iso

NOW = at_iso("2026-11-23T16:05:00+08:00")

HALL = (
    HolderCount("tray:followup", 49, 30),
    HolderCount("tray:dispatch", 21, 15),
    HolderCount("tray:review", 18, 18),
    HolderCount("staff:1023", 25, 2),
)
BY_HOUR = (4, 3, 2, 2, 5, 9, 20, 60, 140, 250, 310, 260, 120, 150, 210, 290, 11, 0, 0, 0, 0, 0, 0, 0)
DISPOSITIONS = {
    "opened": 312,
    "answered": 1310,
    "joined": 41,
    "added": 66,
    "emergency": 4,
    "heard": 29,
    "referred": 12,
    "silent": 22,
    "ring_back": 9,
    "harassment": 3,
    "test": 1,
    "not_accepted": 6,
    "pending": 31,
}


def made_book(**changes: object) -> Book:
    """Return the book of 23 November 2026, 16:05, with some of its values changed."""
    values: dict[str, object] = {
        "now": NOW,
        "carried": 846,
        "opened": 312,
        "closed": 271,
        "groups": (
            Group("hall", HALL),
            Group("bureau", (HolderCount("unit:zjj", 120, 40, 2), HolderCount("unit:cgj", 76, 6))),
            Group("county", (HolderCount("unit:bc-hotline", 400, 90, 6), HolderCount("unit:zp-zjj", 65, 14))),
            Group("zone", (HolderCount("unit:jkq", 32, 7),)),
            Group("enterprise", (HolderCount("unit:gr", 58, 29, 1),)),
            Group("outside", (HolderCount("outside:110", 23, 4),)),
        ),
        "promises": PromisesToday(121, 38, 5),
        "contacts": ContactsToday(BY_HOUR, DISPOSITIONS),
        "handovers": (
            Handover(NOW - 60_000, "20261123-003120", "5、6 号楼暖气不热", "tray:dispatch", "unit:bc-zjj"),
            Handover(NOW - 120_000, "20261123-003111", "拖欠三个月工资", "tray:dispatch", "unit:zp-rsj", signed=False),
            Handover(NOW - 240_000, "20261123-003103", "小区北门路灯不亮", "unit:cgj", "tray:followup"),
        ),
        "counties": {"371602": 118, "371603": 41, "371621": 52, "371622": 44, "371623": 47, "371625": 66, "371681": 97},
        "seal": Seal(1022, NOW - 60_000),
        "demo": True,
    }
    return Book(**{**values, **changes})  # type: ignore[arg-type]
