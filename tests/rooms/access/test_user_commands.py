"""`lianxin user` and `lianxin token`: what is done at the machine itself, through the roll, with a trace."""

import asyncio
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from lianxin.access.acts import Acts
from lianxin.access.doors import Doors, Entered
from lianxin.access.service import make_access
from lianxin.access.visit import Visit
from lianxin.cli import app, collect_commands
from lianxin.ground.clock import RealClock
from lianxin.ground.site import Settings
from lianxin.ground.store import open_pool

collect_commands()
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lianxin(database, tmp_path, monkeypatch) -> Run:
    """Run a command of one site; return its exit code, what it printed, and what it said on the side."""
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", database.app_url)

    def run(*words: str) -> tuple[int, str, str]:
        said = CliRunner().invoke(app, list(words))
        return said.exit_code, said.stdout.strip(), said.stderr.strip()

    return run


@pytest.fixture
def asked(database, tmp_path):
    """Ask the same site something in its own code."""

    def ask(work):
        async def run():
            pool = await open_pool(database.app_url, size_max=2)
            try:
                return await work(make_access(pool, RealClock(), tmp_path, Settings()))
            finally:
                await pool.close()

        return asyncio.run(run())

    return ask


def added(lianxin: Run, number: str, *roles: str, name: str = "李梅") -> str:
    """Somebody new; return their first password."""
    named = [word for role in roles for word in ("--role", role)]
    code, printed, said = lianxin("user", "add", number, "--name", name, *named, "--reason", "任命书 1 号")
    assert code == 0, said
    return printed


def test_somebody_new_comes_in_with_a_password_that_must_be_changed(lianxin, asked):
    password = added(lianxin, "3001", "agent")
    assert [len(group) for group in password.split("-")] == [5, 5, 5, 5]

    async def come_in(access):
        return await Doors(access).by_password("3001", password, Visit(secure=False, address="", browser=""))

    assert asked(come_in) == Entered("password")
    code, printed, _ = lianxin("user", "list")
    assert (code, printed) == (0, "3001  李梅  agent  must change  no second factor")


def test_the_three_administrators_are_three_people(lianxin):
    code, printed, said = lianxin("user", "add", "3001", "--name", "李梅", "--role", "sysadmin", "--role", "secadmin")
    assert (code, printed) == (1, "") and "三员分立" in said
    added(lianxin, "3001", "sysadmin")
    for other in ("secadmin", "auditadmin"):
        code, _, said = lianxin("user", "roles", "3001", "--grant", other)
        assert code == 1 and "三员分立" in said
    assert lianxin("user", "roles", "3001") == (0, "sysadmin", "")


