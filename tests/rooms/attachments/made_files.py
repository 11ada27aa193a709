"""Files as people and attackers send them, made byte by byte or by the library that writes them."""

import base64
import io
import struct
import wave
import zlib
from typing import Any

import pi_heif
import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageCms

from lianxin.attachments.washing.washed import Limits

LIMITS = Limits(picture=20_000_000, audio=50_000_000, document=30_000_000, pixels=60_000_000, side=4096)
PLACE = b"37.3812,118.0168"
"""A place in Binzhou, as some recorders write it down."""
EVIL = b"<html><script>alert(1)</script></html>"
_GPS, _MAKE, _TURN = 0x8825, 0x010F, 0x0112


def photo(width: int = 64, height: int = 48, form: str = "JPEG", **more: Any) -> bytes:
    """A picture with a red upper left corner, so that its turning can be seen."""
    image = Image.new("RGB", (width, height), (20, 90, 140))
    image.paste((220, 30, 20), (0, 0, width // 4, height // 4))
    into = io.BytesIO()
    image.save(into, form, **more)
    return into.getvalue()


def exif(turn: int = 1) -> Image.Exif:
    """Notes of a telephone: its maker, how it was held, and where it was."""
    notes = Image.Exif()
    notes[_MAKE], notes[_TURN] = "Telephone of Zhang", turn
    notes[_GPS] = {1: "N", 2: (37.0, 22.0, 52.0), 3: "E", 4: (118.0, 1.0, 0.0)}
    return notes


def photo_with_place(turn: int = 1, form: str = "JPEG") -> bytes:
    """A photo that says where it was taken."""
    return photo(form=form, exif=exif(turn))


HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAeFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRt"
    "AAAAAAACAAAAEGlkYXQAAAAAAEAAMAAAAExpbG9jAQAAAERAAAMAAQAAAAAAAAIFAAEAAAAAAAAAQwACAAEAAAAAAAAAAQAAAAAAAAAIAAMA"
    "AAAAAAACSAABAAAAAAAAALAAAABNaWluZgAAAAAAAwAAABVpbmZlAgAAAQABAABodmMxAAAAABVpbmZlAgAAAAACAABncmlkAAAAABVpbmZl"
    "AgAAAQADAABFeGlmAAAAANVpcHJwAAAAs2lwY28AAABzaHZjQwEDcAAAAAAAAAAAAB7wAPz9+PgAAA8DIAABABhAAQwB//8DcAAAAwCQAAAD"
    "AAADAB66AkAhAAEAJ0IBAQNwAAADAJAAAAMAAAMAHqAggQWW6uSmubAgAAADACAAAAMAISIAAQAGRAHBc8CJAAAAFGlzcGUAAAAAAAAAQAAA"
    "AEAAAAAUaXNwZQAAAAAAAABAAAAAMAAAABBwaXhpAAAAAAMICAgAAAAaaXBtYQAAAAAAAAACAAECgQIAAgIDhAAAAChpcmVmAAAAAAAAAA5k"
    "aW1nAAIAAQABAAAADmNkc2MAAwABAAIAAAD7bWRhdAAAAD8oAa8ZgPeEasUjyitNf7Vt1nmOHLhttcxYmca3vKAUQ0+Kgb99jwjpeK+K9pvg"
    "Ja+QwK0piX1PivBzX/QFEfAAAAAATU0AKgAAAAgAAwEPAAIAAAATAAAAMgESAAMAAAABAAEAAIglAAQAAAABAAAARgAAAABUZWxlcGhvbmUg"
    "b2YgWmhhbmcAAAAEAAEAAgAAAAJOAAAAAAIABQAAAAMAAAB8AAMAAgAAAAJFAAAAAAQABQAAAAMAAACUAAAAAAAAACUAAAABAAAAFgAAAAEA"
    "AAA0AAAAAQAAAHYAAAABAAAAAQAAAAEAAAAAAAAAAQ=="
)
"""`photo_with_place()` as an iPhone would keep it. Encoded once: what reads HEIC here cannot write it."""


def png_bomb(side: int) -> bytes:
    """A PNG of some kilobytes whose picture has side × side pixels."""
    rows = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    data = b"".join(rows.compress(row) for _ in range(side)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _png_chunk(b"IHDR", head) + _png_chunk(b"IDAT", data) + _png_chunk(b"IEND", b"")


def png_with_words(words: bytes) -> bytes:
    """A PNG with a comment, and a second file behind its end."""
    plain = photo(form="PNG")
    comment = _png_chunk(b"tEXt", b"Comment\0" + words)
    return plain[:33] + comment + plain[33:] + words


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def html_in_jpeg() -> bytes:
    """A photo that is a web page too: in its comment, and behind its end."""
    return photo(comment=EVIL) + EVIL


def with_profile() -> bytes:
    """A photo with the colour profile of another space."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return photo(icc_profile=lab)


# Recordings


def wav(seconds: float = 0.2, place: bytes = b"") -> bytes:
    """A recording of a telephone line, with a note of its place where one is given."""
    into = io.BytesIO()
    with wave.open(into, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x10\x00\xf0\xff" * int(4000 * seconds))
    data = into.getvalue()
    if place:
        data += (
            b"LIST" + struct.pack("<I", 4 + 8 + len(place)) + b"INFO" + b"ILOC" + struct.pack("<I", len(place)) + place
        )
    return data


MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""MPEG 1 layer III, 128 kbit/s, 44,100 Hz: 144 × 128,000 / 44,100 = 417 bytes."""


def mp3(frames: int = 5, place: bytes = b"") -> bytes:
    """A recording with tags before and behind it."""
    sound = MP3_FRAME * frames
    return id3(place) + sound + b"TAG" + place.ljust(125, b"\0") if place else sound


def id3(words: bytes) -> bytes:
    """An ID3 tag with a comment."""
    frame = b"TXXX" + struct.pack(">I", len(words) + 1) + b"\0\0" + b"\0" + words
    size = len(frame)
    return b"ID3\x04\0\0" + bytes((size >> shift & 0x7F) for shift in (21, 14, 7, 0)) + frame


def aac(frames: int = 5) -> bytes:
    """Frames of 32 bytes."""
    length = 32
    head = bytes((0xFF, 0xF1, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC))
    return (head + bytes(length - 7)) * frames


def amr(frames: int = 5) -> bytes:
    """Frames of 12.2 kbit/s: a head and 31 bytes each."""
    return b"#!AMR\n" + (b"\x3c" + bytes(range(31))) * frames


def box(name: bytes, *inside: bytes) -> bytes:
    """A box of an ISO base media file."""
    body = b"".join(inside)
    return struct.pack(">I", 8 + len(body)) + name + body


def m4a(place: bytes = b"", handler: bytes = b"soun") -> bytes:
    """A recording of a telephone with one track."""
    hdlr = box(b"hdlr", bytes(8), handler, bytes(12), b"Recorder of Zhang\0")
    track = box(
        b"trak", box(b"tkhd", bytes(84)), box(b"mdia", box(b"mdhd", bytes(24)), hdlr, box(b"minf", box(b"stbl")))
    )
    notes = box(b"udta", box(b"\xa9xyz", place), box(b"loci", place)) if place else b""
    moov = box(b"moov", box(b"mvhd", bytes(100)), track, notes)
    return box(b"ftyp", b"M4A ", bytes(4), b"isom") + moov + box(b"mdat", b"sound" * 20)


def ogg(place: bytes = b"", head: bytes = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0") -> bytes:
    """A voice message: head, comments, two packets of sound."""
    comment = b"LOCATION=" + place
    tags = b"OpusTags" + struct.pack("<I", 9) + b"Zhang app" + struct.pack("<II", 1, len(comment)) + comment
    if head.startswith(b"\x01vorbis"):
        tags = b"\x03vorbis" + tags[8:] + b"\1"
    return b"".join(_page(n, (packet,)) for n, packet in enumerate((head, tags, b"sound" * 9, b"sound" * 7)))


def _page(n: int, packets: tuple[bytes, ...], serial: int = 7) -> bytes:
    laces = b"".join(bytes([255] * (len(packet) // 255) + [len(packet) % 255]) for packet in packets)
    flags = 2 if n == 0 else 0
    page = bytearray(struct.pack("<4sBBqIIIB", b"OggS", 0, flags, n * 960, serial, n, 0, len(laces)) + laces)
    page += b"".join(packets)
    page[22:26] = struct.pack("<I", ogg_check(bytes(page)))
    return bytes(page)


def ogg_check(page: bytes) -> int:
    """The check of a page, reckoned bit by bit as RFC 3533 defines it."""
    check = 0
    for byte in page:
        check ^= byte << 24
        for _ in range(8):
            check = (check << 1 ^ 0x04C11DB7 if check >> 31 else check << 1) & 0xFFFFFFFF
    return check


# Documents


def pdf(photo_inside: bytes = b"", **root: Any) -> bytes:
    """A document of one page, on it a photo where one is given; `root` are entries of its catalogue."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    content = b"BT /F1 12 Tf 20 100 Td (12345) Tj ET"
    if photo_inside:
        image = document.make_stream(photo_inside)
        image.update(  # type: ignore[attr-defined]
            Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=64, Height=48, ColorSpace=Name.DeviceRGB)
        )
        image.BitsPerComponent, image.Filter = 8, Name.DCTDecode
        page.Resources = Dictionary(XObject=Dictionary(Im0=image))
        content += b" q 64 0 0 48 20 20 cm /Im0 Do Q"
    page.Contents = document.make_stream(content)
    for name, value in root.items():
        document.Root[f"/{name}"] = value
    return saved(document)


def acting_pdf() -> bytes:
    """A document with a script, a program to start, a file inside, and a click that leaves it."""
    document = pikepdf.open(io.BytesIO(pdf()))
    script = document.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))
    document.Root.OpenAction = script
    document.Root.AA = Dictionary(WC=script)
    document.Root.AcroForm = Dictionary(Fields=Array(), XFA=String("<xdp/>"))
    document.attachments["secret.exe"] = b"MZ hidden program"
    document.docinfo["/Author"] = "Zhang San"
    with document.open_metadata() as notes:
        notes["dc:creator"] = ["Zhang San"]
    page = document.pages[0]
    page.AA = Dictionary(O=Dictionary(S=Name.Launch, F=String("cmd.exe")))
    page.Annots = Array(
        [
            document.make_indirect(_click(Dictionary(S=Name.Launch, F=String("cmd.exe")))),
            document.make_indirect(_click(Dictionary(S=Name.URI, URI=String("javascript:alert(1)")))),
            document.make_indirect(_click(Dictionary(S=Name.URI, URI=String("https://www.gov.cn/")))),
            document.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=[0, 0, 9, 9])),
        ]
    )
    return saved(document)


def _click(action: Dictionary) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action)


def locked_pdf() -> bytes:
    """A document that opens with a password only."""
    into = io.BytesIO()
    pikepdf.open(io.BytesIO(pdf())).save(into, encryption=pikepdf.Encryption(user="12345", owner="54321"))
    return into.getvalue()


def saved(document: pikepdf.Pdf) -> bytes:
    """The bytes of a document."""
    into = io.BytesIO()
    document.save(into)
    return into.getvalue()


def zip_bomb() -> bytes:
    """An archive in which a megabyte of nothing is a kilobyte."""
    import zipfile

    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("photo.jpg", bytes(1_000_000))
    return into.getvalue()


assert pi_heif.libheif_version()
