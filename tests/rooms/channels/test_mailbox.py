"""Mails come in from a real IMAP server, each once, whatever dies between its steps."""

import asyncio
from collections.abc import Iterator
from email.header import decode_header, make_header
from typing import Any

import msgspec
import pytest
from mail_store import MailStore, mail_store
from post_office import AGENT, LI, PostOffice
from receivers import Gateway, mail_server
from structlog.testing import capture_logs
from test_mail_reading import OURS, composed
from test_mail_sorting import report

from lianxin.channels.mail import Mail
from lianxin.channels.mailbox import Mailbox, MailboxAway
from lianxin.channels.mailroom import Mailroom
from lianxin.channels.outbox import Delivered, Outbox
from lianxin.channels.replying import NoReply
from lianxin.channels.wording import load_wording
from lianxin.contacts import course
from lianxin.contacts.contact import Matter
from lianxin.ground.site.settings import MailSettings, OutboxSettings
from lianxin.ground.text import TextError
from lianxin.orders import commands as c
from lianxin.orders.texts import Words

GUARD_S = 30
TAKEN = b"LianxinTaken"


@pytest.fixture(scope="module")
def server() -> Iterator[MailStore]:
    with mail_store() as running:
        yield running


@pytest.fixture
def store(server: MailStore) -> MailStore:
    server.empty()
    return server


@pytest.fixture
def room(post: PostOffice, store: MailStore) -> Iterator[Mailroom]:
    made = mailroom(post, store)
    yield made
    made.close()


def mailroom(post: PostOffice, store: MailStore, receiving: Any = None) -> Mailroom:
    return Mailroom(Mailbox(store.settings, 10), receiving or post.receiving, OURS, lambda: post.office.later())


async def test_a_mail_is_marked_once_it_is_in_the_books_and_never_deleted(
    post: PostOffice, store: MailStore, room: Mailroom
) -> None:
    store.deliver(bytes(composed("电梯停运", Subject="电梯")))
    store.deliver(bytes(composed("路灯不亮", Subject="路灯")))
    assert await room.empty() == 2
    assert [TAKEN in flags for flags in store.flags()] == [True, True]
    subjects = {one.letter.subject for one in await post.inbox.waiting(AGENT) if one.letter is not None}
    assert subjects == {"电梯", "路灯"}
    assert await room.empty() == 0 and await post.letters() == 2


async def test_a_mail_that_somebody_read_with_another_program_is_taken_all_the_same(
    post: PostOffice, store: MailStore, room: Mailroom
) -> None:
    store.deliver(bytes(composed()))
    with store.opened() as client:
        client.add_flags(client.search("ALL"), [b"\\Seen"])
    assert await room.empty() == 1


class Dying:
    """A way in that is cut off at one step: before anything is written, or after all of it is."""

    def __init__(self, receiving: Any, before: bool) -> None:
        self._receiving = receiving
        self._before = before

    async def take_in(self, *message: Any) -> int:
        if self._before:
            raise asyncio.CancelledError
        await self._receiving.take_in(*message)
        raise asyncio.CancelledError


@pytest.mark.parametrize("before", [True, False], ids=["before the commit", "after the commit"])
async def test_a_worker_that_dies_on_the_way_brings_the_mail_again_and_it_acts_once(
    post: PostOffice, store: MailStore, before: bool
) -> None:
    order = await post.order_of(LI)
    store.deliver(bytes(composed("还没有修", Subject="20260309-000017")))
    dying = mailroom(post, store, Dying(post.receiving, before))
    with pytest.raises(asyncio.CancelledError):
        await dying.empty()
    dying.close()
    assert [TAKEN in flags for flags in store.flags()] == [False]
    assert await post.letters() == (0 if before else 1)
    again = mailroom(post, store)
    assert await again.empty() == 1
    again.close()
    assert await post.letters() == 1
    assert await post.texts(order) == ["电梯停运，请来修", "还没有修"]
    assert [TAKEN in flags for flags in store.flags()] == [True]


