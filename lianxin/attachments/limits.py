"""How many files, and how large, does the house take? By its settings. Pure."""

from typing import NamedTuple

from lianxin.attachments.refusal import AttachmentRefused, megabytes
from lianxin.attachments.washing.washed import Limits
from lianxin.ground.site.settings import AttachmentSettings

MEGA = 1_000_000


class Quota(NamedTuple):
    """What one order or contact may have: files, and bytes of all of them."""

    files: int
    bytes: int


def limits_of(settings: AttachmentSettings) -> Limits:
    """Return what one file may be."""
    return Limits(
        picture=settings.picture_mb * MEGA,
        audio=settings.audio_mb * MEGA,
        document=settings.pdf_mb * MEGA,
        pixels=settings.pixels_million * MEGA,
        side=settings.side_px,
    )


def quota_of(settings: AttachmentSettings) -> Quota:
    """Return what one order may have."""
    return Quota(settings.files_max, settings.total_mb * MEGA)


def check_quota(quota: Quota, files: int, taken: int, size: int) -> None:
    """Return if one more file of this size fits. Raises AttachmentRefused."""
    if files >= quota.files:
        raise AttachmentRefused(
            "too_many",
            f"这里已经有 {files} 个附件，最多 {quota.files} 个，这个文件没有保存。请把几页合成一个 PDF，或只传关键的。",
            f"There are {files} files already, at most {quota.files} are taken; this one was not kept. "
            "Please put several pages into one PDF, or send only what matters.",
        )
    if taken + size > quota.bytes:
        raise AttachmentRefused(
            "full",
            f"附件合计最多 {megabytes(quota.bytes)} MB，已用 {megabytes(taken)} MB，这个文件没有保存。请压缩后再上传。",
            f"All files together may have {megabytes(quota.bytes)} MB and have {megabytes(taken)} MB; "
            "this one was not kept. Please make it smaller.",
        )
