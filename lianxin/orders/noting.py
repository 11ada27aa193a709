"""What do the contact and the texts keep of a command on an order? Pure.

The contact's chain is told what became of its matter; the text that came with a command
stands beside the order, under the hash that the entry holds.
"""

from lianxin.contacts import course
from lianxin.contacts.contact import Matter
from lianxin.ground.clock import Instant
from lianxin.ground.ledger import ORDER, kind_of_chain
from lianxin.orders import commands as c
from lianxin.orders.order import Order
from lianxin.orders.steps.written import Lodge
from lianxin.orders.texts import TextRow, Words, text_row


def noted(
    command: c.Submit | Lodge | c.Add | c.AskReopen, matter: Matter, *, form: bool, arrival: course.Arrive | None = None
) -> course.ContactCommand:
    """Return what the contact's chain is told: an agent notes the matter, what was written arrives with it and ends.

    form     it comes from the citizen, no agent has it in hand
    arrival  by which channel, and whose it is; a form on the web unless given
    """
    if not form:
        return course.NoteMatter(id=command.id, by=command.by, matter=matter)
    channel, person, who = "web", None, {}
    if arrival is not None:
        channel, person, who = arrival.channel, arrival.person, arrival.who
    elif isinstance(command, c.Submit | Lodge):
        person, who = command.person, command.who
    return course.WriteIn(id=command.id, by=command.by, channel=channel, person=person, who=who, matter=matter)


def orders_named(command: course.ContactCommand) -> tuple[int, ...]:
    """Return the order that a matter of the command names, where it names one."""
    matter: Matter | None = getattr(command, "matter", None)
    return () if matter is None or matter.order is None else (matter.order,)


def is_order(chain: int) -> bool:
    """Whether this is the id of an order at all."""
    return kind_of_chain(chain) == ORDER


def opened(order_id: int, order: Order) -> Matter:
    """Return the matter of a contact from which an order was opened."""
    return Matter(
        "emergency" if "emergency" in order.flags else "opened",
        order=order_id,
        to="110/120" if "emergency" in order.flags else "",
    )


def texts_of(before: Order, after: Order, words: Words | None, now: Instant, command: c.Command) -> list[TextRow]:
    """Return the row of the text that the command brought; its hash is the one the entry holds."""
    if isinstance(command, c.Erase) or after.texts == before.texts:
        return []
    assert words is not None, f"{type(command).__name__} brings a text that nobody gave"
    carried = command.answer_hash if isinstance(command, c.Reply) else getattr(command, "text_hash", None)
    assert words.hash() == carried, f"{type(command).__name__} carries the hash of other words"
    return [text_row(after.id, after.texts, now, words.title, words.text, words.salt)]
