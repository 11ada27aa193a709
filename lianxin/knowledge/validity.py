"""May an agent answer with this item today? And if not, why not, and what instead? Pure.

A version holds from its first to its last day, both included, in local time. Whether the
clock has looked at it yet plays no part: an expired answer is refused by its date alone.
"""

from datetime import date

from lianxin.ground.clock import Instant, local_date
from lianxin.knowledge.item import Item, Version
from lianxin.knowledge.refusal import KnowledgeRefused


def holds(version: Version, day: date) -> bool:
    """Whether the version's dates include this local day."""
    content = version.content
    if day < date.fromisoformat(content.valid_from):
        return False
    return content.valid_to is None or day <= date.fromisoformat(content.valid_to)


def has_expired(version: Version, day: date) -> bool:
    """Whether its last day lies before this one."""
    last = version.content.valid_to
    return last is not None and day > date.fromisoformat(last)


def quoted(item: Item, n: int, now: Instant) -> Version:
    """Return the version that a direct answer (直接答复) may name; n = 0: whichever is published.

    Raises KnowledgeRefused: unknown, not_published, withdrawn, replaced, not_yet, expired.
    """
    if n > len(item.versions) or not item.versions:
        raise KnowledgeRefused("unknown", f"{item.name} 没有第 {n or 1} 版。", "请重新搜索知识库。")
    version = item.versions[n - 1] if n else item.published
    if version is None:
        raise _unpublished(item)
    name, day = f"{item.name} v{version.n}", local_date(now)
    if version.state == "withdrawn":
        raise KnowledgeRefused("withdrawn", f"{name} 已撤下，不能用来答复。", _INSTEAD)
    if version.state == "replaced":
        raise KnowledgeRefused("replaced", f"{name} 已有新版 v{item.current}，不能再用旧版答复。", "请用新版答复。")
    if version.state != "published":
        raise KnowledgeRefused("not_published", f"{name} 还没有审核发布，不能用来答复。", _INSTEAD)
    if has_expired(version, day):
        raise KnowledgeRefused(
            "expired",
            f"{name} 的有效期到 {version.content.valid_to}，已经过期，不能用来答复。已通知责任单位复核。",
            _INSTEAD,
        )
    if not holds(version, day):
        raise KnowledgeRefused(
            "not_yet", f"{name} 从 {version.content.valid_from} 起有效，今天还不能用来答复。", _INSTEAD
        )
    return version


_INSTEAD = "可以：搜索其他知识点，转专家座席，或为来电人建单。"


def _unpublished(item: Item) -> KnowledgeRefused:
    if any(version.state == "withdrawn" for version in item.versions):
        return KnowledgeRefused("withdrawn", f"{item.name} 已撤下，不能用来答复。", _INSTEAD)
    return KnowledgeRefused("not_published", f"{item.name} 还没有审核发布，不能用来答复。", _INSTEAD)
