"""How many old orders does an import bring in a second, chains, promises, custody, search and all?"""

from time import perf_counter

from lianxin.bench.databases import Databases, corpus, house_of
from lianxin.bench.measuring import Result, middle
from lianxin.bench.plan import NOW, Plan
from lianxin.exchange.history import check
from lianxin.exchange.history_import import PROCESSES, import_history

TARGET = 5_000.0


def measure_import(databases: Databases, plan: Plan) -> list[Result]:
    """Import into a fresh database; the middle of the repeats.

    The records are ready in memory; the start of the processes and the last cleaning of the search index count.
    """
    records = [check(past, NOW) for past in corpus().closed(plan.imports)]
    rates: list[float] = []
    for _ in range(plan.repeats):
        with databases.fresh() as database:
            began = perf_counter()
            done = import_history(records, house_of(database))
            rates.append(done.imported / (perf_counter() - began))
    note = (
        f"{plan.imports:,} orders of six entries, two custodies, one promise, a text of 120 characters each; "
        f"{PROCESSES} processes, {plan.repeats} times"
    )
    return [Result(name="import", value=middle(rates), unit="orders/s", target=TARGET, note=note)]
