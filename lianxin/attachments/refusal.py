"""Why is a file not taken, and what can its sender do instead? Pure."""

from typing import ClassVar, Final

from lianxin.ground.text import Refusal


class AttachmentRefused(Refusal):
    """This file is not taken; nothing of it was kept."""

    codes: ClassVar[frozenset[str]] = frozenset(
        {
            "empty",
            "type",
            "too_large",
            "too_many",
            "full",
            "damaged",
            "too_many_pixels",
            "locked",
            "video",
            "infected",
            "scanner_away",
            "form",
            "slow",
            "no_room",
        }
    )


_TAKEN_ZH: Final = "可以上传的有：照片（JPG、PNG、WebP、HEIC）、录音（MP3、M4A、WAV、OGG、AMR）和 PDF。"
_TAKEN_EN: Final = "Taken are pictures (JPG, PNG, WebP, HEIC), recordings (MP3, M4A, WAV, OGG, AMR) and PDF."
_INSTEAD: Final[dict[str, tuple[str, str]]] = {
    "gif": ("这是 GIF 动图，没有保存。请截一张图再上传。", "This is a GIF; it was not kept. Please send a screenshot."),
    "bmp": ("这是 BMP 图片，没有保存。请另存为 JPG 再上传。", "This is a BMP; it was not kept. Please save it as JPG."),
    "tiff": (
        "这是 TIFF 图片，没有保存。请另存为 JPG 再上传。",
        "This is a TIFF; it was not kept. Please save it as JPG.",
    ),
    "zip": (
        "这是压缩包或 Office 文档，没有保存。请解压后逐个上传，文档请另存为 PDF。",
        "This is an archive or an Office document; it was not kept. Please unpack it, or save the document as PDF.",
    ),
    "office": (
        "这是 Office 文档，没有保存。请另存为 PDF 再上传。",
        "This is an Office document; it was not kept. Please save it as PDF.",
    ),
    "program": ("这是可执行程序，没有保存。", "This is a program; it was not kept."),
    "video": (
        "这是视频，没有保存。请截取关键画面的照片上传，并写明经过。",
        "This is a video; it was not kept. Please send pictures of what matters and describe what happened.",
    ),
    "svg": (
        "这是 SVG 图形，没有保存。请截图再上传。",
        "This is an SVG drawing; it was not kept. Please send a screenshot.",
    ),
    "html": (
        "这是网页文件，没有保存。请截图或另存为 PDF。",
        "This is a web page; it was not kept. Please save it as PDF.",
    ),
}


def wrong_type(word: str) -> AttachmentRefused:
    """Return the refusal of what is not taken; `word` as `media.name_of_other` gives it."""
    zh, en = _INSTEAD.get(
        word, ("认不出这个文件的类型，没有保存。", "What this file is cannot be told; it was not kept.")
    )
    return AttachmentRefused("type", zh + _TAKEN_ZH, f"{en} {_TAKEN_EN}")


def a_video() -> AttachmentRefused:
    """Return the refusal of a file in a sound's clothes that holds moving pictures."""
    return AttachmentRefused("video", *_INSTEAD["video"])


def damaged(what_zh: str, what_en: str) -> AttachmentRefused:
    """Return the refusal of a file that does not hold together."""
    return AttachmentRefused(
        "damaged",
        f"这个文件不完整或已损坏（{what_zh}），没有保存。请重新拍摄、录制或导出后再上传。",
        f"This file is incomplete or damaged ({what_en}); it was not kept. Please make it anew and send it again.",
    )


def too_large(size: int, most: int) -> AttachmentRefused:
    """Return the refusal of a file with more bytes than are taken; `size` is what was seen of it so far."""
    return AttachmentRefused(
        "too_large",
        f"文件太大（至少 {megabytes(size)} MB），这类文件一次最多 {megabytes(most)} MB，没有保存。"
        "请压缩或分成几段再上传。",
        f"The file is too large (at least {megabytes(size)} MB, at most {megabytes(most)} MB); it was not kept. "
        "Please make it smaller, or send it in pieces.",
    )


def too_many_at_once(most: int) -> AttachmentRefused:
    """Return the refusal of a form with more files than are taken in one go."""
    return AttachmentRefused(
        "too_many",
        f"一次最多上传 {most} 个文件，这次选的都没有保存。请分几次上传。",
        f"At most {most} files are taken in one go; none of these was kept. Please send them in several turns.",
    )


def too_much_at_once(most: int) -> AttachmentRefused:
    """Return the refusal of a form whose files are together larger than is taken in one go."""
    return AttachmentRefused(
        "too_large",
        f"一次上传合计最多 {megabytes(most)} MB，这次选的都没有保存。请分几次上传，或先压缩。",
        f"All files of one go may have {megabytes(most)} MB together; none of these was kept. "
        "Please send them in several turns, or make them smaller.",
    )


def about(name: str, refused: AttachmentRefused) -> AttachmentRefused:
    """Return a refusal that names the file it is about, for who sent several."""
    return AttachmentRefused(refused.code, f"“{name}”：{refused.zh}", f"“{name}”: {refused.en}") if name else refused


def file_size(size: int) -> str:
    """Return a size for a list: `740 B`, `12 kB`, `1.2 MB`."""
    if size < 1_000:
        return f"{size} B"
    return f"{size // 1_000} kB" if size < 1_000_000 else f"{megabytes(size)} MB"


def megabytes(size: int) -> str:
    """Return a size for a sentence: `0.4`, `12`."""
    mega = size / 1_000_000
    return f"{mega:.1f}" if mega < 10 else f"{mega:.0f}"
