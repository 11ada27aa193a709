"""What a start refuses: a hotline on made-up people or with secrets that everybody knows, a demo on real books."""

import asyncio
import os
import sys
from base64 import b64encode

import asyncpg
import msgspec
import pytest

from lianxin.ground.clock import RealClock, at_iso
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.site import Settings, SiteError
from lianxin.ground.site.demo_mark import mark_demo
from lianxin.ground.site.settings import (
    DatabaseSettings,
    MailboxSettings,
    MailSettings,
    OidcSettings,
    SmsSettings,
    WebhookSettings,
    WebSettings,
)
from lianxin.ground.site.starting import Lived, check_secrets, refuse, weak_secrets
from lianxin.ground.site.supervise import REFUSED_CODE
from lianxin.ground.site.time_here import write_site_clock
from lianxin.ground.store import load_queries
from lianxin.people import load_staff
from lianxin.personnel import enrol

HOTLINE = Settings()
RANDOM = "whsec_" + b64encode(bytes(range(7, 39))).decode()
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
        webhook=WebhookSettings(url="https://city.example", secret=RANDOM),
        oidc=OidcSettings(issuer="https://id.example", client_id="lianxin", client_secret="ueLq-73-brmw"),
    )
    assert weak_secrets(good) == ()
    check_secrets(good)
    refuse(Lived(made_up=False, entries=True), good)


@pytest.mark.parametrize("password", ["", ":", ":lianxin", ":Password", ":123456", ":%3Cchoose one%3E", ":postgres"])
def test_a_database_password_that_everybody_knows_is_refused(password):
    weak = Settings(database=DatabaseSettings(url=f"postgresql://lianxin_app{password}@db/lianxin"))
    with pytest.raises(SiteError, match=r"database\.url"):
        check_secrets(weak)


def test_a_password_beside_the_address_is_looked_at_too():
    for url in (
        "postgresql://db/lianxin?user=lianxin_app&password=changeme",
        "postgresql:///lianxin?host=db&password=changeme",
        "postgresql:///lianxin?host=db",
        "postgresql://lianxin_app:lianxin-app@db/lianxin",
    ):
        assert weak_secrets(Settings(database=DatabaseSettings(url=url))) != (), url
    good = "postgresql:///lianxin?host=db&password=ueLq-73-brmw"
    assert weak_secrets(Settings(database=DatabaseSettings(url=good))) == ()
    owner = Settings(database=DatabaseSettings(owner_url="postgresql://lianxin_owner:…@host/lianxin"))
    with pytest.raises(SiteError, match=r"database\.owner_url"):
        check_secrets(owner)


def test_a_socket_of_this_machine_needs_no_password():
    assert weak_secrets(Settings(database=DatabaseSettings(url="postgresql:///lianxin?host=/run/postgresql"))) == ()


@pytest.mark.parametrize(
    ("section", "value", "said"),
    [
        ("mail", MailSettings(host="mail", user="hotline"), r"mail\.password"),
        ("mail", MailSettings(host="mail", user="hotline", password="changeme"), r"mail\.password"),
        ("mail", MailSettings(host="mail", user="hotline", password="Hotline"), r"mail\.password"),
        ("mailbox", MailboxSettings(host="mail", user="12345"), r"mailbox\.password"),
        ("mailbox", MailboxSettings(host="mail", user="12345", password="admin888"), r"mailbox\.password"),
        ("webhook", WebhookSettings(url="https://city.example"), r"webhook\.secret"),
        ("webhook", WebhookSettings(url="https://city.example", secret="whsec_changeme"), r"webhook\.secret"),
        ("webhook", WebhookSettings(secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), r"webhook\.secret"),
        ("sms", SmsSettings(secret="whsec_" + b64encode(b"0" * 32).decode()), r"sms\.secret"),
        ("sms", SmsSettings(secret="whsec_" + b64encode(b"changeme" * 4).decode()), r"sms\.secret"),
        ("sms", SmsSettings(secret="whsec_…"), r"sms\.secret"),
        ("oidc", OidcSettings(issuer="https://id.example", client_id="lianxin"), r"oidc\.client_secret"),
        ("oidc", OidcSettings(issuer="x", client_id="lianxin", client_secret="your-secret"), r"oidc\.client_secret"),
        ("oidc", OidcSettings(issuer="x", client_id="hotline7", client_secret="hotline7"), r"oidc\.client_secret"),
        ("oidc", OidcSettings(issuer="https://id.example", client_secret="ueLq-73-brmw"), r"oidc\.client_id"),
    ],
)
def test_a_missing_secret_is_named(section, value, said):
    with pytest.raises(SiteError, match=said):
        check_secrets(msgspec.structs.replace(HOTLINE, **{section: value}))
    check_secrets(msgspec.structs.replace(DEMO, **{section: value}))


async def ended(*arguments: str, **settings: str) -> tuple[int | None, str]:
    """Return how `lianxin …` ended with these settings, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lianxin", *arguments), env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)  # a guard, not a measure
    assert b"Traceback" not in said
    return process.returncode, said.decode()


@pytest.mark.parametrize("process", ["web", "worker"])
async def test_no_process_starts_on_made_up_people(database, pool, tmp_path, process):
    await mark_demo(pool, "binzhou", RealClock().now())
    code, said = await ended(process, LIANXIN_HOME=str(tmp_path), LIANXIN_DATABASE_URL=database.app_url)
    assert code == 2
    assert "Made-up people stand in this database" in said


@pytest.mark.parametrize("process", ["web", "worker", "run"])
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("LIANXIN_WEBHOOK_SECRET", "whsec_changeme", "webhook.secret must be `whsec_` and the base64"),
        ("LIANXIN_SMS_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "sms.secret is a secret that everybody"),
        ("LIANXIN_MAILBOX_PASSWORD", "changeme", "mailbox.password is missing or one that everybody knows"),
    ],
)
async def test_no_process_starts_with_a_secret_from_an_example(database, tmp_path, process, variable, value, said):
    site = {"LIANXIN_HOME": str(tmp_path), "LIANXIN_DATABASE_URL": database.app_url}
    code, sentence = await ended(process, **site, **{variable: value})
    assert code == 2
    assert said in sentence and sentence.count("\n") == 1 and value not in sentence


async def test_a_process_of_the_house_that_refuses_a_setting_says_so_with_its_code(database, tmp_path):
    site = {"LIANXIN_HOME": str(tmp_path), "LIANXIN_DATABASE_URL": database.app_url, "LIANXIN_SUPERVISED": "1"}
    code, said = await ended("worker", **site, LIANXIN_WEBHOOK_INSIDE="somewhere")
    assert code == REFUSED_CODE
    assert "somewhere" in said
