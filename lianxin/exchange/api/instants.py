"""Which instants are taken from outside? Those with an offset, of years in which the house can stand."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from lianxin.exchange.api.refusing import Declined
from lianxin.ground.web import marked

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
YEAR_MIN: Final = 2000
YEAR_MAX: Final = 2199
NO_OFFSET: Final = marked("an offset is missing, e.g. +08:00")
NO_YEAR: Final = marked("a year that no order has")


def believable(moment: datetime | None, name: str) -> datetime | None:
    """Return the moment.

    Raises Declined where it has no offset and so names no instant, and for a year that no database can reckon with.
    """
    if moment is not None and moment.tzinfo is None:
        raise Declined(422, errors=[(name, NO_OFFSET)])
    if moment is not None and not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise Declined(422, errors=[(name, NO_YEAR)])
    return moment
