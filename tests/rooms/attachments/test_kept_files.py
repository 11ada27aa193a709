"""Files of an order: kept encrypted, named by their hash, in the chain; refused without a trace, erased for good."""

import asyncio
import os
from hashlib import sha256
from uuid import UUID

import made_files as f
import pytest
from made.one_order import SECRETS

from lianxin.attachments.attachment import harmless_name
from lianxin.attachments.limits import Quota
from lianxin.attachments.reading import NoSuchAttachment
from lianxin.attachments.refusal import AttachmentRefused
from lianxin.attachments.scanning import Clamd
from lianxin.attachments.sealing import PIECE, SealBroken, content_hash, opened, sealed, sealed_size
from lianxin.attachments.shelf import Shelf
from lianxin.attachments.sweeping import missing, sweep
from lianxin.attachments.washing.washed import wash
from lianxin.contacts.course import ContactRefused
from lianxin.ground.clock import DAY_MS, RealClock
from lianxin.orders import commands as c
from lianxin.orders.refusal import Refused

LIMITS = f.LIMITS


def on_disk(home) -> list[bytes]:
    return [path.read_bytes() for path in sorted((home / "attachments").rglob("*")) if path.is_file()]


async def refused(room, data: bytes, **changed) -> AttachmentRefused:
    """It is not taken, and nothing of it is left: no file, no row, no entry."""
    seq = (await room.office.order(room.order)).seq
    before, rows = on_disk(room.home), await room.files.reader.of(room.order)
    with pytest.raises(AttachmentRefused) as refusal:
        await room.add(data, **changed)
    assert on_disk(room.home) == before and await room.files.reader.of(room.order) == rows
    assert (await room.office.order(room.order)).seq == seq
    return refusal.value


async def test_a_photo_is_kept_and_comes_back_without_its_place(room):
    kept = await room.add(f.photo_with_place(), "IMG_20260309.jpg")
    assert (kept.n, kept.name, kept.media, kept.purpose) == (1, "IMG_20260309.jpg", "image/jpeg", "citizen")
    assert await room.content(kept.id) == wash(f.photo_with_place(), LIMITS).content
    assert await room.files.reader.of(room.order) == (kept,)


async def test_on_the_disk_nobody_can_read_it_and_its_name_is_its_hash(room):
    kept = await room.add(f.wav(1), "王小芳来电.wav")
    (stored,) = on_disk(room.home)
    assert sha256(stored).hexdigest() == kept.file
    assert b"WAVE" not in stored and b"data" not in stored
    path = room.files.shelf.place(kept.file)
    assert path.parent.name == kept.file[:2] and path.stat().st_mode & 0o077 == 0
    assert len(stored) == sealed_size(kept.size)


async def test_the_entry_proves_the_file_and_tells_nothing(room, pool):
    kept = await room.add(f.photo(), "王小芳的身份证 372301199001011234.jpg")
    body = await pool.fetchval("SELECT body FROM entries WHERE chain_id = $1 AND kind = 'attached'", room.order)
    salt = await pool.fetchval("SELECT salt FROM attachments")
    assert kept.hash.encode() in body and kept.file.encode() in body
    assert kept.hash == content_hash(salt, wash(f.photo(), LIMITS).content)
    row = bytes(str(dict(await pool.fetchrow("SELECT * FROM attachments"))), "utf-8")
    for secret in (*SECRETS, "身份证"):
        assert secret.encode() not in body and secret.encode() not in row


async def test_the_order_counts_its_files(room):
    for n in (1, 2, 3):
        assert (await room.add(f.photo(20 + n, 20))).n == n
    assert (await room.office.order(room.order)).attached == 3


async def test_a_form_sent_twice_keeps_one_file(room):
    command = UUID(int=77)
    first = await room.add(f.photo(), command=command)
    again = await room.add(f.photo(), command=command)
    assert first == again and len(on_disk(room.home)) == 1


async def test_a_form_sent_twice_at_once_keeps_one_file(room):
    command = UUID(int=77)
    both = await asyncio.gather(*(room.add(f.photo(), command=command) for _ in range(2)))
    assert both[0] == both[1] and len(on_disk(room.home)) == 1


async def test_whoever_sends_the_number_of_somebody_elses_form_learns_nothing(room):
    await room.add(f.photo(), "秘密.jpg", command=UUID(int=77))
    refusal = await refused(room, f.photo(), command=UUID(int=77), by="staff:1002")
    assert refusal.code == "form" and "秘密" not in refusal.zh


async def test_files_that_come_at_once_get_numbers_of_their_own(room):
    at = room.office.later()
    kept = await asyncio.gather(*(room.add(f.photo(30 + n, 30), at=at) for n in range(4)))
    assert sorted(one.n for one in kept) == [1, 2, 3, 4]


