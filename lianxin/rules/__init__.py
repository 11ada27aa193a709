"""Rules (规则): what a city promises, as data with a source and a version.

Packs are YAML in `lianxin/packs/rules`; `load_rules` gives them compiled and immutable.
"""

from lianxin.rules.loading import (
    BrokenPack,
    UnknownPack,
    all_rules,
    check_file,
    known_packs,
    load_rules,
    rules_from_text,
    shipped_texts,
)
from lianxin.rules.reading import Mistake, Unreadable
from lianxin.rules.rules import Rules, UnknownClock
from lianxin.rules.shelf import NoneInForce, NoRules, PackRefused, Shelf

__all__ = [
    "BrokenPack",
    "Mistake",
    "NoRules",
    "NoneInForce",
    "PackRefused",
    "Rules",
    "Shelf",
    "UnknownClock",
    "UnknownPack",
    "Unreadable",
    "all_rules",
    "check_file",
    "known_packs",
    "load_rules",
    "rules_from_text",
    "shipped_texts",
]
