"""Access (登录): who asks, how do they prove it, and for how long is it believed?

Accounts, passwords and second factors, sessions on the server, tokens for other systems,
and the gate that every request passes. What somebody may do with an order is not decided
here: the roles come from the roll (people), the steps from the orders.
"""

from lianxin.access.scopes import SCOPES
from lianxin.access.who import Who

__all__ = ["SCOPES", "Who"]
