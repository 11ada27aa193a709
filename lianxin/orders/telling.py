"""How is one order told where there is no page: as JSON, or line by line in a terminal? Pure.

The same sheet as the page: what the verified chain makes of the order. Words of citizens
are left out; they belong on a page that knows who reads it.
"""

from typing import Any

from lianxin.deadlines import UNRESOLVED
from lianxin.ground.clock import Instant, iso, to_datetime
from lianxin.ground.web import Language
from lianxin.ground.web.language import translations
from lianxin.orders.course import CourseStep
from lianxin.orders.dates import next_date
from lianxin.orders.order import Order, Part, UnitClock
from lianxin.orders.sheet import PromiseLine, Sheet
from lianxin.orders.states import place_of
from lianxin.orders.words import ENTRY_WORDS, FLAG_WORDS, KIND_WORDS, PART_WORDS, PROMISE_WORDS, SAY_WORDS, STATE_WORDS
from lianxin.people import holder_name
from lianxin.places import category_title, load_places

_DUE_WORDS = {
    "zh": {"kept": "已兑现", "broken": "未兑现", "open": "进行中", "moved": "已转到主单"},
    "en": {"kept": "kept", "broken": "broken", "open": "open", "moved": "moved to the order that goes on"},
}


def as_json(sheet: Sheet) -> dict[str, Any]:
    """Return everything there is to say about the order, with instants in ISO 8601."""
    order = sheet.order
    return {
        "number": order.number,
        "state": place_of(order),
        "open": order.open,
        "holder": order.holder,
        "held_since": _iso(order.held_since) if order.holder is not None else None,
        "offered_to": None if order.offer is None else order.offer.to,
        "offered_until": None if order.offer is None else _iso(order.offer.until),
        "tracker": order.tracker,
        "unit": order.unit,
        "kind": order.kind,
        "category": order.category,
        "region": order.region,
        "urgency": order.urgency,
        "flags": sorted(order.flags),
        "pack": order.pack,
        "citizen_since": iso(order.citizen_since),
        "waited_days": sheet.waited_days,
        "opened": iso(order.opened_at),
        "closed": _iso(order.closed_at),
        "archived": _iso(order.archived_at),
        "result": order.result,
        "level": order.level,
        "next": _iso(next_date(order)),
        "due": _due(sheet),
        "promises": [_promise(promise) for promise in sheet.promises],
        "parts": [_part(part) for part in order.parts.values()],
        "parent": None if sheet.parent is None else sheet.parent.number,
        "joined": [joined.number for joined in sheet.joined],
        "course": [_step(step) for step in reversed(sheet.course)],
        "chain": {
            "entries": sheet.chain.entries,
            "intact": sheet.chain.intact,
            "head": sheet.chain.head,
            "sealed": sheet.chain.sealed,
            "checkpoint": sheet.chain.checkpoint,
        },
    }


def _iso(at: Instant | None) -> str | None:
    if at is None:
        return None
    return "unresolved" if at == UNRESOLVED else iso(at)


def _due(sheet: Sheet) -> dict[str, Any] | None:
    clock, deadline = sheet.order.clock, sheet.deadline
    if clock is None or deadline is None:
        return None
    steps = [{"kind": step.kind, "at": _iso(step.at), "text": step.text, "src": step.src} for step in deadline.steps]
    return {**_clock(clock), "state": deadline.state, "steps": steps}


def _clock(clock: UnitClock) -> dict[str, Any]:
    return {
        "unit": clock.unit,
        "clock": clock.rule,
        "from": iso(clock.start),
        "due": _iso(clock.due),
        "yellow": _iso(clock.yellow),
        "red": _iso(clock.red),
        "sign_due": _iso(clock.sign_due),
        "contact_due": _iso(clock.contact_due),
        "send_back_until": _iso(clock.window),
        "extended": clock.extended,
        "paused": _iso(clock.paused),
        "pauses": [[iso(begin), iso(end)] for begin, end in clock.pauses],
    }


def _promise(promise: PromiseLine) -> dict[str, Any]:
    return {
        "id": promise.id,
        "kind": promise.kind,
        "to": promise.to,
        "made": iso(promise.made),
        "due": iso(promise.due) if promise.due is not None else "unresolved",
        "state": promise.state,
        "settled": _iso(promise.settled),
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "id": part.id,
        "kind": part.kind,
        "to": part.to,
        "holder": part.holder,
        "due": iso(part.due),
        "offered": part.offer is not None,
        "after": part.after or None,
    }


def _step(step: CourseStep) -> dict[str, Any]:
    return {
        "seq": step.seq,
        "at": iso(step.at),
        "kind": step.kind,
        "actor": step.actor,
        "giver": step.giver,
        "taker": step.taker,
        "offered": step.offered,
        "say": step.say,
        "kept": [settled.kind for settled in step.settled if settled.kept],
        "broken": [settled.kind for settled in step.settled if not settled.kept],
    }


