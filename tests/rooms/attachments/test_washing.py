"""What comes out of a file that somebody sent: what can be seen or heard, and nothing else."""

import io
import random
import struct
import tempfile
import wave
import zlib

import made_files as f
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_files import EVIL, LIMITS, PLACE
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from lianxin.attachments.refusal import AttachmentRefused
from lianxin.attachments.washing.apart import wash_apart
from lianxin.attachments.washing.jpeg import without_notes
from lianxin.attachments.washing.pictures import PNG_MOST
from lianxin.attachments.washing.washed import Limits, wash

GOOD = {
    "jpeg": (f.photo(), "image/jpeg"),
    "png": (f.photo(form="PNG"), "image/png"),
    "webp": (f.photo(form="WEBP"), "image/webp"),
    "heic": (f.HEIC, "image/jpeg"),
    "wav": (f.wav(), "audio/wav"),
    "mp3": (f.mp3(), "audio/mpeg"),
    "aac": (f.aac(), "audio/aac"),
    "m4a": (f.m4a(), "audio/mp4"),
    "opus": (f.ogg(), "audio/ogg"),
    "amr": (f.amr(), "audio/amr"),
    "pdf": (f.pdf(), "application/pdf"),
}


def refusal(data: bytes, limits: Limits = LIMITS) -> AttachmentRefused:
    with pytest.raises(AttachmentRefused) as refused:
        wash(data, limits)
    return refused.value


@pytest.mark.parametrize("data, type_", GOOD.values(), ids=GOOD)
def test_what_a_hotline_needs_is_taken(data, type_):
    washed = wash(data, LIMITS)
    assert washed.media.type == type_
    assert wash(washed.content, LIMITS).media == washed.media


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "PNG"])
def test_a_photo_does_not_say_any_more_where_it_was_taken(form):
    before = Image.open(io.BytesIO(f.photo_with_place(form=form)))
    assert before.getexif().get_ifd(0x8825), "the photo made for this test has a place"
    kept = wash(f.photo_with_place(form=form), LIMITS)
    for content in (kept.content, kept.small):
        after = Image.open(io.BytesIO(content))
        assert dict(after.getexif()) == {} and not after.getexif().get_ifd(0x8825)
        assert b"Zhang" not in content and b"Exif" not in content


def test_an_iphones_photo_becomes_a_jpeg_without_its_place():
    assert b"Telephone of Zhang" in f.HEIC
    washed = wash(f.HEIC, LIMITS)
    picture = Image.open(io.BytesIO(washed.content))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (64, 48), {})
    red, _, blue = picture.getpixel((4, 4))
    assert red > 150 > blue


@pytest.mark.parametrize("turn, size, corner", [(1, (64, 48), (4, 4)), (3, (64, 48), (60, 44)), (6, (48, 64), (44, 4))])
def test_a_photo_stands_upright(turn, size, corner):
    """6 is how a telephone held upright writes it: what was the upper left corner belongs to the upper right."""
    picture = Image.open(io.BytesIO(wash(f.photo_with_place(turn), LIMITS).content))
    assert picture.size == size
    red, _, blue = picture.getpixel(corner)
    assert red > 150 > blue


def test_a_picture_is_kept_no_larger_than_a_screen_needs():
    washed = wash(f.photo(5000, 2500), LIMITS)
    assert (washed.width, washed.height) == (4096, 2048)
    assert Image.open(io.BytesIO(washed.small)).size == (320, 160)


def test_a_picture_keeps_its_colours_without_its_profile():
    washed = wash(f.with_profile(), LIMITS)
    picture = Image.open(io.BytesIO(washed.content))
    assert "icc_profile" not in picture.info
    assert abs(picture.getpixel((40, 40))[2] - 140) < 12  # the blue it was painted in


