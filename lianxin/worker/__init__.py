"""The worker (后台): what the clock makes happen, what leaves the house, what is sealed.

One process, or several: two that see the same timer or message act once. It decides
nothing itself; it asks the services of orders, the outbox and the ledger, in time.
"""

from lianxin.worker.timers import Fired, Timers, command_of

__all__ = ["Fired", "Timers", "command_of"]