async def test_two_workers_on_one_mailbox_make_one_contact(post: PostOffice, store: MailStore) -> None:
    for n in range(3):
        store.deliver(bytes(composed(f"第{n}件事")))
    rooms = [mailroom(post, store) for _ in range(2)]
    await asyncio.gather(*(room.empty() for room in rooms))
    for room in rooms:
        room.close()
    assert await post.letters() == 3


async def test_one_mail_that_cannot_be_taken_in_holds_up_no_other(post: PostOffice, store: MailStore) -> None:
    class Choosy:
        async def take_in(self, incoming: Any, now: int) -> int:
            if "坏" in incoming.letter.text:
                raise ZeroDivisionError("li@example.org")
            return await post.receiving.take_in(incoming, now)

    store.deliver(bytes(composed("坏的")))
    store.deliver(bytes(composed("好的")))
    room = mailroom(post, store, Choosy())
    with capture_logs() as logs:
        assert [await room.empty() for _ in range(4)] == [1, 0, 0, 0]
    room.close()
    assert [log["failures"] for log in logs if log["event"] == "a mail cannot be taken in"] == [1, 2]
    assert "li@" not in str(logs)
    assert sorted(TAKEN in flags for flags in store.flags()) == [False, True]


async def test_news_is_told_at_once(store: MailStore) -> None:
    box = Mailbox(store.settings, 10)
    assert await box.new() == []
    waiting = asyncio.create_task(box.wait(GUARD_S * 10, asyncio.Event()))
    while not waiting.done():
        store.deliver(bytes(composed()))
        await asyncio.wait([waiting], timeout=1)
    await waiting
    assert await box.new()
    box.close()


async def test_a_house_that_stops_waits_for_no_mail(store: MailStore) -> None:
    box, stop = Mailbox(store.settings, 10), asyncio.Event()
    stop.set()
    async with asyncio.timeout(GUARD_S):
        await box.wait(GUARD_S * 10, stop)
    box.close()


async def test_of_a_very_large_mail_the_beginning_is_fetched(store: MailStore) -> None:
    box = Mailbox(store.settings, 10, bytes_max=5_000)
    mail = composed("电梯停运")
    mail.add_attachment(bytes(100_000), maintype="image", subtype="png", filename="a.png")
    store.deliver(bytes(mail))
    (uid,) = await box.new()
    fetched = await box.fetch(uid)
    assert fetched is not None and fetched.cut and fetched.data == bytes(mail)[:5_000]
    assert await box.fetch(uid + 1) is None, "somebody took it out of the folder"
    box.close()


async def test_a_server_that_tells_of_nothing_is_asked(post: PostOffice) -> None:
    with mail_store(idle=False) as store:
        box, stop = Mailbox(store.settings, 10), asyncio.Event()
        store.deliver(bytes(composed()))
        assert await box.new() == [1]
        stop.set()
        await box.wait(GUARD_S, stop)
        box.close()


@pytest.mark.parametrize(
    "changed",
    [{"password": "wrong"}, {"ca": None}, {"folder": "Nowhere"}, {"port": 1}, {"host": "nowhere.invalid"}],
    ids=["password", "certificate", "folder", "port", "name"],
)
async def test_a_mailbox_that_cannot_be_reached_is_said_once_without_its_password(
    post: PostOffice, store: MailStore, changed: dict[str, Any]
) -> None:
    settings = msgspec.structs.replace(store.settings, **changed)
    box = Mailbox(settings, 5)
    with pytest.raises(MailboxAway):
        await box.new()
    room = Mailroom(box, post.receiving, OURS, lambda: post.office.now)
    with capture_logs() as logs:
        assert [await room.work(asyncio.Event()) > 0 for _ in range(2)] == [True, True]
    assert [log["event"] for log in logs] == ["the mailbox is away; mails wait there"]
    assert "wrong" not in str(logs) and settings.password not in str(logs)


