"""Channels (渠道): the doors through which messages leave the house, each exactly once.

What is to be said stands in the outbox since the command that caused it; this room
looks up the number, words the message and sends it, again and again until the other
side has it, always under the same key.
"""

from lianxin.channels.channel import Channel, NotSent, Outgoing
from lianxin.channels.outbox import Delivered, Letter, Outbox

__all__ = ["Channel", "Delivered", "Letter", "NotSent", "Outbox", "Outgoing"]
