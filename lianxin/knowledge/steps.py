"""What can be asked of a knowledge item: one value per step, said by somebody in a role. Pure.

A step carries its own id (UUIDv7): sent twice it acts once. What it writes decides `deciding`.
"""

from uuid import UUID

import msgspec

from lianxin.knowledge.item import Content, TaskKind

EDITOR = "kb_editor"
OWNER = "kb_owner"
READERS: tuple[str, ...] = (
    *("agent", "seat_enterprise", "seat_dialect", "expert", "shift_lead", "reviewer", "dispatcher"),
    *("objection_reviewer", "followup_caller", "supervisor", "duty_manager", "qa", EDITOR, OWNER),
    *("unit_contact", "unit_leader", "county_office", "township"),
)
"""Roles that read, and may say what they found."""


class ItemStep(msgspec.Struct, frozen=True, kw_only=True):
    """by: `staff:2026`, `unit:ybj:contact`, `system`; role: in which they act; unit: theirs, None: of the house."""

    id: UUID
    by: str
    role: str
    unit: str | None = None


class Write(ItemStep, frozen=True, kw_only=True):
    """A version is drafted, or a draft changed (起草). With it an item may begin.

    owner   who answers for it in person; responsible is the unit
    note    what is new in it
    """

    content: Content
    responsible: str
    owner: str = ""
    note: str = ""


class Submit(ItemStep, frozen=True, kw_only=True):
    """The draft is handed in for review (提交审核)."""


class Return(ItemStep, frozen=True, kw_only=True):
    """The reviewer sends it back to its writers (退回修改)."""

    remark: str


class Confirm(ItemStep, frozen=True, kw_only=True):
    """Somebody of the responsible unit confirms what it says (责任单位确认)."""


class Publish(ItemStep, frozen=True, kw_only=True):
    """A second person publishes it (审核发布)."""


class Withdraw(ItemStep, frozen=True, kw_only=True):
    """What is published is taken back at once (撤下)."""

    reason: str


class Report(ItemStep, frozen=True, kw_only=True):
    """A reader found it wrong, outdated or unclear (纠错反馈)."""

    kind: TaskKind
    words: str
    urgent: bool = False


class Ask(ItemStep, frozen=True, kw_only=True):
    """A question has no answer here (知识缺口); the item begins with it."""

    question: str
    responsible: str


class Settle(ItemStep, frozen=True, kw_only=True):
    """The owner says what became of a task (办结任务)."""

    task: int
    words: str


class Tried(ItemStep, frozen=True, kw_only=True):
    """Somebody was about to answer with a version that has expired."""

    version: int


class Look(ItemStep, frozen=True, kw_only=True):
    """The clock: whatever is due by now happens."""
