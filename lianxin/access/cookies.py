"""Which cookies does the site set, and what may they do?

None is readable by a script or sent along from another site's forms. Where the page came
over HTTPS their names begin with `__Host-`: no other host of the same domain can set them.
"""

from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Final

SESSION: Final = "lianxin"
VISIT: Final = "lianxin-visit"
DEVICE: Final = "lianxin-device"
WALL: Final = "lianxin-wall"
SIGN_ON: Final = "lianxin-oidc"


def name_of(cookie: str, secure: bool) -> str:
    """Return the name of a cookie on a secure or a plain connection."""
    return f"__Host-{cookie}" if secure else cookie


def value_of(cookies: Mapping[str, str], cookie: str, secure: bool) -> str:
    """Return what the browser sent for a cookie; empty where it sent none."""
    return cookies.get(name_of(cookie, secure), "")


def set_cookie(cookie: str, value: str, secure: bool, seconds: int | None = None) -> tuple[bytes, bytes]:
    """Return the header that sets a cookie.

    value    of letters, digits, `-`, `_`, `.` and `=` only
    seconds  how long it is kept; None: until the browser is closed; 0: it is deleted
    """
    jar: SimpleCookie = SimpleCookie()
    name = name_of(cookie, secure)
    jar[name] = value
    jar[name]["path"] = "/"
    jar[name]["httponly"] = True
    jar[name]["samesite"] = "Lax"
    if secure:
        jar[name]["secure"] = True
    if seconds is not None:
        jar[name]["max-age"] = seconds
    return (b"set-cookie", jar[name].OutputString().encode("latin-1"))
