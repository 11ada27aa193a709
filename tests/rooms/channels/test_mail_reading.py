"""E-mails as people and programs really write them: their words are read, and nothing they hold is run or opened."""

import io
import itertools
import sys
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianxin.channels.mail_charsets import text_of
from lianxin.channels.mail_html import plain_of
from lianxin.channels.mail_reading import Mail, Ours, read_mail

OURS = Ours("12345@binzhou.example", blocked=("ads@shop.example", "@spam.example"))


def read(text: str | bytes, cut: bool = False) -> Mail:
    """Read a mail written here with line ends of one character."""
    data = text.encode() if isinstance(text, str) else text
    return read_mail(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), OURS, cut)


def composed(body: str = "电梯停运三天", **headers: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    for name, value in {"From": "李强 <li@example.org>", "Message-ID": "<1@example.org>", **headers}.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body)
    return mail


# --- words


def test_a_plain_mail_is_sender_subject_and_text() -> None:
    mail = read(bytes(composed(Subject="小区电梯停运")))
    assert (mail.sender.name, mail.sender.address) == ("李强", "li@example.org")
    assert (mail.subject, mail.text) == ("小区电梯停运", "电梯停运三天")
    assert (mail.message_id, mail.references, mail.attached, mail.notes) == ("<1@example.org>", (), (), ())
    assert mail.silence is None and mail.bounce is None and not mail.distrusted


@pytest.mark.parametrize(
    "charset, encoding",
    [
        *itertools.product(("gb2312", "gbk", "GB18030", "x-gbk", "utf-8", '"utf-8"', "big5"), ("base64", "8bit")),
        ("utf-16", "base64"),
    ],
)
def test_the_charsets_of_chinese_mail_programs_are_read(charset: str, encoding: str) -> None:
    words = "電梯停運" if charset == "big5" else "电梯停运，请尽快来修"
    codec = {"x-gbk": "gbk", '"utf-8"': "utf-8"}.get(charset, charset)
    data = words.encode(codec)
    body = b64encode(data) if encoding == "base64" else data
    head = f"From: a@b.cn\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    assert read(head.encode() + body).text == words


@pytest.mark.parametrize("claimed", ["us-ascii", "utf-8", "martian", "", "zip", "rot13", "x" * 500])
def test_gbk_under_a_false_name_is_still_read(claimed: str) -> None:
    head = f"From: a@b.cn\nContent-Type: text/plain; charset={claimed}\n\n"
    assert read(head.encode() + "电梯停运".encode("gbk")).text == "电梯停运"


def test_a_character_of_gb18030_under_the_name_of_gb2312_is_read() -> None:
    assert text_of("㐂喆".encode("gb18030"), "gb2312") == "㐂喆"


@pytest.mark.parametrize(
    "charset", ["zip", "zlib", "bz2", "hex", "base64", "rot13", "punycode", "unicode_escape", "idna"]
)
def test_no_charset_calls_a_decompressor(charset: str) -> None:
    assert text_of(b"x\\u0041", charset) == "x\\u0041"


def test_what_no_charset_explains_is_told_from_what_one_does() -> None:
    assert text_of(b"\xff\xfe\xff", "utf-8") == "���"


@pytest.mark.parametrize(
    "header, words",
    [
        ("=?gb2312?B?tefM3c2j1Ms=?=", "电梯停运"),
        ("=?utf-8?Q?=E7=94=B5=E6=A2=AF?= =?utf-8?B?5YGc6L+Q?=", "电梯停运"),
        ("=?utf-8?B?not base64!?=", "=?utf-8?B?not base64!?="),
        ("=?martian?B?55S1?=", "电"),
        ("Re: plain", "Re: plain"),
        ("=?utf-8?B?5YGc\n =?=", "停"),
        ("one\n two\n\tthree", "one two three"),
        ("a\x00\x08b\x7fc", "a b c"),
        ("", ""),
    ],
)
def test_subjects_however_they_are_encoded(header: str, words: str) -> None:
    assert read(f"From: a@b.cn\nSubject: {header}\n\nx").subject == words


def test_a_subject_in_raw_gbk_is_read() -> None:
    assert read(b"From: a@b.cn\nSubject: " + "电梯停运".encode("gbk") + b"\n\nx").subject == "电梯停运"


def test_a_subject_of_a_megabyte_is_none() -> None:
    assert len(read("From: a@b.cn\nSubject: " + "很" * 300_000 + "\n\nx").subject) == 500


@pytest.mark.parametrize(
    "value, name, address",
    [
        ("li@example.org", "", "li@example.org"),
        ('"Li, Qiang" <li@example.org>', "Li, Qiang", "li@example.org"),
        ("=?utf-8?B?5p2O5by6?= <li@example.org>", "李强", "li@example.org"),
        ('"=?utf-8?B?PG90aGVyQGIuY24+?=" <li@example.org>', "<other@b.cn>", "li@example.org"),
        ("undisclosed-recipients:;", "", ""),
        ("nobody", "", ""),
        ("<@>", "", ""),
        ("李强@example.org", "", ""),
        ("a@b@c, li@example.org", "", "li@example.org"),
        ("<script>@x.cn", "", ""),
        ("", "", ""),
    ],
)
def test_who_wrote_it(value: str, name: str, address: str) -> None:
    sender = read(f"From: {value}\n\nx").sender
    assert (sender.name, sender.address) == (name, address)
    assert "li@" not in repr(sender), "a log line must not tell it"


