"""Which units are there, and which of them leads in a matter?

Units, outside systems and the dispatch directory (派单目录) of a city: data, loaded once.
"""

from lianxin.units.directory import Directory, DirectoryException, Rule
from lianxin.units.levels import FLAT, Levels
from lianxin.units.units import OUTSIDE_KEY, UNIT_KEY, Unit, Units, load_units

__all__ = [
    "FLAT",
    "OUTSIDE_KEY",
    "UNIT_KEY",
    "Directory",
    "DirectoryException",
    "Levels",
    "Rule",
    "Unit",
    "Units",
    "load_units",
]
