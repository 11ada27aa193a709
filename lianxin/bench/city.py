"""How fast does the twin live, without a database? A day with its orders' lives, and a month to reckon a year from."""

import resource
from time import perf_counter

from lianxin.bench.databases import Databases
from lianxin.bench.measuring import Result, middle
from lianxin.bench.plan import NOW, SEED, Plan
from lianxin.ground.clock import DAY_MS, local_date, midnight
from lianxin.twin.arrivals import arrivals
from lianxin.twin.messages import demo_messages
from lianxin.twin.play import LONGEST_MS, Play
from lianxin.twin.world import World, make_world

DAY_CALLS = 4_000
DAY_TARGET_S = 1.0
YEAR_CALLS = 1_500_000
YEAR_TARGET_S = 600.0
"""A city year must take minutes: ten at most."""


def measure_twin(_: Databases, plan: Plan) -> list[Result]:
    """Play one day to its last archive, then a month of days one after another, each followed to its end."""
    world = make_world(SEED, demo_messages())
    calls = min(DAY_CALLS, plan.day_calls)
    day = middle([_played(world, calls, 1)[0] for _ in range(plan.repeats)])
    seconds, operations, most = _played(world, plan.day_calls, plan.days)
    played = plan.days * plan.day_calls
    year = seconds * YEAR_CALLS / played
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = (
        f"reckoned from {plan.days} days of {plan.day_calls:,} calls in {seconds:.1f} s "
        f"({played / seconds:,.0f} calls/s, {operations:,} commands); "
        f"at most {most:,} orders in memory, process {memory_mb:.0f} MB"
    )
    return [
        Result(
            name="twin",
            value=day,
            unit="s",
            target=DAY_TARGET_S,
            better="less",
            note=f"{calls:,} calls with their orders' lives to the archive, one process",
        ),
        Result(name="twin.year", value=year, unit="s", target=YEAR_TARGET_S, better="less", note=note),
    ]


def _played(world: World, calls: int, days: int) -> tuple[float, int, int]:
    """Return the seconds, the commands, and the most orders that were in memory at once."""
    first = midnight(local_date(NOW))
    play = Play(world, first + days * DAY_MS + LONGEST_MS)
    began = perf_counter()
    most = 0
    for day in range(days):
        midnight_before = first + day * DAY_MS
        for at in arrivals(midnight_before, calls, SEED):
            play.call(at)
        for _ in play.run_until(midnight_before + DAY_MS - 1):
            pass
        most = max(most, len(play.orders))
    for _ in play.run():
        pass
    return perf_counter() - began, play.operations, most
