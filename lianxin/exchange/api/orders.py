"""Reading orders: lists by filter, one order, its chain, its promises."""

from typing import Annotated, Final, Literal, TypeVar

from litestar import Response
from litestar.exceptions import NotFoundException
from litestar.params import QueryParameter

from lianxin.exchange.api import shapes
from lianxin.exchange.api.asking import ApiRequest
from lianxin.exchange.api.bodies import API_FORMS
from lianxin.exchange.api.describing import ETAG, Cursor, IfNoneMatch, Limit, OrderNumber, reading
from lianxin.exchange.api.door import TheDoor
from lianxin.exchange.api.etags import etag, unchanged
from lianxin.exchange.api.instants import Moment, believable
from lianxin.exchange.api.paging import PAGE, behind, below
from lianxin.exchange.api.reading import Filters
from lianxin.exchange.api.telling import order_answer
from lianxin.ground.text import NumberError, parse_number
from lianxin.ground.web.problem import language_of
from lianxin.orders.possible import Asks, possible
from lianxin.orders.sheet import sheet_of
from lianxin.orders.states import OPEN

ENTRIES_MAX: Final = 500
T = TypeVar("T")
HolderFilter = Annotated[str | None, QueryParameter(max_length=80, description="who holds them, e.g. unit:zjj")]
ZoneFilter = Annotated[
    str | None, QueryParameter(pattern="^(intake|review|dispatch|followup)$", description="in which tray of the house")
]
UnitFilter = Annotated[str | None, QueryParameter(max_length=40, description="which unit is to handle them, e.g. zjj")]
State = Literal[*OPEN, "not_accepted", "merged", "withdrawn", "completed", "archived"]  # type: ignore[valid-type]
StateFilter = Annotated[State | None, QueryParameter(name="state", description="their state")]
OpenFilter = Annotated[bool, QueryParameter(description="only those that somebody must still hold")]
DueFilter = Annotated[Moment | None, QueryParameter(description="only those due before this instant")]
SinceFilter = Annotated[Moment | None, QueryParameter(description="only those written to at or after this instant")]
TextFilter = Annotated[str, QueryParameter(max_length=64, description="words, or a piece of them, in one of its texts")]


@reading("/orders", "orders:read", operation_id="listOrders", tags=["orders"])
async def list_orders(
    request: ApiRequest,
    door: TheDoor,
    holder: HolderFilter = None,
    zone: ZoneFilter = None,
    unit: UnitFilter = None,
    in_state: StateFilter = None,
    open: OpenFilter = True,
    due_before: DueFilter = None,
    updated_since: SinceFilter = None,
    text: TextFilter = "",
    after: Cursor = None,
    limit: Limit = PAGE,
) -> shapes.OrderPage:
    """List the orders that you may see, newest first. Go on with `next` until it is null: also after a short page."""
    asked = Filters(
        open_only=open,
        holder=f"tray:{zone}" if zone is not None else holder,
        unit=unit,
        state=in_state,
        due_before=believable(due_before, "due_before"),
        since=believable(updated_since, "updated_since"),
        text=" ".join(text.split()),
    )
    return await door.reader.orders(request.user.number, asked, below(after), limit)


@reading(
    "/orders/{number:str}", "orders:read", 304, 404, operation_id="getOrder", tags=["orders"], response_headers=[ETAG]
)
async def get_order(
    request: ApiRequest, door: TheDoor, number: OrderNumber, if_none_match: IfNoneMatch = None
) -> Response[shapes.OrderAnswer]:
    """Get one order, as its chain makes it, personal fields masked."""
    reader, number = request.user.number, written(number)
    if if_none_match is not None:
        head = seen(await door.reader.head(reader, number))
        if unchanged(if_none_match, etag(head.seq, head.hash)):
            return Response(None, status_code=304, headers=_version(etag(head.seq, head.hash)))  # type: ignore[arg-type]
    found, pack = seen(await door.orders.order(reader, number))
    present, rules = await door.present(), door.rules(pack)
    await door.looks.note(request.user, found.order_id, "api", present.now)
    sheet = sheet_of(found, rules, present.now, language_of(request), present.demo)
    asks = Asks(request.user.by, request.user.roles)
    can = possible(sheet.order, asks, rules, present.now, door.units.levels)
    allowed = tuple(slug for slug in can.slugs if slug in API_FORMS)
    answer = order_answer(sheet, allowed)
    return Response(answer, headers=_version(etag(sheet.order.seq, sheet.chain.head)))


@reading("/orders/{number:str}/entries", "orders:read", 404, operation_id="listEntries", tags=["orders"])
async def list_entries(
    request: ApiRequest,
    door: TheDoor,
    number: OrderNumber,
    after: Annotated[int, QueryParameter(ge=0, le=2**31 - 1, description="entries behind this one")] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=ENTRIES_MAX)] = 100,
) -> shapes.EntryPage:
    """Read an order's chain, entry by entry, with the bytes that were hashed: whoever has them can verify it."""
    return seen(await door.reader.entries(request.user.number, written(number), after, limit))


@reading("/orders/{number:str}/promises", "orders:read", 404, operation_id="listPromisesOfOrder", tags=["orders"])
async def list_promises_of_order(request: ApiRequest, door: TheDoor, number: OrderNumber) -> shapes.PromisePage:
    """Read what was promised to the citizens of an order, latest first."""
    return seen(await door.reader.promises_of(request.user.number, written(number)))


@reading("/promises", "orders:read", operation_id="listPromises", tags=["orders"])
async def list_promises(
    request: ApiRequest,
    door: TheDoor,
    due_before: DueFilter = None,
    unit: UnitFilter = None,
    after: Cursor = None,
    limit: Limit = PAGE,
) -> shapes.PromisePage:
    """List the open promises on orders that you may see, earliest date first, those without a date last."""
    before = believable(due_before, "due_before")
    return await door.reader.open_promises(request.user.number, before, unit, behind(after), limit)


def written(number: str) -> str:
    """Return an order's number in the house's own form. Raises NotFoundException for what no order can be called."""
    try:
        return parse_number(number)
    except NumberError as wrong:
        raise NotFoundException from wrong


def seen(found: T | None) -> T:
    """Return what was found. Raises NotFoundException: there is none for this reader."""
    if found is None:
        raise NotFoundException
    return found


def _version(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Language, Cookie"}
