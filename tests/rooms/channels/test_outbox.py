"""The outbox: everything gets out once, or lies where people see it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from one_order import MORNING, SECRETS, WANG, Office, anybody, rules_of
from receivers import LATER, Gateway
from structlog.testing import capture_logs

from lianxin.channels.channel import NotSent
from lianxin.channels.outbox import LONGEST_PAUSE_MS, Delivered, Outbox, counts, letters, pause_ms, retry
from lianxin.channels.wording import load_wording
from lianxin.ground.clock import DAY_MS, MINUTE_MS, SECOND_MS
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.settings import OutboxSettings
from lianxin.people.keys import house_keys
from lianxin.people.vault import PersonFields, Vault
from lianxin.receipts.sending import code_messages
from lianxin.retention import Erase, Erasure, matters_in_postgres

SETTINGS = OutboxSettings(signature="滨州12345热线", attempts_max=4, timeout_s=5.0)


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Office]:
    yield Office(PostgresLedger(pool))


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def outbox(pool: Any, office: Office, **channels: Gateway) -> Outbox:
    return Outbox(pool, channels, office.vault, load_wording(), SETTINGS)


async def fill(pool: "asyncpg.Pool[asyncpg.Record]", many: int, **body: Any) -> None:
    """Put messages into the outbox as a command would."""
    content = {"template": "to_sign", "order": "20260309-000018", "unit": "zjj"} | body
    rows = [
        {"id": str(UUID(int=n)), "subject": 1, "channel": "sms", "body": content, "due": MORNING + n}
        for n in range(1, many + 1)
    ]
    await pool.execute("SELECT outbox_write($1::jsonb)", msgspec.json.encode(rows).decode())


async def test_the_citizen_and_the_unit_are_told_and_numbers_come_from_the_vault_only_now(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    order = await office.submit("20260309-000018", office.person())
    await office.dispatch(order)
    kept = "".join(str(dict(row)) for row in await pool.fetch("SELECT * FROM outbox"))
    assert not [secret for secret in SECRETS if secret in kept]

    with capture_logs() as logs:
        assert await outbox(pool, office, sms=gateway).deliver(office.later()) == Delivered(sent=2)

    told = {(one.template, one.to): one.text for one in gateway.delivered.values()}
    assert set(told) == {("receipt", "13800138000"), ("to_sign", "unit:zjj")}
    assert told["receipt", "13800138000"].startswith("【滨州12345热线】您反映的事项已经受理，单号 20260309-000018")
    assert await counts(pool) == {"sent": 2}
    assert not [secret for secret in SECRETS if secret in str(logs)]
    assert await outbox(pool, office, sms=gateway).deliver(office.later()) == Delivered()
    assert gateway.asked == 2


async def test_an_order_without_a_person_tells_no_citizen(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await office.submit("20260309-000018", None)
    assert await outbox(pool, office, sms=gateway).deliver(office.later()) == Delivered()


async def test_a_crash_between_sending_and_marking_sends_again_under_the_same_key(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await fill(pool, 3)

    class Dying(Gateway):
        """Delivers, and then the process is gone before anything is written down."""

        async def send(self, message: Any) -> None:
            await gateway.send(message)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await outbox(pool, office, sms=Dying()).deliver(MORNING + MINUTE_MS)
    assert len(gateway.delivered) >= 1
    assert await counts(pool) == {"waiting": 3}
    assert await outbox(pool, office, sms=gateway).deliver(MORNING + MINUTE_MS) == Delivered(sent=3)
    assert gateway.asked > 3 and len(gateway.delivered) == 3


async def test_two_workers_at_once_send_each_message_once(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await fill(pool, 40)
    both_hold = asyncio.Barrier(2)

    class Meeting(Gateway):
        """The first message of each worker waits until both have claimed."""

        def __init__(self) -> None:
            super().__init__()
            self.met = False

        async def send(self, message: Any) -> None:
            if not self.met:
                self.met = True
                await both_hold.wait()
            await gateway.send(message)

    one, two = (outbox(pool, office, sms=Meeting()) for _ in range(2))
    outcomes = await asyncio.gather(one.deliver(MORNING + MINUTE_MS, 20), two.deliver(MORNING + MINUTE_MS, 20))
    assert outcomes == [Delivered(sent=20), Delivered(sent=20)]
    assert gateway.asked == 40 and len(gateway.delivered) == 40


async def test_what_fails_is_tried_again_later_and_later_and_then_is_dead(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await fill(pool, 1)
    gateway.always = LATER
    post, now = outbox(pool, office, sms=gateway), MORNING + MINUTE_MS
    for attempt, pause in enumerate((10, 20, 40), 1):
        assert await post.deliver(now) == Delivered(later=1)
        due = await post.next_due()
        assert due == now + pause * SECOND_MS
        assert await post.deliver(due - 1) == Delivered()
        assert (await letters(pool, "waiting"))[0].attempts == attempt
        now = due
    assert await post.deliver(now) == Delivered(dead=1)
    assert gateway.asked == SETTINGS.attempts_max
    (dead,) = await letters(pool, "dead")
    assert (dead.attempts, dead.error, dead.order) == (4, "the gateway is busy", "20260309-000018")
    assert await post.next_due() is None

    gateway.always = None
    assert await retry(pool, UUID(int=99), now) == 0
    assert await retry(pool, dead.id, now) == 1
    assert await post.deliver(now) == Delivered(sent=1)
    assert await retry(pool, None, now) == 0, "only dead letters are tried again"


def test_pauses_grow_to_an_hour_and_no_further() -> None:
    assert [pause_ms(n) // SECOND_MS for n in (1, 2, 3, 9)] == [10, 20, 40, 2560]
    assert pause_ms(10) == pause_ms(10_000) == LONGEST_PAUSE_MS


@pytest.mark.parametrize(
    "body, reason",
    [
        ({"template": "poem"}, "no words"),
        ({"template": 5}, "cannot be read"),
        ({"person": "not an id"}, "cannot be read"),
    ],
)
async def test_a_poisoned_message_is_a_dead_letter_at_once_and_holds_up_nobody(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway, body: dict[str, Any], reason: str
) -> None:
    await fill(pool, 3)
    await pool.execute(
        "UPDATE outbox SET body = body || $1::jsonb WHERE message_id = $2",
        msgspec.json.encode(body).decode(),
        UUID(int=2),
    )
    assert await outbox(pool, office, sms=gateway).deliver(MORNING + MINUTE_MS) == Delivered(sent=2, dead=1)
    (dead,) = await letters(pool, "dead")
    assert dead.id == UUID(int=2) and reason in (dead.error or "")


async def test_a_channel_that_breaks_is_named_by_kind_and_its_words_stay_out(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await fill(pool, 1)
    gateway.fails = [ZeroDivisionError("while sending to 13800138000")]
    with capture_logs() as logs:
        assert await outbox(pool, office, sms=gateway).deliver(MORNING + MINUTE_MS) == Delivered(later=1)
    (waiting,) = await letters(pool, "waiting")
    assert waiting.error == "the channel broke: ZeroDivisionError"
    assert "13800138000" not in str(logs)


async def test_a_channel_that_is_not_set_up_makes_dead_letters_never_silence(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await fill(pool, 1)
    await pool.execute("UPDATE outbox SET channel = 'mail'")
    assert await outbox(pool, office, sms=gateway).deliver(MORNING + MINUTE_MS) == Delivered(dead=1)
    assert (await letters(pool, "dead"))[0].error == "no mail channel is set up here"


async def test_a_channel_that_never_answers_is_given_up_in_time(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office
) -> None:
    class Silent(Gateway):
        """Takes the message and never answers."""

        async def send(self, message: Any) -> None:
            self.asked += message.to == "unit:zjj"
            await asyncio.Event().wait()

    await fill(pool, 1)
    impatient = msgspec.structs.replace(SETTINGS, timeout_s=0.05)
    post = Outbox(pool, {"sms": Silent()}, office.vault, load_wording(), impatient)
    assert await post.deliver(MORNING + MINUTE_MS) == Delivered(later=1)
    assert (await letters(pool, "waiting"))[0].error == "no answer in time"


@pytest.mark.parametrize(
    "fields, reason",
    [
        (PersonFields(name="李强"), "no mobile number is known"),
        (PersonFields(numbers=("0543-3366789",)), "no mobile number is known"),
    ],
)
async def test_whoever_has_no_mobile_number_is_sent_nothing_and_that_is_no_failure(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway, fields: PersonFields, reason: str
) -> None:
    await office.submit("20260309-000018", office.person(2, fields))
    assert await outbox(pool, office, sms=gateway).deliver(office.later()) == Delivered(dropped=1)
    assert (await letters(pool, "dropped"))[0].error == reason


async def test_the_first_mobile_number_is_written_to(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    numbers = PersonFields(numbers=("0543-3366789", "+86 139 0013 9000", "13800138000"))
    await office.submit("20260309-000018", office.person(2, numbers))
    await outbox(pool, office, sms=gateway).deliver(office.later())
    assert [one.to for one in gateway.delivered.values()] == ["13900139000"]


async def test_an_erased_person_gets_no_message_any_more(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    wang = office.person()
    await office.submit("20260309-000018", wang)
    erasure = Erasure(office.store, matters_in_postgres(pool), rules_of, anybody)
    command = Erase(id=office.id(), by="staff:9001", person=wang.row.id, ground="第四十七条")
    await erasure.erase(command, office.later())
    assert await outbox(pool, office, sms=gateway).deliver(office.later()) == Delivered(dropped=1)
    assert (await letters(pool, "dropped"))[0].error == "the person was erased by law"
    assert gateway.asked == 0


async def test_with_the_wrong_house_key_messages_wait_for_the_right_one(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await office.submit("20260309-000018", office.person())
    stranger = Outbox(pool, {"sms": gateway}, Vault(house_keys(b"x" * 32)), load_wording(), SETTINGS)
    assert await stranger.deliver(office.later()) == Delivered(later=1)
    assert await outbox(pool, office, sms=gateway).deliver(office.now + DAY_MS) == Delivered(sent=1)


async def test_mail_goes_to_the_persons_address_and_a_webhook_to_the_citys(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office
) -> None:
    mail, hook = Gateway(), Gateway()
    await office.submit("20260309-000018", office.person(2, msgspec.structs.replace(WANG, mail="wang@example.org")))
    await pool.execute("UPDATE outbox SET channel = 'mail'")
    await fill(pool, 1)
    await pool.execute("UPDATE outbox SET channel = 'webhook' WHERE channel = 'sms'")
    assert await outbox(pool, office, mail=mail, webhook=hook).deliver(office.later()) == Delivered(sent=2)
    assert [(one.to, one.subject) for one in mail.delivered.values()] == [
        ("wang@example.org", "您反映的事项已经受理（20260309-000018）")
    ]
    assert [one.to for one in hook.delivered.values()] == [""]


async def test_a_lasting_refusal_is_not_tried_again(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await fill(pool, 1)
    gateway.always = NotSent("the number does not exist", lasting=True)
    assert await outbox(pool, office, sms=gateway).deliver(MORNING + MINUTE_MS) == Delivered(dead=1)


# A query code goes out with a message, and is read by nobody on the way


async def send_code(pool: Any, office: Office, fields: PersonFields, code: str = "40718265") -> None:
    record = office.person(fields=fields)
    await office.submit("20260309-000018", record)
    rows = code_messages("20260309-000018", 1, code, record.row, fields, office.vault, office.now)
    await pool.execute("SELECT outbox_write($1::jsonb)", msgspec.json.encode(rows).decode())


async def kept(pool: Any) -> str:
    return "".join(str(dict(row)) for row in await pool.fetch("SELECT body FROM outbox"))


async def test_a_code_lies_locked_in_the_outbox_and_is_gone_from_it_once_it_went_out(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await send_code(pool, office, WANG)
    assert "sealed" in await kept(pool) and "40718265" not in await kept(pool)
    with capture_logs() as logs:
        await outbox(pool, office, sms=gateway).deliver(office.later())
    told = {one.template: (one.to, one.text) for one in gateway.delivered.values()}
    assert told["code"][0] == "13800138000" and "40718265" in told["code"][1]
    assert "sealed" not in await kept(pool) and "40718265" not in str(logs)


async def test_who_left_only_an_address_gets_the_code_by_mail(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await send_code(pool, office, PersonFields(mail="wang@example.org"))
    post = Gateway()
    await outbox(pool, office, sms=gateway, mail=post).deliver(office.later())
    told = {one.template: (one.channel, one.to, one.text) for one in post.delivered.values()}
    assert told["code"][:2] == ("mail", "wang@example.org") and "40718265" in told["code"][2]
    assert told["receipt"][:2] == ("mail", "wang@example.org"), "whoever has no mobile number is told by e-mail"
    assert gateway.asked == 0


async def test_a_code_that_did_not_get_through_is_kept_for_the_next_attempt(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await send_code(pool, office, WANG)
    gateway.always = LATER
    await outbox(pool, office, sms=gateway).deliver(office.later())
    gateway.always = None
    assert "sealed" in await kept(pool)
    await outbox(pool, office, sms=gateway).deliver(office.later(60))
    assert any("40718265" in one.text for one in gateway.delivered.values())


@pytest.mark.parametrize("body", [{}, {"sealed": "bm8gY2lwaGVydGV4dA=="}], ids=["no code", "of nobody"])
async def test_a_message_that_needs_a_code_never_goes_out_without(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway, body: dict[str, str]
) -> None:
    await fill(pool, 1, template="code", **body)
    assert await outbox(pool, office, sms=gateway).deliver(office.later()) == Delivered(dead=1)
    assert not gateway.delivered


async def test_a_code_locked_for_another_person_does_not_open(
    pool: "asyncpg.Pool[asyncpg.Record]", office: Office, gateway: Gateway
) -> None:
    await send_code(pool, office, WANG)
    other = office.person(2, PersonFields(numbers=("13900139000",)))
    await office.submit("20260309-000026", other)
    await pool.execute(
        "UPDATE outbox SET body = jsonb_set(body, '{person}', to_jsonb($1::text)) WHERE body ->> 'template' = 'code'",
        str(other.row.id),
    )
    await outbox(pool, office, sms=gateway).deliver(office.later())
    assert not any("40718265" in one.text for one in gateway.delivered.values())


async def test_who_left_neither_number_nor_address_gets_no_message(office: Office) -> None:
    record = office.person(fields=PersonFields(name="王小芳"))
    assert code_messages("20260309-000018", 1, "1", record.row, PersonFields(name="王"), office.vault, 0) == []
