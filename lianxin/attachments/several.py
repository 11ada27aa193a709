"""How do several files come in one go, and what becomes of the others when one is not taken?

Each file is a step of its own: what can be kept is kept, and each that cannot is named. The
ids of their commands follow from the form's, so a form sent twice keeps each file once.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from lianxin.attachments.receiving import AtOnce, Incoming
from lianxin.attachments.refusal import AttachmentRefused, about
from lianxin.attachments.service import Attachments, Given
from lianxin.attachments.washing.washed import Limits
from lianxin.ground.clock import Instant

FILES: Final = 10
"""So many files one form may bring."""


def at_once(limits: Limits, files: int = FILES) -> AtOnce:
    """Return what one form may bring: as much as two of the largest files."""
    return AtOnce(files, 2 * limits.largest)


def nothing_chosen() -> AttachmentRefused:
    """Return the refusal of a form without a file."""
    return AttachmentRefused("empty", "还没有选择文件。请先选择再上传。", "No file was chosen. Please choose one.")


async def add_several(
    files: Attachments, subject: int, incoming: Sequence[Incoming], form: Given, now: Instant
) -> list[AttachmentRefused]:
    """Put files to an order or contact; return what was not taken, by name where they are several.

    form  as for one file; its own source and name do not count
    Raises what `Attachments.add` raises for the order; the files before it are kept.
    """
    refused = []
    for n, (source, name) in enumerate(incoming):
        given = form._replace(source=source, name=name, command=command_of_file(form.command, n))
        try:
            await files.add(subject, given, now)
        except AttachmentRefused as no:
            refused.append(no if len(incoming) == 1 else about(name, no))
    return refused


def command_of_file(form: UUID, n: int) -> UUID:
    """Return the id of the command that brings the n-th file of a form, counted from 0."""
    return form if n == 0 else uuid5(form, f"file {n}")
