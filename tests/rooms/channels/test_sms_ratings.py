"""What callers answer by text message to the question how it was, and who wants no such question."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import msgspec
import pytest
from one_order import WANG
from post_office import AGENT, PostOffice, drop
from receivers import Gateway
from test_mail_reading import composed

from lianxin.channels.outbox import Delivered, Outbox
from lianxin.channels.sealing import Sealer
from lianxin.channels.sms_part import Part
from lianxin.channels.sms_room import SmsParts, SmsRoom, is_stop
from lianxin.channels.wording import load_wording
from lianxin.contacts import course
from lianxin.contacts.contact import Matter
from lianxin.ground.clock import DAY_MS
from lianxin.ground.site.settings import OutboxSettings
from lianxin.orders import commands as c
from lianxin.orders.texts import Words
from lianxin.people.vault import PersonFields

SECRET = "whsec_" + b64encode(b"g" * 32).decode()
NUMBER = "20260309-000017"


@pytest.mark.parametrize("words", ["TD", "td", "Ｔ", "退订", " 退订。", "STOP", "Stop!", "N", "不再评价"])
def test_who_wants_no_more_says_it_like_this(words: str) -> None:
    assert is_stop(words)


@pytest.mark.parametrize("words", ["", "停", "请停止施工", "TD 电梯", "stop the noise", "5", "我要退订有线电视"])
def test_a_sentence_that_holds_the_word_is_a_message(words: str) -> None:
    assert not is_stop(words)


async def rated_call(post: PostOffice) -> int:
    """王小芳 is answered on the telephone, and was asked how it was."""
    office = post.office
    contact = await office.contact("20260309-000030", office.person(30, WANG))
    end = course.End(id=office.id(), by="staff:1001", matter=Matter("answered", item="K18 v2"))
    await office.services.meet(contact, end, office.later())
    return contact


def outbox(post: PostOffice, gateway: Gateway) -> Outbox:
    return Outbox(post.pool, {"sms": gateway}, post.office.vault, load_wording(), OutboxSettings())


async def test_stop_ends_the_questions_for_a_rating_and_nothing_else(
    post: PostOffice, room: SmsRoom, tmp_path: Path
) -> None:
    await rated_call(post)
    await post.order_of(WANG)
    drop(tmp_path, "m1", text="TD")
    await room.work(post.office.later())
    assert await post.inbox.waiting(AGENT) == ()
    (silent,) = await post.inbox.silent(AGENT)
    assert silent.silent == "stop"
    gateway = Gateway()
    assert await outbox(post, gateway).deliver(post.office.later()) == Delivered(sent=1, dropped=1)
    assert [one.template for one in gateway.delivered.values()] == ["receipt"]


async def test_a_digit_rates_the_call_that_was_asked_about_once(
    post: PostOffice, room: SmsRoom, tmp_path: Path
) -> None:
    call = await rated_call(post)
    drop(tmp_path, "early", text="2")
    await room.work(post.office.later())
    assert len(await post.inbox.waiting(AGENT)) == 1, "before it is asked, a digit is a message"
    await outbox(post, Gateway()).deliver(post.office.later())
    drop(tmp_path, "m1", text=" ４ ")
    await room.work(post.office.later())
    assert tuple(await post.pool.fetchrow("SELECT contact_id, score FROM call_ratings")) == (call, 4)
    by = await post.pool.fetchval("SELECT by_contact FROM call_ratings")
    assert (await post.contact(by)).disposition == "heard" and (await post.contact(by)).matters[0].ground == "4"
    drop(tmp_path, "m2", text="5")
    await room.work(post.office.later())
    assert (
        len(await post.inbox.waiting(AGENT)) == 2 and await post.pool.fetchval("SELECT count(*) FROM call_ratings") == 1
    )


@pytest.mark.parametrize(
    "who, words", [("13900139000", "4"), ("13800138000", "6"), ("13800138000", "0"), ("13800138000", "很好")]
)
async def test_a_stranger_and_other_words_rate_nothing(
    post: PostOffice, room: SmsRoom, tmp_path: Path, who: str, words: str
) -> None:
    await rated_call(post)
    await outbox(post, Gateway()).deliver(post.office.later())
    drop(tmp_path, "m1", **{"from": who, "text": words})
    await room.work(post.office.later())
    assert len(await post.inbox.waiting(AGENT)) == 1
    assert await post.pool.fetchval("SELECT count(*) FROM call_ratings") == 0


async def test_an_answer_a_week_later_belongs_to_no_question(post: PostOffice, room: SmsRoom, tmp_path: Path) -> None:
    await rated_call(post)
    await outbox(post, Gateway()).deliver(post.office.later())
    drop(tmp_path, "m1", text="1")
    await room.work(post.office.now + 8 * DAY_MS)
    assert await post.pool.fetchval("SELECT count(*) FROM call_ratings") == 0


async def answered_order(post: PostOffice, citizen: PersonFields = WANG) -> int:
    """An order whose answer was accepted: its citizen is to be asked."""
    order = await post.order_of(citizen)
    await post.office.dispatch(order)
    await post.office.act(order, c.Sign, "unit:zjj:contact", "unit_contact")
    words = Words("", "已修好", b"s" * 16)
    await post.office.act(order, c.LogContact, "unit:zjj:contact", "unit_contact", how="电话")
    reply = {"answer_hash": words.hash(), "basis": "条例第三条", "contacted": "电话", "signed_by_leader": True}
    await post.office.act(order, c.Reply, "unit:zjj:contact", "unit_contact", words=words, **reply)
    await post.office.act(order, c.AcceptReply, "staff:2002", "reviewer")
    return order


async def test_two_digits_rate_the_order_whose_answer_its_citizen_has(
    post: PostOffice, room: SmsRoom, tmp_path: Path
) -> None:
    order = await answered_order(post)
    drop(tmp_path, "m0", text="1")
    drop(tmp_path, "m1", text="1 2")
    await room.work(post.office.later())
    after = await post.office.order(order)
    assert after.state == "completed"
    waiting = await post.inbox.waiting(AGENT)
    assert [one.letter.text for one in waiting if one.letter] == ["1"], "one digit says too little of an order"
    ended = await post.pool.fetchval("SELECT contact_id FROM messages_in ORDER BY contact_id DESC LIMIT 1")
    there = await post.contact(ended)
    assert (there.disposition, there.matters[0].order, there.matters[0].ground) == ("heard", order, "solved yes")


async def test_a_rating_that_a_crash_cut_off_is_carried_out_once(
    post: PostOffice, room: SmsRoom, sealer: Sealer, parts: SmsParts
) -> None:
    class Dying:
        """Services that are gone before the contact is written."""

        act = post.office.services.act

        async def meet(self, *about: Any, **rows: Any) -> None:
            raise ConnectionError(f"the database is gone, and {len(about) + len(rows)} things with it")

    order = await answered_order(post)
    await parts.keep(Part("m1", "13800138000", "1-1"), post.office.now)
    receiving = post.receiving_of(Dying())
    dying = SmsRoom(post.pool, receiving, post.office.vault, sealer, [])
    with pytest.raises(ConnectionError):
        await dying.work(post.office.later())
    assert (await post.office.order(order)).state == "completed" and await post.letters() == 0
    await room.work(post.office.later())
    assert await post.letters() == 1 and await post.inbox.waiting(AGENT) == ()
    assert (await post.office.order(order)).state == "completed"


async def test_the_first_line_of_an_answer_by_e_mail_rates_too_and_no_other_mail_does(post: PostOffice) -> None:
    fields = msgspec.structs.replace(WANG, mail="li@example.org")
    order = await answered_order(post, fields)
    key = await post.pool.fetchval("SELECT message_id FROM outbox WHERE subject_id = $1 LIMIT 1", order)
    quoted = "1 2\n\n> 您反映的事项已经答复\n> 请回复两位数字"
    await post.mail(bytes(composed(quoted)))
    assert (await post.office.order(order)).state == "followup_due", "it answers no mail of ours"
    await post.mail(bytes(composed(f"{quoted}\n> 再次", In_Reply_To=f"<{key}@binzhou.example>")))
    assert (await post.office.order(order)).state == "completed"
    assert len(await post.inbox.waiting(AGENT)) == 1
