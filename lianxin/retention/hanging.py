"""What of the whole house hangs on a chain of secrets? Every room says it in its `rewrapping.py`."""

import importlib
import importlib.util

from lianxin import house
from lianxin.people.keys import KeyFolder
from lianxin.people.rewrapping import Wrapped, WrappedPersons


def hanging_on(keys: KeyFolder) -> tuple[Wrapped, ...]:
    """Return everything that is locked with this chain, of all rooms.

    A room's module has `wrapped(keys)`; where it keeps hashes of numbers without the numbers, also `renumbered`.
    """
    modules = [
        importlib.import_module(name)
        for room in house.rooms()
        if importlib.util.find_spec(f"lianxin.{room}") is not None
        and importlib.util.find_spec(name := f"lianxin.{room}.rewrapping") is not None
    ]
    followers = [module.renumbered for module in modules if hasattr(module, "renumbered")]
    things: list[Wrapped] = []
    for module in modules:
        for thing in module.wrapped(keys):
            if isinstance(thing, WrappedPersons):
                thing.renumbered = followers
            things.append(thing)
    return tuple(things)
