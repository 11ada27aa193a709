"""The look: contrast of every pair of colours, one set of icons, nothing inline, nothing from elsewhere."""

import re
from pathlib import Path

import pytest

import lianxin
from lianxin.desks.site import all_tabs
from lianxin.ground.web.static import OWN
from lianxin.orders.forms import FORMS

HOUSE = Path(lianxin.__file__).parent
TEMPLATES = sorted(HOUSE.glob("**/templates/**/*.html"))
SHEETS = sorted(HOUSE.glob("**/static/*.css"))
TOKENS = (OWN / "tokens.css").read_text("utf-8")

INK = ("ink", "ink-2", "ink-3", "sea", "sea-deep", "danger", "warn", "kept")
GROUNDS = ("paper", "sheet", "tint")
TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for shapes
PAIRS = [
    *((ink, ground, TEXT) for ink in INK for ground in GROUNDS),
    *(("on-fill", fill, TEXT) for fill in ("sea", "sea-deep", "danger", "danger-deep", "kept")),
    *((state, f"{state}-tint", TEXT) for state in ("sea", "danger", "warn", "kept")),
    *((ink, f"{t}-tint", TEXT) for ink in ("ink", "ink-2", "ink-3") for t in ("sea", "danger", "warn", "kept")),
    *((shape, ground, SHAPE) for shape in ("edge", "focus") for ground in GROUNDS),
    *((band, "paper", SHAPE) for band in ("band-1", "band-2")),
    ("on-bar", "bar", TEXT),
    ("bar-soft", "bar", TEXT),
    ("on-bar", "bar-over", TEXT),
]


def _theme(selector: str) -> dict[str, str]:
    begin = TOKENS.index(selector)
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", TOKENS[begin : TOKENS.index("}", begin)]))


def _luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("selector", [":root {", '[data-theme="dark"] {'], ids=["light", "dark"])
def test_every_pair_of_colours_can_be_read(selector):
    theme = _theme(selector)
    low = [(f, b) for f, b, least in PAIRS if _contrast(theme[f], theme[b]) < least]
    assert low == []


def test_white_on_black_is_the_contrast_that_the_norm_says():
    assert _contrast("#ffffff", "#000000") == pytest.approx(21.0)


def test_every_icon_that_a_page_names_is_in_the_set():
    icons = set(re.findall(r'id="i-([\w-]+)"', (OWN / "icons.svg").read_text("utf-8")))
    calls = r'(?:icon|empty|sorry)\("([\w-]+)"'
    named = {name for file in TEMPLATES for name in re.findall(calls, file.read_text("utf-8"))}
    named |= {f"t-{state}" for state in ("running", "last", "over", "kept", "paused", "open")}
    named |= {tab.icon for tab in all_tabs()} | {form.icon for form in FORMS.values()}
    assert named - icons == set()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_has_nothing_that_the_policy_forbids(file):
    text = file.read_text("utf-8")
    assert re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|javascript:", text) is None
    assert re.search(r"https?://|//\w+\.", text) is None


@pytest.mark.parametrize("file", SHEETS, ids=lambda file: file.name)
def test_only_the_tokens_name_colours(file):
    text = re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.S)
    if file.name == "tokens.css":
        return
    text = re.sub(r"url\(.*?\)", "", text)  # the arrow of a select is a picture with its colour in it
    colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", text))
    assert colours <= {"#fff", "#000", "#222", "#333", "#555", "#999"}  # on paper, in print, only
    assert "https:" not in text and "http:" not in text.replace("http://www.w3.org", "")


def test_no_chinese_word_stands_in_a_template_beside_the_name_and_the_seal():
    words = {word for file in TEMPLATES for word in re.findall(r"[一-鿿]+", file.read_text("utf-8"))}
    assert words <= {"连心", "之印", "中文"}
