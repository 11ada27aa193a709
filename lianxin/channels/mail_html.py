"""What does a page of HTML say, in plain text? Nothing of it is run, fetched or shown as it is.

libxml2 reads it: it is linear in the length, stops at 256 levels, and knows no network
here. Python's own parser takes minutes for some pages of 50 kB that somebody wrote for it.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lxml import etree

HTML_BYTES_MAX: Final = 2_000_000
_SILENT: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "math"})
_OWN_LINE: Final = frozenset(
    {"address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1"}
    | {"h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_BOUNDARY: Final = "\0"
"""Where a line begins or ends; two together are one. No page holds it: the parser replaces it."""
_BREAKS: Final = {"br": "\n", "td": " ", "th": " "}

_ENDS: Final = re.compile(rb"</(?:body|html)\s*>", re.IGNORECASE)
"""Mail servers write their lines behind the end of the page, where the parser stops reading."""
_TAG: Final = re.compile(r"<[^<>]*>")
"""What is cut out of a page that is too deep to be taken apart."""


class Plain(NamedTuple):
    """The text of a page; whole: it was read to its end, and taken apart properly."""

    text: str
    whole: bool


def plain_of(html: str) -> Plain:
    """Return what a reader would see."""
    data = _ENDS.sub(b" ", html.encode("utf-8", "replace")[:HTML_BYTES_MAX])
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(b"<body>" + data, parser)
    except etree.XMLSyntaxError:  # nothing in it was an element or a word
        return Plain("", not html.strip())
    if any("depth" in error.message for error in parser.error_log):
        return Plain(_tidy(_TAG.sub(_BOUNDARY, html.replace(_BOUNDARY, " "))), False)
    return Plain(_tidy("".join(_words(root))), len(data) < HTML_BYTES_MAX)


def _words(root: etree._Element) -> Iterator[str]:
    """Yield the words between the tags in their order, with line ends where a reader sees some."""
    silent: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if silent is None and element.tag in _SILENT:
                silent = element
            if silent is None:
                yield _BREAKS.get(element.tag, _BOUNDARY if element.tag in _OWN_LINE else "")
                yield _one_space(element.text)
            continue
        if silent is None and element.tag in _OWN_LINE:
            yield _BOUNDARY
        silent = None if element is silent else silent
        if silent is None:
            yield _one_space(element.tail)


def _one_space(text: str | None) -> str:
    """Return text as a page shows it: line ends and runs of blanks are one blank."""
    if not text:
        return ""
    inner = " ".join(text.split())
    return f"{' ' if text[0].isspace() else ''}{inner}{' ' if inner and text[-1].isspace() else ''}"


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in re.sub(r"[\0 ]*\0[\0 ]*", "\n", text).split("\n"))
    tidy: list[str] = []
    for line in lines:
        if line or (tidy and tidy[-1]):
            tidy.append(line)
    return "\n".join(tidy).strip()
