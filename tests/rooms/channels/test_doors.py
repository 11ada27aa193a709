"""Each door brings a message to a real other side, and a second time changes nothing there."""

import stat
from base64 import b64encode
from email.header import decode_header, make_header
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from receivers import hook_server, mail_server

from lianxin.channels.channel import NotSent, Outgoing
from lianxin.channels.mail import Mail, composed
from lianxin.channels.signing import signature
from lianxin.channels.sms import SmsFolder
from lianxin.channels.webhook import Webhook
from lianxin.channels.wording import WordingWrong, load_wording
from lianxin.ground.clock import DAY_MS, RealClock, at_iso
from lianxin.ground.site.settings import MailSettings
from lianxin.ground.site.sharing import SecretWrong, secret_of
from lianxin.orders.messages import CITIZEN, UNIT

MADE = at_iso("2026-03-09T10:00:00+08:00")
SECRET = "whsec_" + b64encode(b"s" * 32).decode()


def message(n: int = 1, to: str = "13800138000", made: int = MADE) -> Outgoing:
    subject = "您反映的事项已经受理"
    text = f"{subject},单号 20260309-000018。"
    return Outgoing(UUID(int=n), "sms", "receipt", "20260309-000018", to, subject, text, made)


# --- text messages


async def test_a_text_message_is_a_file_of_its_own_and_stays_it(tmp_path: Path) -> None:
    door = SmsFolder(tmp_path / "sms", keep_days=7)
    await door.send(message())
    file = tmp_path / "sms" / "2026-03-09" / f"{UUID(int=1)}.json"
    first = file.stat()
    assert msgspec.json.decode(file.read_bytes()) == {
        "key": str(UUID(int=1)),
        "order": "20260309-000018",
        "to": "13800138000",
        "text": "您反映的事项已经受理,单号 20260309-000018。",
    }
    assert stat.S_IMODE(first.st_mode) == 0o600
    await door.send(message())
    await SmsFolder(tmp_path / "sms", keep_days=7).send(message())
    assert file.stat().st_mtime_ns == first.st_mtime_ns and file.stat().st_ino == first.st_ino
    assert [path.name for path in file.parent.iterdir()] == [file.name], "no draft stays behind"


async def test_files_older_than_they_are_kept_go(tmp_path: Path) -> None:
    door = SmsFolder(tmp_path, keep_days=2)
    (tmp_path / "notes.txt").write_text("somebody else's")
    for day in range(4):
        await door.send(message(day, made=MADE + day * DAY_MS))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-03-10", "2026-03-11", "2026-03-12", "notes.txt"]


async def test_a_folder_that_cannot_be_written_says_so_without_the_number(tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("a file where the folder should be")
    with pytest.raises(NotSent) as refusal:
        await SmsFolder(tmp_path / "sms", keep_days=7).send(message())
    assert not refusal.value.lasting and "1380013" not in refusal.value.reason


# --- e-mail


async def test_an_email_arrives_once_however_often_it_is_sent() -> None:
    async with mail_server() as box:
        door = Mail(MailSettings(host="127.0.0.1", port=box.port, sender="12345@binzhou.example", tls="never"), 10)
        await door.send(message(to="wang@example.org"))
        await door.send(message(to="wang@example.org"))
    assert box.copies == 2 and len(box.mails) == 1
    (key, mail), *_ = box.mails.items()
    assert key == f"<{UUID(int=1)}@binzhou.example>"
    assert str(make_header(decode_header(mail["Subject"]))) == "您反映的事项已经受理"
    assert (mail["To"], mail["From"]) == ("wang@example.org", "12345@binzhou.example")
    assert mail["Date"] == "Mon, 09 Mar 2026 10:00:00 +0800"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes) and "单号 20260309-000018" in payload.decode()


@pytest.mark.parametrize("answer, lasting", [("451 try later", False), ("550 no such mailbox", True)])
async def test_what_the_mail_server_answers_decides_whether_it_is_tried_again(answer: str, lasting: bool) -> None:
    async with mail_server() as box:
        box.answer = answer
        with pytest.raises(NotSent, match=answer[:3]) as refusal:
            await Mail(MailSettings(host="127.0.0.1", port=box.port, tls="never"), 10).send(message(to="w@example.org"))
    assert refusal.value.lasting is lasting


async def test_a_mail_server_that_is_away_is_tried_again() -> None:
    async with mail_server() as box:
        port = box.port
    with pytest.raises(NotSent, match="cannot be reached") as refusal:
        await Mail(MailSettings(host="127.0.0.1", port=port, tls="never"), 10).send(message(to="w@example.org"))
    assert not refusal.value.lasting


