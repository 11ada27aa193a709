"""On which machine was it measured, and how is its database set?"""

import os
import platform
from pathlib import Path
from typing import Any, Final

import psycopg

from lianxin import __version__

_SETTINGS: Final = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


def machine(url: str | None) -> dict[str, Any]:
    """Return what a reader of the figures must know; url: the database they were measured on, if any was needed."""
    about: dict[str, Any] = {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "lianxin": __version__,
    }
    return about | ({"postgresql": _postgresql(url)} if url is not None else {})


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _postgresql(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", (list(_SETTINGS),)
        )
        return dict(rows.fetchall())
