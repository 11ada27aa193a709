"""How is a query code (查询码) made, kept and recognised?

Eight digits that can be read over a telephone. Only the hash is kept, so that nobody in
the house can read a citizen's code; whoever lost it gets a new one.
"""

import secrets
from functools import cache
from typing import Final

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lianxin.ground.clock import Instant

DIGITS: Final = 8
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""The least that OWASP's cheat sheet for password storage calls enough; guesses are limited at the door too."""


class CodeRow(msgspec.Struct, frozen=True):
    """A code as `receipts_write` takes it; n counts the codes of an order, the last one is valid."""

    order: int
    n: int
    at: Instant
    code_hash: str


def new_code(order_id: int, n: int, now: Instant) -> tuple[str, CodeRow]:
    """Return a new code and the row that keeps its hash, to be written with the entry that begins it."""
    code = any_code()
    return code, code_row(order_id, n, now, code)


def any_code() -> str:
    """Return eight random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def code_row(order_id: int, n: int, now: Instant, code: str) -> CodeRow:
    """Return the row that keeps the hash of a code that was chosen before."""
    return CodeRow(order_id, n, now, _hasher.hash(code))


@cache
def nobodys() -> str:
    """Return the hash that a guess at an order without a code is compared with: it takes as long, and never matches."""
    return _hasher.hash(secrets.token_hex(16))


def matches(code_hash: str, code: str) -> bool:
    """Return whether this is the code whose hash was kept; blanks and hyphens in it are left out."""
    plain = "".join(char for char in code if char.isdigit())
    try:
        return _hasher.verify(code_hash, plain)
    except (VerificationError, InvalidHashError):
        return False
