"""By which rule was it decided? The source that stands below a refusal (规则出处).

A person who is judged by a value of the rule pack sees the pack with its version, the
value, and the document it comes from; a value nobody has decided yet is called so. Pure.
"""

import re
from typing import Final

from lianxin.deadlines.wording import Words
from lianxin.rules import Rules

_NAMES: Final = {
    "order.extension": "延期",
    "order.handle.default": "办理时限",
    "order.instruction": "批示答复",
    "order.level_difference": "下一级提前量",
    "order.rework": "重办",
    "order.send_back_window": "退单窗口",
    "order.suspend": "挂起上限",
    "followup.attempts": "回访次数",
    "followup.days": "回访天数",
    "quiet_hours": "免打扰时段",
    "telephony.mailbox_reply": "信箱答复",
    "telephony.text_reply": "短信答复",
}
_UNITS: Final = {"order.level_difference": "WD"}
"""Values of a pack that are a number alone, and of what."""
_UNDECIDED: Final = re.compile(r"(?:adopted as )?assumption")
_YEAR: Final = 2026
"""`Words` writes years out that are not this one; amounts have none."""


def ruled(rules: Rules, key: str, value: str = "") -> str:
    """Return `规则包 sd-binzhou@2026.1 · 退单窗口 2 个工作日（山东省政务服务热线管理办法 2020）`.

    key    the rule's place in the pack
    value  how its value is called, where it is no period: `3 次`
    A pack that says nothing there gives only its name: that it is silent is what decided.
    """
    told = value or _amount(rules, key)
    named = f"规则包 {rules.ref} · {_NAMES.get(key, key)}"
    if not told:
        return f"{named}：未作规定"
    source = _UNDECIDED.sub("暂定", rules.source(key))
    return f"{named} {told}（{source}）" if source else f"{named} {told}"


def _amount(rules: Rules, key: str) -> str:
    """Return the value of a rule with its unit, "" where the pack has none."""
    words = Words("zh", _YEAR)
    if key in rules.periods:
        period = rules.periods[key]
        return words.amount(period.value, period.unit)
    most, unit = rules.value(f"{key}.max"), rules.value(f"{key}.unit")
    if isinstance(most, int) and isinstance(unit, str):
        return f"最长 {words.amount(most, unit)}"
    number = rules.value(key)
    return words.amount(number, _UNITS[key]) if isinstance(number, int) and key in _UNITS else ""


LAW: Final = {
    "self_dispatch": "信访工作条例：不得将检举、控告材料及有关情况透露或者转给被检举、控告的人员和单位",
}
"""Rules of the law that no city may set aside, by the code of the refusal (domain §13)."""
