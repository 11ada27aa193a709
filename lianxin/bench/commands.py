"""The command that measures: `bench`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this room's command to the front door."""
    app.command("bench")(_bench)


def _bench(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="commands, http, list, order, search, import, deadlines, audit, twin; all where none is named."
        ),
    ] = None,
    as_json: bool = typer.Option(False, "--json", help="Print the figures as JSON."),
    small: bool = typer.Option(False, "--small", help="Tiny amounts, to see that all works; figures mean nothing."),
) -> None:
    """Measure the house on this machine. Exit code 0: everything was measured, 1: something broke."""
    from lianxin.bench.plan import FULL, SMALL
    from lianxin.bench.suite import MEASURES, lines, run
    from lianxin.ground.site import load_site

    for name in names or ():
        if name not in MEASURES:
            typer.echo(f"There is no measurement called {name}; there are {', '.join(MEASURES)}.", err=True)
            raise typer.Exit(2)
    report = run(
        names or list(MEASURES), SMALL if small else FULL, load_site().home, lambda told: typer.echo(told, err=True)
    )
    if as_json:
        typer.echo(report.json())
        for broken, why in report.broken.items():
            typer.echo(f"{broken} broke: {why}", err=True)
    else:
        for line in lines(report):
            typer.echo(line)
    if report.broken:
        raise typer.Exit(1)
