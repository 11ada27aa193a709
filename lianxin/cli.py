"""The front door: which commands does `lianxin` answer to?

Each room brings its own in `commands.py` (`register(app)`); this file only collects them.
"""

import importlib
import importlib.util
import os
import sys

import typer

from lianxin import __version__, house, manual
from lianxin.ground.site.failures import SiteError
from lianxin.ground.site.home import SUPERVISED
from lianxin.ground.site.supervise import REFUSED_CODE
from lianxin.ground.store.failures import StoreError

app = typer.Typer(
    name="lianxin",
    help="Lianxin 连心: a city's 12345 hotline in which no request is ever lost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lianxin {__version__}")
        raise typer.Exit()


@app.callback()
def _front_door(
    version: bool = typer.Option(False, "--version", callback=_show_version, is_eager=True, help="Show the version."),
) -> None:
    """Lianxin 连心: a city's 12345 hotline in which no request is ever lost."""


def collect_commands() -> None:
    """Ask every room for its commands.

    They stand in its `commands.py`, or in `desk_commands.py` where the former says what can be asked of a value.
    """
    manual.register(app)
    for room in house.rooms():
        package = f"lianxin.{room}"
        if importlib.util.find_spec(package) is None:
            continue
        for name in (f"{package}.commands", f"{package}.desk_commands"):
            if importlib.util.find_spec(name) is not None:
                register = getattr(importlib.import_module(name), "register", None)
                if register is not None:
                    register(app)


def main() -> None:
    """Run the command line; a refusal is one sentence on standard error and exit code 2.

    A process of `lianxin run` tells it with a code of its own that it refuses the settings; a database that is away
    is another matter, it comes back.
    """
    collect_commands()
    try:
        app()
    except SiteError as refusal:
        typer.echo(str(refusal), err=True)
        sys.exit(REFUSED_CODE if SUPERVISED in os.environ else 2)
    except StoreError as refusal:
        typer.echo(str(refusal), err=True)
        sys.exit(2)
