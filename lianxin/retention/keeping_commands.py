"""`lianxin retention`: what is over goes, by rule. `lianxin backup`: copies, made, listed, gone and put back."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from lianxin.retention.backups import Backups
    from lianxin.retention.rules import Rules
    from lianxin.retention.sweep import Done

backup_app = typer.Typer(help="Encrypted backups of the database.")
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]


def retention(dry_run: DryRun = False, as_json: Json = False) -> None:
    """Let go what was kept long enough, by rule (保存期限); the worker does it every day by itself."""
    import asyncio

    import msgspec

    from lianxin.ground.clock import iso

    with _told():
        rules, done = asyncio.run(_swept(dry_run=dry_run))
    if as_json:
        typer.echo(msgspec.json.encode({"rules": rules.ref, "dry_run": dry_run, "done": done}).decode())
        return
    typer.echo(f"{rules.ref} {rules.title}")
    for one in done:
        rule = rules.rule(one.thing)
        typer.echo(
            f"{one.thing} {rule.what}: before {iso(one.before)}, {one.erased} {'would go' if dry_run else 'went'}"
        )


@backup_app.command("create")
def _create(as_json: Json = False) -> None:
    """Make an encrypted backup of the database in the home folder."""
    import asyncio

    import msgspec

    with _told():
        backup = asyncio.run(_created())
    typer.echo(msgspec.json.encode(backup).decode() if as_json else f"{backup.name}  {backup.size} bytes")


@backup_app.command("list")
def _list(as_json: Json = False) -> None:
    """List the backups, the oldest first."""
    import msgspec

    from lianxin.ground.clock import iso

    with _told():
        found = _backups().all()
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for one in found:
        typer.echo(f"{one.name}  {iso(one.made)}  {one.size} bytes")


@backup_app.command("expire")
def _expire(dry_run: DryRun = False, as_json: Json = False) -> None:
    """Delete the backups whose time is over, by the rule for backups; the newest always stays."""
    import msgspec

    with _told():
        found = _expired(dry_run=dry_run)
    if as_json:
        typer.echo(msgspec.json.encode(found).decode())
        return
    for name in found:
        typer.echo(f"{name} {'would go' if dry_run else 'went'}")
    if not found:
        typer.echo("No backup has been kept long enough; nothing goes.", err=True)


@backup_app.command("restore")
def _restore(
    name: Annotated[str, typer.Argument(help="Name of the backup, see `lianxin backup list`.")],
    into: Annotated[str, typer.Option(help="Address of an empty database, entered as its owner.")],
) -> None:
    """Put a backup into an empty database, all or nothing."""
    with _told():
        _backups().restore(name, into)
    typer.echo(
        "Restored. Read docs/privacy.md before a hotline works on it: what was erased since must be erased again."
    )


@contextmanager
def _told() -> "Iterator[None]":
    """Say in a sentence why something could not be done; exit 2."""
    from lianxin.ground.ledger.checkpoint_key import KeyTrouble
    from lianxin.people.keys import KeyUnfit
    from lianxin.retention.backup_seal import BackupBroken
    from lianxin.retention.backups import BackupFailed
    from lianxin.retention.rules import BadRules

    try:
        yield
    except (BadRules, KeyTrouble, KeyUnfit, BackupFailed, BackupBroken) as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(2) from None


def _backups() -> "Backups":
    from lianxin.ground.site import load_site
    from lianxin.retention.assembling import backups_of

    return backups_of(load_site())


async def _swept(*, dry_run: bool) -> "tuple[Rules, tuple[Done, ...]]":
    from lianxin.ground.ledger.postgres import PostgresLedger
    from lianxin.ground.site import load_site
    from lianxin.ground.site.time_here import read_site_clock
    from lianxin.ground.store import open_pool
    from lianxin.people.rights import Rights
    from lianxin.retention.assembling import sweeper_of
    from lianxin.rules.adopted import AdoptedRules

    site = load_site()
    with site.database() as database:
        pool = await open_pool(database.app_url, size_max=2)
        try:
            now = (await read_site_clock(pool)).now()
            rules = await AdoptedRules.load(pool, site.settings.rules.pack, lambda: now)
            sweeper = sweeper_of(site, pool, PostgresLedger(pool), rules, await Rights.load(pool))
            return sweeper.rules, await sweeper.sweep(now, dry_run=dry_run)
        finally:
            await pool.close()


async def _created() -> "Any":
    from lianxin.ground.clock import RealClock
    from lianxin.ground.site import load_site
    from lianxin.ground.store import open_pool
    from lianxin.retention.assembling import backups_of
    from lianxin.retention.backups import BackupFailed
    from lianxin.retention.noting import note_backup

    site = load_site()
    now = RealClock().now()
    with site.database() as database:
        owner = database.owner_url or site.settings.database.owner_url
        if owner is None:
            raise BackupFailed("A backup enters the database as its owner: set LIANXIN_OWNER_URL. Nothing was copied.")
        pool = await open_pool(database.app_url, size_max=1)
        try:
            await note_backup(pool, now)
        finally:
            await pool.close()
        return backups_of(site).create(owner, now)


def _expired(*, dry_run: bool) -> list[str]:
    from lianxin.ground.clock import RealClock
    from lianxin.ground.site import load_site
    from lianxin.retention.assembling import backups_of, retention_rules

    site = load_site()
    backups = backups_of(site)
    over = backups.over(retention_rules(site.home).rule("backups").keep.before(RealClock().now()))
    for one in over:
        if not dry_run:
            backups.delete(one)
    return [one.name for one in over]
