"""Is the matter about to go to those it is about (被反映单位)? Nobody is judge of their own case.

A report never reaches the unit that is reported about: not as lead, not as assisting
unit, not as a part, not by joining another order. It goes one level up (信访工作条例;
domain §13, AC-19). Pure.
"""

from collections.abc import Iterable

from lianxin.orders.order import Order
from lianxin.orders.refusal import Refused
from lianxin.orders.sources import LAW
from lianxin.units import UNIT_KEY, Levels

CODE = "self_dispatch"


def self_dispatch(order: Order, unit: str, levels: Levels) -> Refused | None:
    """Return why this unit must not have the order, with who may instead; None: it is not about this unit."""
    if unit not in order.targets:
        return None
    sentence = f"这张工单反映的正是{levels.name(unit)}，不能交给被反映的单位办理。"
    return Refused(CODE, sentence, _instead(order, unit, levels), LAW[CODE])


def check_takers(order: Order, units: Iterable[str], levels: Levels) -> None:
    """Return if none of these units is reported about. Raises Refused."""
    for unit in units:
        refused = self_dispatch(order, unit, levels)
        if refused is not None:
            raise refused


def check_targets(targets: Iterable[str], levels: Levels) -> None:
    """Return if these are units of the city; one that nobody knows would be guarded from nothing. Raises Refused."""
    unknown = next((unit for unit in targets if levels.names and unit not in levels.names), None)
    if unknown is not None:
        raise Refused("no_such_unit", f"没有编号为“{unknown}”的承办单位。", "请从单位目录里选被反映的单位。")


def unit_of(key: str) -> str | None:
    """Return the unit that a holder's key names, None for a person of the house, a tray or a system."""
    return key.removeprefix(UNIT_KEY).partition(":")[0] if key.startswith(UNIT_KEY) else None


def _instead(order: Order, unit: str, levels: Levels) -> str:
    above = levels.above(unit)
    while above is not None and above in order.targets:
        above = levels.above(above)
    if above is not None:
        return f"请派给上一级：{levels.name(above)}。"
    return "它的上一级不在本市目录里：请派给负有监督职责的单位，或转出至省平台；反映干部违纪的，请告知可向 12388 举报。"
