"""Quick templates say exactly what Jinja would: each text is rendered by both, and compared."""

from gettext import GNUTranslations, NullTranslations
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, StrictUndefined, UndefinedError
from jinja2.filters import do_urlencode
from markupsafe import Markup

from lianxin.ground.web.marks import Marks
from lianxin.ground.web.quick import QuickEnvironment, url_encoded

WORDS = {
    "Open": "在办",
    "%(n)s <b>orders</b>": "<b>%(n)s</b> 张",
    "100 %%": "百分之百",
    "Held by %(who)s": "由%(who)s负责",
}


def chinese() -> NullTranslations:
    catalogue = Catalog(locale="zh_CN")
    for english, words in WORDS.items():
        catalogue.add(english, words)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


class _Html:
    def __html__(self) -> str:
        return "<hr>"


def shout(words: object, times: int = 1) -> str:
    return str(words).upper() + "!" * times


def plain_environment() -> Environment:
    made = Environment(autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"])
    made.install_gettext_translations(chinese(), newstyle=True)
    made.globals.update(shout=shout, state_words={"open": "Open"})
    return made


def quick_environment() -> QuickEnvironment:
    made = QuickEnvironment(autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"])
    made.speak(chinese())
    made.offer({"shout": shout, "state_words": {"open": "Open"}})
    return made


@pytest.mark.parametrize(
    "template",
    [
        '{{ _("Open") }}',
        '{{ _("words that nobody translated <i>") }}',
        '{{ _("100 %%") }}',
        '{{ _("%(n)s <b>orders</b>", n=3) }}',
        '{{ _("Held by %(who)s", who=evil) }}',
        '{{ _("Held by %(who)s", who=shout(evil, times=2)) }}',
        '{{ _(state_words["open"]) }}',
        "{{ _(evil) }}",
        '{{ _("Held by " ~ "%(who)s", who=evil) }}',
        '<a title="{{ _("Open") }}{{ _("Held by %(who)s", who="a\\"b") }}">',
        "{% trans %}Open{% endtrans %}",
        "{% trans n=n %}%(n)s <b>orders</b>{% endtrans %}",
        "{{ shout(evil) }}{{ shout(evil, 2) }}{{ shout(times=2, words=evil) }}",
        '{{ shout("constant") }}',
        "{% macro shout(x) %}[{{ x }}]{% endmacro %}{{ shout(evil) }}",
        "{% set shout = other %}{{ shout(evil) }}",
        "{% for shout in [other] %}{{ shout(evil) }}{% endfor %}",
        "{% macro m(shout) %}{{ shout(evil) }}{% endmacro %}{{ m(other) }}",
        '{% if shout("a" ~ n) == "A3!" %}yes{% endif %}',
        "{{ evil }}{{ evil|safe }}{{ n }}{{ none }}{{ true }}{{ 1.5 }}{{ ['<'] }}{{ evil|e }}{{ evil|upper }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(evil) }}{{ m(m(evil)) }}{{ '<' ~ m(evil) }}",
        "{% set x %}{{ evil }}{% endset %}{{ x }}{% filter upper %}{{ evil }}{% endfilter %}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ evil }}{% endcall %}",
        "{{ evil.split('&')|join(evil) }}{{ html }}{{ html ~ evil }}",
        "{% for x in range(n) %}{{ shout(x) }}{{ loop.index }}{% endfor %}",
    ],
)
def test_what_is_said_is_what_jinja_would_say(template):
    values = {"evil": "<script>'\"&", "n": 3, "other": lambda x: f"other {x}", "html": _Html()}
    expected = plain_environment().from_string(template).render(values)
    assert quick_environment().from_string(template).render(values) == expected


@pytest.mark.parametrize(
    "template", ["{{ _(nothing) }}", "{{ shout(nothing) }}", '{{ _("Held by %(who)s", who=nothing) }}']
)
def test_a_name_that_does_not_exist_is_still_an_error(template):
    with pytest.raises(UndefinedError):
        plain_environment().from_string(template).render()
    with pytest.raises(UndefinedError):
        quick_environment().from_string(template).render()


def test_a_function_that_is_asked_with_constants_is_asked_anew_for_every_page():
    calls: list[str] = []
    made = quick_environment()
    made.offer({"note": lambda word: calls.append(word) or ""})
    template = made.from_string('{{ note("x") }}')
    template.render()
    template.render()
    assert calls == ["x", "x"]


def test_marks_escape_what_they_are_given():
    marks = Marks("/static/icons.svg?v=1&2")
    assert (
        marks.icon('a"b')
        == '<svg class="i" aria-hidden="true"><use href="/static/icons.svg?v=1&amp;2#i-a&#34;b"/></svg>'
    )
    assert "&lt;b&gt;" in marks.due("over", "<b>")
    assert marks.icon("open") is marks.icon("open")


@pytest.mark.parametrize(
    "template, expected",
    [
        ('{% from "look" import icon with context %}{{ icon("t-over") }}', "[t-over]"),
        ('{% from "look" import icon, other with context %}{{ icon(evil) }}{{ other() }}', "[&lt;b&gt;]other"),
        ('{% from "look" import icon as mark with context %}{{ mark("x") }}', "from the template"),
        ("{% macro icon(name) %}own {{ name }}{% endmacro %}{{ icon('x') }}", "own x"),
        ('{% from "elsewhere" import icon with context %}{{ icon("x") }}', "elsewhere x"),
        ('{% block b %}{% from "look" import icon with context %}{{ icon("x") }}{% endblock %}', "[x]"),
    ],
)
def test_a_mark_is_drawn_by_its_function_unless_the_template_means_another(template, expected):
    made = QuickEnvironment(
        loader=DictLoader(
            {
                "look": "{% macro icon(name) %}from the template{% endmacro %}{% macro other() %}other{% endmacro %}",
                "elsewhere": "{% macro icon(name) %}elsewhere {{ name }}{% endmacro %}",
            }
        ),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    made.speak(chinese())
    made.draw("look", {"icon": lambda name: Markup("[{}]").format(name)})
    assert made.from_string(template).render(evil="<b>") == expected


@given(st.text() | st.dictionaries(st.text(), st.text()))
def test_addresses_are_encoded_as_jinja_does_it(value):
    assert url_encoded(value) == do_urlencode(value)
