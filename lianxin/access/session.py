"""A session (会话): how far is its owner in, and for how long?

Pure: the shell reads and writes sessions, this file says what one means at an instant.
All instants are the machine's: the idle lock must not run with a demo's time.
"""

from typing import Final, Literal
from uuid import UUID

import msgspec

from lianxin.access.who import Who
from lianxin.ground.clock import HOUR_MS, MINUTE_MS, Instant

Method = Literal["password", "passkey", "oidc", "demo"]
"""How its owner came in."""

Waits = Literal["", "second", "password", "enrol"]
"""What a session still waits for: a second factor, a new password, a second factor to be set up; empty: nothing."""

State = Literal["in", "locked", "second", "password", "enrol", "over"]

TOUCH_MS: Final = 30_000
"""A session's last sign of life is written at most this often."""


class Policy(msgspec.Struct, frozen=True):
    """How long sessions live.

    idle_ms    after so long without a person's doing it is locked
    life_ms    after so long it is over, whatever its owner does
    proof_ms   so long a password counts as just given, for what needs one (another factor, a token)
    """

    idle_ms: int = 15 * MINUTE_MS
    life_ms: int = 12 * HOUR_MS
    proof_ms: int = 10 * MINUTE_MS


class Session(msgspec.Struct, frozen=True):
    """A session as it is kept.

    id      its name in lists; the secret in the cookie is another
    csrf    secret from which the tokens of its forms are made
    proved  when its owner last gave a password, a code or a passkey
    locked  when its owner locked it, or the idle lock did; None: it is open
    """

    id: UUID
    who: Who
    method: Method
    waits: Waits
    csrf: bytes
    begun: Instant
    seen: Instant
    proved: Instant
    expires: Instant
    locked: Instant | None = None

    def state(self, now: Instant, policy: Policy) -> State:
        """Return how far its owner is in at `now`."""
        if now >= self.expires:
            return "over"
        if self.waits:
            return self.waits
        if self.locked is not None or now - self.seen >= policy.idle_ms:
            return "locked"
        return "in"

    def freshly_proved(self, now: Instant, policy: Policy) -> bool:
        """Whether its owner proved just now who they are; who came in by a demo's door has nothing to prove."""
        return self.method == "demo" or now - self.proved < policy.proof_ms
