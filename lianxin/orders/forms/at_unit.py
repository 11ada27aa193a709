"""Forms of the handling unit and of those who decide what it asks for (办理、延期、挂起、挂账、不合理诉求、督办)."""

from typing import Final

from lianxin.ground.web import marked
from lianxin.orders import commands as c
from lianxin.orders.forms.asked import UNREASONABLE, choices, decision, line, text, told
from lianxin.orders.forms.form import Choice, Field, Form, Words
from lianxin.orders.words import VALUE_WORDS

_SUPERVISORS: Final = frozenset({"supervisor", "duty_manager"})
_GRANT: Final = decision("granted", marked("Grant it"), marked("Refuse it"))
_AGREE: Final = decision("agreed", marked("Agree"), marked("Do not agree"))
_OPINION: Final = text("text", marked("Opinion"))

FORMS: Final = (
    Form(
        slug="log-contact",
        command=c.LogContact,
        icon="phone",
        key="c",
        weight=30,
        fields=(line("how", marked("Contact with the citizen"), marked("When, by which way, and what was agreed")),),
    ),
    Form(
        slug="ask-extension",
        command=c.AskExtension,
        icon="calendar",
        key="x",
        weight=50,
        fields=(
            Field(
                name="amount",
                kind="number",
                label=marked("Working days more"),
                hint=marked("At most %(n)s, counted from the present date"),
                least=1,
                most=99,
                rule="order.extension",
            ),
            text("reason", marked("Reason")),
            text("interim", marked("What was reached so far")),
            told(),
        ),
    ),
    Form(slug="decide-extension", command=c.DecideExtension, icon="seal", weight=5, fields=(_GRANT, _OPINION)),
    Form(
        slug="ask-suspension",
        command=c.AskSuspension,
        icon="hold",
        weight=52,
        fields=(
            Field(
                name="ground",
                kind="choice",
                label=marked("Ground"),
                choices=choices(
                    VALUE_WORDS["ground"], ("court", "appraisal", "season", "unreachable", "asked_to_wait")
                ),
            ),
            Field(
                name="resume_at",
                kind="moment",
                label=marked("Work goes on from"),
                hint=marked("More than %(n)s working days only the duty manager grants"),
                rule="order.suspend",
            ),
        ),
    ),
    Form(slug="decide-suspension", command=c.DecideSuspension, icon="seal", weight=5, fields=(_GRANT, _OPINION)),
    Form(
        slug="resume",
        command=c.Resume,
        icon="resume",
        weight=20,
        fields=(line("reason", marked("Why work goes on")),),
    ),
    Form(
        slug="register-long-run",
        command=c.RegisterLongRun,
        icon="promise",
        weight=54,
        fields=(
            text("plan", marked("Plan"), marked("Milestones with dates and who answers for them")),
            Field(name="milestone_at", kind="moment", label=marked("Date of the next milestone")),
        ),
    ),
    Form(
        slug="decide-long-run",
        command=c.DecideLongRun,
        icon="seal",
        weight=5,
        fields=(
            _GRANT,
            told(marked("Granted: how the citizen was told plan and dates. Refused: the reason")),
        ),
    ),
    Form(
        slug="reach-milestone",
        command=c.ReachMilestone,
        icon="check",
        weight=20,
        fields=(
            told(marked("What was reached, and how the citizen was told")),
            Field(name="next_at", kind="moment", label=marked("Date of the next milestone")),
        ),
    ),
    Form(
        slug="propose-unreasonable",
        command=c.ProposeUnreasonable,
        icon="close",
        weight=58,
        fields=(
            Field(name="ground", kind="choice", label=marked("Ground"), choices=UNREASONABLE),
            text("facts", marked("Facts that were checked")),
            text("explained", marked("What was explained to the citizen")),
        ),
    ),
    Form(
        slug="concur-unreasonable",
        command=c.ConcurUnreasonable,
        icon="seal",
        weight=5,
        fields=(_AGREE, _OPINION),
    ),
    Form(
        slug="decide-unreasonable",
        command=c.DecideUnreasonable,
        icon="seal",
        weight=5,
        fields=(_AGREE, _OPINION),
    ),
    Form(
        slug="urge",
        command=c.Urge,
        icon="urge",
        key="u",
        weight=45,
        fields=(
            Field(
                name="level",
                kind="grade",
                label=marked("Grade"),
                choices=(
                    Choice("0", marked("0 urge by phone")),
                    Choice("1", marked("1 urge in writing")),
                    Choice("2", marked("2 letter of supervision")),
                    Choice("3", marked("3 notice to all")),
                    Choice("4", marked("4 report to the city's leaders")),
                ),
                hint=marked("A grade never falls by an urge; empty: it stays"),
                required=False,
                roles=_SUPERVISORS,
            ),
            Field(
                name="letter",
                kind="line",
                label=marked("Number of the letter or record of the call"),
                required=False,
                most=60,
                roles=_SUPERVISORS,
            ),
        ),
    ),
    Form(
        slug="instruct",
        command=c.Instruct,
        icon="star",
        key="i",
        weight=40,
        fields=(
            Field(name="text", kind="text", label=marked("Instruction")),
            Field(
                name="letter",
                kind="line",
                label=marked("Number of the paper"),
                hint=marked("Where it came on paper and is entered for the leader"),
                required=False,
                most=60,
                roles=frozenset({"duty_manager"}),
            ),
        ),
        words=Words("text", "text_hash"),
        given=frozenset({"text_hash"}),
    ),
    Form(
        slug="answer-instruction",
        command=c.AnswerInstruction,
        icon="star",
        weight=8,
        fields=(
            Field(name="instruction", kind="instruction", label=marked("Which instruction")),
            Field(name="text", kind="text", label=marked("What was done about it")),
        ),
        words=Words("text", "text_hash"),
        given=frozenset({"text_hash"}),
    ),
    Form(
        slug="annul-cards",
        command=c.AnnulCards,
        icon="close",
        weight=65,
        fields=(line("reason", marked("Why the cards are annulled")),),
    ),
)