def test_a_photo_that_comes_as_png_is_kept_smaller():
    noise = Image.frombytes("RGB", (2000, 2000), random.Random(1).randbytes(12_000_000))  # nothing packs it
    into = io.BytesIO()
    noise.save(into, "PNG")
    washed = wash(into.getvalue(), LIMITS)
    assert washed.media.type == "image/webp" and len(washed.content) < PNG_MOST


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_can_be_seen_through_stays_so(form):
    into = io.BytesIO()
    Image.new("RGBA", (8, 8), (10, 20, 30, 0)).save(into, form, lossless=True)
    assert Image.open(io.BytesIO(wash(into.getvalue(), LIMITS).content)).getpixel((3, 3))[3] == 0


@pytest.mark.parametrize(
    "data", [f.html_in_jpeg(), f.png_with_words(EVIL), f.photo() + f.zip_bomb()], ids=["jpeg", "png", "zip behind"]
)
def test_a_file_that_is_two_things_comes_out_as_one(data):
    content = wash(data, LIMITS).content
    assert b"script" not in content and b"PK\x03\x04" not in content


# Bombs


@pytest.mark.parametrize("side", [9_000, 40_000])
def test_a_picture_with_more_pixels_than_a_camera_has_is_not_decoded(side):
    bomb = f.png_bomb(side)
    assert len(bomb) < 300_000
    assert refusal(bomb).code == "too_many_pixels"


