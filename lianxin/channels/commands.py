"""`lianxin outbox`: what waits, what is dead, and how it is tried again."""

from typing import TYPE_CHECKING
from uuid import UUID

import typer

if TYPE_CHECKING:
    from lianxin.channels.outbox import Letter

_STATES = ("waiting", "sent", "dead", "dropped", "returned")


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    app.command("outbox")(_outbox)


def _outbox(
    dead: bool = typer.Option(False, "--dead", help="List the dead letters instead of what waits."),
    retry: str | None = typer.Option(None, help="Try a dead letter again, by its id; `all` for every one."),
    as_json: bool = typer.Option(False, "--json", help="Answer in JSON."),
) -> None:
    """Show the messages that wait or are dead letters, and try dead letters again."""
    import asyncio

    import msgspec

    message_id = _wanted(retry)
    counts, letters, retried = asyncio.run(_look("dead" if dead else "waiting", message_id, retry is not None))
    if as_json:
        answer = {"counts": {state: counts.get(state, 0) for state in _STATES}, "letters": letters, "retried": retried}
        typer.echo(msgspec.json.encode(answer).decode())
        return
    if retry is not None:
        typer.echo(f"{retried} dead letters will be tried again now." if retried else "There is no such dead letter.")
    typer.echo(", ".join(f"{counts.get(state, 0)} {state}" for state in _STATES))
    for letter in letters:
        typer.echo(_line(letter))
    if retry is not None and retried == 0:
        raise typer.Exit(1)


def _wanted(retry: str | None) -> UUID | None:
    if retry is None or retry == "all":
        return None
    try:
        return UUID(retry)
    except ValueError:
        raise typer.BadParameter(f"{retry} is not the id of a message; `lianxin outbox --dead` lists them.") from None


async def _look(state: str, message_id: UUID | None, wanted: bool) -> "tuple[dict[str, int], tuple[Letter, ...], int]":
    from lianxin.channels.outbox import counts, letters, retry
    from lianxin.ground.site.home import load_site
    from lianxin.ground.site.time_here import read_site_clock
    from lianxin.ground.store import open_pool

    with load_site().database() as database:
        pool = await open_pool(database.app_url, size_max=1)
        try:
            now = (await read_site_clock(pool)).now()
            retried = await retry(pool, message_id, now) if wanted else 0
            return await counts(pool), await letters(pool, state), retried
        finally:
            await pool.close()


def _line(letter: "Letter") -> str:
    from lianxin.ground.clock import iso

    told = f"{letter.id}  {letter.channel:7}  {letter.template or '?':12}  {letter.order or '?'}  {iso(letter.due)}"
    return f"{told}  {letter.attempts} attempts: {letter.error}" if letter.error else told