async def test_a_server_that_went_down_is_found_again(post: PostOffice) -> None:
    stop = asyncio.Event()
    stop.set()
    with mail_store() as store:
        room = mailroom(post, store)
        assert await room.work(stop) == 0.0
    with capture_logs() as logs:
        assert await room.work(stop) > 0
    assert "away" in logs[0]["event"]


# --- what is written back


def outbox(post: PostOffice, port: int) -> Outbox:
    settings = MailSettings(host="127.0.0.1", port=port, sender=OURS.address, tls="never")
    doors = {"sms": Gateway(), "mail": Mail(settings, 10)}
    return Outbox(post.pool, doors, post.office.vault, load_wording(), OutboxSettings(signature="滨州12345热线"))


async def answer(post: PostOffice, contact: int, text: str) -> dict[str, Any]:
    """Agent 1001 takes the letter, answers it, and ends the contact with that."""
    office, by = post.office, f"staff:{AGENT}"
    await office.services.meet(contact, course.Take(id=office.id(), by=by), office.later())
    end = course.End(id=office.id(), by=by, matter=Matter("answered", item="K18 v2"))
    rows = await post.replying.rows(AGENT, contact, text, by, end.id, office.later())
    return await office.services.meet(contact, end, office.now, **rows)


async def test_an_answer_leaves_below_the_letter_it_answers_with_the_agents_own_step(post: PostOffice) -> None:
    letter = composed("怎么交水费？", Subject="回复: Re: 请问", References="<0@example.org>")
    contact = await post.mail(bytes(letter))
    await answer(post, contact, "可以在水务集团网上营业厅办理。")
    async with mail_server() as citizen:
        # The answer, and the question how it was: both by e-mail, for no mobile number is known.
        assert await outbox(post, citizen.port).deliver(post.office.later()) == Delivered(sent=2)
        assert await outbox(post, citizen.port).deliver(post.office.later()) == Delivered()
    (sent,) = (mail for mail in citizen.mails.values() if mail["Auto-Submitted"] is None)
    assert sent["To"] == "li@example.org" and sent["In-Reply-To"] == "<1@example.org>"
    assert sent["References"].split() == ["<0@example.org>", "<1@example.org>"]
    text = sent.get_payload(decode=True).decode()
    assert text.startswith("可以在水务集团网上营业厅办理。") and "滨州12345热线" in text
    assert str(make_header(decode_header(sent["Subject"]))) == "Re: 请问"
    (one,) = (await post.inbox.message(AGENT, contact)).answers
    assert (one.text, one.state, one.by) == ("可以在水务集团网上营业厅办理。", "sent", f"staff:{AGENT}")
    kept = "".join(str(dict(row)) for row in await post.pool.fetch("SELECT * FROM outbox, replies"))
    assert "水务" not in kept and "li@" not in kept


async def test_a_step_that_is_refused_leaves_no_answer_in_the_outbox(post: PostOffice) -> None:
    contact = await post.mail(bytes(composed()))
    end = course.End(id=post.office.id(), by=f"staff:{AGENT}", matter=Matter("answered", item="K18 v2"))
    rows = await post.replying.rows(AGENT, contact, "已办", end.by, end.id, post.office.later())
    with pytest.raises(course.ContactRefused):
        await post.office.services.meet(contact, end, post.office.now, **rows)
    assert await post.pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_the_same_step_sent_twice_answers_once(post: PostOffice) -> None:
    contact = await post.mail(bytes(composed()))
    one, other = post.office.id(), post.office.id()
    rows = [await post.replying.rows(AGENT, contact, "已办", "staff:1001", id_, 1) for id_ in (one, one, other)]
    assert len({row["outbox_write"][0].id for row in rows}) == 2


