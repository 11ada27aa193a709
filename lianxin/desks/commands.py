"""The commands of the screens: `web` serves the pages, `pictures` draws the README's."""

import typer


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    app.command("web")(_web)
    app.command("pictures")(_pictures)


def _web() -> None:
    """Serve the pages of this site; `lianxin run` starts it with everything else."""
    import asyncio

    import uvloop

    from lianxin.desks.site import serve
    from lianxin.ground.site import configure_logs, load_site
    from lianxin.ground.site.starting import check_start

    site = load_site()
    configure_logs(site.settings.log, "web")
    with site.database(die_with_parent=site.supervised) as database:
        check_start(database.app_url, site.settings)
        # A loop in C: a page that asks the database costs a tenth less, a command a fifth.
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(database.app_url, site))


def _pictures(
    url: str = typer.Option("", help="Address of the running demo; its own site where none is given."),
    folder: str = typer.Option("docs/pictures", help="Where the pictures go."),
) -> None:
    """Draw the pictures of docs/pictures, one of each desk, from a running demo, with the Chromium of this machine."""
    from pathlib import Path

    from lianxin.desks.pictures import NoBrowser, NothingToDraw, draw_pictures
    from lianxin.ground.site import load_site

    web = load_site().settings.web
    try:
        drawn = draw_pictures(url or f"http://localhost:{web.port}", Path(folder))
    except (NoBrowser, NothingToDraw) as failure:
        typer.echo(str(failure), err=True)
        raise typer.Exit(2) from failure
    for picture in drawn:
        typer.echo(f"drawn {picture}")
