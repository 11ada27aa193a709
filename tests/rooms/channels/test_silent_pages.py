"""Whoever was taken for a machine is let in by a person: once, with the same words, as a stranger."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from made.entry import entered
from made.site import open_site
from one_order import MORNING, Office
from post_office import LI
from test_mail_reading import OURS, composed, read

from lianxin.channels.filing import Filing
from lianxin.channels.inbox import Inbox
from lianxin.channels.mailroom import incoming_of
from lianxin.channels.receiving import Receiving
from lianxin.desks.site import make_paper
from lianxin.ground.clock import RealClock
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.web import Paper
from lianxin.ground.web.present import Present
from lianxin.orders.numbering import Numbers
from lianxin.people import load_staff
from lianxin.people.keys import KeyFolder
from lianxin.people.vault import Vault
from lianxin.personnel import enrol
from lianxin.privacy.looking import number_of
from lianxin.receipts.service import Receipts

AGENT = next(person.id for person in load_staff().house if person.has("agent"))
REVIEWER = next(person.id for person in load_staff().house if person.roles == ("reviewer",))


@pytest.fixture(scope="module")
def paper() -> Paper:
    return make_paper()


class Silent:
    """A site to which a machine wrote, it seems."""

    def __init__(self, site: Litestar, pool: Any, home: Path) -> None:
        self.site = site
        self.pool = pool
        self.vault = Vault(KeyFolder(home))
        self.office = Office(PostgresLedger(pool))
        self.office.vault = self.vault
        self.office.now = RealClock().now()
        self.inbox = Inbox(pool, self.vault)

    async def mail(self, text: str, **headers: str) -> str:
        """A mail comes in; return its contact's number."""

        async def present() -> Present:
            return Present(self.office.now)

        services = self.office.services
        receiving = Receiving(
            self.pool,
            services,
            Numbers(self.pool, present),
            Receipts(self.pool, services),
            self.vault,
            Filing(self.pool, None, self.vault),  # type: ignore[arg-type]
        )
        mail = read(bytes(composed(text, **headers)))
        return number_of(await receiving.take_in(incoming_of(mail, OURS), self.office.now))


@pytest.fixture
async def silent(database: Any, pool: Any, paper: Paper, tmp_path: Path) -> AsyncIterator[Silent]:
    await enrol(PostgresLedger(pool), load_staff(), MORNING)
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as opened:
        yield Silent(opened, pool, tmp_path)


async def test_a_person_taken_for_a_machine_is_let_in_once_with_the_same_words(silent: Silent) -> None:
    number = await silent.mail("电梯停运", Subject="<b>急", Precedence="bulk")
    async with await entered(silent.site, silent.pool, AGENT) as agent:
        page = (await agent.get("/silent")).text
        assert "电梯停运" in page and "&lt;b&gt;急" in page and "群发邮件" in page and "Precedence: bulk" in page
        assert "li@example.org" not in page and "李强" not in page, "masked until somebody asks on purpose"
        where = [(await agent.post(f"/silent/{number}/wake")).headers["location"] for _ in range(2)]
        assert where[0] == where[1] != f"/intake/{number}"
        (waiting,) = await silent.inbox.waiting(AGENT)
        assert waiting.letter is not None and waiting.letter.text == "电梯停运" and "woken" in waiting.letter.notes
        assert where[0] == f"/intake/{number_of(waiting.contact)}"
        again = await agent.post(f"/silent/{number_of(waiting.contact)}/wake")
        assert again.status_code == 422 and "本来就在等待受理" in again.text
        assert len(await silent.inbox.silent(AGENT)) == 1, "the silent one stays as it ended"


async def test_who_was_let_in_by_hand_comes_to_no_order_by_itself(silent: Silent) -> None:
    person = silent.office.person(17, LI)
    order = await silent.office.submit("20260309-000017", person)
    number = await silent.mail("20260309-000017 还没有修", Auto_Submitted="auto-replied")
    async with await entered(silent.site, silent.pool, AGENT) as agent:
        assert (await agent.post(f"/silent/{number}/wake")).status_code == 303
    (waiting,) = await silent.inbox.waiting(AGENT)
    assert waiting.order is None and [one.id for one in waiting.suggested] == [order]


async def test_what_is_not_there_and_who_has_no_business_with_it(silent: Silent) -> None:
    number = await silent.mail("电梯停运", X_Spam_Flag="YES")
    async with await entered(silent.site, silent.pool, REVIEWER) as reviewer:
        assert (await reviewer.get("/silent")).status_code == 403
        assert (await reviewer.post(f"/silent/{number}/wake")).status_code == 403
    async with await entered(silent.site, silent.pool, AGENT) as agent:
        for wrong in ("20260309-000017", "x", "20260309-000018", "'; DROP TABLE contacts"):
            assert (await agent.post(f"/silent/{wrong}/wake")).status_code == 404
    assert await silent.inbox.waiting(AGENT) == ()
