"""Where does a site keep what is its own, and what is it made of?

The home folder holds keys, checkpoints, the settings file and the way into the
embedded database. It is private: 0700.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lianxin.ground.site.failures import SiteError
from lianxin.ground.site.settings import Settings, read_settings
from lianxin.ground.store import Database, open_database

SUPERVISED = "LIANXIN_SUPERVISED"
"""Set by `lianxin run` for its processes: the database is started and migrated by it alone."""

ROOT_HOME = Path("/var/lib/lianxin/home")


class Site(msgspec.Struct, frozen=True):
    """One installation: its home folder and its settings."""

    home: Path
    settings: Settings
    supervised: bool = False

    @contextmanager
    def database(self, *, die_with_parent: bool = False) -> Iterator[Database]:
        """Give the site's database, migrated and checked, while the block runs. Raises StoreError."""
        with open_database(
            self.home, self.settings.database.url, adopt_only=self.supervised, die_with_parent=die_with_parent
        ) as database:
            yield database


def load_site(environment: Mapping[str, str] | None = None) -> Site:
    """Return the site this process belongs to; its home is made if there is none.

    environment  the process's own unless given
    Raises SiteError when the home cannot be used or a setting is wrong.
    """
    known = os.environ if environment is None else environment
    home = home_folder(known)
    file = Path(known.get("LIANXIN_CONFIG") or home / "lianxin.toml")
    if "LIANXIN_CONFIG" in known and not file.exists():
        raise SiteError(f"LIANXIN_CONFIG names {file}, which does not exist.")
    return Site(home=_made(home), settings=read_settings(file, known), supervised=SUPERVISED in known)


def as_trial(site: Site) -> Site:
    """Return the site as one whose people may be made up."""
    web = msgspec.structs.replace(site.settings.web, trial=True)
    return msgspec.structs.replace(site, settings=msgspec.structs.replace(site.settings, web=web))


def home_folder(environment: Mapping[str, str]) -> Path:
    """Return `LIANXIN_HOME`, or the user's data folder; root's lies beside the embedded database."""
    if environment.get("LIANXIN_HOME"):
        return Path(environment["LIANXIN_HOME"]).expanduser().absolute()
    if os.geteuid() == 0:
        return ROOT_HOME
    data = environment.get("XDG_DATA_HOME") or Path(environment.get("HOME", "~")).expanduser() / ".local" / "share"
    return Path(data) / "lianxin"


def _made(home: Path) -> Path:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if home.stat().st_uid == os.geteuid():
            home.chmod(0o700)
    except OSError as failure:
        raise SiteError(f"The home folder {home} cannot be used: {failure.strerror}. Set LIANXIN_HOME.") from failure
    if not os.access(home, os.W_OK):
        raise SiteError(f"The home folder {home} belongs to another user. Set LIANXIN_HOME to one of your own.")
    return home
