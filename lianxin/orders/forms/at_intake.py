"""Forms from the agent to the dispatch tray (受理、审核)."""

from typing import Final

from lianxin.ground.web import marked
from lianxin.orders import commands as c
from lianxin.orders.forms.asked import CATEGORY, CONFIDENTIAL, KIND, REGION, URGENCY, choices, line, text, told
from lianxin.orders.forms.form import TEXT_MAX, Choice, Field, Form, Words
from lianxin.orders.steps.written import TakeIn
from lianxin.orders.words import VALUE_WORDS

_TARGETS: Final = Field(
    name="targets",
    kind="units",
    label=marked("Units it reports about"),
    hint=marked("None of their people will see the order or get it"),
    required=False,
)
_TITLE: Final = line("title", marked("Title"), marked("Place and matter in one sentence"), required=False, most=60)
_FLAGS: Final = Field(
    name="flags",
    kind="several",
    label=marked("Marks"),
    required=False,
    choices=(
        Choice("enterprise", marked("enterprise")),
        Choice("anonymous", marked("anonymous")),
        Choice("confidential", marked("confidential")),
        Choice("group", marked("group appeal")),
        Choice("emergency", marked("emergency")),
    ),
)
_GROUND: Final = Field(
    name="ground",
    kind="choice",
    label=marked("Ground"),
    choices=choices(
        VALUE_WORDS["ground"],
        (
            "litigation",
            "arbitration",
            "reconsideration",
            "petition",
            "disclosure",
            "discipline",
            "unlawful",
            "state_secret",
            "business_secret",
            "privacy",
            "emergency",
            "other_body",
            *(f"UR{n}" for n in range(1, 9)),
        ),
    ),
)


def _remark(name: str, label: str) -> Field:
    return line(f"remarks.{name}", label, required=False)


FORMS: Final = (
    Form(
        slug="submit",
        command=c.Submit,
        icon="check",
        weight=10,
        fields=(
            _TITLE,
            Field(
                name="text",
                kind="text",
                label=marked("The citizen's words"),
                hint=marked("Who, when, where, why, how it went, and what is asked for"),
                most=TEXT_MAX,
            ),
            KIND,
            CATEGORY,
            REGION,
            URGENCY,
            _FLAGS,
            _TARGETS,
            Field(name="read_back", kind="tick", label=marked("Read back to the caller, who confirmed it")),
        ),
        words=Words("text", "text_hash", "title"),
        given=frozenset({"number", "contact", "citizen_since", "text_hash", "person", "who"}),
    ),
    Form(
        slug="take-in",
        command=TakeIn,
        icon="check",
        key="t",
        weight=10,
        fields=(KIND, CATEGORY, REGION, URGENCY, CONFIDENTIAL, _TARGETS),
    ),
    Form(
        slug="approve",
        command=c.Approve,
        icon="check",
        key="a",
        weight=10,
        fields=(
            CATEGORY,
            REGION,
            URGENCY,
            CONFIDENTIAL,
            _TARGETS,
            Field(
                name="lift",
                kind="line",
                label=marked("Why it need not be kept confidential"),
                hint=marked("Only with the citizen's own consent; then leave the mark above empty"),
                required=False,
                flag="confidential",
            ),
            Field(
                name="agreed",
                kind="line",
                label=marked("How the citizen agreed to it"),
                hint=marked("When, and by which way"),
                required=False,
                flag="confidential",
            ),
        ),
    ),
    Form(
        slug="send-back",
        command=c.SendBack,
        icon="return",
        key="b",
        weight=30,
        fields=(
            _remark("words", marked("On the words")),
            _remark("category", marked("On the category")),
            _remark("place", marked("On the place")),
            _remark("urgency", marked("On the urgency")),
            _remark("kind", marked("On the kind of matter")),
            _remark("other", marked("On something else")),
        ),
    ),
    Form(
        slug="revise",
        command=c.Revise,
        icon="check",
        key="r",
        weight=10,
        fields=(
            KIND,
            CATEGORY,
            REGION,
            URGENCY,
            Field(
                name="text",
                kind="text",
                label=marked("What is corrected in the words"),
                hint=marked("It stands beside what was written before, which stays"),
                required=False,
                most=TEXT_MAX,
            ),
        ),
        words=Words("text", "text_hash"),
        given=frozenset({"text_hash"}),
    ),
    Form(
        slug="propose-not-accepted",
        command=c.ProposeNotAccepted,
        icon="close",
        key="n",
        weight=40,
        fields=(
            _GROUND,
            line("legal_way", marked("Legal way to tell instead"), marked("Where the citizen can turn, and how")),
        ),
    ),
    Form(
        slug="confirm-not-accepted",
        command=c.ConfirmNotAccepted,
        icon="seal",
        weight=5,
        fields=(told(marked("When and how the legal way was explained to the citizen")),),
    ),
    Form(
        slug="note",
        command=c.Note,
        icon="pencil",
        key="g",
        weight=60,
        fields=(
            text("text", marked("Progress"), marked("Kept beside the order, not in the ledger"), required=False),
            told(required=False),
        ),
        words=Words("text", "text_hash"),
        given=frozenset({"text_hash"}),
    ),
    Form(
        slug="add",
        command=c.Add,
        icon="plus",
        weight=60,
        fields=(Field(name="text", kind="text", label=marked("What the citizen adds"), most=TEXT_MAX),),
        words=Words("text", "text_hash"),
        given=frozenset({"contact", "text_hash"}),
    ),
    Form(
        slug="ask-reopen",
        command=c.AskReopen,
        icon="resume",
        weight=60,
        fields=(Field(name="text", kind="text", label=marked("New facts"), most=TEXT_MAX),),
        words=Words("text", "text_hash"),
        given=frozenset({"contact", "text_hash"}),
    ),
    Form(
        slug="join",
        command=c.Join,
        icon="merge",
        key="m",
        weight=55,
        fields=(
            Field(name="parent", kind="order", label=marked("Number of the order that goes on")),
            line("reason", marked("Why it is the same matter")),
        ),
    ),
    Form(
        slug="separate",
        command=c.Separate,
        icon="split",
        weight=55,
        fields=(line("reason", marked("Why it is not the same matter")),),
    ),
)
