"""How is a sheet, a row, an entry told as an answer? Pure: values in, values out."""

from datetime import datetime
from typing import Any

from lianxin.deadlines import UNRESOLVED
from lianxin.exchange.api import shapes
from lianxin.ground.clock import CST, Instant, to_datetime
from lianxin.insight.audit.violation import number_of
from lianxin.orders.course import CourseStep
from lianxin.orders.sheet import PromiseLine, Sheet, Text
from lianxin.orders.states import place_of


def order_answer(sheet: Sheet, allowed: tuple[str, ...]) -> shapes.OrderAnswer:
    """Return one order. Who the citizen is stands in no answer."""
    order = sheet.order
    return shapes.OrderAnswer(
        number=order.number,
        title=sheet.title,
        state=place_of(order),
        open=order.open,
        holder=order.holder,
        held_since=moment(order.held_since) if order.holder is not None else None,
        offered_to=None if order.offer is None else order.offer.to,
        offered_until=None if order.offer is None else moment(order.offer.until),
        tracker=order.tracker,
        unit=order.unit,
        kind=order.kind,
        category=order.category,
        region=order.region,
        urgency=order.urgency,
        flags=sorted(order.flags),
        pack=order.pack,
        channel=sheet.channel,
        citizen_since=to_datetime(order.citizen_since),
        waited_days=sheet.waited_days,
        opened=to_datetime(order.opened_at),
        closed=moment(order.closed_at),
        archived=moment(order.archived_at),
        result=order.result,
        level=order.level,
        due=_due(sheet),
        words=None if sheet.words is None else _written(sheet.words),
        additions=[_written(text) for text in sheet.additions.values()],
        promises=[promise_line(order.number, promise) for promise in sheet.promises],
        parts=_parts(sheet),
        parent=None if sheet.parent is None else sheet.parent.number,
        joined=[joined.number for joined in sheet.joined],
        course=[_course_line(step) for step in reversed(sheet.course)],
        chain=shapes.ChainState(
            sheet.chain.entries, sheet.chain.intact, sheet.chain.head, sheet.chain.sealed, sheet.chain.checkpoint
        ),
        allowed=list(allowed),
    )


def moment(at: Instant | None) -> datetime | None:
    """Return an instant as it is told; None for one that is not there or not known."""
    return None if at is None or at == UNRESOLVED else to_datetime(at)


def promise_line(number: str, promise: PromiseLine) -> shapes.PromiseLine:
    """Return a promise of the order with this number."""
    return shapes.PromiseLine(
        number=number,
        id=promise.id,
        kind=promise.kind,
        contact=number_of(promise.to) if promise.to else None,
        made=to_datetime(promise.made),
        due=moment(promise.due),
        state=promise.state,
        settled=moment(promise.settled),
    )


def contact_line(row: Any) -> dict[str, Any]:
    """Return the fields of a contact's line, of its row."""
    return {
        "number": number_of(row["contact_id"]),
        "channel": row["channel"],
        "line": row["line"],
        "arrived": row["arrived_at"].astimezone(CST),
        "stage": row["stage"],
        "disposition": row["disposition"],
        "holder": row["holder"],
        "limit": None if row["limit_at"] is None else row["limit_at"].astimezone(CST),
        "agent": row["agent"],
    }


def _written(text: Text) -> shapes.Written:
    return shapes.Written(text.n, to_datetime(text.at), text.title, text.text)


def _due(sheet: Sheet) -> shapes.UnitDue | None:
    clock, deadline = sheet.order.clock, sheet.deadline
    if clock is None or deadline is None:
        return None
    return shapes.UnitDue(
        unit=clock.unit,
        clock=clock.rule,
        begun=to_datetime(clock.start),
        due=moment(deadline.due),
        state=deadline.state,
        sign_due=moment(clock.sign_due),
        contact_due=moment(clock.contact_due),
        send_back_until=moment(clock.window),
        extended=clock.extended,
        paused=moment(clock.paused),
        steps=[shapes.ClockStep(step.kind, moment(step.at), step.text, step.src) for step in deadline.steps],
    )


def _parts(sheet: Sheet) -> list[shapes.PartLine]:
    return [
        shapes.PartLine(
            id=part.id,
            kind=part.kind,
            to=part.to,
            holder=part.holder,
            due=to_datetime(part.due),
            offered=part.offer is not None,
            after=part.after or None,
        )
        for part in sheet.order.parts.values()
    ]


def _course_line(step: CourseStep) -> shapes.CourseLine:
    return shapes.CourseLine(
        seq=step.seq,
        at=to_datetime(step.at),
        kind=step.kind,
        actor=step.actor,
        giver=step.giver,
        taker=step.taker,
        offered=step.offered,
        say=step.say,
        kept=[settled.kind for settled in step.settled if settled.kept],
        broken=[settled.kind for settled in step.settled if not settled.kept],
    )
