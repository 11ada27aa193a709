"""Whatever address somebody types in, the house is never sent into its own network by it."""

import asyncio
import ipaddress
import socket
from typing import Any
from uuid import UUID

import httpcore
import pytest
from receivers import hook_server
from test_doors import SECRET

from lianxin.channels.hook_address import AddressRefused, AddressRules, AddressWrong, GuardedBackend
from lianxin.channels.hook_sending import HookSender
from lianxin.ground.clock import RealClock
from lianxin.ground.site.sharing import secret_of

STRICT = AddressRules()
KEY = secret_of(SECRET)

INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2002:a00:1::",
    "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_a_network_inside_is_never_told(address: str) -> None:
    assert not STRICT.allows(ipaddress.ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(AddressRefused, match="内部网络"):
        STRICT.check_url(f"https://{host}/hook")


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2400:3200::1", "64:ff9b::101:101"])
def test_a_public_address_may_be_told(address: str) -> None:
    assert STRICT.allows(ipaddress.ip_address(address))


def test_a_network_of_the_city_is_named_in_the_settings_and_nothing_beside_it() -> None:
    rules = AddressRules(["10.20.0.0/16", " fd00:1::/32 "])
    assert rules.allows(ipaddress.ip_address("10.20.3.4")) and rules.allows(ipaddress.ip_address("fd00:1::5"))
    assert not rules.allows(ipaddress.ip_address("10.21.0.1")) and not rules.allows(ipaddress.ip_address("127.0.0.1"))
    assert rules.check_url("https://10.20.3.4:8443/hook") == "https://10.20.3.4:8443/hook"
    assert not AddressRules(["127.0.0.0/8"]).allows(ipaddress.ip_address("127.0.0.1")), "only where it is tried out"


@pytest.mark.parametrize("wrong", ["10.20.0.1/16", "inside", "10.0.0.0/33"])
def test_a_setting_that_is_no_network_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(AddressWrong, match=r"webhook\.inside"):
        AddressRules([wrong])


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "https://", "https:///x", "//x.example/", "ftp://x.example/", "file:///etc/passwd", "gopher://x.example",
        "javascript:alert(1)", "https://user:pass@x.example/", "https://user@x.example/", "https://x.example/#a",
        "https://x.example:0/", "https://x.example:99999/", "https://x.example:abc/", "https://x .example/",
        "https://x.example/\r\nHost: y", "https://例子.中国/", "https://x.example/" + "a" * 500, "https://[::1", "http://x.example/",
        "http://1.1.1.1/", "http://localhost/", "http://127.0.0.1/", "https://x.example/\tb",
    ],
)  # fmt: skip
def test_what_is_no_safe_address_is_refused_in_words(url: str) -> None:
    with pytest.raises(AddressRefused, match="没有保存"):
        STRICT.check_url(url)


@pytest.mark.parametrize("url", ["http://localhost:8080/x", "http://127.0.0.1/x", "http://[::1]:8080/x"])
def test_where_it_is_tried_out_this_machine_may_be_told_without_tls(url: str) -> None:
    assert AddressRules(loopback=True).check_url(url) == url
    with pytest.raises(AddressRefused):
        AddressRules(loopback=True).check_url("http://192.168.1.1/x")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "017700000001", "localhost", "localhost."])
async def test_other_ways_of_writing_this_machine_lead_nowhere_either(host: str) -> None:
    with pytest.raises(AddressRefused):
        await STRICT.look_up(host, 443)


class Names:
    """A name server of the test: what a name stands for, each time it is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.asked = 0
        self.answers = list(answers)
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", self.look_up)

    async def look_up(self, host: str, port: int, **_: Any) -> list[Any]:
        """Answer like the system's own."""
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if not found:
            raise socket.gaierror(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]


async def test_a_name_is_looked_at_when_the_connection_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, ["1.1.1.1", "10.0.0.1"])
    with pytest.raises(AddressRefused, match="内部网络"):
        await STRICT.look_up("inside.example", 443)


async def test_a_name_that_stands_for_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, [])
    with pytest.raises(AddressRefused, match="查不到"):
        await STRICT.look_up("nowhere.example", 443)


async def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name says a public address first and this machine's when it is asked again (DNS rebinding)."""
    names = Names(monkeypatch, ["192.0.43.7"], ["127.0.0.1"])
    monkeypatch.setattr(STRICT.__class__, "allows", lambda _, address: str(address) == "192.0.43.7")
    reached: list[str] = []

    class Real:
        async def connect_tcp(self, host: str, *_: Any, **__: Any) -> Any:
            reached.append(host)
            raise httpcore.ConnectError("unreachable")

    backend = GuardedBackend(AddressRules())
    backend._real = Real()  # type: ignore[assignment]
    with pytest.raises(httpcore.ConnectError):
        await backend.connect_tcp("sly.example", 443)
    assert (reached, names.asked) == (["192.0.43.7"], 1)


async def test_a_receiver_inside_is_not_reached_by_a_request_and_never_will_be() -> None:
    async with hook_server(SECRET) as system:
        sender = HookSender(STRICT, RealClock(), 5)
        answer = await sender.send(system.url, KEY, UUID(int=1), b"{}")
        await sender.close()
    assert (answer.status, answer.lasting, answer.taken) == (None, True, False)
    assert "内部网络" in answer.excerpt and not system.requests


async def test_an_answer_without_end_is_read_at_its_beginning_only() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(endless, "127.0.0.1", 0)
    async with server:
        sender = HookSender(AddressRules(loopback=True), RealClock(), 30)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        answer = await sender.send(url, KEY, UUID(int=1), b"{}")
        await sender.close()
    assert answer.taken and answer.excerpt == "x" * 200


@pytest.mark.parametrize("silent", [True, False], ids=["says nothing", "no HTTP"])
async def test_who_never_answers_is_given_up_in_time(silent: bool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if silent:
            await reader.read()
        else:
            writer.write(b"220 smtp ready\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        sender = HookSender(AddressRules(loopback=True), RealClock(), 0.1 if silent else 30)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        answer = await sender.send(url, KEY, UUID(int=1), b"{}")
        await sender.close()
    assert answer.status is None and not answer.lasting and answer.excerpt
