"""A letter becomes one contact with its words; it comes to an order only where its sender is known for it."""

import io

import pytest
from one_order import SECRETS, WANG, anybody, rules_of
from PIL import Image
from post_office import AGENT, LI, PostOffice
from test_mail_reading import composed
from test_mail_sorting import report

from lianxin.channels.inbox import NoSuchMessage
from lianxin.orders import commands as c
from lianxin.orders.reading import OrderReader
from lianxin.retention import Erase, Erasure, matters_in_postgres

NUMBER = "20260309-000017"
OTHER = "20260309-000025"
"""The first two of their day, with their check digits."""


async def test_a_strangers_letter_waits_in_the_intake_tray_with_its_words_locked_away(post: PostOffice) -> None:
    mail = composed("电梯停运三天", Subject="锦苑小区电梯", From="王小芳 <wang@example.org>")
    contact = await post.mail(bytes(mail))
    there = await post.contact(contact)
    assert (there.channel, there.stage, there.holder) == ("mail", "waiting", "tray:intake")
    (message,) = await post.inbox.waiting(AGENT)
    assert message.contact == contact and message.letter is not None
    assert (message.letter.subject, message.letter.text) == ("锦苑小区电梯", "电梯停运三天")
    assert message.letter.sender.address == "wang@example.org"
    assert (message.silent, message.order, message.suggested) == (None, None, ())
    kept = "".join(
        str(dict(row)) for row in await post.pool.fetch("SELECT * FROM messages_in m JOIN persons USING (person_id)")
    )
    entries = b"".join(row[0] for row in await post.pool.fetch("SELECT body FROM entries")).decode()
    assert not [word for word in ("wang@example", "电梯", *SECRETS) if word in kept + entries]


async def test_a_mail_that_is_brought_again_is_the_same_contact(post: PostOffice) -> None:
    first = await post.mail(bytes(composed()))
    assert await post.mail(bytes(composed())) == first
    assert await post.mail(b"Received: from elsewhere\r\n" + bytes(composed())) == first
    assert await post.letters() == 1
    assert await post.mail(bytes(composed("另一件事"))) != first


async def test_a_citizen_who_names_their_own_order_writes_to_it(post: PostOffice) -> None:
    order = await post.order_of(LI)
    contact = await post.mail(bytes(composed("现在更严重了", Subject=f"关于 {NUMBER} 号工单")))
    assert await post.texts(order) == ["电梯停运，请来修", "现在更严重了"]
    there = await post.contact(contact)
    assert (there.channel, there.disposition, there.matters[0].order) == ("mail", "added", order)
    message = await post.inbox.message(AGENT, contact)
    assert message.bound_by == "sender" and message.order is not None and message.order.number == NUMBER
    assert (await post.office.order(order)).owed == (), "its own citizen is owed no second answer"
    assert await post.mail(bytes(composed("现在更严重了", Subject=f"关于 {NUMBER} 号工单"))) == contact
    assert len(await post.texts(order)) == 2


async def test_a_stranger_who_names_an_order_is_only_suggested_to_the_agent(post: PostOffice) -> None:
    order = await post.order_of(WANG)
    contact = await post.mail(bytes(composed("请撤销这张工单", Subject=NUMBER)))
    message = await post.inbox.message(AGENT, contact)
    assert message.order is None and [one.id for one in message.suggested] == [order]
    assert await post.texts(order) == ["电梯停运，请来修"]


async def test_who_claims_to_be_the_citizen_and_is_not_believed_by_the_mail_server_is_only_suggested(
    post: PostOffice,
) -> None:
    order = await post.order_of(LI)
    forged = b"Authentication-Results: mx.binzhou.example; spf=fail; dmarc=fail\r\n" + bytes(composed(Subject=NUMBER))
    message = await post.inbox.message(AGENT, await post.mail(forged))
    assert message.order is None and [one.id for one in message.suggested] == [order]
    assert len(await post.texts(order)) == 1


