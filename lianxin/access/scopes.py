"""What may a token do? The scopes (令牌范围) that a personal access token is made for.

A route that other systems may use names its scopes, `opt={"scopes": ("orders:read",)}`;
a token needs all of them. A route that names none is for people in a browser alone.
"""

from typing import Final

from lianxin.ground.web import marked

SCOPES: Final[dict[str, str]] = {
    "orders:read": marked("read orders, their course and their promises"),
    "orders:act": marked("take steps on orders: sign, reply, send back"),
    "contacts:read": marked("read contacts"),
    "contacts:write": marked("hand in contacts of other channels"),
    "attachments": marked("read and add attachments"),
    "knowledge:read": marked("read knowledge"),
    "receipts:read": marked("verify receipts"),
    "audit:read": marked("read the summary of the audit"),
    "metrics:read": marked("read the figures of the machine"),
    "wall": marked("show the counts of the book on a screen on the wall"),
}
"""Every scope and what it is for."""


def unknown(scopes: frozenset[str]) -> frozenset[str]:
    """Return those that no scope is called."""
    return scopes - SCOPES.keys()
