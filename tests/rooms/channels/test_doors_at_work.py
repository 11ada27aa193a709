"""One worker of a whole site: a mail, a text message and an entry each find their way, and it stops at once."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from mail_store import mail_store
from one_order import MORNING, Office
from post_office import drop
from receivers import hook_server
from test_doors import SECRET
from test_mail_reading import composed

from lianxin.access.who import Who
from lianxin.channels.hooks import Hooks, Wanted
from lianxin.channels.reception import address_rules
from lianxin.channels.sealing import Sealer
from lianxin.ground.clock import DAY_MS, from_datetime
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Settings, Site
from lianxin.ground.site.settings import MailSettings, WebSettings
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import Database
from lianxin.people import load_staff
from lianxin.people.keys import KeyFolder
from lianxin.personnel import enrol
from lianxin.worker.assembling import assembled

GUARD_S = 60
ZJJ = Who("zjj:contact", "", "unit:zjj:contact", frozenset({"unit_contact"}), unit="zjj")


async def test_a_worker_takes_in_what_comes_and_tells_what_happens(
    database: Database, pool: Any, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    ledger = PostgresLedger(pool)
    await write_site_clock(pool, MORNING + DAY_MS, 0.0)
    await enrol(ledger, load_staff(), MORNING - DAY_MS)
    with mail_store() as mail:
        async with hook_server(SECRET) as system:
            settings = Settings(
                web=WebSettings(trial=True), mail=MailSettings(sender="12345@binzhou.example"), mailbox=mail.settings
            )
            site = Site(home=tmp_path, settings=settings)
            sealer = Sealer(KeyFolder(tmp_path).ring("channels"))
            wanted = Wanted(uuid4(), "局办公系统", system.url, frozenset({"assigned"}))
            _, secret = await Hooks(pool, sealer, address_rules(site)).make(ZJJ, wanted, MORNING)
            system.use(secret)
            work = asyncio.create_task((await assembled(site, pool, database.app_url)).run(stop))

            async def until(true: Callable[[], Awaitable[bool]]) -> None:
                async with asyncio.timeout(GUARD_S):
                    while not await true():
                        assert not work.done(), work
                        await asyncio.wait([work], timeout=0.05)

            async def letters(channel: str) -> bool:
                query = "SELECT count(*) FROM messages_in JOIN contacts USING (contact_id) WHERE contacts.channel = $1"
                return bool(await pool.fetchval(query, channel))

            async def was_told() -> bool:
                return "order.dispatched" in [json.loads(body)["type"] for body in system.happened.values()]

            mail.deliver(bytes(composed("电梯停运")))
            drop(tmp_path, "m1", text="路灯不亮")
            await until(lambda: letters("mail"))
            await until(lambda: letters("sms"))
            office = Office(ledger)
            order = await office.submit("20260309-000017", None)
            await office.dispatch(order)
            await until(was_told)
            mail.deliver(bytes(composed("又一件事", Subject="二")))

            async def two() -> bool:
                return bool(await pool.fetchval("SELECT count(*) = 3 FROM messages_in"))

            await until(two)
            stop.set()
            async with asyncio.timeout(10):
                await work
    received = await pool.fetch("SELECT DISTINCT received_at FROM messages_in")
    assert [from_datetime(row[0]) for row in received] == [MORNING + DAY_MS], "by the site's own time"
