"""How many deadlines does one core compute in a second, without explanation?"""

from random import Random
from time import perf_counter

from lianxin.bench.databases import PACK, Databases
from lianxin.bench.measuring import Result, middle
from lianxin.bench.plan import SEED, Plan
from lianxin.ground.clock import DAY_MS, at_iso
from lianxin.rules import load_rules

TARGET = 500_000.0
CLOCK = "order.handle.default"
"""A clock in working days, the one that nearly every order runs by."""


def measure_deadlines(_: Databases, plan: Plan) -> list[Result]:
    """Compute deadlines from instants at random in 2004 to 2026; the middle of the repeats."""
    rules = load_rules(PACK)
    first, chance = at_iso("2004-01-05T00:00:00+08:00"), Random(SEED)
    starts = [first + chance.randrange(22 * 365 * DAY_MS) for _ in range(plan.deadlines)]
    due = rules.due
    rates: list[float] = []
    for _again in range(plan.repeats + 1):
        began = perf_counter()
        for start in starts:
            due(CLOCK, start)
        rates.append(len(starts) / (perf_counter() - began))
    note = f"`{CLOCK}` of {rules.ref}: due, yellow and red, by the same call that orders use; one process"
    return [Result(name="deadlines", value=middle(rates[1:]), unit="deadlines/s", target=TARGET, note=note)]
