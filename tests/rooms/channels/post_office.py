"""A hotline that takes letters: an office on a database, with what makes contacts of messages."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from one_order import Office
from test_mail_reading import OURS, read

from lianxin.attachments.limits import limits_of, quota_of
from lianxin.attachments.locker import Locker
from lianxin.attachments.scanning import NoScanner
from lianxin.attachments.service import Attachments
from lianxin.attachments.shelf import Shelf
from lianxin.channels.filing import Filing
from lianxin.channels.inbox import Inbox
from lianxin.channels.mailroom import incoming_of
from lianxin.channels.receiving import Receiving
from lianxin.channels.replying import Replying
from lianxin.contacts.contact import Contact
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site.settings import AttachmentSettings
from lianxin.ground.web.present import Present
from lianxin.orders.numbering import Numbers
from lianxin.people.keys import house_keys
from lianxin.people.vault import PersonFields
from lianxin.receipts.service import Receipts

AGENT = "1001"
LI = PersonFields(name="李强", mail="li@example.org")


class PostOffice:
    """The office, and one door for what comes in."""

    def __init__(self, pool: Any, home: Path) -> None:
        self.pool = pool
        self.office = Office(PostgresLedger(pool))
        vault, services = self.office.vault, self.office.services
        keys = house_keys(b"k" * 32)
        settings = AttachmentSettings()
        self.files = Attachments(
            pool,
            services,
            Shelf(home, 0),
            Locker(keys.ring("files"), self.office.salt),
            NoScanner(),
            limits_of(settings),
            quota_of(settings),
        )
        self.receipts = Receipts(pool, services)
        self.filing = Filing(pool, self.files, vault)
        self.receiving = self.receiving_of(services)
        self.inbox = Inbox(pool, vault)
        self.replying = Replying(pool, vault)

    def receiving_of(self, services: Any) -> Receiving:
        """What makes contacts of messages, through these services."""
        numbers = Numbers(self.pool, self.present)
        return Receiving(self.pool, services, numbers, self.receipts, self.office.vault, self.filing)

    async def present(self) -> Present:
        """The office's own time."""
        return Present(self.office.now)

    async def hire(self) -> None:
        """Agent 1001 works here, and sees what agents see."""
        row = {"work_number": AGENT, "chain": 3 * 10**15 + int(AGENT), "roles": ["agent"], "active": True}
        place = {"units": [], "skills": [], "zone": "受理", "region": ""}
        await self.pool.execute("SELECT staff_write($1::jsonb)", msgspec.json.encode([row | place]).decode())

    async def mail(self, data: bytes | str) -> int:
        """A mail comes in; return its contact."""
        return await self.receiving.take_in(incoming_of(read(data), OURS), self.office.later())

    async def contact(self, contact: int) -> Contact:
        """The contact as it stands."""
        return await self.office.services.contact(contact)

    async def order_of(self, fields: PersonFields = LI, number: str = "20260309-000017") -> int:
        """An order of a citizen who was heard on the telephone."""
        person = self.office.person(int(number[-6:]), fields)
        return await self.office.submit(number, person)

    async def texts(self, order: int) -> Sequence[str]:
        """The words kept beside an order."""
        return [row[0] for row in await self.pool.fetch("SELECT text FROM texts WHERE order_id = $1 ORDER BY n", order)]

    async def letters(self) -> int:
        """How many messages came in."""
        return int(await self.pool.fetchval("SELECT count(*) FROM messages_in"))


def drop(home: Path, name: str, **message: Any) -> Path:
    """The gateway drops a file."""
    folder = home / "sms" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"id": name, "from": "13800138000", "text": "电梯停运", **message}))
    return path