def test_plain_words_are_preferred_and_a_page_is_read_where_there_are_none() -> None:
    both = composed()
    both.add_alternative("<p>另一种写法</p>", subtype="html")
    assert read(bytes(both)).text == "电梯停运三天"
    empty = composed(" ")
    empty.add_alternative("<p>电梯<b>停运</b></p><div>三天&nbsp;了<br>请来修</div>", subtype="html")
    assert read(bytes(empty)).text == "电梯停运\n三天 了\n请来修"


def test_a_forwarded_mail_is_read_with_its_writer() -> None:
    outer = composed("请看邻居写的")
    outer.add_attachment(composed("路灯不亮", Subject="路灯", From="王 <w@example.org>"))
    assert read(bytes(outer)).text == "请看邻居写的\n\n---- 王 w@example.org ----\n路灯\n\n路灯不亮"


def test_a_reply_names_what_it_answers_the_direct_one_last() -> None:
    mail = read("From: a@b.cn\nIn-Reply-To: <3@x>\nReferences: <1@x> <2@x>\n <3@x> junk <>\n\nx")
    assert mail.references == ("<1@x>", "<2@x>", "<3@x>")


def test_only_the_last_of_thousands_of_references_are_kept() -> None:
    ids = " ".join(f"<{n}@x>" for n in range(5000))
    assert read(f"From: a@b.cn\nReferences: {ids}\n\nx").references[-1] == "<4999@x>"
    assert len(read(f"From: a@b.cn\nReferences: {ids}\n\nx").references) == 40


# --- pages


@pytest.mark.parametrize(
    "html, text",
    [
        ("<style>p{}</style><script>alert('好')</script><p>好", "好"),
        ("好<img src=x onerror=alert(1)>", "好"),
        ("<table><tr><td>一<td>二<tr><td>三</table>", "一 二\n三"),
        ("<!-- 藏 -->好", "好"),
        ("<html><body>好</body></html><p>签名</p>", "好\n签名"),
        ("1 < 2 &amp; 3", "1 < 2 & 3"),
        ("&lt;script&gt;", "<script>"),
        ("&#x4f60;&#22909;", "你好"),
        ("a\x00b", "a�b"),
        ("", ""),
        ("<", "<"),
        ("<!-- only", ""),
    ],
)
def test_a_page_says_what_a_reader_would_see(html: str, text: str) -> None:
    assert plain_of(html).text == text


def test_a_page_of_thousands_of_levels_is_read_flat_and_told_so() -> None:
    deep = plain_of("<div>" * 5000 + "底" + "</div>" * 5000 + "顶")
    assert deep == ("底\n顶", False)


@pytest.mark.parametrize(
    "unit", ["<a ", "<!--", "</", "<![CDATA[", "<a b='", "&#x", "<?", "</a ", "<b><i>", "<p>a", "</body "]
)
def test_a_page_made_to_keep_a_parser_busy_is_read_like_any_other(unit: str) -> None:
    # Python's own html.parser needs minutes for the first one; a run that hangs is the failure here.
    assert plain_of(unit * (400_000 // len(unit))).text.count("<script") == 0


# --- files


def test_files_are_put_aside_as_they_are_and_an_archive_is_not_opened() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(30_000_000))
    mail = composed()
    mail.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="照片.zip")
    mail.add_attachment("名单".encode(), maintype="text", subtype="plain", filename="../../etc/passwd")
    attached = read(bytes(mail)).attached
    assert [(one.name, one.type) for one in attached] == [("照片.zip", "application/zip"), ("passwd", "text/plain")]
    assert attached[0].data == packed.getvalue() and attached[1].data == "名单".encode()
    assert "照片" not in repr(attached)


@pytest.mark.parametrize(
    "disposition, name",
    [
        ('attachment; filename="a.pdf"', "a.pdf"),
        ("attachment; filename*=utf-8''%E7%85%A7.jpg", "照.jpg"),
        ('attachment; filename="=?gb2312?B?1dXGrC5qcGc=?="', "照片.jpg"),
        ('attachment; filename="C:\\\\x\\\\y.pdf"', "y.pdf"),
        ('attachment; filename*0="a"; filename*0="b"; filename*x=1', ""),
        ('attachment; filename=".."', ""),
        ('attachment; filename="' + "n" * 5000 + '"', "n" * 120),
    ],
)
def test_names_of_files_are_names_and_never_paths(disposition: str, name: str) -> None:
    head = f"From: a@b.cn\nContent-Type: application/pdf\nContent-Disposition: {disposition}\n\n"
    (attached,) = read(head + "%PDF").attached
    assert attached.name == name or not name


