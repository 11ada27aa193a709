"""`lianxin worker` is the process; `lianxin timers` shows what the clock has before it."""

import typer


def register(app: typer.Typer) -> None:
    """Add this room's commands to the front door."""
    app.command("worker")(_worker)
    app.command("timers")(_timers)


def _worker() -> None:
    """Work until stopped: due dates, messages, checkpoints. `lianxin run` starts one."""
    import asyncio

    from lianxin.ground.site.failures import SiteError
    from lianxin.ground.site.home import load_site
    from lianxin.ground.site.logs import configure_logs
    from lianxin.ground.site.starting import check_start
    from lianxin.people.keys import KeyUnfit
    from lianxin.worker.assembling import work

    site = load_site()
    configure_logs(site.settings.log, "worker")
    with site.database(die_with_parent=True) as database:
        check_start(database.app_url, site.settings)
        try:
            asyncio.run(work(site, database.app_url))
        except KeyUnfit as unfit:
            raise SiteError(str(unfit)) from unfit


def _timers(
    failing: bool = typer.Option(False, "--failing", help="List the timers whose command failed."),
    as_json: bool = typer.Option(False, "--json", help="Answer in JSON."),
) -> None:
    """Show how many dates are ahead and late; with --failing which of them cannot be seen to, and why."""
    import asyncio

    import msgspec

    from lianxin.worker.looking import Outlook, look

    outlook: Outlook = asyncio.run(look())
    if as_json:
        typer.echo(msgspec.json.encode(outlook).decode())
    else:
        typer.echo(f"{outlook.timers} timers, {outlook.late} late, next at {outlook.next or '-'}")
        for timer in outlook.failing if failing else ():
            typer.echo(f"{timer.subject}  {timer.attempts} attempts, again at {timer.again}: {timer.reason}")
