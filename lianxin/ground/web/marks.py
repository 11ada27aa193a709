"""The marks that pages show most: an icon, and a date that is running, near, over or kept.

Drawn by functions, not by macros: a list shows a hundred of them, and a macro takes 7 µs each.
"""

from functools import cache

from markupsafe import Markup, escape


class Marks:
    """Draws marks; icons: the address of the sheet they come from."""

    def __init__(self, icons: str) -> None:
        self._icon = cache(lambda name: Markup(_ICON).format(icons, name))

    def icon(self, name: str) -> Markup:
        """Return an icon of the sheet."""
        return self._icon(name)

    def due(self, state: str, words: str) -> Markup:
        """Return how a date stands, in words, shape and colour; state: running, last, over, kept, paused, open."""
        return Markup(f'<span class="due due-{escape(state)}">{self._icon("t-" + state)}{escape(words)}</span>')


_ICON = '<svg class="i" aria-hidden="true"><use href="{}#i-{}"/></svg>'