async def test_whoever_gives_the_query_code_writes_to_the_order_from_any_address(post: PostOffice) -> None:
    order = await post.order_of(WANG)
    receipt = await post.receipts.renew(NUMBER, post.office.id(), "staff:1001", "agent", post.office.later())
    wrong = await post.mail(bytes(composed(f"单号{NUMBER}，查询码 0000 0000，补充：还在停")))
    assert (await post.contact(wrong)).disposition == "pending"
    right = await post.mail(bytes(composed(f"单号{NUMBER}，查询码 {receipt.code}，补充：还在停")))
    assert (await post.inbox.message(AGENT, right)).bound_by == "code"
    assert len(await post.texts(order)) == 2


async def test_a_wrong_digit_in_the_number_finds_no_order(post: PostOffice) -> None:
    order = await post.order_of(LI)
    for number in ("20260309-000018", "20260309-000071", "2026-03-09 000017", "20269999-000017"):
        message = await post.inbox.message(AGENT, await post.mail(bytes(composed(Subject=number))))
        assert message.order is None, number
        assert [one.id for one in message.suggested] == [order], "by its sender, not its number"


async def test_a_letter_that_names_two_own_orders_is_an_agents(post: PostOffice) -> None:
    orders = [await post.order_of(LI, one) for one in (NUMBER, OTHER)]
    message = await post.inbox.message(AGENT, await post.mail(bytes(composed(f"{NUMBER} 和 {OTHER} 是一回事"))))
    assert message.order is None and [one.id for one in message.suggested] == orders


async def test_a_closed_order_takes_no_letter_and_is_suggested(post: PostOffice) -> None:
    order = await post.order_of(LI)
    await post.office.act(order, c.Withdraw, "citizen", "citizen", evidence="本人来电")
    message = await post.inbox.message(AGENT, await post.mail(bytes(composed(Subject=NUMBER))))
    assert message.order is None and [(one.id, one.open) for one in message.suggested] == [(order, False)]


async def test_the_senders_open_orders_are_suggested_without_a_number(post: PostOffice) -> None:
    order = await post.order_of(LI)
    message = await post.inbox.message(
        AGENT, await post.mail(bytes(composed("请问办到哪一步了", From="LI@Example.org")))
    )
    assert [one.id for one in message.suggested] == [order]


async def test_an_answer_to_a_mail_of_ours_comes_to_its_order_without_a_number(post: PostOffice) -> None:
    order = await post.order_of(LI)
    key = await post.pool.fetchval("SELECT message_id FROM outbox WHERE subject_id = $1", order)
    headers = {"In_Reply_To": f"<{key}@binzhou.example>", "Subject": "Re: 您反映的事项"}
    contact = await post.mail(bytes(composed("谢谢，还没有修", **headers)))
    assert (await post.inbox.message(AGENT, contact)).bound_by == "reply"
    assert await post.texts(order) == ["电梯停运，请来修", "谢谢，还没有修"]


# --- what nobody answers


async def test_a_bounce_is_a_silent_contact_and_marks_the_mail_that_came_back(post: PostOffice) -> None:
    order = await post.order_of(LI)
    await post.pool.execute("UPDATE outbox SET state = 'sent'")
    key = await post.pool.fetchval("SELECT message_id FROM outbox WHERE subject_id = $1", order)
    contact = await post.mail(report(message_id=f"<{key}@binzhou.example>"))
    there = await post.contact(contact)
    assert (there.stage, there.disposition, there.matters[0].ground) == ("ended", "silent", "bounce")
    row = await post.pool.fetchrow("SELECT state, last_error FROM outbox WHERE message_id = $1", key)
    assert tuple(row) == ("returned", "came back as undeliverable 5.1.1")
    (silent,) = await post.inbox.silent(AGENT)
    assert silent.contact == contact and silent.silent == "bounce" and silent.letter is not None


