"""What do all commands on an order have in common? Who gives them, and in which role."""

from uuid import UUID

import msgspec


class Command(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """by: `staff:1023`, `unit:zjj:contact`, `outside:sd-12345`, `citizen`, `system`; role: the id of domain roles."""

    id: UUID
    by: str
    role: str
