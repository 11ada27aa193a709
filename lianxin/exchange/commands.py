"""The commands of exchange: `import-history` brings the old system in, `api openapi` describes the interface."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    app.command("import-history")(_import_history)
    api = typer.Typer(help="The interface for other systems.", no_args_is_help=True)
    api.callback()(_api)
    api.command("openapi")(_openapi)
    app.add_typer(api, name="api")


def _api() -> None:
    """The interface for other systems."""


def _openapi(
    file: Annotated[Path | None, typer.Option("--file", help="Write it there instead of showing it.")] = None,
) -> None:
    """Describe the interface below /api/v1 (OpenAPI 3.1), as the site itself does at /api/v1/openapi.json."""
    from lianxin.exchange.api.document import document

    if file is None:
        typer.echo(document().decode(), nl=False)
        return
    try:
        file.write_bytes(document())
    except OSError as failure:
        typer.echo(f"{file} cannot be written: {failure.strerror}. Nothing was changed.", err=True)
        raise typer.Exit(2) from failure


def _import_history(
    file: Annotated[Path, typer.Argument(help="CSV or JSON lines, one order each; see docs/history.md.")],
    source: str = typer.Option(help="Id of the system they come from, e.g. old-hotline."),
    pack: str = typer.Option("sd-binzhou", help="Rule pack under which orders still open go on."),
    tracker: str | None = typer.Option(None, help="Who follows orders still open, e.g. staff:1026."),
) -> None:
    """Bring in the orders another system kept until now, with full chains; safe to repeat."""
    from lianxin.exchange.history_file import HistoryError
    from lianxin.exchange.history_import import ImportRuns
    from lianxin.exchange.history_site import bring_in, spoken
    from lianxin.ground.clock import RealClock
    from lianxin.ground.site import configure_logs, load_site

    site = load_site()
    configure_logs(site.settings.log, "import")
    try:
        with site.database() as database:
            done = bring_in(file, database.app_url, source, pack, tracker, RealClock().now())
    except (HistoryError, ImportRuns) as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(2) from refused
    for sentence in spoken(done):
        typer.echo(sentence, err=sentence.startswith("Line"))
    if done.broken:
        raise typer.Exit(1)
