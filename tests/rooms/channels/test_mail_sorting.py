"""Who waits for an answer to an e-mail, and who never does: no mail is ever answered in a circle."""

from uuid import UUID

import pytest
from test_mail_reading import OURS, composed, read

from lianxin.channels.mail_sorting import REASONS, our_message

KEY = UUID("6f1ad1c2-4a8e-5b1c-9a57-8f4d2a3b7c10")
REPORT = """Return-Path: <>
From: MAILER-DAEMON@mx.example.org
To: 12345@binzhou.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; good@example.org
Action: delivered
Status: 2.0.0

Final-Recipient: rfc822; li@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: {kind}

From: 12345@binzhou.example
Message-ID: {message_id}
Subject: x

{rest}
--b--
"""
OUR_ID = f"<{KEY}@binzhou.example>"


def report(
    action: str = "failed", status: str = "5.1.1", message_id: str = OUR_ID, kind: str = "message/rfc822"
) -> str:
    return REPORT.format(action=action, status=status, message_id=message_id, kind=kind, rest="正文")


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_names_the_mail_of_ours_that_did_not_arrive(kind: str) -> None:
    mail = read(report(kind=kind))
    assert mail.bounce == (True, "5.1.1", KEY)
    assert mail.silence is not None and mail.silence.why == "bounce"


def test_a_mail_that_is_only_late_is_no_failure() -> None:
    mail = read(report("delayed", "4.4.1"))
    assert mail.bounce == (False, "4.4.1", KEY)
    assert mail.silence is not None and mail.silence.why == "delayed"


@pytest.mark.parametrize(
    "message_id", ["<x@binzhou.example>", f"<{KEY}@elsewhere.example>", "", f"<{KEY}@binzhou.example"]
)
def test_a_bounce_of_a_mail_that_is_not_ours_names_none(message_id: str) -> None:
    assert read(report(message_id=message_id)).bounce == (True, "5.1.1", None)


def test_a_bounce_of_an_older_server_quotes_our_mail_in_its_text() -> None:
    text = f"550 5.2.2 mailbox full\n\n--- Below this line is a copy.\n> Message-ID: {OUR_ID}\n> Subject: x\n"
    mail = read(f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\n\n{text}")
    assert mail.bounce == (True, "5.2.2", KEY)


def test_an_absence_note_to_the_null_sender_is_no_bounce() -> None:
    mail = read(f"Return-Path: <>\nFrom: li@example.org\nIn-Reply-To: {OUR_ID}\n\n我在休假")
    assert mail.bounce is None and mail.silence == ("automatic", "Return-Path: <>")


def test_an_absence_note_that_quotes_our_mail_and_says_what_it_is_is_no_bounce() -> None:
    head = "Return-Path: <>\nFrom: li@example.org\nAuto-Submitted: auto-replied\n\n休假\n"
    assert read(f"{head}> Message-ID: {OUR_ID}").bounce is None


@pytest.mark.parametrize(
    "headers, why",
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Auto_Submitted": "auto-generated; owner-email=x"}, "automatic"),
        ({"Auto_Submitted": "AUTO-NOTIFIED"}, "automatic"),
        ({"Precedence": "auto_reply"}, "automatic"),
        ({"X_Autoreply": "yes"}, "automatic"),
        ({"X_Autorespond": "1"}, "automatic"),
        ({"Return_Path": "<>"}, "automatic"),
        ({"X_Spam_Flag": "YES"}, "spam"),
        ({"X_Spam_Status": "Yes, score=12.3 required=5"}, "spam"),
        ({"Precedence": "bulk"}, "mailing"),
        ({"Precedence": "List"}, "mailing"),
        ({"List_Unsubscribe": "<https://x.example>", "List_Id": "<n.x.example>"}, "mailing"),
        ({"From": "12345@Binzhou.example"}, "own"),
        ({"From": "Ads <ads@shop.example>"}, "blocked"),
        ({"From": "who@SPAM.example"}, "blocked"),
    ],
)
def test_whom_nobody_answers(headers: dict[str, str], why: str) -> None:
    silence = read(bytes(composed(**headers))).silence
    assert silence is not None and silence.why == why and silence.sign
    assert why in REASONS


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto_Submitted": "no"},
        {"X_Spam_Flag": "NO"},
        {"X_Spam_Status": "No, score=1 tests=YES_PLEASE"},
        {"Precedence": "normal"},
        {"List_Unsubscribe": "<https://x.example>"},
        {"X_Auto_Response_Suppress": "All"},  # Outlook writes it into what people send, too
        {"From": "Ads <bads@shop.example>"},
        {"From": "x@notspam.example.org"},
        {"Return_Path": "<li@example.org>"},
        {"Subject": "退信 spam 自动回复"},
    ],
)
def test_a_person_is_never_taken_for_a_machine(headers: dict[str, str]) -> None:
    assert read(bytes(composed(**headers))).silence is None


@pytest.mark.parametrize(
    "verdict, distrusted",
    [
        ("mx.binzhou.example; spf=fail smtp.mailfrom=x", True),
        ("mx.binzhou.example; dkim=none; dmarc = FAIL (p=none)", True),
        ("mx.binzhou.example; spf=pass; dmarc=pass", False),
        ("mx.binzhou.example; spf=softfail", False),
    ],
)
def test_the_verdict_of_our_own_server_on_the_sender_counts(verdict: str, distrusted: bool) -> None:
    forged = "Authentication-Results: mx.binzhou.example; spf=pass; dmarc=pass\n"
    assert read(f"Authentication-Results: {verdict}\n{forged}From: a@b.cn\n\nx").distrusted is distrusted


def test_our_ids_are_known_by_their_form_and_domain() -> None:
    assert our_message(OUR_ID, OURS.address) == KEY
    assert our_message(OUR_ID.upper(), OURS.address) is None
    assert our_message("<not-a-key@binzhou.example>", OURS.address) is None
