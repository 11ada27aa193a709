"""Trays (待办): the lists of work that every desk opens on, most urgent first.

A desk says which trays it has; reading, counting, turning pages and the live refresh
that never jumps under the cursor are here, once.
"""

from lianxin.desks.trays.tray import Tray, TrayRow, Way
from lianxin.desks.trays.trays import Trays

__all__ = ["Tray", "TrayRow", "Trays", "Way"]