async def test_a_letter_brings_its_files_before_there_is_an_order(room):
    contact = await room.office.contact("20260309-000025", None)
    kept = await room.add(f.pdf(), "反映材料.pdf", to=contact, by="citizen", role="citizen")
    assert (kept.subject, kept.n, kept.name) == (contact, 1, "反映材料.pdf")
    assert (await room.office.services.contact(contact)).attached == 1
    assert await room.files.reader.of(room.order, contact) == (kept,)


# Refused without a trace


@pytest.mark.parametrize(
    "data, code",
    [(b"", "empty"), (f.zip_bomb(), "type"), (f.locked_pdf(), "locked"), (f.png_bomb(9_000), "too_many_pixels"),
     (f.photo()[:300], "damaged"), (b"\xff\xd8\xff" + bytes(21_000_000), "too_large")],
    ids=["empty", "zip", "locked", "bomb", "torn", "large"],
)  # fmt: skip
async def test_what_is_not_taken_leaves_nothing_behind(room, data, code):
    assert (await refused(room, data)).code == code


async def test_an_order_has_room_for_so_many_files(room_of):
    room = await room_of(quota=Quota(2, 10_000_000))
    await room.add(f.photo())
    await room.add(f.photo())
    assert (await refused(room, f.photo())).code == "too_many"


async def test_an_order_has_room_for_so_many_bytes(room_of):
    room = await room_of(quota=Quota(9, 40_000))
    await room.add(f.wav(2))  # 32,000 bytes of sound
    assert (await refused(room, f.wav(2))).code == "full"
    assert (await room.add(f.photo())).n == 2


async def test_a_full_disk_is_said_before_anything_is_written(room, tmp_path):
    room.files.shelf = Shelf(tmp_path, reserve=2**60)
    assert (await refused(room, f.photo())).code == "no_room"


async def test_whoever_has_no_part_in_the_order_puts_no_file_to_it(room):
    with pytest.raises(Refused) as refusal:
        await room.add(f.photo(), by="unit:cgj:contact", role="unit_contact")
    assert refusal.value.code == "not_your_unit" and on_disk(room.home) == []


async def test_a_citizen_brings_material_and_no_part_of_the_answer(room):
    with pytest.raises(Refused):
        await room.add(f.photo(), by="citizen", role="citizen", purpose="reply")
    kept = await room.add(f.photo(), by="citizen", role="citizen", purpose="citizen", shown=False)
    entry = (await room.office.order(room.order)).attached
    assert entry == 1 and kept.shown is True


async def test_a_unit_with_a_part_of_the_order_adds_its_evidence(room):
    office = room.office
    await office.dispatch(room.order)
    await office.act(room.order, c.Sign, "unit:zjj:contact", "unit_contact")
    part = {"kind": "assist", "to": "unit:cgj", "due": office.now + DAY_MS, "what": "拍照"}
    await office.act(room.order, c.OpenPart, "unit:zjj:contact", "unit_contact", **part)
    await office.act(room.order, c.SignPart, "unit:cgj:contact", "unit_contact", part=1)
    kept = await room.add(f.photo(), by="unit:cgj:contact", role="unit_contact", purpose="evidence")
    assert not kept.shown


async def test_a_contact_that_never_came_takes_no_file(room):
    with pytest.raises((ContactRefused, LookupError, Exception)) as refusal:
        await room.add(f.photo(), to=2 * 10**15 + 1)
    assert type(refusal.value).__name__ == "NoSuchOrder" and on_disk(room.home) == []


# The scanner