def test_of_very_many_files_and_parts_the_first_are_taken_and_it_is_told() -> None:
    mail = composed()
    for n in range(25):
        mail.add_attachment(b"x", maintype="image", subtype="png", filename=f"{n}.png")
    assert len(read(bytes(mail)).attached) == 20 and read(bytes(mail)).notes == ("many_files",)
    for _ in range(100):
        mail.add_attachment(b"x", maintype="image", subtype="png", filename="x.png")
    assert set(read(bytes(mail)).notes) == {"many_files", "many_parts"}


# --- what is no proper mail


@pytest.fixture
def ordinary_depth() -> Iterator[None]:
    """As deep as calls may lie in a process of the house; other tests in this one may have allowed more."""
    allowed = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(allowed)


@pytest.mark.usefixtures("ordinary_depth")
def test_a_mail_of_thousands_of_levels_is_told_to_be_unreadable_and_keeps_its_key() -> None:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000))
    mail = read(f"From: a@b.cn\nSubject: x\n{head}")
    assert mail.notes == ("unreadable",) and mail.silence is None and len(mail.key) == 32


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\r\n\r\n", b"\x00" * 10_000, b"\xff" * 1000, b"no header at all", b":\n:"]
)
def test_what_is_no_mail_is_an_empty_one(data: bytes) -> None:
    mail = read_mail(data, OURS)
    assert mail.sender.address == "" and mail.subject == "" and mail.silence is None


def test_of_a_mail_that_was_cut_the_beginning_is_read() -> None:
    mail = composed("电梯停运")
    mail.add_attachment(bytes(200_000), maintype="image", subtype="png", filename="a.png")
    cut = read_mail(bytes(mail)[:20_000], OURS, cut=True)
    assert cut.text == "电梯停运" and "cut" in cut.notes


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode", "martian", "7bit", "binary"])
@pytest.mark.parametrize("body", ["!!!!", "=", "=ZZ", "begin 666 x\n#0V%T\n", "\x80\x81", "A" * 77])
def test_a_body_that_breaks_its_encoding_is_read_somehow(encoding: str, body: str) -> None:
    mail = read(f"From: a@b.cn\nContent-Type: text/plain\nContent-Transfer-Encoding: {encoding}\n\n{body}")
    assert mail.sender.address == "a@b.cn" and "unreadable" not in mail.notes


_LINES = st.sampled_from(
    [
        b"From: a@b.cn", b"Subject: =?utf-8?B?5YGc?=", b"Subject: =?x?B?=?=", b"MIME-Version: 1.0",
        b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/alternative; boundary=b",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b", b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status", b"Content-Type: text/html; charset=gbk", b"Content-Type: text/plain",
        b"Content-Type: ;;;=", b"Content-Type: text/plain; charset*0*=x''%41; charset*=y''%", b"Content-Type: a/b/c",
        b"Content-Disposition: attachment; filename*0*=utf-8''%E7; filename*1=x", b"Content-Disposition: attachment",
        b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable", b"Return-Path: <>",
        b"Message-ID: <00000000-0000-0000-0000-000000000007@binzhou.example>", b"Message-ID: <x", b"References: <a>",
        b"Action: failed", b"Status: 5.1.1", b"Auto-Submitted: auto-replied", b"", b"", b"--b", b"--b", b"--b--", b"--",
        b"5Y+L", b"<p>x</p>", b"\xd0\xd5", b"\xe7\x94\xb5", b" folded", b"\tfolded", b"\x00", b"From a", b"=E7=94",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(_LINES, st.binary(max_size=40)), max_size=40))
def test_no_bytes_whatever_make_the_reader_fail(lines: list[bytes]) -> None:
    mail = read_mail(b"\r\n".join(lines), OURS)
    assert mail == read_mail(b"\r\n".join(lines), OURS), "the same bytes say the same"
    assert len(mail.key) == 32 and len(mail.subject) <= 500
    assert "\n" not in mail.subject + mail.sender.name + mail.sender.address + mail.message_id
    mail.text.encode(), mail.subject.encode()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=3000))
def test_random_bytes_are_a_mail_without_words_or_with_some(data: bytes) -> None:
    assert read_mail(b"From: a@b.cn\r\nContent-Type: text/html\r\n" + data, OURS).sender.address in ("a@b.cn", "")


# --- the same mail twice


def test_a_copy_that_came_another_way_is_the_same_mail() -> None:
    mail = bytes(composed())
    assert read(mail).key == read(b"Received: from elsewhere\r\nX-Spam-Flag: NO\r\n" + mail).key


@pytest.mark.parametrize("change", ["另一件事", "电梯停运三天 "])
def test_other_words_under_the_same_id_are_another_mail(change: str) -> None:
    assert read(bytes(composed())).key != read(bytes(composed(change))).key


def test_without_an_id_each_delivery_is_a_mail_of_its_own() -> None:
    mail = b"From: a@b.cn\n\nx"
    assert read(mail).key == read(mail).key != read(b"Received: a\n" + mail).key
