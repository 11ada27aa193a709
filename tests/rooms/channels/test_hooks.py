"""Systems of units are told of every entry of the orders they may see: signed, in order, until they have it."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from one_order import MORNING, SECRETS, Office
from receivers import Hook, hook_server

from lianxin.access.who import Who
from lianxin.channels.hook_address import AddressRules
from lianxin.channels.hook_round import HookRound, Sent
from lianxin.channels.hook_sending import HookSender
from lianxin.channels.hooks import PER_UNIT_MAX, HookRefused, Hooks, NoSuchHook, Wanted
from lianxin.channels.sealing import Sealer
from lianxin.ground.clock import MINUTE_MS, SECOND_MS, RealClock
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.orders import commands as c
from lianxin.orders.refusal import Refused
from lianxin.people.keys import house_keys

NUMBER = "20260309-000017"
ZJJ = Who("zjj:contact", "王联络", "unit:zjj:contact", frozenset({"unit_contact"}), unit="zjj")
CGJ = Who("cgj:contact", "李联络", "unit:cgj:contact", frozenset({"unit_contact"}), unit="cgj")
ROOT = Who("9001", "系统", "staff:9001", frozenset({"sysadmin"}))
OF_THE_UNIT = frozenset({"assigned", "answered"})


class Told:
    """A hotline whose units have systems, and one of these systems."""

    def __init__(self, pool: Any, system: Hook) -> None:
        self.pool = pool
        self.system = system
        self.office = Office(PostgresLedger(pool))
        self.sealer = Sealer(house_keys(b"k" * 32).ring("channels"))
        self.rules = AddressRules(loopback=True)
        self.hooks = Hooks(pool, self.sealer, self.rules)
        self.round = self.worker()

    def worker(self, attempts_max: int = 4) -> HookRound:
        """A worker that spreads and sends."""
        return HookRound(self.pool, HookSender(self.rules, RealClock(), 5), self.sealer, attempts_max)

    async def make(self, who: Who = ZJJ, topics: frozenset[str] = OF_THE_UNIT, url: str = "") -> UUID:
        """Set up a webhook; the system gets its secret."""
        wanted = Wanted(uuid4(), "局办公系统", url or self.system.url, topics, "zjj:contact")
        hook, secret = await self.hooks.make(who, wanted, self.office.now)
        self.system.use(secret)
        return hook.id

    async def tell(self) -> Sent:
        """Spread and send what is due now."""
        await self.round.spread(self.office.now)
        return await self.round.deliver(self.office.later())

    async def dispatched(self) -> int:
        """An order that went to the housing bureau."""
        order = await self.office.submit(NUMBER, self.office.person())
        await self.office.dispatch(order)
        return order

    def kinds(self) -> list[str]:
        """What the system was told, in the order in which it took it."""
        return [json.loads(body)["type"].removeprefix("order.") for body in self.system.happened.values()]


@pytest.fixture
async def told(pool: Any) -> AsyncIterator[Told]:
    people = [
        ("zjj:contact", "unit_contact", "zjj"),
        ("cgj:contact", "unit_contact", "cgj"),
        ("9001", "sysadmin", None),
    ]
    rows = [
        {"work_number": number, "chain": 3 * 10**15 + n, "roles": [role], "active": True, "unit": unit,
         "units": [unit] if unit else [], "zone": "", "region": "", "skills": []}
        for n, (number, role, unit) in enumerate(people)
    ]  # fmt: skip
    await pool.execute("SELECT staff_write($1::jsonb)", json.dumps(rows))
    async with hook_server("whsec_" + b64encode(b"?" * 32).decode()) as system:
        made = Told(pool, system)
        yield made
        await made.round.close()


# --- what is told


async def test_the_units_system_hears_of_its_orders_signed_and_without_personal_data(told: Told) -> None:
    await told.make()
    await told.dispatched()
    assert (await told.tell()).sent == 1
    (request,) = told.system.requests
    (body,) = told.system.happened.values()
    assert json.loads(body)["type"] == "order.dispatched"
    assert json.loads(body)["data"] == {"order": NUMBER, "entry": 3}
    assert request["user-agent"] == "Lianxin" and request["idempotency-key"] == request["webhook-id"]
    assert not [secret for secret in SECRETS if secret in body.decode() + str(request)]
    assert await told.tell() == Sent()


async def test_what_happened_before_the_unit_had_the_order_is_not_told(told: Told) -> None:
    await told.make()
    await told.office.submit(NUMBER, None)
    assert await told.tell() == Sent(), "it is not theirs yet"
    assert await told.pool.fetchval("SELECT count(*) FROM webhook_queue") == 0


async def test_what_lay_in_the_queue_when_the_unit_got_the_order_is_not_told_either(told: Told) -> None:
    await told.make(topics=frozenset({"course"}))
    order = await told.dispatched()  # nobody spread in between: submitted, approved and dispatched lie there together
    await told.office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    assert await told.pool.fetchval("SELECT count(*) FROM webhook_queue") == 4
    await told.tell()
    await told.tell()
    assert told.kinds() == ["dispatched", "signed"]


async def test_what_happened_after_another_unit_got_the_order_is_not_told(told: Told) -> None:
    await told.make(topics=frozenset({"course"}))
    await told.dispatched()
    await told.tell()
    # Signed by another unit after a decision that this one has no more to do with: its row says so, the queue too.
    await told.pool.execute("UPDATE orders SET units = '{cgj}', unit = 'cgj'")
    await told.pool.execute(
        "INSERT INTO webhook_queue (chain_id, seq, at, kind, units) "
        "SELECT order_id, 4, now(), 'signed', units FROM orders"
    )
    await told.pool.execute("UPDATE orders SET units = '{cgj,zjj}'")  # and then had it again
    assert await told.tell() == Sent()


async def test_another_units_system_hears_nothing(told: Told) -> None:
    await told.make(CGJ)
    await told.dispatched()
    assert await told.tell() == Sent() and not told.system.requests


async def test_only_the_topics_that_were_chosen_are_told(told: Told) -> None:
    await told.make(topics=frozenset({"answered"}))
    order = await told.dispatched()
    await told.office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    await told.office.act(order, c.LogContact, "unit:zjj:contact", "unit_contact", how="电话")
    await told.tell()
    assert told.kinds() == ["contacted"]


async def test_without_a_webhook_nothing_is_kept_and_a_paused_one_is_told_nothing_later(told: Told) -> None:
    await told.dispatched()
    assert await told.pool.fetchval("SELECT count(*) FROM webhook_queue") == 0
    hook = await told.make()
    await told.hooks.set_active(ZJJ, hook, False)
    order = await told.pool.fetchval("SELECT order_id FROM orders")
    await told.office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    assert await told.tell() == Sent()
    await told.hooks.set_active(ZJJ, hook, True)
    assert await told.tell() == Sent()
    await told.office.act(order, c.LogContact, "unit:zjj:contact", "unit_contact", how="电话")
    await told.tell()
    assert told.kinds() == ["contacted"]


async def test_a_step_that_is_rolled_back_was_never_told(told: Told) -> None:
    await told.make()
    order = await told.dispatched()
    await told.tell()
    with pytest.raises(Refused):
        await told.office.act(order, c.AcceptReply, "staff:2001", "reviewer")
    assert await told.tell() == Sent()


async def test_who_may_not_see_the_order_any_more_is_not_told_what_waits(told: Told) -> None:
    hook = await told.make()
    order = await told.dispatched()
    await told.round.spread(told.office.now)
    await told.pool.execute("UPDATE orders SET targets = '{zjj}'")
    assert await told.round.deliver(told.office.later()) == Sent(dropped=1)
    assert not told.system.requests
    (line,) = await told.hooks.log(ZJJ, hook)
    assert (line.state, line.number) == ("dropped", "") and order


async def test_the_log_names_an_order_only_to_who_may_see_it_no_administrator_does(told: Told) -> None:
    hook = await told.make()
    await told.dispatched()
    await told.tell()
    lines = (*await told.hooks.log(ZJJ, hook), *await told.hooks.log(ROOT, hook))
    assert [(line.state, line.number) for line in lines] == [("sent", NUMBER), ("sent", "")]


async def test_who_left_the_unit_is_told_nothing(told: Told) -> None:
    await told.make()
    await told.pool.execute("UPDATE staff SET active = false WHERE work_number = 'zjj:contact'")
    await told.dispatched()
    assert await told.tell() == Sent()


async def test_what_an_import_brings_is_not_told(told: Told) -> None:
    await told.make()
    order = await told.dispatched()
    await told.tell()
    for kinds, queued in (["imported", "dispatched"], 0), (["signed"], 1):
        await told.pool.execute(
            "INSERT INTO entries SELECT $1, 100 + length(k), now(), k, 'system', $3, sha256(''), '' "
            "FROM unnest($2::text[]) AS e(k)",
            order,
            kinds,
            uuid4(),
        )
        assert await told.pool.fetchval("SELECT count(*) FROM webhook_queue") == queued


# --- in order, again, and then no more


async def test_of_one_order_the_entries_go_in_their_order_and_another_order_does_not_wait(told: Told) -> None:
    await told.make()
    first = await told.dispatched()
    await told.office.act(first, c.Sign, "unit:zjj:contact", "unit_contact")
    second = await told.office.submit("20260309-000025", None)
    await told.office.dispatch(second)
    told.system.status = 503
    assert await told.tell() == Sent(later=2), "of each order the first"
    told.system.status = 204
    assert await told.round.deliver(told.office.now) == Sent(), "they wait for their next try"
    assert [(await told.tell()).sent for _ in range(3)] == [2, 1, 0]
    bodies = [json.loads(body) for body in told.system.happened.values()]
    of_first = [body["type"] for body in bodies if body["data"]["order"] == NUMBER]
    assert of_first == ["order.dispatched", "order.signed"]


async def test_what_fails_is_tried_later_and_later_and_then_given_up_and_the_next_entry_goes_on(told: Told) -> None:
    hook = await told.make()
    order = await told.dispatched()
    await told.office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    told.system.status = 500
    outcomes = []
    for pause in (0, 10, 20, 40):
        told.office.now += pause * SECOND_MS
        outcomes.append(await told.tell())
    assert outcomes == [Sent(later=1)] * 3 + [Sent(dead=1)]
    told.system.status = 204
    assert await told.tell() == Sent(sent=1)
    assert told.kinds() == ["signed"]
    signed, dispatched = await told.hooks.log(ZJJ, hook)
    assert (signed.state, dispatched.state) == ("sent", "dead")
    assert [one.status for one in dispatched.attempts] == [500] * 4

    await told.hooks.again(ZJJ, hook, dispatched.id, told.office.now)
    assert await told.tell() == Sent(sent=1)
    assert told.kinds() == ["signed", "dispatched"]


@pytest.mark.parametrize(
    "status, outcome", [(404, Sent(dead=1)), (410, Sent(dead=1)), (429, Sent(later=1)), (302, Sent(later=1))]
)
async def test_what_never_will_be_taken_is_given_up_at_once(told: Told, status: int, outcome: Sent) -> None:
    await told.make()
    await told.dispatched()
    told.system.status = status
    assert await told.tell() == outcome and len(told.system.requests) == 1, "a redirect is not followed"


async def test_a_crash_between_sending_and_noting_sends_again_under_the_same_id(told: Told) -> None:
    await told.make()
    await told.dispatched()
    await told.round.spread(told.office.now)

    class Dying(HookSender):
        async def send(self, *about: Any) -> Any:
            await super().send(*about)
            raise asyncio.CancelledError

    dying = HookRound(told.pool, Dying(told.rules, RealClock(), 5), told.sealer, 4)
    with pytest.raises(asyncio.CancelledError):
        await dying.deliver(told.office.later())
    assert await told.tell() == Sent(sent=1)
    assert len(told.system.requests) == 2 and len(told.system.happened) == 1


async def test_two_workers_at_once_tell_each_entry_once_and_in_order(told: Told) -> None:
    await told.make()
    order = await told.dispatched()
    await told.office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    await told.office.act(order, c.LogContact, "unit:zjj:contact", "unit_contact", how="电话")
    both = (told.round, told.worker())
    await asyncio.gather(*(one.spread(told.office.now) for one in both))
    for _ in range(4):
        told.office.later()
        await asyncio.gather(*(one.deliver(told.office.now) for one in both))
    assert told.kinds() == ["dispatched", "signed", "contacted"] and len(told.system.requests) == 3
    await both[1].close()


async def test_the_queue_and_the_log_say_when_to_look_again(told: Told) -> None:
    await told.make()
    assert await told.round.work(MORNING) is None
    await told.dispatched()
    told.system.status = 500
    now = told.office.now
    assert await told.round.work(now) == now
    assert await told.round.work(now) == now + 10 * SECOND_MS
    told.system.status = 204
    assert await told.round.work(now + MINUTE_MS) == now + MINUTE_MS
    assert await told.round.work(now + MINUTE_MS) is None


# --- set up and looked after


async def test_the_secret_is_shown_once_and_kept_encrypted(told: Told) -> None:
    wanted = Wanted(uuid4(), "系统", told.system.url, OF_THE_UNIT)
    hook, secret = await told.hooks.make(ZJJ, wanted, MORNING)
    assert secret.startswith("whsec_") and secret not in str(await told.hooks.all(ZJJ)) + repr(hook)
    kept = await told.pool.fetchval("SELECT secret FROM webhooks")
    assert secret.encode() not in kept
    with pytest.raises(HookRefused, match="只显示一次"):
        await told.hooks.make(ZJJ, wanted, MORNING)
    assert await told.pool.fetchval("SELECT count(*) FROM webhooks") == 1, "a double click sets up one"


async def test_a_test_shows_at_once_whether_the_system_answers(told: Told) -> None:
    hook = await told.make()
    told.system.answer = "收到 13800138000，联系 li@example.org"
    told.system.status = 200
    for _ in range(2):
        await told.hooks.test(ZJJ, hook, told.office.now)
        assert (await told.tell()).sent == 1
    log = await told.hooks.log(ZJJ, hook)
    assert [(line.kind, line.seq, line.state) for line in log] == [("test", 2, "sent"), ("test", 1, "sent")]
    assert log[0].attempts[0].excerpt == "收到 …，联系 …" and log[0].attempts[0].duration_ms >= 0
    await told.hooks.set_active(ZJJ, hook, False)
    with pytest.raises(HookRefused, match="已暂停"):
        await told.hooks.test(ZJJ, hook, told.office.now)


async def test_a_webhook_belongs_to_its_unit_and_the_system_administrator(told: Told) -> None:
    hook = await told.make()
    assert [one.id for one in await told.hooks.all(ROOT)] == [hook] and await told.hooks.all(CGJ) == ()
    stranger = Who("1001", "话务员", "staff:1001", frozenset({"agent"}))
    for who in (CGJ, stranger):
        for step in (
            told.hooks.one(who, hook), told.hooks.log(who, hook), told.hooks.test(who, hook, MORNING),
            told.hooks.end(who, hook, MORNING), told.hooks.set_active(who, hook, False),
            told.hooks.again(who, hook, hook, MORNING),
        ):  # fmt: skip
            with pytest.raises(NoSuchHook):
                await step
    assert (await told.hooks.one(ZJJ, hook)).active


async def test_taken_away_it_is_told_nothing_more(told: Told) -> None:
    hook = await told.make()
    await told.dispatched()
    await told.round.spread(told.office.now)
    await told.hooks.end(ROOT, hook, told.office.now)
    assert await told.tell() == Sent() and await told.hooks.all(ZJJ) == ()
    assert await told.pool.fetchval("SELECT state FROM webhook_deliveries") == "dropped"


UNFIT: tuple[tuple[dict[str, Any], str], ...] = (
    ({"name": " "}, "名称"),
    ({"name": "系" * 61}, "60"),
    ({"topics": frozenset()}, "至少选一类"),
    ({"topics": frozenset({"nothing"})}, "至少选一类"),
    ({"url": "ftp://x.example"}, "网址"),
    ({"url": "http://x.example/"}, "https://"),
    ({"url": "https://10.1.2.3/"}, "内部网络"),
)


async def test_a_form_that_does_not_fit_is_refused_in_words(told: Told) -> None:
    for changed, words in UNFIT:
        about = {"id": uuid4(), "name": "系统", "url": told.system.url, "topics": OF_THE_UNIT, **changed}
        with pytest.raises(HookRefused, match=words):
            await told.hooks.make(ZJJ, Wanted(**about), MORNING)
    assert await told.hooks.all(ROOT) == ()


async def test_the_administrator_names_a_person_of_a_unit(told: Told) -> None:
    for reader in ("", "9001", "nobody:contact", "zjj"):
        with pytest.raises(HookRefused, match="单位人员"):
            await told.hooks.make(ROOT, Wanted(uuid4(), "系统", told.system.url, OF_THE_UNIT, reader), MORNING)
    wanted = Wanted(uuid4(), "系统", told.system.url, OF_THE_UNIT, "cgj:contact")
    hook, _ = await told.hooks.make(ROOT, wanted, MORNING)
    assert (hook.unit, hook.made_by) == ("cgj", "staff:9001")


async def test_a_unit_cannot_speak_as_another_and_has_no_hundred_of_them(told: Told) -> None:
    hook, _ = await told.hooks.make(ZJJ, Wanted(uuid4(), "系统", told.system.url, OF_THE_UNIT, "cgj:contact"), MORNING)
    assert hook.reader == "zjj:contact"
    for _ in range(PER_UNIT_MAX - 1):
        await told.make()
    with pytest.raises(HookRefused, match="最多"):
        await told.make()