def test_a_photo_in_a_document_that_unfolds_without_end_takes_no_more_than_its_share(tmp_path):
    """1.2 GB of nothing in 1.2 MB: the process that opens it gives up, the house goes on."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _ in range(120)) + packer.flush()
    document = pikepdf.open(io.BytesIO(f.pdf()))
    bomb = pikepdf.Stream(document, packed)
    bomb.Filter = Array([Name.FlateDecode, Name.DCTDecode])
    document.Root.Bomb = document.make_indirect(bomb)
    with tempfile.TemporaryFile() as file, pytest.raises(AttachmentRefused) as refused:
        file.write(f.saved(document))
        wash_apart(file, LIMITS, tmp_path)
    assert refused.value.code == "damaged"


def test_an_archive_is_not_opened():
    assert refusal(f.zip_bomb()).code == "type"


# Recordings


@pytest.mark.parametrize(
    "data",
    [f.wav(place=PLACE), f.mp3(place=PLACE), f.id3(PLACE) + f.aac(), f.m4a(PLACE), f.ogg(PLACE)],
    ids=["wav", "mp3", "aac", "m4a", "opus"],
)
def test_a_recording_does_not_say_any_more_where_it_was_made(data):
    assert PLACE in data
    content = wash(data, LIMITS).content
    assert PLACE not in content and b"Zhang" not in content


def test_the_sound_of_a_wav_stays_as_it_was():
    with (
        wave.open(io.BytesIO(wash(f.wav(place=PLACE), LIMITS).content)) as after,
        wave.open(io.BytesIO(f.wav())) as before,
    ):
        assert after.getparams() == before.getparams()
        assert after.readframes(9999) == before.readframes(9999)


def test_frames_come_out_as_they_went_in():
    assert wash(f.mp3(7, PLACE), LIMITS).content == f.MP3_FRAME * 7
    assert wash(f.amr(4), LIMITS).content == f.amr(4)


def test_boxes_keep_their_place_for_tables_count_the_bytes():
    before, after = f.m4a(PLACE), wash(f.m4a(PLACE), LIMITS).content
    assert len(before) == len(after)
    assert before.index(b"mdat") == after.index(b"mdat")


def test_pages_of_a_voice_message_are_checked_anew():
    content = wash(f.ogg(PLACE), LIMITS).content
    pages = [begin for begin in range(len(content)) if content[begin : begin + 4] == b"OggS"]
    assert len(pages) == 4
    for begin, end in zip(pages, [*pages[1:], len(content)], strict=True):
        page = bytearray(content[begin:end])
        said, page[22:26] = struct.unpack_from("<I", page, 22)[0], bytes(4)
        assert f.ogg_check(bytes(page)) == said


def test_a_comment_that_fills_several_lines_of_a_page_goes_whole():
    washed = wash(f.ogg(PLACE * 40), LIMITS).content
    assert PLACE not in washed and len(washed) == len(f.ogg(PLACE * 40))


def test_a_last_frame_that_was_cut_off_is_left_out():
    assert wash(f.mp3(4)[:-100], LIMITS).content == f.MP3_FRAME * 3
    assert wash(f.amr(4)[:-7], LIMITS).content == f.amr(3)


@pytest.mark.parametrize(
    "data",
    [
        f.wav()[:-50],
        f.mp3(3) + EVIL * 9 + f.mp3(3),
        f.m4a()[:-30],
        f.ogg()[:-5],
        f.ogg()[:40] + b"x" + f.ogg()[41:200],
        f.amr(1)[:20],
        b"#!AMR\n" + EVIL * 3,
        b"OggS" + bytes(60),
        f.box(b"ftyp", b"M4A ") + f.box(b"moov", f.box(b"trak")) + f.box(b"mdat", b"x"),
        f.wav()[:12] + b"fmt " + struct.pack("<I", 16) + struct.pack("<HHIIHH", 0x7777, 1, 8000, 16000, 2, 16),
    ],
    ids=["wav cut", "page inside", "m4a cut", "ogg cut", "ogg torn", "one frame", "amr no frames", "ogg empty",
         "no track", "unknown format"],
)  # fmt: skip
def test_a_recording_that_does_not_hold_together_is_refused(data):
    assert refusal(data).code == "damaged"


@pytest.mark.parametrize("data", [f.m4a(handler=b"vide"), f.ogg(head=b"\x80theora" + bytes(40))], ids=["mp4", "theora"])
def test_moving_pictures_in_a_sounds_clothes_are_named(data):
    refused = refusal(data)
    assert refused.code == "video" and "照片" in refused.zh


# Documents


def test_a_document_keeps_its_page_and_loses_what_acts():
    before = f.acting_pdf()
    assert b"hidden program" not in before  # packed; it is there all the same
    with pikepdf.open(io.BytesIO(before)) as document:
        assert document.attachments["secret.exe"].get_file().read_bytes() == b"MZ hidden program"
    content = wash(before, LIMITS).content
    with pikepdf.open(io.BytesIO(content)) as document:
        words = b"".join(bytes(repr(thing), "utf-8") for thing in document.objects)
        assert len(document.pages) == 1 and b"12345" in document.pages[0].Contents.read_bytes()
        assert not document.attachments and not document.docinfo
        assert {"/OpenAction", "/AA", "/Metadata"}.isdisjoint(document.Root.keys())
        links = [str(note.A.URI) if "/A" in note else None for note in document.pages[0].Annots]
    assert links == [None, None, "https://www.gov.cn/"]
    for bad in (b"JavaScript", b"Launch", b"Zhang", b"XFA", b"javascript:", b"FileAttachment"):
        assert bad not in words, bad


def test_an_action_hidden_deep_inside_is_found():
    document = pikepdf.open(io.BytesIO(f.pdf()))
    evil = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    document.Root.Outlines = document.make_indirect(
        Dictionary(First=Dictionary(Title=String("1"), A=Dictionary(S=Name.GoTo, D=Array([0]), Next=Array([evil]))))
    )
    content = wash(f.saved(document), LIMITS).content
    with pikepdf.open(io.BytesIO(content)) as washed:
        action = washed.Root.Outlines.First.A
        assert str(action.S) == "/GoTo" and "/Next" not in action


def test_a_photo_in_a_document_does_not_say_where_it_was_taken():
    before = f.photo_with_place()
    content = wash(f.pdf(before), LIMITS).content
    with pikepdf.open(io.BytesIO(content)) as document:
        photo = document.pages[0].Resources.XObject.Im0.read_raw_bytes()
    assert b"Exif" in before and b"Exif" not in photo
    assert Image.open(io.BytesIO(photo)).tobytes() == Image.open(io.BytesIO(before)).tobytes()


def test_notes_of_a_photo_go_and_its_picture_stays_bit_for_bit():
    before = f.photo(comment=EVIL, exif=f.exif(), icc_profile=b"profile" * 30)
    after = without_notes(before)
    assert after is not None and EVIL not in after and b"Exif" not in after and b"profile" in after
    assert Image.open(io.BytesIO(after)).tobytes() == Image.open(io.BytesIO(before)).tobytes()


def test_a_locked_document_is_refused_with_the_way_out():
    refused = refusal(f.locked_pdf())
    assert refused.code == "locked" and "取消密码" in refused.zh


# What is not taken


@pytest.mark.parametrize(
    "data, told",
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><html></html>", "网页"),
        (b"GIF89a" + bytes(50), "GIF"),
        (b"MZ" + bytes(90), "程序"),
        (b"\x7fELF" + bytes(90), "程序"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(90), "PDF"),
        (b"RIFF" + bytes(4) + b"AVI " + bytes(90), "视频"),
        (b"\x1aE\xdf\xa3" + bytes(90), "视频"),
        (b"\x00\x00\x00\x20ftypavif" + bytes(90), "认不出"),
        (b"just some words", "认不出"),
        (b"\xff" * 40, "认不出"),
        (b"\x00", "认不出"),
    ],
)
def test_what_is_not_taken_is_named_with_what_to_do_instead(data, told):
    refused = refusal(data)
    assert refused.code == "type" and told in refused.zh and "没有保存" in refused.zh


def test_an_empty_file_is_refused():
    assert refusal(b"").code == "empty"


@pytest.mark.parametrize("kind", ["picture", "audio", "document"])
def test_each_kind_has_its_limit(kind):
    data = {"picture": f.photo(), "audio": f.wav(2), "document": f.pdf()}[kind]
    enough = LIMITS._replace(**{kind: len(data)})
    assert wash(data, enough).media.kind == kind
    refused = refusal(data, LIMITS._replace(**{kind: len(data) - 1}))
    assert refused.code == "too_large"


def test_a_file_of_ten_megabytes_is_looked_at_and_one_of_thirty_is_not():
    ten = f.wav()[:40] + struct.pack("<I", 10_000_000) + bytes(10_000_000)
    assert len(wash(ten, LIMITS).content) > 10_000_000
    assert refusal(b"\xff\xd8\xff" + bytes(30_000_000)).code == "too_large"


@pytest.mark.parametrize("name", GOOD)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_torn_and_twisted_files_are_washed_or_refused_and_never_anything_else(name, data):
    """What is washed can be washed again: it is a whole file of its kind."""
    file = bytearray(GOOD[name][0])
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    torn = bytes(file[: data.draw(st.integers(len(file) // 2, len(file)))])
    try:
        washed = wash(torn, LIMITS)
    except AttachmentRefused as refused:
        assert refused.zh and refused.en
    else:
        assert wash(washed.content, LIMITS).media == washed.media


# In a process of its own


def test_a_file_is_washed_in_a_process_of_its_own(tmp_path):
    with tempfile.TemporaryFile() as file:
        file.write(f.photo_with_place(6))
        washed = wash_apart(file, LIMITS, tmp_path)
    assert washed == wash(f.photo_with_place(6), LIMITS)
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_comes_back_from_there_as_it_was(tmp_path):
    with tempfile.TemporaryFile() as file, pytest.raises(AttachmentRefused) as refused:
        file.write(f.locked_pdf())
        wash_apart(file, LIMITS, tmp_path)
    assert (refused.value.code, refused.value.zh) == ("locked", refusal(f.locked_pdf()).zh)


def test_a_file_that_is_too_much_ends_its_process_and_nothing_else(tmp_path):
    """With all limits lifted it would need 1.6 GB for its pixels and as much again to turn them."""
    endless = LIMITS._replace(pixels=10**12)
    with tempfile.TemporaryFile() as file, pytest.raises(AttachmentRefused) as refused:
        file.write(f.png_bomb(40_000))
        wash_apart(file, endless, tmp_path)
    assert refused.value.code in ("damaged", "too_many_pixels")
