"""Forms of the dispatch tray, of returns and of what goes outside (转办、签收、退单、异议、会商、转出)."""

from typing import Final

from lianxin.ground.web import marked
from lianxin.orders import commands as c
from lianxin.orders.forms.asked import choices, decision, line, text, told
from lianxin.orders.forms.form import Field, Form
from lianxin.orders.words import PART_WORDS, VALUE_WORDS

_UNIT: Final = Field(
    name="unit",
    kind="unit",
    label=marked("Leading unit"),
    hint=marked("Name or initials; the directory's suggestion is filled in"),
)
_ASSIST: Final = Field(
    name="assist",
    kind="units",
    label=marked("Assisting units"),
    hint=marked("Each gets a part with half of the leading unit's time"),
    required=False,
)
_CODE: Final = Field(
    name="code",
    kind="choice",
    label=marked("Reason"),
    choices=choices(VALUE_WORDS["code"]),
    hint=marked("Once for each reason, within the window for returns"),
    rule="order.send_back_window",
)
_GROUND: Final = text("basis", marked("Legal ground"), marked("Document and article by which it is not your duty"))
_PART: Final = Field(name="part", kind="part", label=marked("Part"))
_RULE_LEFT: Final = {"rule": "the clock follows from kind and urgency; a dispatcher does not choose dates"}

FORMS: Final = (
    Form(
        slug="dispatch",
        command=c.Dispatch,
        icon="hand-over",
        key="d",
        weight=10,
        fields=(
            _UNIT,
            _ASSIST,
            line("basis", marked("Basis"), marked("Entry of the directory, or the duty list that names the unit")),
        ),
        given=frozenset({"directory"}),
        left=_RULE_LEFT,
    ),
    Form(
        slug="sign",
        command=c.Sign,
        icon="signed",
        key="s",
        weight=1,
        left={"receipt": "an outside system's own number; people sign with their name"},
    ),
    Form(
        slug="ask-send-back",
        command=c.AskSendBack,
        icon="return",
        key="b",
        weight=40,
        fields=(
            _CODE,
            _GROUND,
            Field(name="suggested", kind="unit", label=marked("Who should have it instead")),
        ),
    ),
    Form(
        slug="decide-send-back",
        command=c.DecideSendBack,
        icon="seal",
        key="d",
        weight=5,
        fields=(
            decision("accepted", marked("Accept the return"), marked("Refuse it, the unit goes on")),
            text("text", marked("Decision and its reasons")),
            Field(
                name="correct_directory",
                kind="tick",
                label=marked("The directory is wrong here: open a ticket to correct it"),
                required=False,
            ),
        ),
    ),
    Form(
        slug="object",
        command=c.Object,
        icon="help",
        weight=30,
        fields=(text("ground", marked("Ground of the objection")),),
    ),
    Form(
        slug="open-joint-meeting",
        command=c.OpenJointMeeting,
        icon="people",
        key="m",
        weight=20,
        fields=(text("reason", marked("Why the units must meet")),),
    ),
    Form(
        slug="decide-joint-meeting",
        command=c.DecideJointMeeting,
        icon="seal",
        key="d",
        weight=5,
        fields=(_UNIT, _ASSIST, text("minutes", marked("Minutes"), marked("Who met when, and what was decided"))),
        given=frozenset({"directory"}),
    ),
    Form(
        slug="transfer",
        command=c.Transfer,
        icon="transfer",
        weight=45,
        fields=(
            Field(name="system", kind="outside", label=marked("System outside")),
            line("foreign_id", marked("Number there"), marked("Number or receipt that the other side gave"), most=60),
        ),
    ),
    Form(
        slug="inform",
        command=c.Inform,
        icon="check",
        weight=10,
        fields=(told(marked("When and how the other side's answer reached the citizen")),),
    ),
    Form(
        slug="name-tracker",
        command=c.NameTracker,
        icon="people",
        weight=70,
        fields=(Field(name="successor", kind="staff", label=marked("Who follows it from now on")),),
    ),
    Form(
        slug="open-part",
        command=c.OpenPart,
        icon="split",
        key="p",
        weight=50,
        fields=(
            Field(name="kind", kind="choice", label=marked("What kind of part"), choices=choices(PART_WORDS)),
            Field(name="to", kind="taker", label=marked("Who takes it")),
            text("what", marked("What is to be done"), most=400),
            Field(
                name="due",
                kind="moment",
                label=marked("Until when"),
                hint=marked("Of a county's office, empty: the latest that its own date allows"),
                required=False,
                rule="order.level_difference",
            ),
            Field(
                name="after",
                kind="part",
                label=marked("After which part"),
                hint=marked("Only for a leg of a relay: it is offered when that part is done"),
                required=False,
            ),
        ),
    ),
    Form(slug="sign-part", command=c.SignPart, icon="signed", weight=2, fields=(_PART,)),
    Form(
        slug="return-part",
        command=c.ReturnPart,
        icon="return",
        weight=45,
        fields=(_PART, _CODE, _GROUND),
    ),
    Form(
        slug="finish-part",
        command=c.FinishPart,
        icon="check",
        weight=25,
        fields=(_PART, text("result", marked("Result"))),
    ),
)
