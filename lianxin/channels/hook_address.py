"""To which addresses may the house be sent by somebody's form? Never into its own network by accident.

The address of a receiver is typed in by people of many units. Its name is looked up when
the connection is made, every address it stands for is looked at, and the connection goes
to the one that was looked at: a name that changes its mind in between leads nowhere.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore
from httpcore import AnyIOBackend

URL_MAX: Final = 500
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(Exception):
    """Nothing is sent to this address; the sentence is for who typed it."""


class AddressWrong(Exception):
    """The setting `webhook.inside` names something that is no network."""


class AddressRules:
    """Which receivers may be told.

    inside    networks of the city's own in which receivers may stand
    loopback  whether this machine may be one, without TLS: for trying out
    """

    def __init__(self, inside: Iterable[str] = (), *, loopback: bool = False) -> None:
        try:
            self._inside = tuple(ipaddress.ip_network(one.strip()) for one in inside)
        except ValueError as wrong:
            raise AddressWrong(
                f"The setting webhook.inside names what is no network: {wrong}. Nothing is sent."
            ) from None
        self._loopback = loopback

    def allows(self, address: Address) -> bool:
        """Return whether a receiver may stand at this address."""
        plain = _plain(address)
        if plain.is_loopback:
            return self._loopback
        if any(plain in network for network in self._inside if network.version == plain.version):
            return True
        return plain.is_global and not plain.is_multicast and not plain.is_reserved

    def check_url(self, url: str) -> str:
        """Return the address as it is kept. Raises AddressRefused for one that is none, or not safe to send to."""
        text = url.strip()
        if not text.isascii() or not text.isprintable() or " " in text or len(text) > URL_MAX:
            raise AddressRefused("地址里有不能用的字符，或太长，没有保存。请填写以 https:// 开头的完整地址。")
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise AddressRefused("这不是一个网址，没有保存。请填写以 https:// 开头的完整地址。") from None
        if parts.scheme not in ("https", "http") or not host or port == 0:
            raise AddressRefused("这不是一个网址，没有保存。请填写以 https:// 开头的完整地址。")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise AddressRefused("地址里不能带用户名、密码或 # 号后的内容，没有保存。身份由签名证明。")
        if parts.scheme == "http" and not (self._loopback and _is_this_machine(host)):
            raise AddressRefused("只能推送到 https:// 的地址，没有保存。不加密的地址谁都能在路上看到内容。")
        literal = _literal(host)
        if literal is not None and not self.allows(literal):
            raise AddressRefused(
                "这个地址在内部网络里，没有保存。如确需推送到内网，请系统管理员在设置 webhook.inside 中登记。"
            )
        return text

    async def look_up(self, host: str, port: int) -> str:
        """Return an address of this name. Raises AddressRefused where it has none, or one that is not allowed."""
        literal = _literal(host)
        if literal is not None:
            found = [literal]
        else:
            loop = asyncio.get_running_loop()
            try:
                rows = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError):
                raise AddressRefused("域名查不到，没有推送。请核对地址。") from None
            found = [ipaddress.ip_address(row[4][0]) for row in rows]
        if not found or not all(map(self.allows, found)):
            raise AddressRefused(
                "这个域名指向内部网络，没有推送。如确需推送到内网，请系统管理员在设置 webhook.inside 中登记。"
            )
        return str(found[0])


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections only where the rules allow it, to the very address that was looked at."""

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules
        self._real = AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *args: Any, **more: Any) -> httpcore.AsyncNetworkStream:
        """Connect. Raises AddressRefused."""
        return await self._real.connect_tcp(await self._rules.look_up(host, port), port, *args, **more)

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Refuse: no receiver is a file of this machine."""
        raise AddressRefused(f"不能推送到本机的套接字 {path}。")

    async def sleep(self, seconds: float) -> None:
        """Rest between two attempts to connect."""
        await self._real.sleep(seconds)


def _plain(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_this_machine(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" if literal is None else literal.is_loopback
