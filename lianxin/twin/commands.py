"""Which commands does the twin answer to? `lianxin day` plays a day; `lianxin city` is the demo's living city."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    app.command("day")(_day)
    app.command("city")(_city)


def _day(
    messages: Annotated[Path | None, typer.Option(help="Citizens' messages, Parquet or CSV; else the demo's.")] = None,
    calls: Annotated[int, typer.Option(min=1, max=90_000, help="Contacts of the day.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed plays the same day.")] = 1,
    date: Annotated[str, typer.Option(help="The day, e.g. 2026-03-09.")] = "2026-03-09",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Commands at once.")] = 8,
    keep: Annotated[str | None, typer.Option(help="Play into this database (DSN) and leave it there.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Play one day of the hotline and follow every order to its archive; exit 0 only if the audit is clean."""
    import json

    from lianxin.ground.site.home import load_site
    from lianxin.ground.site.logs import configure_logs
    from lianxin.twin.day import DayRefused, day_lines, day_of, place, play_day

    site = load_site()
    configure_logs(site.settings.log, "day")
    try:
        plan = day_of(messages, calls, seed, date)
        with place(site, keep) as ground:
            books = play_day(plan, ground, workers)
    except DayRefused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(2) from None
    if as_json:
        for note in plan.notes:
            typer.echo(note, err=True)
        typer.echo(json.dumps(books.as_dict(), ensure_ascii=False))
    else:
        for line in [*plan.notes, *day_lines(books), *ground.farewell]:
            typer.echo(line)
    if not books.audit.ok:
        raise typer.Exit(1)


def _city(
    speed: Annotated[float, typer.Option(min=0.0, max=1000.0, help="Virtual seconds per second.")] = 1.0,
    date: Annotated[str, typer.Option(help="The first day of a demo that has not begun.")] = "2026-03-09",
    calls: Annotated[int, typer.Option(min=1, max=50_000, help="Contacts of a day.")] = 4000,
    prepare_only: Annotated[bool, typer.Option("--prepare", help="Make the demo ready, then stop.")] = False,
) -> None:
    """Let the demo city live on this site's database; `lianxin run --demo` does it all."""
    import asyncio

    from lianxin.ground.site.home import load_site
    from lianxin.ground.site.logs import configure_logs
    from lianxin.ground.site.supervise import AGAIN_CODE
    from lianxin.twin.day import DayRefused, first_instant
    from lianxin.twin.demo import begin_again, live, over, prepare

    site = load_site()
    configure_logs(site.settings.log, "city")
    try:
        first_day = first_instant(date)
    except DayRefused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(2) from None
    with site.database(die_with_parent=site.supervised) as database:
        if not prepare_only:
            asyncio.run(live(database.app_url, site.home, calls))
            raise typer.Exit(AGAIN_CODE)
        if over(database.app_url):
            begin_again(site)
        asyncio.run(prepare(database.app_url, site.home, first_day, calls, speed))
