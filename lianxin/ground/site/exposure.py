"""Who can reach the pages, and is what they send readable on the way?

Passwords and citizens' records cross a network only inside TLS. A proxy in front ends it;
what it says of a request is believed from its own addresses alone. Pure.
"""

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from lianxin.ground.site.settings import WebSettings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def exposed(web: "WebSettings") -> str | None:
    """Return the sentence that says what is wrong with the settings of the web; None where nothing is."""
    return _plain(web) or _address_wrong(web) or _proxies_wrong(web)


def public_address(web: "WebSettings") -> str:
    """Return the address at which browsers know the site, without a slash at its end."""
    return (web.public_url or f"http://localhost:{web.port}").rstrip("/")


def names_of(web: "WebSettings") -> list[str]:
    """Return every name under which a request may arrive, with and without the port."""
    public = urlsplit(public_address(web))
    bare = [*web.names, *([public.hostname] if public.hostname else [])]
    given = [public.netloc] if public.netloc else []
    return list(dict.fromkeys([*bare, *(f"{name}:{web.port}" for name in bare), *given]))


def networks(web: "WebSettings") -> tuple[Network, ...]:
    """Return the networks of the proxies that are believed; none where no proxy is in front."""
    return tuple(ipaddress.ip_network(proxy) for proxy in web.proxies) if web.behind_proxy else ()


def of_this_machine(host: str) -> bool:
    """Whether only this machine itself reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _plain(web: "WebSettings") -> str | None:
    if not of_this_machine(web.host) and not web.behind_proxy:
        return (
            f"web.host is {web.host}, which others can reach, over plain HTTP: passwords and citizens' records could "
            "be read on the way. Nothing was started. Let a proxy with TLS stand in front and set web.behind_proxy, "
            "or use 127.0.0.1."
        )
    return None


def _address_wrong(web: "WebSettings") -> str | None:
    url = web.public_url
    if url is None:
        needed = "web.behind_proxy is set, but not web.public_url: the https address at which browsers reach the proxy."
        return needed if web.behind_proxy else None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return f"web.public_url is {url}, which is no address."
    if not host or parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        return f"web.public_url is {url}; it names a host and perhaps a port, and nothing else."
    return _scheme_wrong(url, parts.scheme, host, web.behind_proxy)


def _scheme_wrong(url: str, scheme: str, host: str, behind_proxy: bool) -> str | None:
    if scheme == "http" and (behind_proxy or not of_this_machine(host)):
        return (
            f"web.public_url is {url}: over plain HTTP passwords and citizens' records could be read on the way. "
            "Nothing was started. Serve it by HTTPS."
        )
    if scheme == "https" and not behind_proxy:
        return f"web.public_url is {url}, but nothing here ends TLS: set web.behind_proxy for the proxy that does."
    return None


def _proxies_wrong(web: "WebSettings") -> str | None:
    for proxy in web.proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            return f"web.proxies has {proxy}, which is neither an address nor a network such as 10.0.0.0/24."
    return None
