"""How many entries does the audit prove in a second, and with how much memory?"""

import resource
from time import perf_counter

from lianxin.bench.databases import Databases
from lianxin.bench.measuring import Result
from lianxin.bench.plan import Plan
from lianxin.insight.audit.database import audit_database
from lianxin.units import load_units

TARGET = 100_000.0


class AuditFailed(Exception):
    """The kept database did not pass the audit."""


def measure_audit(databases: Databases, plan: Plan) -> list[Result]:
    """Audit the whole kept database once. Raises AuditFailed when it finds anything."""
    url = databases.kept().app_url
    city = load_units()
    units = frozenset(unit.id for unit in (*city.all, *city.outside))
    began = perf_counter()
    report = audit_database(url, units=units)
    seconds = perf_counter() - began
    if not report.ok:
        first = report.violations[0]
        raise AuditFailed(f"{len(report.violations)} violations, first {first.kind} {first.order}: {first.detail}")
    memory_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    note = f"{report.entries:,} entries of {plan.closed + plan.open:,} orders; largest process {memory_mb:.0f} MB"
    return [Result(name="audit", value=report.entries / seconds, unit="entries/s", target=TARGET, note=note)]
