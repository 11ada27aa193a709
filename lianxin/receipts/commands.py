"""Which commands deal with receipts? `lianxin receipt` writes one, `lianxin verify` answers whether it is true.

Exit 0: done, or the receipt holds; 1: it does not; 2: the command cannot be carried out as given.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from lianxin.receipts.receipt import Receipt, Verdict


def register(app: typer.Typer) -> None:
    """Add `receipt` and `verify` to the front door."""
    app.command("receipt")(_write)
    app.command("verify")(_verify)


def _write(
    number: Annotated[str, typer.Argument(help="Order number, e.g. 20260309-001237.")],
    new_code: Annotated[bool, typer.Option("--new-code", help="Replace the query code; the old one is void.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="File to write: .json, or a QR code as .png or .svg; else it is printed.")
    ] = None,
) -> None:
    """Write an order's receipt (回执): without code, or with a new one."""
    import asyncio

    from lianxin.ground.text import parse_number

    if out is not None and out.suffix not in (".json", ".png", ".svg"):
        _stop(f"{out} is neither .json nor .png nor .svg. No receipt was written.")
    with _could_not():
        receipt = asyncio.run(_written(parse_number(number), new_code=new_code))
    if out is None:
        typer.echo(receipt.json())
        return
    try:
        _save(receipt, out)
    except OSError as trouble:
        typer.echo(receipt.json())
        _stop(f"{out} cannot be written: {trouble.strerror or trouble}. The receipt was printed instead.")


async def _written(number: str, *, new_code: bool) -> "Receipt":
    import secrets

    from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
    from lianxin.ground.ledger.postgres import PostgresLedger
    from lianxin.ground.site import load_site
    from lianxin.ground.site.time_here import read_site_clock
    from lianxin.ground.store import open_pool
    from lianxin.orders.service import Services
    from lianxin.people.rights import Rights
    from lianxin.receipts.service import Receipts
    from lianxin.rules.adopted import AdoptedRules

    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url)
        try:
            clock = await read_site_clock(pool)
            rules = await AdoptedRules.load(pool, site.settings.rules.pack, clock.now)
            receipts = Receipts(pool, Services(PostgresLedger(pool), rules, await Rights.load(pool)))
            if new_code:
                now = clock.now()
                command = command_id(now, secrets.token_bytes(CHANCE_BYTES))
                return await receipts.renew(number, command, "system", "system", now)
            return await receipts.write(number)
        finally:
            await pool.close()


def _save(receipt: "Receipt", out: Path) -> None:
    import segno

    if out.suffix == ".json":
        out.write_bytes(receipt.json() + b"\n")
    else:
        segno.make(receipt.json(), micro=False).save(str(out), scale=4)


def _verify(
    receipt: Annotated[Path, typer.Argument(help="File with the receipt, or the text of its QR code.")],
    checkpoints: Annotated[
        Path | None, typer.Option(help="Published checkpoints: verify with them alone, without the database.")
    ] = None,
) -> None:
    """Answer whether the books agree with a receipt: {"ok", "sealed", "reason"}."""
    import asyncio

    import msgspec

    from lianxin.receipts.receipt import BadReceipt, Verdict, read_receipt

    with _could_not():
        try:
            read = read_receipt(receipt.read_bytes())
        except BadReceipt as wrong:
            verdict = Verdict(False, False, str(wrong))
        else:
            verdict = asyncio.run(_with_books(read)) if checkpoints is None else _with_file(read, checkpoints)
    typer.echo(msgspec.json.encode(verdict))
    if not verdict.ok:
        raise typer.Exit(1)


def _with_file(receipt: "Receipt", checkpoints: Path) -> "Verdict":
    from lianxin.ground.ledger.checkpoint_file import lines_of
    from lianxin.receipts.receipt import verify_with_file

    return verify_with_file(receipt, lines_of(checkpoints))


async def _with_books(receipt: "Receipt") -> "Verdict":
    from lianxin.ground.site import load_site
    from lianxin.ground.store import open_pool
    from lianxin.receipts.service import verify_with_books

    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url)
        try:
            return await verify_with_books(pool, receipt)
        finally:
            await pool.close()


@contextmanager
def _could_not() -> Iterator[None]:
    """Turn what keeps the command from being carried out into a sentence and exit 2."""
    import asyncpg

    from lianxin.ground.ledger import ChainMoved
    from lianxin.ground.site import SiteError
    from lianxin.ground.store import StoreError
    from lianxin.ground.text import NumberError
    from lianxin.orders.service import NoRight, NoSuchOrder
    from lianxin.rules.shelf import NoRules

    try:
        yield
    except NumberError as wrong:
        _stop(wrong.en)
    except NoSuchOrder as unknown:
        _stop(f"There is no order {unknown}. No receipt was written.")
    except NoRules as lacking:
        _stop(f"The order cannot be changed: {lacking}. Adopt the pack it was accepted under.")
    except (SiteError, StoreError, NoRight, ChainMoved) as refusal:
        _stop(str(refusal))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as trouble:
        _stop(f"The database or a file cannot be used: {trouble}.")


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
