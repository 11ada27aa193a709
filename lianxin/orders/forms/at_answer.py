"""Forms from the unit's reply to the follow-up and after it (答复、审核、回访、重办、重新打开)."""

from typing import Final

from lianxin.ground.web import marked
from lianxin.orders import commands as c
from lianxin.orders.forms.asked import choices, decision, line, text, told
from lianxin.orders.forms.form import TEXT_MAX, Field, Form, Words
from lianxin.orders.words import VALUE_WORDS

_CITIZEN: Final = Field(name="contact", kind="citizen", label=marked("Which citizen"))
_REASONS: Final = choices(
    VALUE_WORDS["reason"],
    ("slow", "attitude", "not_solved", "answer_wrong", "policy_disagree", "promise_broken", "other"),
)


def _question(name: str, label: str) -> Field:
    return Field(name=name, kind="choice", label=label, choices=choices(VALUE_WORDS[name]))


FORMS: Final = (
    Form(
        slug="reply",
        command=c.Reply,
        icon="check",
        key="r",
        weight=20,
        fields=(
            Field(
                name="answer",
                kind="text",
                label=marked("Words to the citizen"),
                hint=marked("Answer each demand; it is read to the citizen as it stands"),
                most=TEXT_MAX,
            ),
            line("basis", marked("Legal basis"), marked("Document and article")),
            line("contacted", marked("When the citizen was contacted"), marked("Date, way, and who spoke")),
            Field(
                name="signed_by_leader",
                kind="tick",
                label=marked("Signed by the leader in charge"),
                hint=marked("Needed for emergencies, instructions, media and group appeals"),
                required=False,
            ),
        ),
        words=Words("answer", "answer_hash"),
        given=frozenset({"answer_hash"}),
    ),
    Form(slug="accept-reply", command=c.AcceptReply, icon="check", key="a", weight=10),
    Form(
        slug="return-reply",
        command=c.ReturnReply,
        icon="return",
        key="b",
        weight=20,
        fields=(
            text("defects", marked("What is missing"), marked("Beside the point, no contact, no basis, no evidence")),
        ),
    ),
    Form(
        slug="record-followup",
        command=c.RecordFollowup,
        icon="phone",
        key="f",
        weight=10,
        fields=(
            _CITIZEN,
            _question("contacted", marked("Did the unit contact you?")),
            _question("informed", marked("Were you told what was done?")),
            _question("solved", marked("Is the matter solved?")),
            _question("satisfied", marked("Are you satisfied with the unit's work?")),
            Field(
                name="reason",
                kind="choice",
                label=marked("Main reason"),
                hint=marked("Needed when it is not solved, or not to the citizen's satisfaction"),
                required=False,
                choices=_REASONS,
            ),
            Field(
                name="later_at",
                kind="moment",
                label=marked("Promised for"),
                hint=marked("Only when the unit promised to do it later"),
                required=False,
            ),
            line("evidence", marked("Recording"), marked("Number of the recording"), most=60),
        ),
    ),
    Form(
        slug="attempt-failed",
        command=c.AttemptFailed,
        icon="phone-end",
        key="n",
        weight=20,
        fields=(
            _CITIZEN,
            _question("result", marked("What happened")),
            Field(
                name="again_at",
                kind="moment",
                label=marked("Call again at"),
                hint=marked("At least %(n)s calls before an order may end unreached"),
                rule="followup.attempts",
            ),
        ),
    ),
    Form(
        slug="close-unreached",
        command=c.CloseUnreached,
        icon="seal",
        weight=30,
        fields=(_CITIZEN, line("link", marked("Text message with the link"), marked("When it was sent"), most=60)),
    ),
    Form(
        slug="confirm-rework",
        command=c.ConfirmRework,
        icon="seal",
        key="d",
        weight=5,
        fields=(
            decision("agreed", marked("Send it to rework"), marked("No rework: the answer is lawful and explained")),
            text("text", marked("What is to be done again, or why not")),
        ),
    ),
    Form(
        slug="reopen",
        command=c.Reopen,
        icon="resume",
        key="o",
        weight=20,
        fields=(
            Field(
                name="contact",
                kind="contact",
                label=marked("Number of the contact"),
                hint=marked("The call or letter in which the citizen asked for it"),
            ),
            text("facts", marked("New facts")),
        ),
    ),
    Form(
        slug="decline-reopen",
        command=c.DeclineReopen,
        icon="close",
        key="n",
        weight=30,
        fields=(text("reason", marked("Why it is not opened again")), told()),
    ),
)
