"""`lianxin staff`: people begin, get and lose roles, and leave with a successor."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from lianxin.ground.clock import Instant
    from lianxin.personnel.service import Personnel

Number = Annotated[str, typer.Argument(help="Work number, e.g. 1023, or an officer's id, e.g. zjj:contact.")]
By = Annotated[str, typer.Option(help="Who does it: a system or security administrator, e.g. staff:2038.")]
Reason = Annotated[str, typer.Option(help="The document or sentence that stays on the record.")]


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    staff = typer.Typer(help="The people of the house: begin, roles, leave.", no_args_is_help=True)
    staff.command("hire")(_hire)
    staff.command("grant")(_grant)
    staff.command("revoke")(_revoke)
    staff.command("leave")(_leave)
    app.add_typer(staff, name="staff")
    app.command("seed")(_seed)


def _seed(city: Annotated[str, typer.Argument(help="The demo city, e.g. binzhou.")]) -> None:
    """Let a demo city move in: its made-up people, its units and rule packs; the calls are yours.

    A database with made-up people in it is never served as a real hotline.
    """
    import asyncio

    from lianxin.personnel.seeding import NotSeeded

    try:
        people, packs = asyncio.run(_seeded(city))
    except NotSeeded as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(2) from None
    if people or packs:
        typer.echo(
            f"{city} has moved in: {people} people, {packs} rule packs. Log in by `lianxin user password NUMBER`."
        )
    else:
        typer.echo(f"{city} had moved in before. Nothing was changed.")


async def _seeded(city: str) -> tuple[int, int]:
    from lianxin.ground.site import load_site
    from lianxin.ground.site.time_here import read_site_clock
    from lianxin.ground.store import open_pool
    from lianxin.personnel.seeding import seed_city

    with load_site().database() as database:
        pool = await open_pool(database.app_url, size_max=2)
        try:
            return await seed_city(pool, city, (await read_site_clock(pool)).now())
        finally:
            await pool.close()


def _hire(
    number: Number,
    by: By,
    name: Annotated[str, typer.Option(help="How they are called.")] = "",
    unit: Annotated[str, typer.Option(help="The unit they belong to, e.g. zjj; none: the house itself.")] = "",
    reason: Reason = "",
) -> None:
    """Let somebody begin, or come back, without a role; the security administrator gives the roles."""
    from lianxin.people.roll import Hire, Place
    from lianxin.personnel.enrolling import unit_place
    from lianxin.units import load_units

    if unit and not load_units().knows(unit):
        typer.echo(f"There is no unit {unit}. Nothing was changed.", err=True)
        raise typer.Exit(1)
    place = unit_place(unit, load_units()) if unit else Place()
    _do(lambda house, id_, now: house.change(number, Hire(id=id_, by=by, reason=reason, place=place), now, name))


def _grant(number: Number, role: str, by: By, reason: Reason = "") -> None:
    """Give somebody a role."""
    from lianxin.people.roll import Grant

    _do(lambda house, id_, now: house.change(number, Grant(id=id_, by=by, reason=reason, role=role), now))


def _revoke(number: Number, role: str, by: By, reason: Reason = "") -> None:
    """Take a role from somebody."""
    from lianxin.people.roll import Revoke

    _do(lambda house, id_, now: house.change(number, Revoke(id=id_, by=by, reason=reason, role=role), now))


def _leave(
    number: Number,
    successor: Annotated[str, typer.Option(help="Who goes on with their work.")],
    by: By,
    reason: Reason = "",
) -> None:
    """Let somebody leave; the orders they hold, are offered or follow go to the successor."""
    from lianxin.people.roll import Leave

    _do(lambda house, id_, now: house.leave(number, Leave(id=id_, by=by, reason=reason, successor=successor), now))


def _do(step: "Callable[[Personnel, UUID, Instant], Awaitable[dict[str, Any]]]") -> None:
    import asyncio
    import json

    from lianxin.people.roll import RollRefused

    try:
        typer.echo(json.dumps(asyncio.run(_done(step)), ensure_ascii=False))
    except RollRefused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from None


async def _done(step: "Callable[[Personnel, UUID, Instant], Awaitable[dict[str, Any]]]") -> dict[str, Any]:
    import secrets

    from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
    from lianxin.ground.ledger.postgres import PostgresLedger
    from lianxin.ground.site import load_site
    from lianxin.ground.site.time_here import read_site_clock
    from lianxin.ground.store import open_pool
    from lianxin.people.rights import Rights
    from lianxin.personnel.service import Personnel, orders_in_postgres
    from lianxin.rules.adopted import AdoptedRules

    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url, size_max=2)
        try:
            now = (await read_site_clock(pool)).now()
            rules = await AdoptedRules.load(pool, site.settings.rules.pack, lambda: now)
            rights = await Rights.load(pool)
            house = Personnel(PostgresLedger(pool), orders_in_postgres(pool), rules, rights)
            return await step(house, command_id(now, secrets.token_bytes(CHANCE_BYTES)), now)
        finally:
            await pool.close()
