"""What gives a site away to an attacker: a walk along its links, and each answer read for faults."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
from lxml import html
from made.entry import HERE

from lianxin.ground.web.app import HEADERS

ADDRESSES = (
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "data",
    "srcset",
    "hx-get",
    "hx-post",
    "hx-put",
    "hx-delete",
)
"""Attributes whose value a browser, or htmx, follows."""
NOT_FOLLOWED = re.compile(r"/(static/|events\b)")
"""Files that are the same for everybody, and the stream that never ends."""


class Field(NamedTuple):
    """A field as the page offers it.

    kind   `hidden`, `text`, `textarea`, `select`, …;  value: what is in it, or the first choice
    """

    name: str
    kind: str
    value: str


class Form(NamedTuple):
    """A form as the page offers it; address: with its query."""

    address: str
    method: str
    fields: tuple[Field, ...]


class Page(NamedTuple):
    """What a page leads to, and what stands in it that must not."""

    links: tuple[str, ...]
    forms: tuple[Form, ...]
    faults: tuple[str, ...]


class Visited(NamedTuple):
    """A page that was opened on a walk."""

    address: str
    answer: httpx.Response
    page: Page


def read_page(text: str, address: str) -> Page:
    """Read HTML as a browser does that stands at this address (path and query)."""
    root = html.fromstring(text)
    addresses = {value for element in root.iter() for value in _addresses_of(element)}
    local = {value for value in addresses if _is_local(value, address)}
    faults = [f"leads off: {value}" for value in sorted(addresses - local)]
    faults += [fault for element in root.iter() for fault in _unsafe(element)]
    links = {urljoin(address, value).split("#")[0] for value in local if not value.startswith(("#", "data:", "tel:"))}
    return Page(tuple(sorted(links)), tuple(_form(form, address) for form in root.iter("form")), tuple(faults))


def _addresses_of(element: Any) -> Iterator[str]:
    for name in ADDRESSES if isinstance(element.tag, str) else ():
        if (value := element.get(name)) is not None and element.tag != "form":
            yield value.strip()
    if element.tag == "form":
        yield (element.get("action") or "").strip()


def _is_local(value: str, address: str) -> bool:
    if value.startswith(("data:image/", "tel:")):
        return True
    parts = urlsplit(urljoin(HERE + address, value.replace("\\", "/")))
    return f"{parts.scheme}://{parts.netloc}" == HERE


def _unsafe(element: Any) -> Iterator[str]:
    """Yield what the policy of the answers forbids: a page that has it was written wrongly, or by somebody else."""
    if not isinstance(element.tag, str):
        return
    if element.tag == "style" or (element.tag == "script" and not element.get("src")):
        yield f"inline {element.tag}: {(element.text or '')[:60]}"
    if element.tag in ("iframe", "object", "embed", "base"):
        yield f"a {element.tag}"
    for name in element.attrib:
        if name == "style" or name.startswith(("on", "hx-on")):
            yield f"attribute {name} of {element.tag}"


def _form(form: Any, address: str) -> Form:
    fields = [
        Field(element.get("name"), _kind(element), _value(element))
        for element in form.iter("input", "select", "textarea", "button")
        if element.get("name") and element.get("type") not in ("submit", "button")
    ]
    return Form(urljoin(address, form.get("action") or ""), (form.get("method") or "get").upper(), tuple(fields))


def _kind(element: Any) -> str:
    return str(element.get("type", "text") if element.tag == "input" else element.tag)


def _value(element: Any) -> str:
    if element.tag != "select":
        return str(element.get("value") or element.text or "")
    choices = [option.get("value", option.text or "") for option in element.iter("option")]
    return next((choice for choice in choices if choice), "")


def faults_of(answer: httpx.Response) -> list[str]:
    """Return what is wrong with an answer whatever was asked: broken, without a guarantee, or open to a script."""
    faults = [f"answers {answer.status_code}"] if answer.status_code >= 500 else []
    for name, value in HEADERS:
        if answer.headers.get_list(name.decode()) != [value.decode()]:
            faults.append(f"header {name.decode()}: {answer.headers.get_list(name.decode())}")
    for name in ("set-cookie", "location", "content-disposition"):
        if any("\r" in value or "\n" in value for value in answer.headers.get_list(name)):
            faults.append(f"a line end in {name}")
    if not _is_local(answer.headers.get("location", "/"), "/"):
        faults.append(f"leads off: {answer.headers['location']}")
    if is_page(answer) and answer.text.strip():
        faults += read_page(answer.text, "/").faults
        if "lx2()</script" in answer.text:
            faults.append("says a script")
    return faults


def is_page(answer: httpx.Response) -> bool:
    """Whether a browser would read it as a page."""
    return answer.headers.get("content-type", "").startswith("text/html")


async def walk(client: httpx.AsyncClient, start: str, most: int, each: int = 3) -> list[Visited]:
    """Follow every link and open every form from a page on.

    most  pages opened at most;  each  pages opened at most whose addresses differ in numbers alone
    """
    waiting, known, alike, visited = [start], {start}, dict[str, int](), list[Visited]()
    while waiting and len(visited) < most:
        address = waiting.pop(0)
        answer = await client.get(address)
        page = read_page(answer.text, address) if is_page(answer) and answer.text.strip() else Page((), (), ())
        visited.append(Visited(address, answer, page))
        for link in _onward(visited[-1]):
            likeness = _likeness(link)
            if link not in known and alike.get(likeness, 0) < each and not NOT_FOLLOWED.match(link):
                known.add(link)
                alike[likeness] = alike.get(likeness, 0) + 1
                waiting.append(link)
    return visited


def _onward(visited: Visited) -> Iterator[str]:
    """Yield the addresses to which a page leads by reading alone, the redirect's first."""
    if location := visited.answer.headers.get("location"):
        yield urljoin(visited.address, location)
    posted = {form.address for form in visited.page.forms if form.method != "GET"}
    yield from (link for link in visited.page.links if link not in posted)
    for form in visited.page.forms:
        if form.method == "GET":
            query = urlencode([(field.name, field.value) for field in form.fields])
            yield f"{form.address.split('?')[0]}?{query}"


def _likeness(address: str) -> str:
    """Return what two addresses have in common that show the same kind of page."""
    parts = urlsplit(address)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return re.sub(r"[\w.@%-]*\d[\w.@%-]*", "#", parts.path) + "?" + "&".join(names)
