"""Text messages come in by file or by a signed push, whole or in parts, each once, and become contacts."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from one_order import MORNING, SECRETS, WANG
from post_office import AGENT, PostOffice, drop
from structlog.testing import capture_logs

from lianxin.channels.gateway_pages import gateway_routes
from lianxin.channels.sealing import SealBroken, Sealer
from lianxin.channels.signing import WINDOW_MS, NotSigned, check_signed, headers_of
from lianxin.channels.sms_inbox import NoPart, read_part
from lianxin.channels.sms_part import WAIT_MS, Kept, Part, Place, joined
from lianxin.channels.sms_room import SmsParts, SmsRoom, part_place
from lianxin.ground.site.sharing import secret_of
from lianxin.people.keys import house_keys

SECRET = "whsec_" + b64encode(b"g" * 32).decode()
NUMBER = "20260309-000017"


# --- by file


async def test_a_text_message_becomes_a_contact_and_its_file_goes(
    post: PostOffice, room: SmsRoom, tmp_path: Path
) -> None:
    file = drop(tmp_path, "m1")
    assert await room.work(post.office.later()) is None
    assert not file.exists()
    (message,) = await post.inbox.waiting(AGENT)
    assert message.channel == "sms" and message.letter is not None
    assert (message.letter.sender.address, message.letter.text) == ("13800138000", "电梯停运")
    assert (await post.contact(message.contact)).channel == "sms"
    rows = [
        dict(row) for table in ("sms_parts", "messages_in") for row in await post.pool.fetch(f"SELECT * FROM {table}")
    ]
    entries = b"".join(row[0] for row in await post.pool.fetch("SELECT body FROM entries")).decode()
    assert not [secret for secret in ("电梯", *SECRETS) if secret in str(rows) + entries]


async def test_a_message_that_the_gateway_brings_again_changes_nothing(
    post: PostOffice, room: SmsRoom, tmp_path: Path
) -> None:
    for _ in range(2):
        drop(tmp_path, "m1")
        await room.work(post.office.later())
    assert await post.letters() == 1
    drop(tmp_path, "m2")
    await room.work(post.office.later())
    assert await post.letters() == 2, "the same words under another id are said again"


GOOD = {"id": "x", "from": "13800138000", "text": "x"}
NO_TEXTS = (
    "", "{", "[]", "null", '{"id": "x"}', "\x80", json.dumps(GOOD | {"id": ""}), json.dumps(GOOD | {"id": 5}),
    json.dumps(GOOD | {"id": "x y"}), json.dumps(GOOD | {"from": "<script>"}), json.dumps(GOOD | {"from": ""}),
    json.dumps(GOOD | {"text": "x" * 3000}), json.dumps(GOOD | {"text": "x" * 30_000}),
    json.dumps(GOOD | {"part": {"ref": "r", "n": 3, "of": 2}}),
    json.dumps(GOOD | {"part": {"ref": "r", "n": 1, "of": 21}}),
)  # fmt: skip


@pytest.mark.parametrize("content", NO_TEXTS)
def test_what_is_no_text_message_is_known_as_such(content: str) -> None:
    with pytest.raises(NoPart) as wrong:
        read_part(content.encode("latin-1"))
    assert "13800138000" not in str(wrong.value)


async def test_what_is_no_text_message_is_put_aside_and_said(post: PostOffice, room: SmsRoom, tmp_path: Path) -> None:
    for n, content in enumerate(NO_TEXTS):
        drop(tmp_path, f"wrong{n}").write_bytes(content.encode("latin-1"))
    drop(tmp_path, "right")
    with capture_logs() as logs:
        await room.work(post.office.later())
    assert await post.letters() == 1, "a good one is taken all the same"
    assert len(list((tmp_path / "sms" / "in").glob("*.unreadable"))) == len(NO_TEXTS)
    assert len([log for log in logs if log["event"] == "a file is no text message"]) == len(NO_TEXTS)
    assert "13800138000" not in str(logs)


# --- long ones


async def test_the_parts_of_a_long_text_are_one_contact_in_their_order(
    post: PostOffice, room: SmsRoom, tmp_path: Path
) -> None:
    for n, words in ((2, "三天了，"), (3, "请来修"), (1, "电梯停运")):
        drop(tmp_path, f"p{n}", text=words, part={"ref": "77", "n": n, "of": 3})
        again = await room.work(post.office.later())
        assert (again is None) == (n == 1)
    (message,) = await post.inbox.waiting(AGENT)
    assert message.letter is not None and message.letter.text == "电梯停运三天了，请来修"
    assert message.letter.notes == ()


async def test_what_never_becomes_whole_is_taken_with_its_gap_shown(
    post: PostOffice, room: SmsRoom, tmp_path: Path
) -> None:
    drop(tmp_path, "p1", text="电梯停运", part={"ref": "77", "n": 1, "of": 3})
    drop(tmp_path, "p3", text="请来修", part={"ref": "77", "n": 3, "of": 3})
    arrived = post.office.later()
    assert await room.work(arrived) == arrived + WAIT_MS
    assert await post.letters() == 0
    assert await room.work(arrived + WAIT_MS) is None
    (message,) = await post.inbox.waiting(AGENT)
    assert message.letter is not None and message.letter.text == "电梯停运〔第2段没有收到〕请来修"
    assert message.letter.notes == ("parts_missing",)
    drop(tmp_path, "p2", text="三天了", part={"ref": "77", "n": 2, "of": 3})
    await room.work(arrived + 2 * WAIT_MS)
    await room.work(arrived + 4 * WAIT_MS)
    assert await post.letters() == 2, "a late part is not lost"


@given(st.permutations(range(4)), st.integers(0, 3))
def test_whatever_the_order_parts_arrive_in_the_text_is_the_same(order: list[int], repeated: int) -> None:
    pieces = ["一", "二", "三", "四"]
    kept = [
        Kept(Part(f"p{n}", "13800138000", pieces[n], Place("r", n + 1, 4)), MORNING + i, "s")
        for i, n in enumerate(order)
    ]
    again = Kept(Part("twice", "13800138000", pieces[repeated], Place("r", repeated + 1, 4)), MORNING + 9, "s")
    (text,), again_at = joined([*kept, again], MORNING + 10)
    assert (text.words, text.whole, again_at) == ("一二三四", True, None)
    assert joined(kept[:3], MORNING + 10) == ([], MORNING + WAIT_MS)


def test_parts_of_two_people_or_references_are_never_mixed() -> None:
    one = Kept(Part("a", "13800138000", "一", Place("r", 1, 2)), MORNING, "s1")
    other = Kept(Part("b", "13900139000", "二", Place("r", 2, 2)), MORNING, "s2")
    third = Kept(Part("c", "13800138000", "三", Place("q", 2, 2)), MORNING, "s1")
    assert joined([one, other, third], MORNING)[0] == []
    assert [text.whole for text in joined([one, other, third], MORNING + WAIT_MS)[0]] == [False] * 3


# --- a crash


async def test_a_worker_that_dies_between_its_steps_makes_one_contact(
    post: PostOffice, room: SmsRoom, parts: SmsParts, tmp_path: Path
) -> None:
    part = Part("m1", "13800138000", "电梯停运")
    assert await parts.keep(part, post.office.now), "kept, and the process is gone before the file is"
    drop(tmp_path, "m1")
    await room.work(post.office.later())
    assert await post.letters() == 1
    assert await post.pool.fetchval("SELECT count(*) FROM sms_parts WHERE sealed IS NOT NULL") == 0
    assert not await parts.keep(part, post.office.now)


async def test_one_that_cannot_be_taken_in_holds_up_no_other(post: PostOffice, parts: SmsParts, sealer: Sealer) -> None:
    class Choosy:
        async def take_in(self, incoming: Any, now: int, beside: Any) -> int:
            if incoming.letter.text == "坏":
                raise ZeroDivisionError("13800138000")
            return await post.receiving.take_in(incoming, now, beside)

    room = SmsRoom(post.pool, Choosy(), post.office.vault, sealer, [])  # type: ignore[arg-type]
    await parts.keep(Part("m1", "13800138000", "坏"), post.office.now)
    await parts.keep(Part("m2", "13800138000", "好"), post.office.now)
    with capture_logs() as logs:
        for _ in range(4):
            await room.work(post.office.later())
    assert await post.letters() == 1
    failures = [log["failures"] for log in logs if log["event"] == "a text message cannot be taken in"]
    assert failures == [1, 2] and "13800138000" not in str(logs)


def test_a_part_opens_in_its_own_row_only(sealer: Sealer) -> None:
    sealed = sealer.sealed(b"x", part_place("m1"))
    assert sealer.opened(sealed, part_place("m1")) == b"x"
    for wrong, place in ((sealed, part_place("m2")), (sealed[:-1], part_place("m1")), (b"", part_place("m1"))):
        with pytest.raises(SealBroken):
            sealer.opened(wrong, place)


async def test_a_part_that_no_key_opens_keeps_no_other_out_of_the_books(
    post: PostOffice, room: SmsRoom, tmp_path: Path
) -> None:
    foreign = SmsParts(post.pool, post.office.vault, Sealer(house_keys(b"f" * 32).ring("channels")))
    await foreign.keep(Part(id="m0", sender="13900139000", text="看不到"), post.office.later())
    drop(tmp_path, "m1")
    with capture_logs() as logs:
        for _ in range(3):
            await room.work(post.office.later())
    assert await post.letters() == 1
    assert [log["id"] for log in logs if log["log_level"] == "error"] == ["m0"], "said once"
    assert await post.pool.fetchval("SELECT count(*) FROM sms_parts WHERE contact_id IS NULL") == 1, "it waits"


# --- whose it is


async def test_a_text_from_the_citizens_number_with_the_orders_number_comes_to_the_order(
    post: PostOffice, room: SmsRoom, tmp_path: Path
) -> None:
    order = await post.order_of(WANG)
    drop(tmp_path, "m1", **{"from": "+86 138-0013-8000", "text": f"{NUMBER} 还没有修"})
    drop(tmp_path, "m2", **{"from": "13900139000", "text": f"{NUMBER} 也请修我家的"})
    await room.work(post.office.later())
    assert await post.texts(order) == ["电梯停运，请来修", f"{NUMBER} 还没有修"]
    (stranger,) = await post.inbox.waiting(AGENT)
    assert [one.id for one in stranger.suggested] == [order] and stranger.order is None


# --- by a signed push


class Pushing:
    """A gateway that pushes; the machine's time is what the test says."""

    def __init__(self, post: PostOffice, parts: SmsParts, secret: bytes | None) -> None:
        self.time = 1_773_018_000_000
        self.secret = secret or b"?" * 32
        app = Litestar(list(gateway_routes(parts, secret, self, post.present)), openapi_config=None)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost")

    def now(self) -> int:
        return self.time

    async def push(self, body: bytes, at: int | None = None, **headers: str) -> int:
        """Send a signed request; return the status."""
        signed = headers_of(self.secret, "push-1", self.time if at is None else at, body)
        return (await self.client.post("/gateway/sms", content=body, headers={**signed, **headers})).status_code


