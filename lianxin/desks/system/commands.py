"""`lianxin user`: people let in, given roles and reset at the machine itself.

Whoever stands here may do everything, so each change says who asked for it (`--by`) and
goes through the roll like one from a page: it stands in the person's chain.
"""

from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from lianxin.access.accounts import RollLine
    from lianxin.desks.system.machine import Machine

T = TypeVar("T")
Number = Annotated[str, typer.Argument(help="Work number, e.g. 1023, or an officer's id, e.g. zjj:contact.")]
By = Annotated[str, typer.Option(help="Who asked for it, e.g. staff:2038; `system`: the machine's own administrator.")]
Reason = Annotated[str, typer.Option(help="The document or sentence that stays on the record.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="A role; may be given several times.")]


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    user = typer.Typer(help="Accounts: who comes in, and how.", no_args_is_help=True)
    user.command("add")(_add)
    user.command("list")(_list)
    user.command("roles")(_roles)
    user.command("password")(_password)
    user.command("second-factor-reset")(_second_factor_reset)
    user.command("disable")(_disable)
    user.command("enable")(_enable)
    user.command("unlock")(_unlock)
    user.command("logout")(_logout)
    app.add_typer(user, name="user")


def _add(
    number: Number,
    name: Annotated[str, typer.Option(help="How they are called.")],
    role: Roles = None,
    unit: Annotated[str, typer.Option(help="The unit they belong to, e.g. zjj; none: the house itself.")] = "",
    zone: Annotated[str, typer.Option(help="Where in the house.")] = "",
    by: By = "system",
    reason: Reason = "",
) -> None:
    """Let somebody begin here; print their first password, once."""
    given = _run(lambda machine: machine.add(number, name, role or (), unit, zone, by, reason))
    typer.echo("Give it to them in person; they must choose their own at the first login.", err=True)
    typer.echo(given)


def _list(
    words: Annotated[
        str, typer.Argument(help="Beginning of a number or part of a name; everybody when left out.")
    ] = "",
) -> None:
    """List who works here: number, name, roles, password, second factor."""
    for line in _run(lambda machine: machine.listed(words)):
        typer.echo(_line(line))


def _roles(
    number: Number,
    grant: Annotated[list[str] | None, typer.Option(help="A role to give; may be given several times.")] = None,
    revoke: Annotated[list[str] | None, typer.Option(help="A role to take away; may be given several times.")] = None,
    by: By = "system",
    reason: Reason = "",
) -> None:
    """Show somebody's roles, or give and take some; their sessions end when they change."""
    typer.echo(" ".join(_run(lambda machine: machine.roles(number, grant or (), revoke or (), by, reason))))


def _password(number: Number, by: By = "system") -> None:
    """Give somebody a new password and print it, once; they must change it, and are logged out everywhere."""
    given = _run(lambda machine: machine.password(number, by))
    typer.echo("Give it to them in person; they must choose their own at the first login.", err=True)
    typer.echo(given)


def _second_factor_reset(number: Number, by: By = "system") -> None:
    """Take somebody's second factors away, all of them; they are logged out everywhere."""
    _run(lambda machine: machine.reset_second(number, by))
    typer.echo(f"{number} has no second factor any more. Who needs one sets it up at the next login.")


def _disable(number: Number, by: By = "system") -> None:
    """Close somebody's account; sessions and tokens end at once, orders stay where they are."""
    _run(lambda machine: machine.disable(number, by))
    typer.echo(f"The account of {number} is closed.")


def _enable(number: Number, by: By = "system") -> None:
    """Open a closed account again."""
    _run(lambda machine: machine.enable(number, by))
    typer.echo(f"The account of {number} is open.")


def _unlock(number: Number, by: By = "system") -> None:
    """Let somebody try again at once who was wrong too often, or whom somebody else made wait."""
    _run(lambda machine: machine.let_try_again(number, by))
    typer.echo(f"{number} may try again.")


def _logout(number: Number, by: By = "system") -> None:
    """End all of somebody's sessions."""
    ended = _run(lambda machine: machine.log_out(number, by))
    typer.echo(f"{number} is logged out ({ended} sessions ended).")


def _line(line: "RollLine") -> str:
    password = "no password" if not line.has_password else "must change" if line.must_change else "own password"
    factors = [*(["app"] if line.totp else []), *([f"{line.passkeys} passkeys"] if line.passkeys else [])]
    second = "+".join(factors) or "no second factor"
    closed = "  closed" if line.disabled is not None else ""
    roles = ",".join(line.roles) or "no role"
    return f"{line.number}  {line.name}  {roles}  {password}  {second}{closed}"


def _run(work: "Callable[[Machine], Awaitable[T]]") -> T:
    import asyncio

    from lianxin.access.accounts import NoSuchAccount
    from lianxin.desks.system.keeping import NotKept
    from lianxin.desks.system.machine import opened_machine
    from lianxin.people.roll import RollRefused

    async def run() -> T:
        async with opened_machine() as machine:
            return await work(machine)

    try:
        return asyncio.run(run())
    except NoSuchAccount as nobody:
        _stop(f"Nobody with the number {nobody} works here. Nothing was changed.", 2)
    except (NotKept, RollRefused) as refused:
        _stop(f"{refused} Nothing was changed.", 1)


def _stop(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
