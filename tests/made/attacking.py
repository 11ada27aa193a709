"""What an attacker sends: hostile texts and bodies, and the addresses that they are sent to."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
from litestar import Litestar
from made.entry import entered, outside

import lianxin
from lianxin.access import cookies, csrf
from lianxin.orders.forms import FORMS
from lianxin.people import ROLES, load_staff

HOUSE = Path(lianxin.__file__).parent
SCRIPT = '"\'><img src=x onerror=lx1()><script>lx2()</script><a href=javascript:lx3()>" onmouseover="lx4()'
"""Breaks out of a text, of an attribute in either quotes, and of a comment-free script."""
TEXTS = {
    "script": SCRIPT,
    "template": "{{ 7*7 }}{% raw %}${7*7}<%= 7*7 %>%(x)s{0.__class__}",
    "statement": "'; DROP TABLE orders; --' OR '1'='1\" UNION SELECT secret FROM sessions) /* \\ % _ $1 :x ::jsonb",
    "folder": "../../../../etc/passwd\\..\\..\\windows",
    "line ends": "a\r\nSet-Cookie: lianxin=stolen\r\n\r\n<html>",
    "nul": "a\x00b\x01\x1b\x7f",
    "half of a pair, turned and joined": "\u202e\u200f\ufeff\uffff\U000e0041\u0301" * 3,
    "long": "长" + "x" * 5_000,
    "large number": "9" * 400,
    "odd number": "-1e309",
    "no date": "9999-99-99T99:99:99+99:99",
    "foreign id": "00000000-0000-4000-8000-000000000000",
    "address": "https://evil.example/?\\@//evil.example",
}
"""What stands in every field of a form in turn."""
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
TOO_MUCH = b"words=" + b"x" * 10_000_001
NOT_AT_WORK = "1003"
"""Whom the attacks on people are about; nobody attacks in their name."""
BARE = (
    *(
        "/intake/new",
        "/quality/draw",
        "/lock",
        "/logout",
        "/session/awake",
        "/audit/looks/export",
        "/me/password",
        "/me/recovery",
    ),
    *(f"/system/accounts/{NOT_AT_WORK}/{what}" for what in ("again", "close", "password", "second", "deputy", "place")),
)
"""What takes no more than a click, or any words: it is done, and is meant to be."""
VISIT = "a-visit-of-a-browser"
NOBODYS = "00000000-0000-4000-8000-000000000000"
FILLED = {
    "step": "note",
    "subject": "contact-1",
    "form": "submit",
    "name": "K1",
    "what": "report",
    "n": "1",
    "credential": "x",
    "ref": "sd-binzhou@2026.1",
}
"""What stands in an address in place of a parameter that is no order."""
STEPS_IN_FULL = ("note", "approve", "dispatch")
"""Steps of an order that get every body; the others, which one handler reads too, get the texts."""
_clients = count(1)


class Target(NamedTuple):
    """An address, a method that it knows, and somebody whom its gate lets pass.

    who   work number; empty for a stranger;  names: fields of its forms
    csrf  whether the gate asks for the token of a form;  full: whether it gets every body
    """

    template: str
    path: str
    method: str
    who: str
    names: tuple[str, ...]
    csrf: bool
    full: bool = True


@cache
def field_names() -> tuple[str, ...]:
    """Return every name that a field of any form of the house has: each address is sent all of them."""
    pages = (page.read_text("utf-8") for page in HOUSE.rglob("templates/*.html"))
    names = {name for page in pages for name in re.findall(r'<(?:input|select|textarea)[^>]* name="([\w.-]+)"', page)}
    return tuple(sorted(names - {csrf.FIELD}))


def targets_of(app: Litestar, people: Mapping[str, str], number: str) -> list[Target]:
    """Return every address with every method that does not only read, of an order with all its steps.

    people  role -> work number;  number: of an order that the dispatcher sees
    """
    found = {}
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods - {"GET", "HEAD", "OPTIONS"}:
                target = _target(route.path_format, method, handler, people, number)
                found[target.path, method] = target
    return [*_steps(number, people["dispatcher"]), *found.values()]


def _target(template: str, method: str, handler: Any, people: Mapping[str, str], number: str) -> Target:
    roles = handler.opt.get("roles") or ()
    who = next((people[role] for role in roles if role in people), people["dispatcher"])
    return Target(
        template=template,
        path=filled(template, number),
        method=method,
        who="" if handler.opt.get("public") else who,
        names=field_names(),
        csrf=handler.opt.get("csrf", True),
        full="/commands/" not in template or template.endswith("/approve"),
    )


def _steps(number: str, who: str) -> list[Target]:
    template = "/orders/{number}/do/{step}"
    return [
        Target(
            template=template,
            path=f"/orders/{number}/do/{slug}",
            method="POST",
            who=who,
            names=("command", "seen", "next", "part", *(field.name for field in form.fields)),
            csrf=True,
            full=slug in STEPS_IN_FULL,
        )
        for slug, form in FORMS.items()
    ]


def filled(template: str, number: str, other: str = "") -> str:
    """Return an address; other: what stands in place of every parameter."""
    of = number if not template.startswith(("/system/", "/security/")) else NOT_AT_WORK
    values = {**FILLED, "number": of}
    return re.sub(r"\{(\w+)\}", lambda name: other or values.get(name[1], NOBODYS), template)


@cache
def bodies(names: tuple[str, ...], full: bool) -> Mapping[str, tuple[str, bytes]]:
    """Return what is sent: its kind (empty: none is said) and its bytes, by what it is."""
    texts = {
        f"{name} everywhere": (FORM, urlencode([(field, text) for field in names]).encode())
        for name, text in TEXTS.items()
    }
    return {**texts, **_malformed(names)} if full else texts


def _malformed(names: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    return {
        "nothing": ("", b""),
        "an empty form": (FORM, b""),
        "fields that no form has": (FORM, b"admin=1&role=sysadmin&id=1&_method=DELETE&__proto__[x]=1"),
        "no form": (FORM, b"\x00\xff=%%%&&&==;%zz&%00=%00&a[]=1"),
        "no utf-8": (FORM, b"&".join(name.encode() + b"=%ff%fe\xff\xc0\x80" for name in names)),
        "each field twice": (FORM, urlencode([(name, value) for name in names for value in "?!"]).encode()),
        "a thousand fields": (FORM, b"&".join(b"f%d=1" % n for n in range(1_000))),
        "parts without a boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
        "parts with another boundary": ("multipart/form-data; boundary=y", b"--x\r\n\r\na"),
        "parts that break off": (PARTS, b'--x\r\nContent-Disposition: form-data; name="words"\r\n\r'),
        "parts in an alphabet that is none": (PARTS, parts(names, b"\r\nContent-Type: text/plain; charset=no-such")),
        "files in place of texts": (PARTS, parts(names, b'; filename="../../a\\"b.html"')),
        "parts that are no utf-8": (PARTS, parts(names, b"")),
        "json in place of a form": ("application/json", b'{"number": ["1001"], "_csrf": null, "id": {"$ne": 1}}'),
        "json that is none": ("application/json", b'{"number": '),
        "json deep down": ("application/json", b"[" * 100_000),
        "a list": ("application/json", b"[]"),
        "xml": ("application/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        "a kind that is none": ("x; charset=\xfc; boundary", b"\xff"),
        "ten megabytes": (FORM, TOO_MUCH),
    }


def parts(names: Sequence[str], more: bytes) -> bytes:
    """Return a form in parts, each with this in its head and bytes that are no text."""
    head = b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n<b>\xff\r\n'
    return b"".join(head % (name.encode(), more) for name in names[:100]) + b"--x--\r\n"


async def attacker(site: Litestar, pool: Any, who: str) -> httpx.AsyncClient:
    """A browser of somebody's, or of a stranger, that holds the right token of its forms.

    It has an address of its own: what others sent does not count against it.
    """
    client = await entered(site, pool, who) if who else outside(site)
    if not who:
        client.cookies.set(cookies.VISIT, VISIT)
        client.headers[csrf.HEADER] = csrf.masked(csrf.visit_secret(VISIT))
    transport, n = client._transport, next(_clients)
    assert isinstance(transport, httpx.ASGITransport)
    transport.client = (f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", 4000)
    return client


AT_WORK = "1026"
"""A dispatcher."""


def people() -> dict[str, str]:
    """Return one person for each role."""
    staff = load_staff()
    return {role: staff.by_role(role)[0].id for role in ROLES if staff.by_role(role)}
