"""What was changed about logins, and by whom: for the audit administrator, and for whoever wonders about their own."""

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from lianxin.ground.clock import Clock, Instant, from_datetime, to_datetime
from lianxin.ground.store import load_queries
from lianxin.ground.web import marked

if TYPE_CHECKING:
    from asyncpg import Pool, Record

Act = Literal[
    "account_made",
    "password_given",
    "password_changed",
    "app_set_up",
    "app_taken_away",
    "recovery_made",
    "recovery_used",
    "passkey_made",
    "passkey_taken_away",
    "second_reset",
    "closed",
    "opened",
    "let_try_again",
    "session_ended",
    "token_made",
    "token_revoked",
]
ACT_WORDS: Final[dict[Act, str]] = {
    "account_made": marked("account made"),
    "password_given": marked("password given"),
    "password_changed": marked("password changed"),
    "app_set_up": marked("app set up"),
    "app_taken_away": marked("app taken away"),
    "recovery_made": marked("recovery codes made"),
    "recovery_used": marked("recovery code used"),
    "passkey_made": marked("passkey made"),
    "passkey_taken_away": marked("passkey taken away"),
    "second_reset": marked("second factor reset"),
    "closed": marked("account closed"),
    "opened": marked("account opened again"),
    "let_try_again": marked("let try again"),
    "session_ended": marked("session ended"),
    "token_made": marked("token made"),
    "token_revoked": marked("token revoked"),
}
_QUERIES = load_queries("lianxin.access")


class ActLine(msgspec.Struct, frozen=True):
    """Something that was done to a login; `by` as in entries."""

    id: int
    at: Instant
    act: Act
    number: str
    name: str
    by: str


class Acts:
    """Writes down and reads what was done to logins."""

    def __init__(self, pool: "Pool[Record]", clock: Clock) -> None:
        self._pool = pool
        self._clock = clock

    async def note(self, act: Act, number: str, by: str) -> None:
        """Write down what was done to somebody's login."""
        await _QUERIES.note_act(self._pool, now=to_datetime(self._clock.now()), act=act, number=number, by=by)

    async def lines(self, limit: int, before: int | None = None, number: str | None = None) -> tuple[ActLine, ...]:
        """Return what was done, the latest first; before one of them, of one number."""
        rows = _QUERIES.acts(self._pool, before=before, number=number, limit_count=limit)
        return tuple([_line(row) async for row in rows])


def _line(row: "Record") -> ActLine:
    return ActLine(
        row["act_id"],
        from_datetime(row["at"]),
        row["act"],
        row["work_number"],
        row["name"] or row["work_number"],
        row["by"],
    )
