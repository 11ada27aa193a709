"""How are the settings in force shown without giving a password away?"""

import re
from collections.abc import Iterator

import msgspec

from lianxin.ground.site.home import Site
from lianxin.ground.site.settings import every_setting, variable_of

_PASSWORD = re.compile(r"(://[^:/@]*):[^@]*@")
_SECRET = frozenset({"mail.password", "mailbox.password", "oidc.client_secret", "sms.secret", "webhook.secret"})


def shown_settings(site: Site) -> Iterator[str]:
    """Yield one line per setting: key, value, variable; the home first."""
    yield f"home = {site.home}"
    values = msgspec.to_builtins(site.settings)
    for key, _ in every_setting():
        section, name = key.split(".")
        value = _PASSWORD.sub(r"\1:…@", str(values[section][name]))
        if key in _SECRET and values[section][name] is not None:
            value = "…"
        yield f"{key} = {value}  ({variable_of(key)})"
