"""Which roles does the database know, and how are they made on a server of one's own?

The owner applies migrations and owns every table. The application only gets what
migrations grant it; it cannot UPDATE or DELETE a ledger row, not even by a bug.
"""

OWNER = "lianxin_owner"
APP = "lianxin_app"
SUPERUSER = "postgres"
"""The embedded server's administrator; external servers have their own."""

DATABASE = "lianxin"

SQL_FOR_ROLES = f"""\
CREATE ROLE {OWNER} LOGIN PASSWORD '<choose one>';
CREATE ROLE {APP} LOGIN PASSWORD '<choose another>';
CREATE DATABASE {DATABASE} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT ON DATABASE {DATABASE} TO {APP};
"""
"""Run once by the administrator of an external server; passwords are the administrator's to choose."""


def prepare_database(database: str) -> tuple[str, ...]:
    """Return the statements that close a new database to everybody but its two roles.

    database  a name this house made; it needs no quoting
    """
    return (
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {APP}",
    )