@pytest.mark.parametrize("text", ["", "  \n", "字" * 40_000])
async def test_an_empty_or_endless_answer_is_refused(post: PostOffice, text: str) -> None:
    contact = await post.mail(bytes(composed()))
    with pytest.raises(TextError):
        await post.replying.rows(AGENT, contact, text, "staff:1001", post.office.id(), 1)


@pytest.mark.parametrize(
    "headers, words", [({"Auto_Submitted": "auto-replied"}, "自动邮件"), ({"From": "nobody"}, "没有可以回复的地址")]
)
async def test_who_cannot_be_answered_is_told_to_the_agent(
    post: PostOffice, headers: dict[str, str], words: str
) -> None:
    contact = await post.mail(bytes(composed(**headers)))
    with pytest.raises(NoReply, match=words):
        await post.replying.rows(AGENT, contact, "已办", "staff:1001", post.office.id(), 1)


async def test_two_machines_never_write_to_each_other_in_a_circle(
    post: PostOffice, store: MailStore, room: Mailroom
) -> None:
    """The citizen's mail program answers every mail of ours by itself; after one answer of an agent all is quiet."""
    store.deliver(bytes(composed("怎么交水费？")))
    await room.empty()
    (waiting,) = await post.inbox.waiting(AGENT)
    await answer(post, waiting.contact, "网上营业厅可以办理。")
    rounds = 0
    async with mail_server() as citizen:
        while (sent := await outbox(post, citizen.port).deliver(post.office.later())).claimed:
            rounds += 1
            assert sent.sent == 2 and rounds < 5, "they write to each other"
            for key in citizen.mails:
                absent = composed("我在休假", Auto_Submitted="auto-replied", In_Reply_To=key)
                absent.replace_header("Message-ID", f"<absent.{key[1:]}")
                store.deliver(bytes(absent))
            await room.empty()
    assert rounds == 1 and await post.inbox.waiting(AGENT) == ()
    assert [one.silent for one in await post.inbox.silent(AGENT)] == ["automatic", "automatic"]


async def test_a_bounce_from_the_server_shows_at_the_answer(post: PostOffice, store: MailStore, room: Mailroom) -> None:
    store.deliver(bytes(composed("怎么交水费？")))
    await room.empty()
    (waiting,) = await post.inbox.waiting(AGENT)
    await answer(post, waiting.contact, "网上营业厅可以办理。")
    async with mail_server() as citizen:
        await outbox(post, citizen.port).deliver(post.office.later())
        (key,) = (key for key, mail in citizen.mails.items() if mail["Auto-Submitted"] is None)
    store.deliver(report(message_id=key).replace("\n", "\r\n").encode())
    await room.empty()
    (one,) = (await post.inbox.message(AGENT, waiting.contact)).answers
    assert (one.state, one.error) == ("returned", "came back as undeliverable 5.1.1")


async def test_the_receipt_of_an_order_from_a_letter_goes_below_that_letter(post: PostOffice) -> None:
    office, by = post.office, f"staff:{AGENT}"
    contact = await post.mail(bytes(composed("电梯停运")))
    there = await post.contact(contact)
    await office.services.meet(contact, course.Take(id=office.id(), by=by), office.later())
    words = Words("电梯", "电梯停运", office.salt(16))
    submit = c.Submit(
        id=office.id(), by=by, role="agent", number="20260309-000030", contact=contact, citizen_since=office.now,
        kind="complaint", category="0401", region="371602", text_hash=words.hash(), person=there.person,
    )  # fmt: skip
    await office.services.submit(contact, submit, office.later(), words)
    async with mail_server() as citizen:
        assert await outbox(post, citizen.port).deliver(office.later()) == Delivered(sent=1)
    (sent,) = citizen.mails.values()
    assert (sent["To"], sent["In-Reply-To"], sent["Auto-Submitted"]) == (
        "li@example.org",
        "<1@example.org>",
        "auto-generated",
    )
