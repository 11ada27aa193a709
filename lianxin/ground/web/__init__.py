"""The web: how do pages reach a browser, in which language, with which files and which guarantees?

Assembles the application from the rooms' routes, renders templates, serves the
static files, tells browsers that the ledger moved, answers health checks. It
knows no hotline word: what a page says belongs to the room that serves it.
"""

from lianxin.ground.web.app import Probe, create_app
from lianxin.ground.web.language import LANGUAGES, Language, marked
from lianxin.ground.web.live import Live
from lianxin.ground.web.paper import Paper
from lianxin.ground.web.present import Present, ReadPresent
from lianxin.ground.web.static import Shelf

__all__ = ["LANGUAGES", "Language", "Live", "Paper", "Present", "Probe", "ReadPresent", "Shelf", "create_app", "marked"]
