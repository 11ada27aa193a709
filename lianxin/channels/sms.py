"""Text messages (短信): the gateway of the demo writes each message as a file.

`FOLDER/2026-03-09/KEY.json`, complete or not there at all; a message that comes again
finds its file and changes nothing. A city's own gateway is another `Channel`, given to
the outbox in its place.
"""

import asyncio
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec

from lianxin.channels.channel import NotSent, Outgoing
from lianxin.ground.clock import local_date

_PRIVATE: Final = 0o700


class SmsFolder:
    """Writes text messages into a folder, one folder per day; days older than `keep_days` go."""

    def __init__(self, folder: Path, keep_days: int) -> None:
        self._folder = folder
        self._keep_days = keep_days
        self._days: set[str] = set()

    async def send(self, message: Outgoing) -> None:
        """See `Channel.send`."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as failure:
            raise NotSent(f"the folder for text messages cannot be written: {failure.strerror}") from failure

    def _write(self, message: Outgoing) -> None:
        day = local_date(message.made)
        folder = self._folder / day.isoformat()
        if folder.name not in self._days:
            folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            self._days.add(folder.name)
            self._forget((day - timedelta(days=self._keep_days)).isoformat())
        place = folder / f"{message.key}.json"
        if place.exists():
            return
        draft = folder / f".{message.key}.{os.getpid()}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_content(message))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)

    def _forget(self, before: str) -> None:
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name < before:
                shutil.rmtree(folder, ignore_errors=True)
                self._days.discard(folder.name)


def _content(message: Outgoing) -> bytes:
    content = {"key": str(message.key), "order": message.order, "to": message.to, "text": message.text}
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"