def test_roles_change_through_the_roll_and_end_the_sessions(lianxin, asked, database):
    added(lianxin, "3001", "agent")
    asked(lambda access: access.sessions.begin("3001", "password"))
    code, printed, _ = lianxin("user", "roles", "3001", "--grant", "reviewer", "--revoke", "agent", "--reason", "轮岗")
    assert (code, printed) == (0, "reviewer")
    assert asked(lambda access: access.sessions.of("3001")) == ()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "30-01", "--name", "李梅"), 1, "A number has digits only"),
        (("add", "3001", "--name", " "), 1, "Say how they are called"),
        (("add", "3001", "--name", "李梅", "--unit", "nowhere"), 1, "There is no such unit"),
        (("add", "zjj:deputy", "--name", "李梅", "--unit", "cgj"), 1, "begins with that of their unit"),
        (("add", "3001", "--name", "李梅", "--role", "king"), 1, "There is no role king"),
        (("add", "3001", "--name", "李梅", "--by", "staff:1"), 1, "may not change the roll"),
        (("password", "3999"), 2, "Nobody with the number 3999 works here"),
        (("second-factor-reset", "3999"), 2, "Nobody with the number 3999"),
        (("disable", "3999"), 2, "Nobody with the number 3999"),
        (("roles", "3999", "--grant", "agent"), 2, "Nobody with the number 3999"),
        (("unlock", "3999"), 2, "Nobody with the number 3999"),
        (("logout", "3999"), 2, "Nobody with the number 3999"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(lianxin, words, code, said):
    got, printed, told = lianxin("user", *words)
    assert (got, printed) == (code, ""), told
    assert said in told and "Nothing was changed" in told


def test_a_new_password_ends_the_sessions_and_the_old_password(lianxin, asked):
    first = added(lianxin, "3001", "agent")
    asked(lambda access: access.sessions.begin("3001", "password"))
    code, second, _ = lianxin("user", "password", "3001")
    assert code == 0 and second != first
    assert asked(lambda access: access.sessions.of("3001")) == ()


def test_a_closed_account_opens_nothing_until_it_is_opened(lianxin, asked):
    added(lianxin, "3001", "agent")
    begun = asked(lambda access: access.sessions.begin("3001", "password"))
    assert lianxin("user", "disable", "3001")[0] == 0
    assert asked(lambda access: access.sessions.find(begun.secret)) is None
    assert lianxin("user", "disable", "3001")[0] == 1
    assert lianxin("user", "list")[1].endswith("closed")
    assert lianxin("user", "enable", "3001")[0] == 0
    assert lianxin("user", "enable", "3001")[0] == 1


def test_everything_that_was_done_is_on_the_record(lianxin, asked):
    added(lianxin, "3001", "agent")
    lianxin("user", "second-factor-reset", "3001")
    lianxin("user", "unlock", "3001", "--by", "staff:2038")
    lianxin("token", "create", "3001", "--name", "城管系统", "--scope", "orders:read")

    async def acts(access) -> list[tuple[str, str]]:
        assert isinstance(access.acts, Acts)
        return [(line.act, line.by) for line in await access.acts.lines(10, number="3001")]

    assert asked(acts) == [
        ("token_made", "system"),
        ("let_try_again", "staff:2038"),
        ("second_reset", "system"),
        ("password_given", "system"),
        ("account_made", "system"),
    ]


def test_a_token_is_printed_once_listed_and_revoked(lianxin, asked):
    added(lianxin, "3001", "agent")
    code, secret, said = lianxin(
        "token",
        "create",
        "3001",
        "--name",
        "城管系统",
        "--scope",
        "orders:read",
        "--scope",
        "orders:act",
        "--days",
        "30",
    )
    assert code == 0 and secret.startswith("lx_") and "shown once" in said
    who = asked(lambda access: access.tokens.who(secret, "10.0.0.9"))
    assert (who.number, who.scopes) == ("3001", {"orders:read", "orders:act"})
    code, listed, _ = lianxin("token", "list", "3001")
    assert code == 0 and secret not in listed and "10.0.0.9" in listed and "城管系统" in listed
    token_id = listed.split()[0]
    assert lianxin("token", "revoke", token_id)[0] == 0
    assert asked(lambda access: access.tokens.who(secret, "10.0.0.9")) is None
    code, _, said = lianxin("token", "revoke", token_id)
    assert code == 2 and "no token" in said
    assert lianxin("token", "list") == (0, "", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "3999", "--name", "x", "--scope", "orders:read"), "Nobody with the number 3999"),
        (("create", "3001", "--name", "x", "--scope", "orders:steal"), "The scopes are: orders:read"),
        (("create", "3001", "--name", " ", "--scope", "orders:read"), "Give the token a name"),
        (("create", "3001", "--name", "x", "--scope", "orders:read", "--days", "0"), "at least a day"),
        (("create", "3001", "--name", "x", "--scope", "orders:read", "--days", "367"), "at most 366"),
        (("revoke", "not-an-id"), "is no id of a token"),
    ],
)
def test_a_token_that_cannot_be_is_a_sentence(lianxin, words, said):
    added(lianxin, "3001", "agent")
    code, printed, told = lianxin("token", *words)
    assert (code, printed) == (2, "") and said in told
