"""The audit (审计): is every word of the books true, and is every citizen still owed what was promised?

`report.py` says what it answers; the checks are pure and know one chain at a time;
`memory.py` feeds them from a ledger in memory, `database.py` from PostgreSQL.
"""

from lianxin.insight.audit.memory import audit_memory
from lianxin.insight.audit.report import Report
from lianxin.insight.audit.violation import KINDS, Violation

__all__ = ["KINDS", "Report", "Violation", "audit_memory"]
