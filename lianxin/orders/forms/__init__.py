"""Every step that a person takes has one form; the pages, the drafts and the API all read it here.

FORMS       slug -> form;  FORM_OF: command -> form
ELSEWHERE   commands for which nobody fills in a form of an order, and why
"""

from collections.abc import Mapping
from typing import Final

from lianxin.orders import commands as c
from lianxin.orders.forms import at_answer, at_dispatch, at_intake, at_unit
from lianxin.orders.forms.form import Choice, Field, Form, Kind, Words
from lianxin.orders.steps.beside import Attach, EraseAttachment
from lianxin.orders.steps.written import Lodge

__all__ = ["ELSEWHERE", "FORMS", "FORM_OF", "Choice", "Field", "Form", "Kind", "Words"]

_ALL: Final = (*at_intake.FORMS, *at_dispatch.FORMS, *at_unit.FORMS, *at_answer.FORMS)
FORMS: Final[Mapping[str, Form]] = {form.slug: form for form in _ALL}
FORM_OF: Final[Mapping[type[c.Command], Form]] = {form.command: form for form in _ALL}

ELSEWHERE: Final[Mapping[type[c.Command], str]] = {
    Lodge: "a citizen hands it in at the portal",
    c.Withdraw: "a citizen takes it back at the portal, verified by the query code",
    c.Rate: "a citizen answers at the portal, or by the link of a text message",
    Attach: "a file is sent to the panel of attachments, not typed",
    EraseAttachment: "erased in the panel of attachments, with the file itself",
    c.Erase: "erased by the retention rules and the security administrator, with the text itself",
    c.ReplaceCode: "the receipts make the new code in the same transaction",
    c.PassOn: "follows from a person's leaving, in the roll",
    c.Recount: "the worker counts when a calendar has come",
    c.Tick: "the worker's clock",
}
