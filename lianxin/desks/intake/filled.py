"""What did the agent fill in beside the form of the order: who calls, and what became of a matter? Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from lianxin.contacts.contact import Matter
from lianxin.ground.web import marked
from lianxin.people.person import PersonFields
from lianxin.units import Units

OUTCOMES: Final = {
    "answered": marked("answered at once"),
    "referred": marked("told where to turn"),
    "emergency": marked("handed to an emergency service"),
    "heard": marked("wanted to be heard"),
    "not_accepted": marked("not accepted"),
    "test": marked("test call"),
    "silent": marked("silent or machine"),
    "harassment": marked("harassment"),
}
"""What can become of a matter without an order."""
CHANNELS: Final = {
    "call": marked("telephone"),
    "letter": marked("letter"),
    "wechat": marked("WeChat"),
    "province": marked("the province's platform"),
    "visit": marked("at the counter"),
}
"""Where something can come from that an agent types in."""
LONGEST: Final = {"name": 40, "phone": 40, "address": 120, "mail": 120, "to": 60, "ground": 60, "item": 20}

Sent = Mapping[str, Sequence[Any]]


class NotFilledIn(Exception):
    """A field is wrong; the sentence says which and what to do."""


def as_sent(sent: Sent, name: str) -> str:
    """Return the first text of a field, without blanks around it, however long: to be shown again where it is wrong."""
    values = sent.get(name, ())
    return values[0].strip() if values and isinstance(values[0], str) else ""


def first(sent: Sent, name: str) -> str:
    """Return the first text of a field, without blanks around it. Raises NotFilledIn for one that is too long."""
    text = as_sent(sent, name)
    if len(text) > LONGEST.get(name, 4_000):
        raise NotFilledIn(f"有一栏写得太长，最多 {LONGEST.get(name, 4_000)} 字。没有保存。")
    return text


def person_of(sent: Sent) -> PersonFields | None:
    """Return who the citizen says they are; None where nothing was said. Raises NotFilledIn."""
    name, phone, address, mail = (first(sent, field) for field in ("name", "phone", "address", "mail"))
    numbers = tuple(number for number in phone.replace("，", ",").replace("、", ",").split(",") if number.strip())
    for number in numbers:
        digits = [char for char in number if char.isdigit()]
        if not 5 <= len(digits) <= 20:
            raise NotFilledIn(f"电话“{number.strip()}”位数不对，请核对后再保存。")
    if mail and ("@" not in mail or " " in mail):
        raise NotFilledIn("邮箱地址不完整，请核对后再保存。")
    if not (name or numbers or address or mail):
        return None
    return PersonFields(name=name, numbers=tuple(one.strip() for one in numbers), address=address, mail=mail)


def matter_of(sent: Sent, item: str = "") -> Matter:
    """Return what became of a matter that has no order.

    item  the knowledge item as the knowledge base names it (`K18 v2`), "" where none was used
    Raises NotFilledIn for an outcome that there is not; what it needs is asked by the contact itself.
    """
    outcome = first(sent, "outcome")
    if outcome not in OUTCOMES:
        raise NotFilledIn("请选择这件事的结果。")
    return Matter(
        outcome,
        item=item,
        agreed=outcome == "answered" and first(sent, "agreed") == "yes",
        to=first(sent, "to"),
        ground=first(sent, "ground"),
    )


def signed_answer(sent: Sent, matter: Matter, name: str, units: Units) -> Matter:
    """Return a direct answer that an expert (专家座席) gives by name for a department, on a ground.

    Raises NotFilledIn where it is not said for which department, or on what the answer rests.
    """
    unit = first(sent, "for_unit")
    found = next((one for one in units.all if one.id == unit), None)
    if found is None:
        raise NotFilledIn("没有引用知识条目时，由专家署名答复：请选择代表哪个单位答复。没有保存。")
    if not matter.ground:
        raise NotFilledIn("专家署名答复对单位有约束力，请写明依据。没有保存。")
    return msgspec.structs.replace(matter, item=f"专家 {name}（{found.name}）")
