"""Which command proves the books? `lianxin audit`: 0 all is well, 1 violations, 2 it could not run."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lianxin.insight.audit.report import Report


def register(app: typer.Typer) -> None:
    """Add `audit` to the front door."""
    app.command("audit")(_audit)


def _audit(
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    since: Annotated[
        int | None, typer.Option(min=1, help="Checkpoint: chains that did not change after it are not read again.")
    ] = None,
    checkpoints: Annotated[
        Path | None, typer.Option(help="Published checkpoints to compare with; the home's own are always.")
    ] = None,
    dsn: Annotated[
        str | None, typer.Option(help="Another database than the site's own; no files are looked at.")
    ] = None,
    files: Annotated[bool, typer.Option("--files/--no-files", help="Read and hash the files of orders, too.")] = True,
    city: Annotated[str | None, typer.Option(help="City whose units are the only ones that may hold.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; as many as cores unless given.")] = None,
) -> None:
    """Prove from database and checkpoints that nothing was lost (账实核查); people may go on working meanwhile."""
    import msgspec

    from lianxin.insight.audit.report import lines

    with _could_not_run():
        report = _report(since, checkpoints, dsn, city, workers, files)
    if as_json:
        typer.echo(msgspec.json.encode(report.as_dict()))
    else:
        for line in lines(report):
            typer.echo(line)
    if not report.ok:
        raise typer.Exit(1)


def _report(
    since: int | None, checkpoints: Path | None, dsn: str | None, city: str | None, workers: int | None, files: bool
) -> "Report":
    import msgspec

    from lianxin.ground.clock import RealClock
    from lianxin.ground.ledger.checkpoint_file import FILE_NAME
    from lianxin.ground.ledger.checkpoint_key import known_key
    from lianxin.ground.site import load_site
    from lianxin.insight.audit.database import audit_database
    from lianxin.insight.last_audit import keep, noted

    units = None if city is None else _units_of(city)
    if dsn is not None:
        return audit_database(dsn, checkpoints=checkpoints, since=since, units=units, workers=workers)
    site = load_site()
    own = site.home / FILE_NAME
    file = checkpoints or (own if own.exists() else None)
    with site.database() as database:
        key = known_key(site.home)
        found = audit_database(
            database.app_url,
            checkpoints=file,
            key=key,
            since=since,
            units=units,
            workers=workers,
            home=site.home if files else None,
        )
    # The home's own file lies beside the database: whoever may change one may change both. It is compared all the
    # same, but only a copy that the auditor brings along anchors the books outside.
    report = msgspec.structs.replace(found, anchored=checkpoints is not None)
    if since is None:
        keep(site.home, noted(report, RealClock().now()))
    return report


def _units_of(city: str) -> frozenset[str]:
    from lianxin.units import load_units

    units = load_units(city)
    return frozenset(unit.id for unit in (*units.all, *units.outside))


@contextmanager
def _could_not_run() -> "Iterator[None]":
    """Turn what keeps the audit from running into a sentence and exit 2: nothing was proven then."""
    import asyncpg

    from lianxin.ground.ledger.checkpoint import BadLine
    from lianxin.ground.ledger.checkpoint_key import KeyTrouble
    from lianxin.ground.site import SiteError
    from lianxin.ground.store import StoreError
    from lianxin.insight.audit.database import NoSuchCheckpoint
    from lianxin.places import PackFileError

    try:
        yield
    except (SiteError, StoreError, KeyTrouble, BadLine, NoSuchCheckpoint, PackFileError) as refusal:
        _stop(str(refusal))
    except asyncpg.UndefinedTableError as lacking:
        _stop(f"This is no database of the house, or it is not migrated: {lacking}.")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as trouble:
        _stop(f"The database or the file of checkpoints cannot be read: {trouble}.")
    except Exception as fault:
        # Exit 1 means violations; whatever else goes wrong must never look like them.
        _stop(f"The audit broke off: {type(fault).__name__}: {fault}.")


def _stop(sentence: str) -> NoReturn:
    typer.echo(f"{sentence} The audit did not run; nothing was proven and nothing was changed.", err=True)
    raise typer.Exit(2)
