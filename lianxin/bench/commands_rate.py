"""How many commands does the house carry out in a second? What a day's people do, through the services, durable.

The operations are played beforehand, so the twin's own work is not counted; each is then
carried out as a page would: read, decide, write in one transaction, and on the disk before
it is answered. Operations on one chain wait for each other, as people do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, cast

from lianxin.bench.databases import Databases
from lianxin.bench.measuring import Result, middle, percentiles
from lianxin.bench.plan import NOW, SEED, WORKERS, Plan
from lianxin.ground.clock import local_date, midnight
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import open_pool
from lianxin.orders.service import Services
from lianxin.rules import Rules
from lianxin.twin.arrivals import arrivals
from lianxin.twin.carrying import carry_out
from lianxin.twin.messages import demo_messages
from lianxin.twin.play import LONGEST_MS, Op, Play
from lianxin.twin.world import make_world

TARGET = 1_000.0
_WARM_UP = 20
"""Of this many operations the first is left to warm up connections, plans and caches."""


def measure_commands(databases: Databases, plan: Plan) -> list[Result]:
    """Carry out the commands of some calls' whole lives; the middle of the repeats, each on a fresh database."""
    operations, rules = _played(plan.calls)
    rates: list[float] = []
    times: list[float] = []
    for _ in range(plan.repeats):
        with databases.fresh() as database:
            rate, each = asyncio.run(_carried_out(database.app_url, operations, rules))
        rates.append(rate)
        times += each
    note = (
        f"{len(operations):,} commands of {plan.calls} contacts and their orders' lives, "
        f"{WORKERS} at once, {plan.repeats} times"
    )
    return [
        Result(
            name="commands",
            value=middle(rates),
            unit="commands/s",
            target=TARGET,
            percentiles=percentiles(times),
            percentiles_unit="ms",
            note=note,
        )
    ]


def _played(calls: int) -> tuple[list[Op], Rules]:
    world = make_world(SEED, demo_messages())
    midnight_before = midnight(local_date(NOW))
    play = Play(world, midnight_before + LONGEST_MS)
    for at in arrivals(midnight_before, calls, SEED):
        play.call(at)
    return list(play.run()), world.rules


async def _carried_out(url: str, operations: list[Op], rules: Rules) -> tuple[float, list[float]]:
    """Return commands per second, and each command's milliseconds."""
    pool = await open_pool(url, size_min=WORKERS, size_max=WORKERS)
    async with pool:
        services = Services(PostgresLedger(pool), lambda _: rules, lambda _who, _role: True)
        times: list[float] = []
        watched = cast(Services, _Watched(services, times))
        warm = len(operations) // _WARM_UP
        await carry_out(operations[:warm], watched, WORKERS)
        times.clear()
        began = perf_counter()
        count = await carry_out(operations[warm:], watched, WORKERS)
        return count / (perf_counter() - began), times


class _Watched:
    """The services with a stop watch before each."""

    def __init__(self, services: Services, times: list[float]) -> None:
        self._services = services
        self._times = times

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        service = getattr(self._services, name)

        async def timed(*given: Any, **named: Any) -> Any:
            began = perf_counter()
            result = await service(*given, **named)
            self._times.append((perf_counter() - began) * 1000)
            return result

        return timed
