"""Every step has its form, and a form says in words what is wrong with it."""

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made.orders import Case
from made.orders_in_states import PLACES, content_of

from lianxin.ground.ledger.command_id import command_id
from lianxin.ground.text import make_number
from lianxin.ground.web.language import translations
from lianxin.orders import commands as c
from lianxin.orders.forms import ELSEWHERE, FORM_OF, FORMS, Field, Form
from lianxin.orders.forms.filling import opened
from lianxin.orders.forms.known import Known
from lianxin.orders.forms.parsing import BESIDE, parse
from lianxin.orders.lifecycle import ALL_STEPS
from lianxin.orders.step import ROLE_ZH
from lianxin.people import load_staff
from lianxin.units import load_units

STAFF = {person.id: person.name for person in load_staff().house}
ALL = list(FORMS.values())
NUMBER = make_number(date(2026, 3, 9), 77)
SAID = {
    "line": "锦苑小区 3 号楼",
    "text": "第一行\n第二行",
    "number": "3",
    "moment": "2026-03-20T16:30",
    "unit": "市住建局",
    "units": "市城管局",
    "outside": "省热线平台",
    "taker": "cgj",
    "staff": "1026",
    "category": "0401",
    "region": "371602",
    "part": "1",
    "instruction": "1",
    "contact": NUMBER,
    "order": NUMBER,
}
"""Kind of field -> something right to write into it."""


def known(case: Case | None = None) -> Known:
    return Known(load_units(), STAFF, (case or with_everything()).order)


def with_everything() -> Case:
    """An order with an open part and an instruction that waits."""
    case = Case().to_unit()
    case.unit(c.OpenPart, **content_of(c.OpenPart, case))
    case.act(c.Instruct, "staff:9001", "duty_manager", **{**content_of(c.Instruct, case), "letter": "批 1"})
    return case


def said(field: Field, about: Known) -> str:
    if field.kind == "citizen":
        assert about.order is not None
        return str(about.order.contact)
    if field.kind in ("tick",):
        return "yes"
    return field.choices[0].code if field.choices else SAID[field.kind]


def filled(form: Form, about: Known) -> dict[str, list[str]]:
    return {field.name: [said(field, about)] for field in form.fields}


def command_of(form: Form, content: dict[str, object]) -> c.Command:
    given = {"number": NUMBER, "contact": 1, "citizen_since": 1, "directory": "1"}
    asked = {name: given.get(name, "ab") for name in form.given if name not in ("person", "who")}
    return form.command(id=command_id(1, b"x" * 10), by="staff:1", role="agent", **{**asked, **content})


def test_every_step_has_a_form_or_says_why_nobody_fills_one_in() -> None:
    assert set(FORM_OF) | set(ELSEWHERE) == set(ALL_STEPS)
    assert set(FORM_OF) & set(ELSEWHERE) == set()
    assert all(reason for reason in ELSEWHERE.values())


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.slug)
def test_a_form_asks_for_whatever_its_command_says(form: Form) -> None:
    fields = {field.name for field in msgspec.structs.fields(form.command)} - {"id", "by", "role"}
    asked = {field.name.partition(".")[0] for field in form.fields}
    beside = set() if form.words is None else {form.words.text, form.words.title} - {""}
    assert asked - beside | form.given | set(form.left) == fields
    assert beside <= asked
    assert not asked & BESIDE, "a field has the name of something every form carries"


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.slug)
def test_what_is_filled_in_becomes_the_command(form: Form) -> None:
    about = known()
    found = parse(form, filled(form, about), about)
    assert found.mistakes == ()
    command = command_of(form, dict(found.content))
    assert msgspec.json.decode(msgspec.json.encode(command), type=form.command) == command
    if form.words is not None:
        assert found.text == SAID["text"]


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.slug)
def test_what_is_missing_is_named_at_its_field(form: Form) -> None:
    about = known()
    needed = {field.name for field in form.fields if field.required}
    found = parse(form, {}, about)
    assert {mistake.field for mistake in found.mistakes} - {""} == needed
    blank = parse(form, {field.name: [" \n\u200b"] for field in form.fields}, about)
    assert {mistake.field for mistake in blank.mistakes} - {""} == needed


@pytest.mark.parametrize(
    ("form", "field"),
    [(form, field) for form in ALL for field in form.fields],
    ids=lambda one: getattr(one, "slug", ""),
)
def test_what_no_field_can_hold_is_refused_with_a_sentence(form: Form, field: Field) -> None:
    about = known()
    whole = filled(form, about)
    wrong: list[object] = ["火星上的井盖", "-1", "2026-02-30T10:00", "1e9", "null", "<script>", "9" * 400]
    long = "长" * (field.limit + 1)
    for value in [[one] for one in wrong] + [[long], [b"file"], [said(field, about), said(field, about)]]:
        found = parse(form, {**whole, field.name: value}, about)
        for mistake in found.mistakes:
            assert mistake.field == field.name
            assert translations("zh").gettext(mistake.words) != mistake.words
        if value == [b"file"] or (value == [long] and field.kind in ("line", "text")):
            assert found.mistakes
        if value[0] in wrong and field.kind not in ("line", "text"):
            assert found.mistakes, f"{field.kind} took {value!r}"


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.slug)
def test_what_does_not_belong_to_the_form_is_refused(form: Form) -> None:
    about = known()
    for name in ("by", "role", "id", "number", "flags", "text_hash", "x" * 300):
        if name in {field.name for field in form.fields}:
            continue
        found = parse(form, {**filled(form, about), name: ["1"]}, about)
        assert [mistake.field for mistake in found.mistakes] == [""], name


