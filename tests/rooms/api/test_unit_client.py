"""The example of a unit's own system does what docs/api.md says it does: against a served site, told over HTTP."""

import hmac
import json
import os
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib import util
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from conftest import ALL_SCOPES, Opening
from made.pages_day import play as play_small
from mypy import api as mypy

from lianxin.access.tokens import Tokens
from lianxin.access.who import Who
from lianxin.bench.http_server import served
from lianxin.channels.hook_address import AddressRules
from lianxin.channels.hook_round import HookRound, Sent
from lianxin.channels.hook_sending import HookSender
from lianxin.channels.hooks import Hooks, Wanted
from lianxin.channels.sealing import Sealer
from lianxin.ground.clock import MINUTE_MS, RealClock, at_iso
from lianxin.ground.store import open_pool, temporary_database
from lianxin.people.keys import house_keys

pytestmark = pytest.mark.asyncio(loop_scope="module")
CLIENT = Path(__file__).parents[3] / "docs/examples/unit_client.py"
OFFICER = Who("zjj:contact", "王联络", "unit:zjj:contact", frozenset({"unit_contact"}), unit="zjj")
NOW = at_iso("2026-03-13T10:20:00+08:00")
PATIENCE_S = 30
REPLY = {
    "answer": "已更换三盏路灯，今晚恢复照明。",
    "basis": "《城市道路照明设施管理规定》第十二条",
    "contacted": "电话告知",
}


class Unit:
    """A unit with a system of its own: its environment, the address of its webhook, and the hotline that tells it."""

    def __init__(self, pool, url: str, token: str, port: int) -> None:
        self.pool = pool
        self.port = port
        self.now = NOW
        self.hotline = Opening(pool)
        rules, self._sealer = AddressRules(loopback=True), Sealer(house_keys(b"k" * 32).ring("channels"))
        self.round = HookRound(pool, HookSender(rules, RealClock(), 20), self._sealer, 4)
        self.hooks = Hooks(pool, self._sealer, rules)
        self.environment = {**os.environ, "HOTLINE_URL": url, "HOTLINE_TOKEN": token}

    async def told(self) -> Sent:
        """Tell what happened, as the worker does."""
        self.now += MINUTE_MS
        await self.round.spread(self.now)
        return await self.round.deliver(self.now)

    async def state(self, number: str) -> str:
        """The state of an order in the books."""
        return str(await self.pool.fetchval("SELECT state FROM orders WHERE number = $1", number))

    @contextmanager
    def listening(self) -> Iterator[str]:
        """The system at work; gives what it said until it listened."""
        running = subprocess.Popen(
            [sys.executable, CLIENT, "listen", str(self.port)], env=self.environment, stdout=subprocess.PIPE, text=True
        )
        assert running.stdout is not None
        try:
            said = [running.stdout.readline()]
            while said[-1] and not said[-1].startswith("listening"):
                said.append(running.stdout.readline())
            assert said[-1], f"it ended with {running.wait(PATIENCE_S)}"
            yield "".join(said)
        finally:
            running.terminate()
            running.wait(PATIENCE_S)
            running.stdout.close()

    def replies(self, number: str, file: Path) -> "subprocess.CompletedProcess[str]":
        """Hand in what stands in the file."""
        command = [sys.executable, CLIENT, "reply", number, file]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE_S)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unit(database_server):
    """The housing bureau's system, beside a site served in a process of its own."""
    with temporary_database(database_server, template=True) as database:
        pool = await open_pool(database.app_url)
        await play_small(pool)
        token, _ = await Tokens(pool, RealClock()).make("zjj:contact", "局办公系统", ALL_SCOPES, 1)
        with socket.socket() as free, served(database.app_url, 1, LIANXIN_WEB_TRIAL="true") as port:
            free.bind(("127.0.0.1", 0))
            place = free.getsockname()[1]
            free.close()
            made = Unit(pool, f"http://localhost:{port}", token, place)
            wanted = Wanted(uuid4(), "局办公系统", f"http://127.0.0.1:{place}/", frozenset({"assigned"}))
            _, made.environment["HOTLINE_SECRET"] = await made.hooks.make(OFFICER, wanted, NOW)
            yield made
            await made.round.close()
        await pool.close()


async def test_it_signs_for_what_it_is_told_of_and_for_what_waited_and_replies_once(unit, tmp_path):
    waited = await unit.hotline.dispatched("zjj")
    with unit.listening() as said:
        assert f"{waited} 夜间施工噪声: signed" in said
        heard = await unit.hotline.dispatched("zjj")
        others = await unit.hotline.dispatched("cgj")
        assert (await unit.told()).sent == 2, "of each of its two orders that it was dispatched"
        assert (await unit.state(heard), await unit.state(others)) == ("in_progress", "dispatched")
        assert (await unit.told()).sent == 2, "that both are signed for now"

    file = tmp_path / "reply.json"
    file.write_text(json.dumps(REPLY), encoding="utf-8")
    first, again = unit.replies(heard, file), unit.replies(heard, file)
    assert first.stdout.startswith(f"{heard}: replied, now replied, receipt "), first.stderr
    assert again.stdout == first.stdout, "sent again it is the same reply"
    assert await unit.state(heard) == "replied"


async def test_a_refusal_says_the_rule_and_what_is_possible(unit, tmp_path):
    number = await unit.hotline.dispatched("zjj")
    file = tmp_path / "reply.json"
    file.write_text(json.dumps(REPLY), encoding="utf-8")
    refused = unit.replies(number, file)
    assert refused.returncode == 1 and refused.stderr.startswith("409 "), refused.stderr
    assert "allowed: ['sign'" in refused.stderr
    file.write_text(json.dumps({**REPLY, "colour": "red"}), encoding="utf-8")
    assert "/colour: " in unit.replies(number, file).stderr
    assert await unit.state(number) == "dispatched"


async def test_what_somebody_else_sends_is_not_believed(unit):
    with unit.listening():
        waiting = await unit.hotline.dispatched("zjj")
        forged = json.dumps({"type": "order.dispatched", "data": {"order": waiting, "entry": 3}}).encode()
        for headers in (
            {},
            {"webhook-id": "x", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA 文"},
            {"webhook-id": "x", "webhook-timestamp": "now", "webhook-signature": ""},
        ):
            raw = {name: value.encode() for name, value in headers.items()}
            assert httpx.post(f"http://127.0.0.1:{unit.port}/", content=forged, headers=raw).status_code == 401
        assert await unit.state(waiting) == "dispatched"


async def test_old_requests_are_not_believed_and_several_keys_may_sign():
    about = util.spec_from_file_location("unit_client", CLIENT)
    assert about is not None and about.loader is not None
    client = util.module_from_spec(about)
    about.loader.exec_module(client)

    def signed(at: int) -> dict[str, str]:
        mac = hmac.new(b"k" * 32, f"id.{at}.".encode() + b"{}", sha256).digest()
        return {
            "webhook-id": "id",
            "webhook-timestamp": str(at),
            "webhook-signature": f"v1,AAAA v1,{b64encode(mac).decode()}",
        }

    secret, now = "whsec_" + b64encode(b"k" * 32).decode(), int(time.time())
    assert client.is_from_hotline(secret, signed(now), b"{}")
    assert not client.is_from_hotline(secret, signed(now), b"{ }")
    assert not client.is_from_hotline(secret, signed(now - 400), b"{}")


async def test_it_is_typed_and_short():
    told, failed, _ = mypy.run(["--strict", str(CLIENT)])
    assert not failed and "Success" in told, told
    assert len(CLIENT.read_text(encoding="utf-8").splitlines()) < 150
