"""The commands with which a site is started and kept: `run`, `migrate`, `settings`."""

import typer


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    app.command("run")(_run)
    app.command("migrate")(_migrate)
    app.command("settings")(_settings)


def _run(
    demo: bool = typer.Option(False, "--demo", help="Play the demo city of Binzhou."),
    speed: float = typer.Option(1.0, min=0.0, help="Demo: virtual seconds per second."),
    date: str | None = typer.Option(None, help="Demo: the first day, e.g. 2026-03-09."),
) -> None:
    """Run everything on this machine: database, pages, worker; stop with Ctrl-C."""
    from lianxin.ground.site.exposure import public_address
    from lianxin.ground.site.home import as_trial, load_site
    from lianxin.ground.site.logs import configure_logs
    from lianxin.ground.site.running import role_of, run_site, several

    site = load_site()
    configure_logs(site.settings.log, "run")
    roles = [*several(role_of("web"), site.settings.web.workers), role_of("worker")]
    before = None
    if demo:
        site = as_trial(site)
        first_day = ("--date", date) if date is not None else ()
        before = role_of("city", "--prepare", "--speed", str(speed), *first_day)
        roles.append(role_of("city"))

    def announce() -> None:
        if demo:
            typer.echo("The demo city is made ready; the first time it plays some days of history (about 20 s).")
        typer.echo(f"Lianxin is at {public_address(site.settings.web)} (stop with Ctrl-C)")

    run_site(site, roles, before, announce)


def _migrate() -> None:
    """Apply the migrations the database lacks; safe to run from several processes at once."""
    from lianxin.ground.site.home import load_site
    from lianxin.ground.site.migrating import migrate_site

    applied = migrate_site(load_site())
    for name in applied:
        typer.echo(f"applied {name}")
    typer.echo(f"The schema is up to date ({len(applied)} migrations applied now).")


def _settings() -> None:
    """Show every setting in force; passwords are left out."""
    from lianxin.ground.site.home import load_site
    from lianxin.ground.site.showing import shown_settings

    for line in shown_settings(load_site()):
        typer.echo(line)
