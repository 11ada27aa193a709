"""What lies beside the chain: files (附件) are put to an order, files and texts are erased by law, codes replaced.

The entry of a file holds what proves it and tells nothing: the salted hash of its content, the
hash of the encrypted file as it lies there, its type and size. Its name stands beside the
chain, for names of files are often names of people. Pure.
"""

from typing import Final

from lianxin.orders import commands as c
from lianxin.orders.order import Attached
from lianxin.orders.pen import Pen
from lianxin.orders.refusal import Refused
from lianxin.orders.states import AGENT, ANY, OPEN, UNIT
from lianxin.orders.step import Step, Table
from lianxin.orders.steps import intake
from lianxin.rules import Rules

PURPOSES: Final = ("citizen", "evidence", "reply", "record", "paper")
"""What a file is for: brought by the citizen, proof of the work, part of the answer, recording of a call, a letter."""
_TO_THE_CITIZEN: Final = frozenset({"citizen", "reply"})


PERSONAL: Final = frozenset({"citizen", "record"})
"""Files that go when their citizen is erased by law: what they brought, and their voice."""


def is_shown(purpose: str, wished: bool) -> bool:
    """Whether the citizen may see a file: what they brought and what they are answered always, else as wished."""
    return wished or purpose in _TO_THE_CITIZEN


class Attach(c.Command, frozen=True, kw_only=True):
    """Somebody puts a file to the order (上传附件).

    hash    salted hash of its content, as hex;  file  hash of the encrypted file, as hex
    media   its type as found in its content;  size  of its content, in bytes
    shown   the citizen may see it; what the citizen brought always
    """

    hash: str
    file: str
    media: str
    size: int
    purpose: str = "evidence"
    shown: bool = False


class EraseAttachment(c.Command, frozen=True, kw_only=True):
    """A file is erased by law; its hashes stay and tell nothing."""

    n: int
    ground: str


def attach(pen: Pen, cmd: Attach, rules: Rules) -> None:
    """Number the file and note it."""
    if cmd.purpose not in PURPOSES:
        raise Refused(
            "no_purpose",
            f"没有“{cmd.purpose}”这种附件用途。",
            "请在来电人提供、办理凭证、答复附件、录音、文书中选一种。",
        )
    if cmd.role == "citizen" and cmd.purpose != "citizen":
        raise Refused("no_purpose", "来电人上传的附件只能是本人提供的材料。")
    file = Attached(
        pen.order.attached + 1,
        cmd.hash,
        cmd.file,
        cmd.media,
        cmd.size,
        cmd.purpose,
        is_shown(cmd.purpose, cmd.shown),
    )
    pen.write("attached", attachment=file)


def erase_attachment(pen: Pen, cmd: EraseAttachment, rules: Rules) -> None:
    """Record that a file is gone, and by what ground."""
    if not 1 <= cmd.n <= pen.order.attached:
        raise Refused("no_such_attachment", f"这张工单没有第 {cmd.n} 个附件。")
    if not cmd.ground:
        raise Refused("no_ground", "删除附件要写明法定依据。")
    pen.write("attachment_erased", say={"attachment": cmd.n, "ground": cmd.ground})


BESIDE: Final[Table] = {
    Attach: Step(
        "上传附件",
        "attach a file",
        OPEN,
        (),
        (
            *UNIT,
            *AGENT,
            "reviewer",
            "dispatcher",
            "supervisor",
            "duty_manager",
            "followup_caller",
            "citizen",
            "outside",
        ),
        attach,
        "照片、录音或 PDF",
    ),
    EraseAttachment: Step(
        "依法删除附件", "erase a file", ANY, (), ("secadmin", "system"), erase_attachment, "法定依据"
    ),
    c.Erase: Step("依法删除文字", "erase a text", ANY, (), ("secadmin", "system"), intake.erase, "法定依据"),
    c.ReplaceCode: Step("更换查询码", "replace the code", ANY, (), ("system", *AGENT), intake.replace_code),
}
"""The steps that change what is kept beside the chain."""