@pytest.fixture
def pushing(post: PostOffice, parts: SmsParts) -> Pushing:
    return Pushing(post, parts, secret_of(SECRET))


BODY = b'{"id": "m1", "from": "13800138000", "text": "\\u7535\\u68af\\u505c\\u8fd0"}'


async def test_a_signed_push_is_kept_once_and_joined_by_the_worker(
    post: PostOffice, room: SmsRoom, pushing: Pushing
) -> None:
    assert [await pushing.push(BODY) for _ in range(2)] == [204, 204]
    await room.work(post.office.later())
    (message,) = await post.inbox.waiting(AGENT)
    assert message.letter is not None and message.letter.text == "电梯停运"


UNSIGNED = (
    {"webhook-signature": "v1,AAAA"}, {"webhook-signature": ""}, {"webhook-signature": "v2,x v1a,y"},
    {"webhook-id": "push-2"}, {"webhook-id": ""}, {"webhook-timestamp": "1"}, {"webhook-timestamp": "abc"},
    {"webhook-timestamp": "-5"}, {"webhook-timestamp": "9" * 40}, {"webhook-timestamp": ""},
)  # fmt: skip


async def test_a_push_that_is_not_signed_as_agreed_is_refused_and_keeps_nothing(
    post: PostOffice, pushing: Pushing
) -> None:
    assert [await pushing.push(BODY, **headers) for headers in UNSIGNED] == [401] * len(UNSIGNED)
    assert await post.pool.fetchval("SELECT count(*) FROM sms_parts") == 0


async def test_a_copy_of_an_old_push_is_refused(pushing: Pushing) -> None:
    for off in (WINDOW_MS + 1000, -WINDOW_MS - 1000):
        assert await pushing.push(BODY, at=pushing.time + off) == 401
        assert await pushing.push(BODY, at=pushing.time + off // 2) == 204


async def test_another_body_under_the_same_signature_is_refused(pushing: Pushing) -> None:
    signed = headers_of(pushing.secret, "push-1", pushing.time, BODY)
    with pytest.raises(NotSigned):
        check_signed(pushing.secret, signed, BODY + b" ", pushing.time)
    check_signed(
        pushing.secret, {**signed, "webhook-signature": f"v1,old {signed['webhook-signature']}"}, BODY, pushing.time
    )


async def test_a_signed_push_that_is_no_text_message_is_refused(pushing: Pushing) -> None:
    bodies = (b"", b"[]", b"\xff", b"x" * 20_000)
    assert [await pushing.push(body) for body in bodies] == [400, 400, 400, 413]


async def test_where_no_gateway_pushes_there_is_no_such_page(post: PostOffice, parts: SmsParts) -> None:
    assert await Pushing(post, parts, None).push(BODY) == 404