def as_lines(sheet: Sheet, lang: Language) -> list[str]:
    """Return the same for a person, oldest step first."""
    order = sheet.order
    return [
        *_head(sheet, lang),
        "",
        *_deadline(sheet, lang),
        _word(lang, "承诺", "Promises"),
        *(f"  {_promise_line(promise, lang)}" for promise in sheet.promises),
        *_parts(order, lang),
        "",
        _word(lang, "全程", "Course"),
        *(f"  {_step_line(step, lang)}" for step in reversed(sheet.course)),
        "",
        _chain(sheet, lang),
    ]


def _word(lang: Language, zh: str, en: str) -> str:
    return en if lang == "en" else zh


def _said(lang: Language, words: dict[str, str], key: str) -> str:
    return translations(lang).gettext(words[key]) if key in words else key


def _name(key: str, lang: Language) -> str:
    known = {"system": ("系统", "system"), "citizen": ("来电人", "citizen")}
    if key in known:
        return _word(lang, *known[key])
    kind, _, rest = key.partition(":")
    return holder_name(f"unit:{rest.partition(':')[0]}" if kind == "unit" else key, lang)


def _when(at: Instant | None, lang: Language) -> str:
    if at is None or at == UNRESOLVED:
        return _word(lang, "日期待定（等该年工作日历公布）", "date follows (that year's calendar is not published)")
    return f"{to_datetime(at):%Y-%m-%d %H:%M}"


def _region(code: str, lang: Language) -> str:
    known = {region.code: region for region in load_places().regions}
    return known[code].title(lang) if code in known else code


def _head(sheet: Sheet, lang: Language) -> list[str]:
    order = sheet.order
    place = place_of(order)
    state = (
        _said(lang, STATE_WORDS, place) if place in STATE_WORDS else _word(lang, "已转出并告知", "transferred, told")
    )
    about = (
        f"{_said(lang, KIND_WORDS, order.kind)}  {category_title(order.category, lang)}  {_region(order.region, lang)}"
    )
    lines = [f"{order.number}  {state}  {about}"]
    if order.flags:
        lines.append("  " + _word(lang, "、", ", ").join(_said(lang, FLAG_WORDS, flag) for flag in sorted(order.flags)))
    if order.holder is not None:
        since = _when(order.held_since, lang)
        lines.append(
            _word(
                lang,
                f"责任人 {_name(order.holder, lang)}，自 {since}",
                f"held by {_name(order.holder, lang)} since {since}",
            )
        )
    if order.offer is not None:
        to = _name(order.offer.to, lang)
        lines.append(_word(lang, f"等待签收 {to}", f"waits for the signature of {to}"))
    if order.tracker is not None:
        lines.append(_word(lang, f"跟踪人 {_name(order.tracker, lang)}", f"followed by {_name(order.tracker, lang)}"))
    since = _when(order.citizen_since, lang)
    day = sheet.waited_days
    lines.append(_word(lang, f"群众时钟自 {since} 起，第 {day} 天", f"citizen's clock since {since}, day {day}"))
    return lines


def _deadline(sheet: Sheet, lang: Language) -> list[str]:
    clock, deadline = sheet.order.clock, sheet.deadline
    if clock is None or deadline is None:
        return []
    first = _word(lang, f"办理期限 {_when(clock.due, lang)}", f"Due {_when(clock.due, lang)}")
    return [first, *(f"  {step.text}  [{step.src}]" if step.src else f"  {step.text}" for step in deadline.steps), ""]


def _promise_line(promise: PromiseLine, lang: Language) -> str:
    told = _said(lang, PROMISE_WORDS, promise.kind)
    return f"{promise.id}  {told}  {_when(promise.due, lang)}  {_DUE_WORDS[lang][promise.state]}"


def _parts(order: Order, lang: Language) -> list[str]:
    if not order.parts:
        return []
    lines = [_word(lang, "子项", "Parts")]
    for part in order.parts.values():
        kind = _said(lang, PART_WORDS, part.kind)
        lines.append(
            f"  {part.id}  {kind}  {_name(part.to, lang)}  {_name(part.holder, lang)}  {_when(part.due, lang)}"
        )
    return lines


def _step_line(step: CourseStep, lang: Language) -> str:
    line = f"{step.seq:>3}  {to_datetime(step.at):%Y-%m-%d %H:%M}  {_said(lang, ENTRY_WORDS, step.kind)}"
    line += f"  {_name(step.actor, lang)}"
    if step.giver is not None and step.taker is not None:
        line += f"  {_name(step.giver, lang)} → {_name(step.taker, lang)}"
    if step.offered is not None:
        line += f"  ⇢ {_name(step.offered, lang)}"
    colon, comma = _word(lang, "：", ": "), _word(lang, "；", "; ")
    shown = [f"{_said(lang, SAY_WORDS, name)}{colon}{value}" for name, value in step.say.items() if name in SAY_WORDS]
    return line + _word(lang, f"（{comma.join(shown)}）", f"  ({comma.join(shown)})") if shown else line


def _chain(sheet: Sheet, lang: Language) -> str:
    chain = sheet.chain
    if not chain.intact:
        return _word(lang, "链条不完整：记录被改动过", "The chain is broken: the record was changed.")
    head = chain.head[:16]
    return _word(
        lang,
        f"链条完整，{chain.entries} 笔，最后一笔 {head}",
        f"The chain is intact: {chain.entries} entries, the last one {head}",
    )
