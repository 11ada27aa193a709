"""`lianxin token`: tokens for other systems, made and revoked at the machine itself."""

from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from lianxin.access.service import Access
    from lianxin.access.tokens import Token

T = TypeVar("T")
Number = Annotated[str, typer.Argument(help="Work number or officer's id of the one in whose name it asks.")]


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    token = typer.Typer(help="Tokens by which other systems ask.", no_args_is_help=True)
    token.command("create")(_create)
    token.command("list")(_list)
    token.command("revoke")(_revoke)
    app.add_typer(token, name="token")


def _create(
    number: Number,
    name: Annotated[str, typer.Option(help="Where it is used.")],
    scope: Annotated[list[str], typer.Option(help="What it may do, e.g. orders:read; may be given several times.")],
    days: Annotated[int, typer.Option(help="How long it lives, 1 to 366 days.")] = 90,
) -> None:
    """Make a token and print it, once."""
    from lianxin.access.tokens import TokenNotMade

    async def make(access: "Access") -> str:
        await _works_here(access, number)
        secret, token = await access.tokens.make(number, name, scope, days)
        await access.acts.note("token_made", number, "system")
        typer.echo(f"{token.id}  ends {_day(token.expires)}. Keep it now: it is shown once.", err=True)
        return secret

    try:
        typer.echo(_run(make))
    except TokenNotMade as refused:
        _stop(f"{refused} The scopes are: {_scopes()}. No token was made.")


def _list(number: Annotated[str, typer.Argument(help="Whose; everybody's that live, when left out.")] = "") -> None:
    """List tokens: id, owner, name, scopes, end, last use."""

    async def lines(access: "Access") -> list[str]:
        now = access.clock.now()
        tokens = await (access.tokens.of(number) if number else access.tokens.live())
        return [_line(token, now) for token in tokens]

    for line in _run(lines):
        typer.echo(line)


def _revoke(token_id: Annotated[str, typer.Argument(help="Its id, as `lianxin token list` shows it.")]) -> None:
    """End a token; it opens nothing from the same moment."""
    from uuid import UUID

    try:
        wanted = UUID(token_id)
    except ValueError:
        _stop(f"{token_id} is no id of a token. `lianxin token list` shows them. Nothing was changed.")

    async def end(access: "Access") -> bool:
        owners = [token.number for token in await access.tokens.live() if token.id == wanted]
        ended = await access.tokens.revoke(wanted, "system")
        if ended and owners:
            await access.acts.note("token_revoked", owners[0], "system")
        return ended

    if not _run(end):
        _stop(f"There is no token {token_id} that lives. Nothing was changed.")
    typer.echo(f"{token_id} opens nothing any more.")


async def _works_here(access: "Access", number: str) -> None:
    if await access.accounts.find(number) is None:
        _stop(f"Nobody with the number {number} works here. No token was made.")


def _line(token: "Token", now: int) -> str:
    from lianxin.ground.clock import iso

    state = "revoked" if token.revoked is not None else "expired" if now >= token.expires else "lives"
    used = f"used {iso(token.used)} {token.used_from}" if token.used is not None else "never used"
    scopes = ",".join(token.scopes)
    return f"{token.id}  {token.number}  {state}  ends {_day(token.expires)}  {used}  {scopes}  {token.name}"


def _day(instant: int) -> str:
    from lianxin.ground.clock import local_date

    return local_date(instant).isoformat()


def _scopes() -> str:
    from lianxin.access.scopes import SCOPES

    return ", ".join(SCOPES)


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)


def _run(work: "Callable[[Access], Awaitable[T]]") -> T:
    import asyncio

    from lianxin.access.service import opened_access

    async def run() -> T:
        async with opened_access() as access:
            return await work(access)

    return asyncio.run(run())
