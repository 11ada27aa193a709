"""What a start refuses: a hotline on made-up people or with secrets that everybody knows, a demo on real books."""

import asyncio
import os
import sys

import asyncpg
import msgspec
import pytest

from lianxin.ground.clock import RealClock, at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Settings, SiteError
from lianxin.ground.site.demo_mark import mark_demo
from lianxin.ground.site.settings import DatabaseSettings, MailSettings, OidcSettings, WebhookSettings, WebSettings
from lianxin.ground.site.starting import Lived, refuse, weak_secrets
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import load_queries
from lianxin.people import load_staff
from lianxin.personnel import enrol

HOTLINE = Settings()
DEMO = Settings(web=WebSettings(trial=True))
Q = load_queries("lianxin.ground.site")


async def lived(pool: "asyncpg.Pool[asyncpg.Record]") -> Lived:
    row = await Q.lived(pool)
    return Lived(row["made_up"], row["entries"])


async def test_an_empty_database_is_for_either(pool):
    assert await lived(pool) == Lived(made_up=False, entries=False)
    refuse(await lived(pool), HOTLINE)
    refuse(await lived(pool), DEMO)


async def test_made_up_people_are_no_hotline(pool):
    await mark_demo(pool, "binzhou", RealClock().now())
    with pytest.raises(SiteError, match=r"Made-up people stand in this database.*Nothing was started"):
        refuse(await lived(pool), HOTLINE)
    refuse(await lived(pool), DEMO)


async def test_a_time_of_its_own_is_no_hotlines(pool):
    await write_site_clock(pool, at_iso("2026-03-09T08:00:00+08:00"), 1.0)
    with pytest.raises(SiteError, match="Made-up people"):
        refuse(await lived(pool), HOTLINE)


async def test_a_demo_does_not_come_into_a_hotlines_books(pool):
    await enrol(PostgresLedger(pool), load_staff(), RealClock().now())
    refuse(await lived(pool), HOTLINE)
    with pytest.raises(SiteError, match="A real hotline has lived in this database"):
        refuse(await lived(pool), DEMO)


def test_good_secrets_start():
    good = Settings(
        database=DatabaseSettings(url="postgresql://lianxin_app:ueLq-73-brmw@db/lianxin"),
        mail=MailSettings(host="mail", user="hotline", password="ueLq-73-brmw"),
        webhook=WebhookSettings(url="https://city.example", secret="whsec_x"),
        oidc=OidcSettings(issuer="https://id.example", client_id="lianxin", client_secret="ueLq-73-brmw"),
    )
    assert weak_secrets(good) == ()
    refuse(Lived(made_up=False, entries=True), good)


@pytest.mark.parametrize("password", ["", ":", ":lianxin", ":Password", ":123456", ":%3Cchoose one%3E", ":postgres"])
def test_a_database_password_that_everybody_knows_is_refused(password):
    weak = Settings(database=DatabaseSettings(url=f"postgresql://lianxin_app{password}@db/lianxin"))
    with pytest.raises(SiteError, match=r"database\.url"):
        refuse(Lived(made_up=False, entries=False), weak)


def test_a_socket_of_this_machine_needs_no_password():
    assert weak_secrets(Settings(database=DatabaseSettings(url="postgresql:///lianxin?host=/run/postgresql"))) == ()


@pytest.mark.parametrize(
    ("section", "value", "said"),
    [
        ("mail", MailSettings(host="mail", user="hotline"), r"mail\.password"),
        ("mail", MailSettings(host="mail", user="hotline", password="changeme"), r"mail\.password"),
        ("webhook", WebhookSettings(url="https://city.example"), r"webhook\.secret"),
        ("oidc", OidcSettings(issuer="https://id.example", client_id="lianxin"), r"oidc\.client_secret"),
        ("oidc", OidcSettings(issuer="https://id.example", client_secret="ueLq-73-brmw"), r"oidc\.client_id"),
    ],
)
def test_a_missing_secret_is_named(section, value, said):
    with pytest.raises(SiteError, match=said):
        refuse(Lived(made_up=False, entries=False), msgspec.structs.replace(HOTLINE, **{section: value}))


async def test_the_pages_do_not_start_on_made_up_people(database, pool, tmp_path):
    await mark_demo(pool, "binzhou", RealClock().now())
    environment = {**os.environ, "LIANXIN_HOME": str(tmp_path), "LIANXIN_DATABASE_URL": database.app_url}
    command = (sys.executable, "-m", "lianxin", "web")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
    _, said = await asyncio.wait_for(process.communicate(), 60)  # a guard, not a measure
    assert process.returncode == 2
    assert b"Made-up people stand in this database" in said and b"Traceback" not in said
