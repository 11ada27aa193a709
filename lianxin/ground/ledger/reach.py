"""What is somebody told whose command did not reach the ledger, or whose answer did not come back?

Nobody can say then whether it was written; its id makes the question harmless: sent again it
acts once, and answers what it answered the first time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from lianxin.ground.store.away import has_no_room, is_away


class OutOfReach(ConnectionError):
    """The ledger does not answer, or has no room for more.

    zh, en  the sentence for the person whose command it was; `str()` gives the Chinese one
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh = zh
        self.en = en


@contextmanager
def reaching() -> Iterator[None]:
    """Turn a database that is away into OutOfReach; every other error passes as it is."""
    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        raise (_no_room() if has_no_room(error) else _no_answer()) from error


def _no_answer() -> OutOfReach:
    return OutOfReach(
        "数据库暂时没有回应，这一步是否已经保存还不能确定。已经确认的内容都在。请稍后再提交一次，同一步骤不会重复办理。",
        "The database does not answer just now, and whether this step was saved cannot be said. Everything that was "
        "acknowledged is kept. Please send it again in a moment: the same step is never carried out twice.",
    )


def _no_room() -> OutOfReach:
    return OutOfReach(
        "数据库没有存储空间了，这一步没有保存。已经确认的内容都在。请告知值班长腾出空间，然后再提交一次。",
        "The database has no room left, and this step was not saved. Everything that was acknowledged is kept. "
        "Please tell the duty manager to make room, then send it again.",
    )
