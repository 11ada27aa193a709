"""`lianxin knowledge`: bring in the items of a file.

Exit 0: done; 1: somebody may not do it; 2: the file or the site cannot be used. Nothing is half done:
read again, a file writes what is missing.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from lianxin.knowledge.importing import Imported


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    knowledge = typer.Typer(help="The knowledge base: bring in items.", no_args_is_help=True)
    knowledge.callback()(lambda: None)
    knowledge.command("import")(_import)
    app.add_typer(knowledge, name="knowledge")


def _import(
    file: Annotated[Path, typer.Argument(help="YAML or CSV; packs/knowledge/binzhou.yaml shows how.")],
    by: Annotated[str, typer.Option(help="Who wrote the items: a knowledge editor, e.g. staff:2026.")],
    second: Annotated[
        str | None, typer.Option("--reviewed-by", help="Who publishes them, another editor; else they wait for review.")
    ] = None,
) -> None:
    """Bring in the items of a file, each with its unit, its source and its last day."""
    import asyncio

    from lianxin.ground.site import SiteError
    from lianxin.ground.store import StoreError
    from lianxin.knowledge.importing import FileWrong
    from lianxin.knowledge.refusal import KnowledgeRefused

    try:
        done = asyncio.run(_imported(file, by, second))
    except KnowledgeRefused as refused:
        _stop(str(refused), 1)
    except (FileWrong, SiteError, StoreError, OSError) as trouble:
        _stop(str(trouble), 2)
    typer.echo(f"{done.items} items in the file, {done.written} written.")


async def _imported(file: Path, by: str, second: str | None) -> "Imported":
    import secrets

    from lianxin.ground.ledger.postgres import PostgresLedger
    from lianxin.ground.site import load_site
    from lianxin.ground.site.time_here import read_site_clock
    from lianxin.ground.store import open_pool
    from lianxin.knowledge.importing import import_file
    from lianxin.knowledge.service import Knowledge, numbers_of
    from lianxin.people.rights import Rights
    from lianxin.rules.adopted import AdoptedRules

    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url, size_max=2)
        try:
            clock = await read_site_clock(pool)
            rules = await AdoptedRules.load(pool, site.settings.rules.pack, clock.now)
            rights = await Rights.load(pool)
            knowledge = Knowledge(
                PostgresLedger(pool), lambda: rules("").calendar, rights, numbers_of(pool), secrets.token_bytes
            )
            return await import_file(knowledge, file, by, second, clock.now())
        finally:
            await pool.close()


def _stop(sentence: str, status: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(status)