async def test_a_mail_that_is_only_late_marks_nothing(post: PostOffice) -> None:
    order = await post.order_of(LI)
    await post.pool.execute("UPDATE outbox SET state = 'sent'")
    key = await post.pool.fetchval("SELECT message_id FROM outbox WHERE subject_id = $1", order)
    await post.mail(report("delayed", "4.4.1", f"<{key}@binzhou.example>"))
    assert await post.pool.fetchval("SELECT state FROM outbox WHERE message_id = $1", key) == "sent"


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"X_Spam_Flag": "YES"}, {"From": "x@spam.example"}]
)
async def test_machines_and_spam_are_kept_and_never_answered(post: PostOffice, headers: dict[str, str]) -> None:
    await post.order_of(LI)
    contact = await post.mail(bytes(composed(f"自动回复 {NUMBER}", **headers)))
    assert (await post.contact(contact)).disposition == "silent"
    assert await post.inbox.waiting(AGENT) == ()
    assert (await post.inbox.message(AGENT, contact)).order is None
    assert len(await post.texts(await post.pool.fetchval("SELECT order_id FROM orders"))) == 1


# --- who may read it


async def test_a_letter_is_only_for_who_may_see_its_contact(post: PostOffice) -> None:
    contact = await post.mail(bytes(composed()))
    for nobody in ("zjj:contact", "9999", ""):
        assert await post.inbox.waiting(nobody) == ()
        with pytest.raises(NoSuchMessage):
            await post.inbox.message(nobody, contact)
    with pytest.raises(NoSuchMessage):
        await post.inbox.message(AGENT, contact + 1)


async def test_when_the_writer_is_erased_the_letter_is_gone_and_the_chain_stands(post: PostOffice) -> None:
    contact = await post.mail(bytes(composed()))
    person = (await post.inbox.message(AGENT, contact)).person
    erasure = Erasure(post.office.store, matters_in_postgres(post.pool), rules_of, anybody)
    await erasure.erase(
        Erase(id=post.office.id(), by="staff:9001", person=person, ground="第四十七条"), post.office.later()
    )
    assert (await post.inbox.message(AGENT, contact)).letter is None
    assert (await post.contact(contact)).stage == "waiting"


# --- files


async def test_a_picture_stays_with_the_letter_and_an_archive_is_named_with_what_to_do(post: PostOffice) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(picture, "PNG")
    mail = composed("请看照片")
    mail.add_attachment(picture.getvalue(), maintype="image", subtype="png", filename="电梯.png")
    mail.add_attachment(b"PK\x03\x04" + bytes(500), maintype="application", subtype="zip", filename="更多.zip")
    contact = await post.mail(bytes(mail))
    assert await post.mail(bytes(mail)) == contact, "brought again, nothing is kept twice"
    (kept,) = await post.files.reader.of(contact)
    assert (kept.name, kept.media, kept.by) == ("电梯.png", "image/png", "citizen")
    (left_out,) = (await post.inbox.message(AGENT, contact)).left_out
    assert left_out.name == "更多.zip" and "压缩包" in left_out.reason


async def test_the_files_of_a_letter_to_an_order_are_with_the_order(post: PostOffice) -> None:
    order = await post.order_of(LI)
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "blue").save(picture, "JPEG")
    mail = composed("照片", Subject=NUMBER)
    mail.add_attachment(picture.getvalue(), maintype="image", subtype="jpeg", filename="a.jpg")
    contact = await post.mail(bytes(mail))
    assert len(await post.files.reader.of(order)) == 1 and await post.files.reader.of(contact) == ()


async def test_the_page_of_the_order_shows_at_its_promises_what_did_not_reach_the_citizen(post: PostOffice) -> None:
    order = await post.order_of(LI)
    reader = OrderReader(post.pool)
    before = await reader.order(AGENT, NUMBER)
    assert before is not None and before[0].undelivered == ()
    await post.pool.execute("UPDATE outbox SET state = 'sent'")
    key = await post.pool.fetchval("SELECT message_id FROM outbox WHERE subject_id = $1", order)
    await post.mail(report(message_id=f"<{key}@binzhou.example>"))
    after = await reader.order(AGENT, NUMBER)
    assert after is not None
    (lost,) = after[0].undelivered
    assert (lost.what, lost.state) == ("receipt", "returned")
