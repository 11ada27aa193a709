"""Is it the database that is away, and not the statement that is wrong?

Away is: it does not answer, it starts or stops, or it has no room. Whoever meets this waits and tries again.
"""

import asyncpg


def is_away(error: BaseException) -> bool:
    """Return whether the error says that the server is away, starting, stopping or without room."""
    if isinstance(error, asyncpg.QueryCanceledError):  # a statement that took too long: the server is there
        return False
    return isinstance(
        error,
        OSError  # TimeoutError is one
        | asyncpg.PostgresConnectionError
        | asyncpg.InterfaceError
        | asyncpg.InternalClientError  # what the driver makes of a connection cut in the middle of an answer
        | asyncpg.OperatorInterventionError
        | asyncpg.InsufficientResourcesError,
    )


def has_no_room(error: BaseException) -> bool:
    """Return whether the server is there and refuses to write for want of space."""
    return isinstance(error, asyncpg.DiskFullError)
