"""What can go wrong with the database, in sentences a person can act on."""


class StoreError(Exception):
    """The database cannot be used now; the message says what happened and what to do."""


class ServerFailed(StoreError):
    """The embedded server did not start or did not stop."""


class HomeTaken(StoreError):
    """The data folder belongs to another home folder or to another user."""


class NotReachable(StoreError):
    """No connection to the database given by `LIANXIN_DATABASE_URL`."""


class ServerTooOld(StoreError):
    """The server given is older than the oldest version this house keeps its promises on."""


class RoleTooStrong(StoreError):
    """The application would log in with rights that could rewrite the ledger."""


class SchemaMissing(StoreError):
    """The database lacks migrations and this process may not apply them."""


class MigrationFailed(StoreError):
    """A migration was refused by the database; nothing of it remains."""
