"""Who asks, how the books stand, and whether a receipt agrees with them."""

from typing import Final

from litestar.exceptions import NotFoundException
from litestar.params import JSONBody

from lianxin.exchange.api import shapes
from lianxin.exchange.api.asking import ApiRequest
from lianxin.exchange.api.describing import OrderNumber, reading, writing
from lianxin.exchange.api.door import TheDoor
from lianxin.exchange.api.orders import written
from lianxin.ground.clock import CST, to_datetime
from lianxin.insight.last_audit import LastAudit, last
from lianxin.receipts.receipt import Receipt, read_receipt
from lianxin.receipts.service import verify_with_books

AUDITORS: Final = ("auditadmin", "duty_manager")


@reading("/me", None, operation_id="whoAmI", tags=["house"])
async def who_am_i(request: ApiRequest) -> shapes.Me:
    """Say who asks: the person or system behind the token, and what it may do."""
    who = request.user
    scopes = None if who.scopes is None else sorted(who.scopes)
    return shapes.Me(who.number, who.name, who.by, sorted(who.roles), who.unit, who.region, scopes)


@reading("/audit/summary", "audit:read", roles=AUDITORS, operation_id="getAuditSummary", tags=["house"])
async def audit_summary(door: TheDoor) -> shapes.AuditSummary:
    """Say how the books stand: what the last audit found, the last seal, what is open."""
    books, alarms = await door.reader.books()
    audit = last(door.home)
    return shapes.AuditSummary(
        audit=None if audit is None else _audit_line(audit),
        sealed=None if books["at"] is None else shapes.Seal(books["checkpoint_id"], books["at"].astimezone(CST)),
        unsealed=books["unsealed"],
        open_orders=books["open_orders"],
        open_promises=books["open_promises"],
        alarms=alarms,
    )


def _audit_line(audit: LastAudit) -> shapes.AuditLine:
    return shapes.AuditLine(
        at=to_datetime(audit.at),
        ok=audit.ok,
        anchored=audit.anchored,
        entries=audit.entries,
        checkpoints=audit.checkpoints,
        orders=audit.orders,
        promises=audit.promises,
        contacts=audit.contacts,
        violations=audit.violations,
    )


@reading("/orders/{number:str}/receipt", "orders:read", 404, operation_id="getReceipt", tags=["receipts"])
async def get_receipt(request: ApiRequest, door: TheDoor, number: OrderNumber) -> Receipt:
    """Get a receipt for an order as it stands, without query code. Completed once a checkpoint has sealed it."""
    head = await door.reader.head(request.user.number, written(number))
    if head is None:
        raise NotFoundException
    return await door.receipts.write(written(number))


@writing(
    "/receipts/verify", "receipts:read", once=False, operation_id="verifyReceipt", status_code=200, tags=["receipts"]
)
async def verify_receipt(request: ApiRequest, door: TheDoor, data: JSONBody[Receipt]) -> shapes.VerdictAnswer:
    """Verify a receipt against the books. Of an order that you may not see there is none in them."""
    receipt = read_receipt(data.json())
    if await door.reader.head(request.user.number, receipt.number) is None:
        return shapes.VerdictAnswer(False, False, f"There is no order {receipt.number} in the books.")
    verdict = await verify_with_books(door.pool, receipt)
    return shapes.VerdictAnswer(verdict.ok, verdict.sealed, verdict.reason)
