"""What does the site write about itself, and what never?

One line per event on standard error: JSON where nobody watches, columns in a
terminal. Ids, kinds and durations; never a name, a number or a text of a citizen.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from lianxin.ground.clock import RealClock, iso
from lianxin.ground.site.settings import LogSettings

Event = MutableMapping[str, Any]

_CLOCK = RealClock()
_PERSONAL = re.compile(
    r"(?P<id>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"  # an id is kept, whatever its digits look like
    r"|(?<!\d)(?:1[3-9]\d{9}"  # a mobile number
    r"|\d{17}[\dXx]"  # an identity number
    r"|0\d{2,3}-?\d{7,8})(?!\d)"  # a landline with its area code
)
_VALUES = re.compile(r"^(DETAIL|CONTEXT|HINT):.*$", re.MULTILINE)
"""The lines in which PostgreSQL repeats the values that caused an error."""

WITHHELD = "[withheld]"


def configure_logs(settings: LogSettings, process: str) -> None:
    """Send this process's events, and those of the libraries it uses, to standard error.

    process  name of the process in every line, e.g. `web`
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        _stamped(process),
        structlog.processors.format_exc_info,
        withhold_personal,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(settings)],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.level.upper(), force=True)


def withhold_personal(_: object, __: str, event: Event) -> Event:
    """Replace what looks like a citizen's number, and the values PostgreSQL quotes, in every text of an event."""
    return {key: _clean(value) for key, value in event.items()}


def _clean(value: object) -> object:
    if isinstance(value, BaseException):
        value = str(value)
    if isinstance(value, str):
        return _PERSONAL.sub(lambda found: found["id"] or WITHHELD, _VALUES.sub(WITHHELD, value))
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def _stamped(process: str) -> structlog.types.Processor:
    def stamp(_: object, __: str, event: Event) -> Event:
        event["at"] = iso(_CLOCK.now())
        event["process"] = process
        return event

    return stamp


def _renderer(settings: LogSettings) -> structlog.types.Processor:
    watched = settings.format == "console" or (settings.format == "auto" and sys.stderr.isatty())
    return structlog.dev.ConsoleRenderer() if watched else structlog.processors.JSONRenderer(ensure_ascii=False)
