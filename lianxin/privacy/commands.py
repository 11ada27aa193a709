"""`lianxin looks`: who was shown which order?"""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lianxin.privacy.looking import Asked, LookLine


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    app.command("looks")(_looks)


def _looks(
    order: Annotated[str, typer.Option(help="Number of an order or contact.")] = "",
    who: Annotated[str, typer.Option(help="Work number, or id of an officer.")] = "",
    what: Annotated[str, typer.Option(help="page, list, search, reveal, export, attachment, api or backup.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="So many at most, the latest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show the access log (访问日志), the latest first."""
    import asyncio

    import msgspec

    from lianxin.ground.clock import iso
    from lianxin.ground.text import NumberError
    from lianxin.privacy.looking import Asked, subjects_of

    try:
        asked = Asked(who=who, subjects=subjects_of(order) if order else (), what=what)
    except NumberError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
    found = asyncio.run(_read(asked, limit))
    if not found and not as_json:
        typer.echo("Nobody looked, as far as this was asked.", err=True)
    for line in found:
        if as_json:
            typer.echo(msgspec.json.encode(line).decode())
        else:
            typer.echo(
                f"{line.id}  {iso(line.at)}  {line.who}  {line.what}  {line.number or '-'}  {line.about}".rstrip()
            )


async def _read(asked: "Asked", limit: int) -> "list[LookLine]":
    from lianxin.ground.site import load_site
    from lianxin.ground.store import open_pool
    from lianxin.privacy.looking import all_of

    found: list[LookLine] = []
    with load_site().database() as database:
        pool = await open_pool(database.app_url, size_max=1)
        try:
            async for line in all_of(pool, asked):
                found.append(line)
                if len(found) == limit:
                    break
        finally:
            await pool.close()
    return found
