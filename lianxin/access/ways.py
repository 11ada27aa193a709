"""Where does somebody go after logging in? Back to a page of this site, and nowhere else."""

from typing import Final
from urllib.parse import urlsplit

PATH_MAX: Final = 2048
FRONT: Final = "/"


def way_back(wanted: str) -> str:
    """Return the address if it is a path of this site, else the front page.

    `//evil.example`, `/\\evil.example`, `https:…` and anything with a control character lead out or nowhere.
    """
    if len(wanted) > PATH_MAX or not wanted.startswith("/") or wanted[1:2] in ("/", "\\"):
        return FRONT
    if "\\" in wanted or not wanted.isprintable() or any(char.isspace() for char in wanted):
        return FRONT
    parts = urlsplit(wanted)
    return FRONT if parts.scheme or parts.netloc else wanted
