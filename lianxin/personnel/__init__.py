"""Personnel (人事): people begin, get and lose roles, and leave; nobody's work is left behind.

The chain of a person is people's (`people.roll`); this room brings it together with
the orders that a leaver holds, is offered or follows.
"""

from lianxin.personnel.enrolling import Enrolled, enrol
from lianxin.personnel.service import OrdersOf, Personnel, orders_in_memory, orders_in_postgres

__all__ = ["Enrolled", "OrdersOf", "Personnel", "enrol", "orders_in_memory", "orders_in_postgres"]
