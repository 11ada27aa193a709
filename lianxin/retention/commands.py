"""`lianxin erase`: a citizen is forgotten for good. And the other commands of this room."""

from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    from lianxin.retention.keeping_commands import backup_app, retention
    from lianxin.retention.key_commands import keys_app

    app.command("erase")(_erase)
    app.command("retention")(retention)
    app.add_typer(keys_app, name="keys")
    app.add_typer(backup_app, name="backup")


def _erase(
    order: Annotated[str, typer.Argument(help="Number of any order of the person, or of a contact with --contact.")],
    ground: Annotated[
        str, typer.Option(help="The clause and the decision, e.g. '个人信息保护法 第四十七条,2026-12 号'.")
    ],
    by: Annotated[str, typer.Option(help="The security administrator who does it, e.g. staff:2038.")],
    contact: Annotated[bool, typer.Option("--contact", help="The number is that of a contact without order.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Erase the person of an order: name, numbers, address, identity and every text. It cannot be undone.

    Other orders and contacts with a telephone number of theirs are named, not erased: it may be somebody else's.
    """
    import asyncio
    import json

    from lianxin.ground.text import NumberError, parse_number
    from lianxin.retention.erasure import EraseRefused

    try:
        number = parse_number(order)
    except NumberError as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
    if not yes:
        typer.confirm(f"Erase the person of {number} and the texts of all their orders for good?", abort=True)
    try:
        answer: dict[str, Any] = asyncio.run(_erased(number, ground, by, contact=contact))
    except EraseRefused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None
    typer.echo(json.dumps(answer, ensure_ascii=False))


async def _erased(number: str, ground: str, by: str, *, contact: bool) -> dict[str, Any]:
    """Erase, and return how much, with the numbers of orders and contacts that share a telephone number."""
    import secrets

    from lianxin.attachments.erasing import ErasableFiles
    from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
    from lianxin.ground.ledger.postgres import PostgresLedger
    from lianxin.ground.site import load_site
    from lianxin.ground.site.time_here import read_site_clock
    from lianxin.ground.store import open_pool
    from lianxin.orders.service import contact_id_of, order_id_of
    from lianxin.people.rights import Rights
    from lianxin.retention.erasure import Erase, EraseRefused, Erasure, matters_in_postgres, person_of, sharing_number
    from lianxin.rules.adopted import AdoptedRules

    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url, size_max=2)
        try:
            now = (await read_site_clock(pool)).now()
            rules = await AdoptedRules.load(pool, site.settings.rules.pack, lambda: now)
            rights, store = await Rights.load(pool), PostgresLedger(pool)
            person = await person_of(pool, contact_id_of(number) if contact else order_id_of(number))
            if person is None:
                what = "contact" if contact else "order"
                raise EraseRefused(f"There is no {what} {number}, or no person is kept for it. Nothing was changed.")
            sharing = await sharing_number(pool, person)
            matters = matters_in_postgres(pool)
            command = Erase(id=command_id(now, secrets.token_bytes(CHANCE_BYTES)), by=by, person=person, ground=ground)
            files = ErasableFiles(pool, site.home)
            done = await Erasure(store, matters, rules, rights, files=files).erase(command, now)
            return {**done, **sharing}
        finally:
            await pool.close()
