"""How is a play carried out on a real store? Many operations at once, those of one chain in their order.

The play has decided everything; here the services decide it again on what the database
holds, and must come to the same. Whatever the number of workers, the ledger is the same.
"""

import asyncio
from collections.abc import Iterable
from functools import partial

from lianxin.ground.clock import iso
from lianxin.orders.service import Result, Services
from lianxin.twin.play import Op


class Diverged(AssertionError):
    """The store came to something else than the play: one of them is wrong."""


async def carry_out(operations: Iterable[Op], services: Services, workers: int) -> int:
    """Carry out the operations with that many at once; return how many. Raises Diverged, or what a service raises."""
    last: dict[int, asyncio.Task[None]] = {}
    slots = asyncio.Semaphore(workers)
    count = 0
    async with asyncio.TaskGroup() as group:
        for op in operations:
            await slots.acquire()
            before = [last[chain] for chain in op.chains if chain in last]
            task = group.create_task(_one(op, services, before))
            task.add_done_callback(partial(_free, chains=op.chains, last=last, slots=slots))
            last |= dict.fromkeys(op.chains, task)
            count += 1
    return count


def _free(
    done: "asyncio.Task[None]", chains: tuple[int, ...], last: "dict[int, asyncio.Task[None]]", slots: asyncio.Semaphore
) -> None:
    for chain in chains:
        if last.get(chain) is done:
            del last[chain]
    slots.release()


async def _one(op: Op, services: Services, before: "list[asyncio.Task[None]]") -> None:
    for task in before:
        await task
    result = await ask(op, services)
    reached = (result["seq"], result.get("state", result.get("disposition")))
    if reached != (op.seq, op.state):
        raise Diverged(
            f"{op.what} {type(op.command).__name__} {op.subject} {iso(op.at)}: {reached}, not {op.seq, op.state}"
        )


async def ask(op: Op, services: Services) -> Result:
    """Ask the service that the operation is meant for."""
    if op.what == "meet":
        return await services.meet(op.subject, op.command, op.at, **op.rows)
    if op.what == "submit":
        assert op.words is not None, op.subject
        return await services.submit(op.command.contact, op.command, op.at, op.words)
    if op.what == "add":
        assert op.words is not None, op.subject
        return await services.add(op.subject, op.command, op.at, op.words, op.outcome)
    if op.what == "join":
        return await services.join(op.subject, op.command, op.at)
    if op.what == "tick":
        return await services.tick(op.subject, op.command.id, op.at)
    assert op.what == "act", op.what
    return await services.act(op.subject, op.command, op.at, op.words)
