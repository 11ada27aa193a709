"""What reads orders and contacts without asking who reads: each statement by name, with the reason why it may.

Read by `test_sight.py`, which refuses whatever is not named here, and whatever is named here and does not need it.
"""

from collections.abc import Mapping
from typing import Final

_GUARDED: Final = """
    orders contacts chains entries texts promises custody order_events attachments instructions news messages_in replies
    receipts outbox call_ratings webhook_deliveries knowledge_uses"""
GUARDED: Final = frozenset(_GUARDED.split())
"""Tables whose rows tell something of one order or contact."""

OPEN: Final[Mapping[str, str]] = {
    "checkpoint_leaves": "numbers and hashes; they are published",
    "imported_orders": "numbers of the system before this one",
    "knowledge_items": "the chain is that of an item",
    "knowledge_tasks": "the chain is that of an item",
    "looks": "who looked, for the audit administrator alone; it shows no order",
    "packs": "the chain is that of a rule pack",
    "reveals": "how long somebody is shown a name; read beside the seen order",
    "samples": "whose work is inspected; the work itself is read through `seen_orders`",
    "sms_parts": "parts of messages before they become a contact",
    "staff": "the chain is that of a person who works here",
    "timers": "when the clock comes next",
    "webhook_queue": "which entries are to be told of; who is told is asked when they are spread",
}
"""Tables with such a column that tell nothing of an order or contact, and why not."""

_AUDIT: Final = (
    "the audit proves the books against the chains; it reads everything and shows numbers and names of rules"
)
_FIGURES: Final = "figures of a whole day or of all that is open: sums, in which no order can be told from another"
_LEDGER: Final = "the ledger itself: what a command is decided on, and what the worker seals"
_CITIZEN: Final = "for the citizen who gave number and query code of this very order, or for the code itself"
_BROUGHT: Final = "where a citizen's message belongs; the house puts it there, and nobody is shown it"
_OUT: Final = "what is about to leave the house, and what became of it; counts and addresses for the operator"
_CLOCK: Final = "the clock's own work: rules of retention, tidying up, alarms"
_FILES: Final = "asked after `seen_order` or `seen_through`, or by the rule that erases"
_TWIN: Final = "the simulated city, which no room imports"
_LEAVER: Final = "what goes to a successor when somebody leaves, whoever writes it down"
_BENCH: Final = "what is measured on made-up data"

_UNSEEN: Final[Mapping[str, str]] = {
    _AUDIT: """
        insight:latest_entry insight:chain_after insight:entries_between insight:entries_since insight:chains_between
        insight:leaves_between insight:orders_between insight:contacts_between insight:custody_between
        insight:promises_between insight:events_between insight:instructions_between insight:texts_between
        insight:files_between insight:contradicted_receipts insight:known_chains insight:merged_into insight:owed_by
        insight:held_books insight:event_books insight:listed_open""",
    _FIGURES: """
        insight:orders_of_day insight:contacts_of_day insight:first_contact_at
        desks:balance_before desks:balance_of_day desks:holders desks:opened_by_holder desks:promises_settled
        desks:promises_due desks:contacts_of_day exchange.api:books""",
    _LEDGER: """
        ground.ledger:load_chains ground.ledger:due_timers ground.ledger:unsealed_heads ground.ledger:mark_sealed
        ground.site:latest_entry ground.site:lived
        function:ledger_append function:draw_number""",
    _CITIZEN: """
        portal:entries_of portal:texts_of receipts:chain_of_order receipts:entry_at receipts:last_entry
        receipts:last_code""",
    _BROUGHT: """
        channels:message_by_key channels:orders_there channels:outbox_subjects channels:orders_of_persons
        channels:order_for_code channels:call_asked channels:orders_to_rate privacy:persons_of_contacts""",
    _OUT: """
        channels:claim channels:next_due channels:counts channels:letters channels:replies_of
        channels:letters_of_persons channels:add_test channels:claim_deliveries channels:next_delivery
        channels:hooks_of channels:expire_outbox channels:expire_deliveries
        function:informants_to_tell function:webhook_note""",
    _CLOCK: """
        retention:orders_of_person retention:contacts_of_person retention:texts_added retention:same_number
        retention:person_of_order retention:person_of_contact
        retention:persons_with_orders_over retention:persons_without_orders_over retention:recordings_over
        worker:unresolved_orders function:letters_expire""",
    _FILES: """
        attachments:of_subjects attachments:by_command attachments:one attachments:taken attachments:row_of
        attachments:rows_of attachments:known attachments:kept_files attachments:wrapped_keys""",
    _TWIN: """
        twin:rates twin:clock_entries twin:not_archived twin:unfinished_orders twin:unfinished_contacts
        twin:last_of_day twin:moved_on twin:opened_by_others twin/day.py""",
    _LEAVER: "personnel:in_hand personnel:contacts_in_hand personnel:left_behind",
    _BENCH: "bench/databases.py bench/http_pages.py bench/pages.py",
    "the rule itself": "function:seen_orders function:seen_contacts",
    "the channel by which an order came that is seen": "orders:about orders:whole",
    "places of texts without a word of them; `texts_at` and `seen_among` then say which are seen": """
        orders:all_with orders:end_of_window""",
    "asked after `message_of`, which is seen": "channels:answers_of",
    "what the sender is told of a message they have just handed in": "exchange.api:brought",
    "an item's own chain": "knowledge:item knowledge:course",
    "when somebody was let in: the chain of a person who works here": "desks.quality:agents",
    "the highest number of an import's day": "exchange:last_of_range",
}

UNSEEN: Final[Mapping[str, str]] = {name: reason for reason, names in _UNSEEN.items() for name in names.split()}
"""`room:statement`, `function:name` or a file below the package -> why it may."""
