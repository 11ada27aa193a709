"""Is what a version says fit to be read out? Lengths, dates, codes; every mistake is named. Pure."""

from datetime import date
from typing import Final

import msgspec

from lianxin.ground.text import TextError, clean_text
from lianxin.knowledge.item import Content
from lianxin.knowledge.refusal import KnowledgeRefused

TITLE_MOST: Final = 128
ANSWER_MOST: Final = 400
"""Characters: a hundred seconds of calm speech; better are sixty (assumption of domain §9)."""
BODY_MOST: Final = 20_000
BASIS_MOST: Final = 500
QUESTION_MOST: Final = 80
QUESTIONS_MOST: Final = 30
FORMS: Final = ("guide", "law", "faq", "inquiry", "notice", "internal")
"""办事指南 法律法规 热点问答 日常咨询 通知公告 业务指引."""


def check_content(content: Content, categories: frozenset[str], regions: frozenset[str]) -> Content:
    """Return the content cleaned. Raises KnowledgeRefused naming the first field that is not as it must be."""
    clean = msgspec.structs.replace(
        content,
        title=_text(content.title, "标题", TITLE_MOST),
        answer=_text(content.answer, "答复口径", ANSWER_MOST),
        basis=_text(content.basis, "依据", BASIS_MOST),
        body=_text(content.body, "详细说明", BODY_MOST, needed=False),
        link=_text(content.link, "来源网址", BASIS_MOST, needed=False),
        questions=_questions(content.questions),
    )
    if clean.link and not clean.link.startswith(("https://", "http://")):
        raise _wrong("link", "来源网址要以 http:// 或 https:// 开头，没有保存。")
    if clean.category not in categories:
        raise _wrong("category", "还没有选诉求类别，没有保存。")
    if clean.region and clean.region not in regions:
        raise _wrong("region", "没有这个县区，没有保存。")
    if clean.form not in FORMS:
        raise _wrong("form", "没有这种材料类型，没有保存。")
    return msgspec.structs.replace(clean, **_validity(clean))


def _questions(given: tuple[str, ...]) -> tuple[str, ...]:
    if len(given) > QUESTIONS_MOST:
        raise _wrong("questions", f"相似问法最多 {QUESTIONS_MOST} 条。")
    return tuple(dict.fromkeys(_text(one, "相似问法", QUESTION_MOST) for one in given if one.strip()))


def _validity(content: Content) -> dict[str, str | None]:
    begin = _day(content.valid_from, "生效日期")
    end = None if content.valid_to in (None, "") else _day(content.valid_to or "", "失效日期")
    if end is not None and end < begin:
        raise _wrong("valid_to", "失效日期早于生效日期，没有保存。")
    return {"valid_from": begin.isoformat(), "valid_to": None if end is None else end.isoformat()}


def _day(written: str, name: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise _wrong("valid", f"{name}要写成 2026-11-24 这样，没有保存。") from None


def _text(given: str, name: str, most: int, *, needed: bool = True) -> str:
    try:
        text = clean_text(given)
    except TextError as wrong:
        if wrong.code == "empty" and not needed:
            return ""
        raise _wrong("missing", f"{name}还没有写，没有保存。" if wrong.code == "empty" else wrong.zh) from None
    if len(text) > most:
        raise _wrong("too_long", f"{name}有 {len(text)} 字，最多 {most} 字，没有保存。请精简。")
    return text


def _wrong(code: str, sentence: str) -> KnowledgeRefused:
    return KnowledgeRefused(code, sentence)