async def test_a_server_without_tls_gets_no_mail_where_tls_is_asked_for() -> None:
    async with mail_server() as box:
        with pytest.raises(NotSent):
            await Mail(MailSettings(host="127.0.0.1", port=box.port), 10).send(message(to="w@example.org"))
    assert box.copies == 0


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: all@example.org", "a@b, c@d", "<a@b>", "a b@c"])
async def test_an_address_that_is_none_never_reaches_a_header(address: str) -> None:
    with pytest.raises(NotSent) as refusal:
        await Mail(MailSettings(host="127.0.0.1", port=9), 10).send(message(to=address))
    assert refusal.value.lasting


def test_an_email_composed_twice_is_the_same() -> None:
    one = composed(message(to="w@example.org"), "a@b.example")
    assert one.as_bytes() == composed(message(to="w@example.org"), "a@b.example").as_bytes()


# --- webhook


async def test_a_webhook_is_signed_fresh_and_happens_once() -> None:
    async with hook_server(SECRET) as hook:
        door = Webhook(hook.url, SECRET, RealClock(), 10)
        await door.send(message())
        await door.send(message())
        await door.close()
    assert len(hook.requests) == 2 and len(hook.happened) == 1
    (key, body), *_ = hook.happened.items()
    assert key == str(UUID(int=1)) == hook.requests[0]["webhook-id"]
    assert msgspec.json.decode(body) == {
        "type": "order.receipt",
        "timestamp": "2026-03-09T10:00:00+08:00",
        "data": {"order": "20260309-000018"},
    }
    assert b"138" not in body, "no personal data leaves by webhook"
    now_s = RealClock().now() // 1000
    assert abs(int(hook.requests[0]["webhook-timestamp"]) - now_s) < 600, "receivers refuse old requests"


async def test_a_receiver_with_another_secret_refuses_it() -> None:
    async with hook_server("whsec_" + b64encode(b"x" * 32).decode()) as hook:
        with pytest.raises(NotSent, match="401"):
            await Webhook(hook.url, SECRET, RealClock(), 10).send(message())
    assert not hook.happened


def test_the_signature_is_that_of_the_standard() -> None:
    # The example of the Standard Webhooks specification.
    key = secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}') == (
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize(
    "status, lasting", [(500, False), (503, False), (429, False), (408, False), (400, True), (404, True), (302, False)]
)
async def test_what_the_receiver_answers_decides_whether_it_is_tried_again(status: int, lasting: bool) -> None:
    async with hook_server(SECRET) as hook:
        hook.status = status
        with pytest.raises(NotSent, match=str(status)) as refusal:
            await Webhook(hook.url, SECRET, RealClock(), 10).send(message())
    assert refusal.value.lasting is lasting


async def test_a_receiver_that_takes_it_and_hangs_up_gets_it_again_and_knows_it() -> None:
    async with hook_server(SECRET) as hook:
        door = Webhook(hook.url, SECRET, RealClock(), 10)
        hook.drop = True
        with pytest.raises(NotSent, match="cannot be reached") as refusal:
            await door.send(message())
        assert not refusal.value.lasting
        hook.drop = False
        await door.send(message())
    assert len(hook.requests) == 2 and len(hook.happened) == 1


@pytest.mark.parametrize("secret", ["", "secret", "whsec_", "whsec_!!!!", "whsec_" + b64encode(b"short").decode()])
def test_a_secret_that_is_none_is_refused_before_anything_is_sent(secret: str) -> None:
    with pytest.raises(SecretWrong, match=r"webhook\.secret"):
        secret_of(secret)


# --- wording


def test_every_message_of_an_order_has_words_and_a_subject() -> None:
    wording = load_wording()
    for template in {*CITIZEN.values(), *UNIT.values()}:
        text = wording.text(template, "20260309-000018", "滨州12345热线")
        assert "20260309-000018" in text and text.startswith("【滨州12345热线】") and "{" not in text
        assert "20260309-000018" in wording.subject(template, "20260309-000018", "滨州12345热线")


def test_a_template_without_words_is_never_sent() -> None:
    with pytest.raises(NotSent) as refusal:
        load_wording().text("poem", "20260309-000018", "滨州12345热线")
    assert refusal.value.lasting


@pytest.mark.parametrize(
    "content, reason",
    [
        ("version: '1'\nsource: x\nsms: {a: '{name}'}\nmail: {a: x}", "known are"),
        ("version: '1'\nsource: x\nsms: {a: x}\nmail: {b: x}", "not in both"),
        ("version: '1'\nsource: x\nsms: {a: x}", "mail"),
        ("[", "expected"),
    ],
)
def test_a_file_of_wordings_with_a_mistake_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "zh.yaml"
    file.write_text(content)
    with pytest.raises(WordingWrong, match=reason):
        load_wording(file)