_values = st.lists(st.one_of(st.text(max_size=30), st.binary(max_size=5), st.integers(), st.none()), max_size=3)


@given(data=st.data())
@settings(max_examples=400, deadline=None)
def test_whatever_is_sent_is_a_command_or_a_sentence(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(ALL))
    about = _ABOUT
    names = st.sampled_from([field.name for field in form.fields] or ["nothing"])
    right = filled(form, about)
    sent = {**right, **data.draw(st.dictionaries(names, _values, max_size=4))}
    found = parse(form, sent, about)
    for mistake in found.mistakes:
        assert translations("zh").gettext(mistake.words) % mistake.values
        assert translations("en").gettext(mistake.words) % mistake.values
    if not found.mistakes:
        command = command_of(form, dict(found.content))
        assert msgspec.json.decode(msgspec.json.encode(command), type=form.command) == command


_ABOUT = known()


@pytest.mark.parametrize(
    "written",
    ["市住建局", "滨州市住房和城乡建设局", "zjj", "ZJJ", " 市住建局 ", "Housing and Urban Construction Bureau"],
)
def test_a_unit_is_known_by_any_of_its_names(written: str) -> None:
    assert known().unit(written) == "zjj"


@pytest.mark.parametrize(("written", "person"), [("1026", "staff:1026"), ("staff:1026", "staff:1026"), ("0", None)])
def test_somebody_of_the_house_is_known_by_the_work_number(written: str, person: str | None) -> None:
    assert known().person(written) == person


def test_a_name_that_two_have_means_nobody() -> None:
    two = Known(load_units(), {"1": "王芳", "2": "王芳", "3": "李雷"})
    assert two.person("王芳") is None
    assert two.person("李雷") == "staff:3"


def test_dates_are_those_of_the_city() -> None:
    form = FORMS["ask-suspension"]
    found = parse(form, {"ground": ["court"], "resume_at": ["2026-03-20T16:30"]}, known())
    assert found.content["resume_at"] == 1_773_995_400_000  # 2026-03-20 16:30 +08:00


def test_remarks_need_at_least_one() -> None:
    form = FORMS["send-back"]
    assert [one.field for one in parse(form, {field.name: [""] for field in form.fields}, known()).mistakes] == [""]
    found = parse(form, {"remarks.place": ["写明门牌号"], "remarks.words": [""]}, known())
    assert found.content == {"remarks": {"place": "写明门牌号"}}


def test_names_of_an_emptied_list_are_none_and_of_a_list_not_asked_for_stay() -> None:
    form, right = FORMS["approve"], {"category": ["0401"], "region": ["371602"], "urgency": ["normal"]}
    assert "targets" not in parse(form, right, known()).content
    assert parse(form, {**right, "targets": ["", ""]}, known()).content["targets"] == ()
    assert parse(form, {**right, "targets": ["市住建局", "", "zjj"]}, known()).content["targets"] == ("zjj",)


@pytest.mark.parametrize("place", sorted(place for place in PLACES if place))
def test_a_form_opens_with_what_it_would_take(place: str) -> None:
    """Whatever stands in a form when it opens is right as it is: nobody has to mend a suggestion."""
    case = PLACES[place]()
    about = known(case)
    for form in (form for form in ALL if place in form.step.frm):
        values = opened(form, case.order, about)
        written = {name for name, texts in values.items() if any(texts)}
        wrong = {mistake.field for mistake in parse(form, values, about).mistakes} & written
        assert wrong == set(), form.slug


def test_a_dispatch_opens_with_the_directorys_suggestion() -> None:
    case = PLACES["approved"]()
    values = opened(FORMS["dispatch"], case.order, known(case))
    units = load_units()
    assert values["unit"] == (units.unit(units.lead_for("0401", "371602")).short,)
    assert units.directory.release in values["basis"][0]


def test_a_title_is_the_steps_own() -> None:
    assert FORMS["approve"].title() == "审核通过"
    assert FORMS["approve"].title("en") == "Approve"
    assert all(role in ROLE_ZH for form in ALL for role in form.step.who)


def test_no_letter_opens_two_steps_of_one_person() -> None:
    """Where both can be possible at once, the letters differ."""
    for place in {place for form in ALL for place in form.step.frm}:
        for role in {role for form in ALL for role in form.step.who}:
            keys = [form.key for form in ALL if form.key and place in form.step.frm and role in form.step.who]
            assert len(keys) == len(set(keys)), (place, role, keys)
