"""On the way into the books: whatever breaks in between, it is one order, and its code is never lost."""

import pytest
from made.one_order import MORNING, RULES, anybody, rules_of

from lianxin.ground.clock import VirtualClock
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.web import Present
from lianxin.orders.numbering import Numbers
from lianxin.orders.refusal import Refused
from lianxin.orders.service import Services, order_id_of
from lianxin.people.identities import identities
from lianxin.places import load_places
from lianxin.portal.boxes import Boxes
from lianxin.portal.draft import Draft
from lianxin.portal.lodging import DraftGone, Lodging
from lianxin.receipts import Receipts

DRAFT = Draft(place="371602", text="暖气不热", phone="13800138000")


async def present() -> Present:
    return Present(MORNING)


class Breaking(Services):
    """Services whose process dies before, or after, what they write is in the books."""

    dies: str = ""

    async def submit(self, *args, **rows):
        if self.dies == "before":
            raise ConnectionError
        done = await super().submit(*args, **rows)
        if self.dies == "after":
            raise ConnectionError
        return done


class Given(Numbers):
    """Numbers that were given out elsewhere already."""

    numbers: tuple[str, ...] = ()

    async def order(self) -> str:
        if self.numbers:
            number, *rest = self.numbers
            self.numbers = tuple(rest)
            return number
        return await super().order()


@pytest.fixture
def services(pool):
    assert RULES.ref
    return Breaking(PostgresLedger(pool), rules_of, anybody)


@pytest.fixture
def numbers(pool):
    return Given(pool, present)


@pytest.fixture
def receipts(pool, services):
    return Receipts(pool, services)


@pytest.fixture
def lodging(pool, services, numbers, receipts, tmp_path):
    boxes = Boxes(pool, VirtualClock(MORNING))
    return Lodging(services, numbers, receipts, identities(pool, tmp_path), boxes, load_places(), present)


async def lodged(lodging: Lodging, secret: str):
    draft = await lodging.draft(secret)
    assert draft is not None and draft.sent is not None and draft.sent.seq is not None
    return draft.sent


@pytest.mark.parametrize("dies", ["before", "after"])
async def test_who_sends_again_after_a_crash_gets_the_one_order_and_a_code_that_opens_it(
    lodging, services, receipts, pool, dies
):
    secret = await lodging.begin(DRAFT)
    services.dies = dies
    with pytest.raises(ConnectionError):
        await lodging.lodge(secret)
    services.dies = ""
    await lodging.lodge(secret)
    sent = await lodged(lodging, secret)
    assert await pool.fetchval("SELECT count(*) FROM orders") == 1
    assert await receipts.opens(sent.number, sent.code) == 1
    assert (await lodging.receipt(sent)).code == sent.code


async def test_a_number_that_somebody_else_has_is_drawn_anew_with_a_new_code(lodging, numbers, receipts):
    first = await lodging.begin(DRAFT)
    await lodging.lodge(first)
    taken = (await lodged(lodging, first)).number
    numbers.numbers = (taken,)
    second = await lodging.begin(DRAFT)
    await lodging.lodge(second)
    sent = await lodged(lodging, second)
    assert sent.number != taken and await receipts.opens(sent.number, sent.code) == 1
    assert await receipts.opens(taken, sent.code) is None


async def test_where_no_number_is_free_it_is_said_and_the_draft_stays(lodging, numbers):
    first = await lodging.begin(DRAFT)
    await lodging.lodge(first)
    numbers.numbers = ((await lodged(lodging, first)).number,) * 3
    second = await lodging.begin(DRAFT)
    with pytest.raises(Refused, match="已经有工单"):
        await lodging.lodge(second)
    draft = await lodging.draft(second)
    assert draft is not None and draft.text == "暖气不热"


async def test_once_it_was_sent_nothing_of_the_person_is_left_in_the_box(lodging):
    secret = await lodging.begin(DRAFT)
    await lodging.lodge(secret)
    draft = await lodging.draft(secret)
    assert draft is not None and draft.anonymous and not draft.text and draft.sent is not None and draft.sent.told


async def test_what_was_sent_cannot_be_written_over(lodging):
    secret = await lodging.begin(DRAFT)
    await lodging.lodge(secret)
    with pytest.raises(DraftGone):
        await lodging.write(secret, DRAFT)
    assert (await lodged(lodging, secret)).number


async def test_a_draft_that_is_gone_opens_nothing(lodging, pool):
    with pytest.raises(DraftGone):
        await lodging.lodge("made up")
    secret = await lodging.begin(DRAFT)
    await lodging.drop(secret)
    with pytest.raises(DraftGone):
        await lodging.lodge(secret)
    assert await pool.fetchval("SELECT count(*) FROM chains") == 0


async def test_the_code_stands_nowhere_but_in_the_browsers_box(lodging, pool):
    secret = await lodging.begin(DRAFT)
    await lodging.lodge(secret)
    sent = await lodged(lodging, secret)
    for table in ("receipts", "outbox", "commands", "entries", "portal_boxes"):
        stored = "".join(str(dict(row)) for row in await pool.fetch(f"SELECT * FROM {table}"))
        assert sent.code not in stored, table
    assert await pool.fetchval("SELECT head FROM receipts WHERE order_id = $1", order_id_of(sent.number)) is None
    await lodging.receipt(sent)
    assert await pool.fetchval("SELECT head FROM receipts WHERE order_id = $1", order_id_of(sent.number)) is not None
