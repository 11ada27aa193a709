"""Which commands does the room of orders answer to? `lianxin order NUMBER` tells one from beginning to end.

Exit 0: told; 2: there is no such order, or it cannot be read.
"""

from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from lianxin.orders.sheet import Sheet


def register(app: typer.Typer) -> None:
    """Add `order` to the front door."""
    app.command("order")(_order)


def _order(
    number: Annotated[str, typer.Argument(help="Order number, e.g. 20260309-001237.")],
    reader: Annotated[str, typer.Option("--as", help="Work number of who reads: what they may not see is not told.")],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    lang: Annotated[Literal["zh", "en"], typer.Option(help="Language of the answer.")] = "zh",
) -> None:
    """Tell an order: who holds it, until when and why then, what is promised, and its whole course."""
    import asyncio

    import asyncpg
    import msgspec

    from lianxin.ground.site import SiteError
    from lianxin.ground.store import StoreError
    from lianxin.ground.text import NumberError, parse_number
    from lianxin.orders.telling import as_json as told_in_json
    from lianxin.orders.telling import as_lines
    from lianxin.rules import NoRules

    try:
        meant = parse_number(number)
        sheet = asyncio.run(_sheet(meant, reader, lang))
    except NumberError as wrong:
        _stop(wrong.sentence(lang))
    except (SiteError, StoreError, NoRules) as refusal:
        _stop(str(refusal))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as trouble:
        _stop(f"The database cannot be used: {trouble}.")
    if sheet is None:
        _stop(
            f"There is no order {meant}. Please check the number; it stands on the receipt and in the message."
            if lang == "en"
            else f"没有单号为 {meant} 的工单。请对照回执或短信核对单号。"
        )
    if as_json:
        typer.echo(msgspec.json.encode(told_in_json(sheet)))
    else:
        typer.echo("\n".join(as_lines(sheet, lang)))


async def _sheet(number: str, reader: str, lang: Literal["zh", "en"]) -> "Sheet | None":
    from lianxin.ground.site import load_site
    from lianxin.ground.site.time_here import read_site_clock
    from lianxin.ground.store import open_pool
    from lianxin.orders.reading import OrderReader
    from lianxin.orders.sheet import sheet_of
    from lianxin.privacy.look import NOWHERE, Look, same_look
    from lianxin.privacy.looks import write_looks
    from lianxin.rules.adopted import AdoptedRules

    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url)
        try:
            found = await OrderReader(pool).order(reader, number)
            if found is None:
                return None
            clock = await read_site_clock(pool)
            look = same_look(reader, found[0].order_id, "page", clock.now())
            await write_looks(
                pool, [Look(clock.now(), reader, found[0].order_id, "page", "terminal", NOWHERE, NOWHERE, look)]
            )
            rules = await AdoptedRules.load(pool, site.settings.rules.pack, clock.now)
            return sheet_of(found[0], rules(found[1]), clock.now(), lang)
        finally:
            await pool.close()


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
