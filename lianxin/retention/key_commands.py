"""`lianxin keys`: with which secrets is what locked, and how is a secret replaced?"""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from typing import Any

    from asyncpg import Pool, Record

    from lianxin.people.keys import KeyFolder
    from lianxin.people.rewrapping import Wrapped
    from lianxin.people.rotation import Standing

    Act = Callable[[Pool[Record], KeyFolder, tuple[Wrapped, ...]], Coroutine[Any, Any, Standing]]

keys_app = typer.Typer(help="The secrets that lock personal data: how they stand, and their replacement.")
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Which = Annotated[str, typer.Option(help="house, informants, or all.")]


@keys_app.command("status")
def _status(which: Which = "all", as_json: Json = False) -> None:
    """Show which secrets there are, and how much is locked with the newest; changes nothing."""
    from lianxin.people.rotation import standing

    _tell(_each(which, standing), as_json)


@keys_app.command("rotate")
def _rotate(which: Which = "all", as_json: Json = False) -> None:
    """Replace the secrets, or go on where that was broken off; people may go on working meanwhile.

    An old secret is destroyed by a later call, or by the worker, when nothing is locked with it any more.
    """
    from lianxin.ground.clock import RealClock
    from lianxin.people.rotation import RotationRefused, rotate

    now = RealClock().now()

    async def act(pool: "Pool[Record]", keys: "KeyFolder", things: "tuple[Wrapped, ...]") -> "Standing":
        return await rotate(pool, keys, things, now)

    try:
        found = _each(which, act)
    except RotationRefused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None
    _tell(found, as_json)


def _each(which: str, act: "Act") -> "list[Standing]":
    """Act on each chain asked for."""
    import asyncio

    from lianxin.people.keys import CHAINS, KeyFolder, KeyUnfit
    from lianxin.retention.hanging import hanging_on

    if which not in (*CHAINS, "all"):
        typer.echo(f"There are no keys called {which!r}; known are: {', '.join(CHAINS)}, all.", err=True)
        raise typer.Exit(2)

    async def on_all() -> "list[Standing]":
        async with _reached() as (pool, home):
            chains = [KeyFolder(home, chain) for chain in CHAINS if which in (chain, "all")]
            return [await act(pool, keys, hanging_on(keys)) for keys in chains]

    try:
        return asyncio.run(on_all())
    except KeyUnfit as unfit:
        typer.echo(str(unfit), err=True)
        raise typer.Exit(2) from None


@asynccontextmanager
async def _reached() -> "AsyncIterator[tuple[Pool[Record], Any]]":
    from lianxin.ground.site import load_site
    from lianxin.ground.store import open_pool

    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url, size_max=2)
        try:
            yield pool, site.home
        finally:
            await pool.close()


def _tell(found: "list[Standing]", as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for chain in found:
        older = f", older ones still kept: {', '.join(chain.old)}" if chain.old else ""
        typer.echo(f"{chain.chain}: newest secret {chain.newest}{older}")
        for name, many in chain.locked.items():
            waiting, closed = chain.waiting[name], chain.closed[name]
            typer.echo(
                f"  {name}: {many} records, {waiting} not locked with the newest"
                + (f", {closed} that no secret of this home opens" if closed else "")
            )
        if chain.old and not sum(chain.waiting.values()):
            typer.echo("  Nothing needs the older secrets; they are destroyed ten minutes after they were replaced.")