class FakeClamd:
    """A daemon that answers what the test wants, over a real socket."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.seen = b""

    async def __call__(self, reader, writer) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        while size := int.from_bytes(await reader.readexactly(4)):
            self.seen += await reader.readexactly(size)
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@pytest.mark.parametrize(
    "answer, code",
    [
        (b"stream: OK\0", None),
        (b"stream: Eicar-Signature FOUND\0", "infected"),
        (b"INSTREAM size limit exceeded. ERROR\0", "scanner_away"),
        (b"", "scanner_away"),
        (b"x" * 100_000, "scanner_away"),
    ],
)
async def test_a_file_is_taken_only_when_the_scanner_says_so(room_of, tmp_path, answer, code):
    clamd = FakeClamd(answer)
    socket = tmp_path / "clamd"
    async with await asyncio.start_unix_server(clamd, str(socket)):
        room = await room_of(scanner=Clamd(str(socket)))
        if code is None:
            assert (await room.add(f.photo())).n == 1
            assert clamd.seen == f.photo()
        else:
            assert (await refused(room, f.photo())).code == code


async def test_while_the_scanner_is_away_no_file_is_taken(room_of, tmp_path):
    room = await room_of(scanner=Clamd(str(tmp_path / "nobody")))
    refusal = await refused(room, f.photo())
    assert refusal.code == "scanner_away" and "没有保存" in refusal.zh


# Erased, lost, changed, left behind


async def test_an_erased_file_is_gone_and_its_entry_stays(room, pool):
    kept = await room.add(f.photo(), "王小芳.jpg")
    await room.files.erase(
        room.order, 1, "个人信息保护法 第四十七条", "staff:9500", "secadmin", UUID(int=99), room.office.later()
    )
    assert on_disk(room.home) == []
    (row,) = await room.files.reader.of(room.order)
    assert row.erased is not None and row.name == "" and row.hash == kept.hash
    with pytest.raises(NoSuchAttachment):
        await room.content(kept.id)
    left = await pool.fetchrow("SELECT salt, wrapped_key, name, small FROM attachments")
    assert set(left.values()) == {None}


async def test_a_citizen_who_is_erased_takes_their_files_along_and_the_units_stay(room):
    for purpose in ("citizen", "record", "evidence"):
        await room.add(f.photo(), purpose=purpose)
    erase = (room.order,), "个人信息保护法 第四十七条", "staff:9500", "secadmin", UUID(int=99)
    assert await room.files.erase_personal(*erase, room.office.later()) == 2
    assert await room.files.erase_personal(*erase, room.office.later()) == 0
    assert [file.purpose for file in await room.files.reader.of(room.order) if file.erased is None] == ["evidence"]
    assert len(on_disk(room.home)) == 1


async def test_what_was_never_there_cannot_be_erased(room):
    with pytest.raises(NoSuchAttachment):
        await room.files.erase(room.order, 1, "法", "staff:9500", "secadmin", UUID(int=99), room.office.later())


@pytest.mark.parametrize("place", [0, 3, 4, 200, -1])
async def test_a_byte_changed_on_the_disk_is_noticed_before_it_is_shown(room, place):
    kept = await room.add(f.wav(1))
    path = room.files.shelf.place(kept.file)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(SealBroken):
        await room.content(kept.id)


async def test_a_file_of_another_order_in_its_place_is_noticed(room, pool):
    first, second = await room.add(f.wav(1)), await room.add(f.wav(1))
    room.files.shelf.place(second.file).replace(room.files.shelf.place(first.file))
    with pytest.raises(SealBroken):
        await room.content(first.id)
    assert [(wrong.n, wrong.detail) for wrong in await missing(pool, room.files.shelf)] == [
        (1, "was changed"),
        (2, "is not there"),
    ]


async def test_a_file_that_was_cut_off_is_named(room, pool):
    kept = await room.add(f.wav(1))
    os.truncate(room.files.shelf.place(kept.file), 500)
    (wrong,) = await missing(pool, room.files.shelf)
    assert wrong.detail == f"has 500 bytes, not {sealed_size(kept.size)}"


async def test_what_a_crash_left_is_swept_after_a_day_and_nothing_else(room, pool):
    kept = await room.add(f.photo())
    shelf, now = room.files.shelf, RealClock().now()
    stray = shelf.put(b"a file whose entry was never written")
    (shelf.incoming / "half").write_bytes(b"half")
    assert await sweep(pool, shelf, now) == 0
    assert await sweep(pool, shelf, now + DAY_MS + 60_000) == 2
    assert shelf.place(kept.file).exists() and not shelf.place(stray).exists()
    assert await room.content(kept.id)


# Sealing


@pytest.mark.parametrize("size", [1, 2, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7])
def test_any_part_of_a_file_can_be_read_alone(tmp_path, size):
    content, key = bytes(n % 251 for n in range(size)), b"k" * 32
    path = tmp_path / "sealed"
    path.write_bytes(sealed(content, key))
    assert path.stat().st_size == sealed_size(size)
    parts = [(0, size), (0, 1), (size - 1, size), (size // 2, size), (min(PIECE - 1, size - 1), min(PIECE + 1, size))]
    for begin, end in parts:
        with path.open("rb") as file:
            assert b"".join(opened(file, key, size, begin, end)) == content[begin:end]


def test_the_end_of_a_file_cannot_be_cut_off(tmp_path):
    path = tmp_path / "sealed"
    path.write_bytes(sealed(bytes(2 * PIECE), b"k" * 32)[: -PIECE - 16])
    with path.open("rb") as file, pytest.raises(SealBroken):
        list(opened(file, b"k" * 32, PIECE))


@pytest.mark.parametrize(
    "name, harmless",
    [
        ("照片.jpeg", "照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\a\\b.jpg", "b.jpg"),
        ("a\r\nSet-Cookie: x=1.jpg", "a Set-Cookie x=1.jpg"),
        ("\u202egpj.exe", "gpj.jpg"),
        ("", "附件.jpg"),
        ("...", "附件.jpg"),
        ("x" * 500, f"{'x' * 80}.jpg"),
        ('"><script>.jpg', "script.jpg"),
        ("report.pdf.exe", "report.pdf.jpg"),
    ],
)
def test_a_name_means_nothing_to_any_system(name, harmless):
    assert harmless_name(name, "image/jpeg") == harmless
