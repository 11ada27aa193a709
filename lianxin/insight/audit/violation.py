"""What can be wrong, and how is it named?"""

from typing import Final

import msgspec

from lianxin.ground.clock import Instant, iso
from lianxin.ground.ledger import CONTACT, ORDER, digits_of, kind_of_chain
from lianxin.ground.text import as_number

KINDS: Final = {
    "chain_broken": "链条断裂",
    "entry_missing": "记录缺失",
    "entry_back_dated": "记录时间倒填",
    "text_changed": "文字被改动",
    "projection_differs": "台账与记录不符",
    "custody_gap": "责任空档",
    "custody_overlap": "责任重叠",
    "holder_invalid": "责任人不成立",
    "books_unbalanced": "收支不平",
    "attachment_missing": "附件缺失",
    "attachment_changed": "附件被改动",
    "contact_unaccounted": "来电没有着落",
    "order_missing": "工单缺失",
    "due_missing": "没有下一个日期",
    "promise_missing": "没有承诺",
    "promise_unkept": "承诺到期未兑现",
    "joined_unanswered": "并单来电人未获答复",
    "part_open": "子项未了结",
    "instruction_unanswered": "批示未答复",
    "closed_without_evidence": "无凭据了结",
    "checkpoint_missing": "检查点缺失",
    "checkpoint_broken": "检查点不成立",
    "look_changed": "访问记录被改动",
    "look_missing": "访问记录缺失",
    "look_inserted": "访问记录被插入",
    "sweep_broken": "清理记录不成立",
    "receipt_contradicted": "与回执不符",
    "separation_broken": "职责未分离",
    "tracker_missing": "没有跟踪人",
}
"""Every kind of violation, with its name for people."""


class Violation(msgspec.Struct, frozen=True, order=True):
    """One thing that is not as promised; `order` is the number of the order it concerns, None where there is none."""

    kind: str
    order: str | None
    detail: str


def number_of(chain: int) -> str:
    """Return the number of an order or contact as people write it; other chains by their id."""
    return as_number(digits_of(chain)) if kind_of_chain(chain) in (ORDER, CONTACT) else str(chain)


def order_of(chain: int) -> str | None:
    """Return the order's number for a violation on this chain, None where it is no order's."""
    return number_of(chain) if kind_of_chain(chain) == ORDER else None


def thing_of(chain: int) -> str:
    """Return how a detail names what is not an order: `contact 20260309-000018: `; empty for an order."""
    kind = kind_of_chain(chain)
    if kind == ORDER:
        return ""
    return f"contact {number_of(chain)}: " if kind == CONTACT else f"chain {chain}: "


def when(instant: Instant | float | None) -> str:
    """Return an instant for a detail, also one that lies in no year (`infinity` in the database)."""
    if instant is None:
        return "no time"
    try:
        return iso(int(instant))
    except OverflowError:
        return "a time in no year"
