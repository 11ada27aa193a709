"""Which browser is that? What it says of itself, short enough for a list. Pure.

Only for its owner's eye: everybody can claim to be any browser, so nothing is decided by it.
"""

import re
from typing import Final

_BROWSERS: Final = (
    (r"Edg(?:A|iOS)?/(\d+)", "Edge"),
    (r"QQBrowser/(\d+)", "QQ"),
    (r"MicroMessenger/(\d+)", "WeChat"),
    (r"(?:Firefox|FxiOS)/(\d+)", "Firefox"),
    (r"(?:Headless)?Chrom(?:e|ium)/(\d+)", "Chrome"),
    (r"Version/(\d+).*Safari", "Safari"),
)
"""The special ones first: they all say that they are Chrome too."""
_SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_SHORT: Final = 40


def browser_name(said: str) -> str:
    """Return `Chrome 130, Windows` for a User-Agent header; the beginning of one that is not known."""
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    for pattern, name in _BROWSERS:
        if found := re.search(pattern, said):
            return ", ".join(filter(None, (f"{name} {found[1]}", system)))
    return said[:_SHORT] or "?"
