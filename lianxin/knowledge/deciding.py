"""Which step on a knowledge item is possible now, for whom, and what does it write? Pure.

    decide(item, step, setting, now) -> (entries, item after)

Nobody publishes what they wrote themselves (双人审核). Whoever is of a unit acts on the
items of that unit only. A wrong answer is taken back at once, by one person.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from lianxin.deadlines import Calendar
from lianxin.ground.clock import Instant, local_date, midnight, not_before
from lianxin.knowledge import steps as s
from lianxin.knowledge.item import FEEDBACK, Content, Item, ItemEntry, Task, TaskKind, Version, evolve
from lianxin.knowledge.periods import Periods
from lianxin.knowledge.refusal import KnowledgeRefused
from lianxin.knowledge.validity import has_expired
from lianxin.knowledge.wording import check_content


class Setting(NamedTuple):
    """What an item is decided in: the working calendar, the periods, the units and categories that there are."""

    calendar: Calendar
    periods: Periods
    units: frozenset[str]
    categories: frozenset[str]
    regions: frozenset[str]


def decide(item: Item, step: s.ItemStep, setting: Setting, now: Instant) -> tuple[list[ItemEntry], Item]:
    """Return what the step writes, and the item after; the item given is left as it was. Raises KnowledgeRefused."""
    at = not_before(now, item.last_at)
    if at is None:
        raise KnowledgeRefused("clock_back", "时钟早于上一笔记录，这一步没有保存。", "请稍后再试，并告知系统管理员。")
    pen = _Pen(item, step, setting, at)
    _STEPS[type(step)](pen, step)
    return pen.entries, pen.item


def next_date(item: Item) -> Instant | None:
    """Return when the clock must look at the item next, None: not by itself."""
    version = item.published
    if version is None:
        return None
    dates = []
    if version.review_on and not version.warned:
        dates.append(midnight(date.fromisoformat(version.review_on)))
    if version.content.valid_to is not None and not version.expired:
        dates.append(midnight(date.fromisoformat(version.content.valid_to) + timedelta(days=1)))
    return min(dates, default=None)


class _Pen:
    """Writes the entries of one step on one item."""

    def __init__(self, item: Item, step: s.ItemStep, setting: Setting, now: Instant) -> None:
        self.item = item
        self.entries: list[ItemEntry] = []
        self.setting = setting
        self.now = now
        self.today = local_date(now)
        self._step = step

    def write(self, kind: str, **effects: Any) -> None:
        """Write one entry; effects are the fields of `ItemEntry`."""
        step, item = self._step, self.item
        entry = ItemEntry(
            chain=item.id, seq=item.seq + 1, at=self.now, kind=kind, actor=step.by, command=step.id, **effects
        )
        self.entries.append(entry)
        self.item = evolve(item, entry)

    def task(self, kind: TaskKind, version: int, words: str = "", urgent: bool = False) -> Task:
        """Return a task for the owner that arises now."""
        due = self.setting.periods.due(kind, self.now, self.setting.calendar, urgent=urgent)
        return Task(self.item.tasked + 1, kind, self.now, due, version, words, self._step.by, urgent)

    def has_task(self, *kinds: str) -> bool:
        """Whether a task of one of these kinds is open."""
        return any(task.kind in kinds for task in self.item.tasks.values())

    def may(self, *roles: str) -> None:
        """Return if it is given in one of these roles, and by the unit whose item it is. Raises KnowledgeRefused."""
        step = self._step
        if step.role not in roles:
            raise KnowledgeRefused("not_your_role", "您的岗位不能做这一步。", "请联系知识管理员。")
        if step.unit is not None and self.item.unit and step.unit != self.item.unit:
            raise KnowledgeRefused("not_your_unit", "这条知识由其他单位负责，您不能修改。", "可以提交纠错反馈。")

    def may_read(self) -> None:
        """Return if somebody who reads here, of whatever unit, gives the step. Raises KnowledgeRefused."""
        if self._step.role not in s.READERS:
            raise KnowledgeRefused("not_your_role", "您的岗位不能提交知识反馈。")

    def pending(self, *states: str) -> Version:
        """Return the version in the making, if it is in one of these states. Raises KnowledgeRefused."""
        version = self.item.pending
        if version is None or version.state not in states:
            waiting = {"draft": "草稿", "review": "待审核版本"}[states[0]]
            raise KnowledgeRefused("no_draft", f"{self.item.name} 现在没有{waiting}。", "请刷新页面查看最新状态。")
        return version


def _write(pen: _Pen, step: s.Write) -> None:
    pen.may(s.EDITOR, s.OWNER)
    setting = pen.setting
    if step.responsible not in setting.units:
        raise KnowledgeRefused("no_unit", "还没有选责任单位，没有保存。", "每条知识都要有一个单位负责。")
    if step.unit is not None and step.responsible != step.unit:
        raise KnowledgeRefused("not_your_unit", "单位知识员只能为本单位起草知识。", "请联系知识管理员。")
    content = check_content(step.content, setting.categories, setting.regions)
    last = pen.item.pending
    if last is not None and last.state == "review":
        raise KnowledgeRefused(
            "in_review", f"{pen.item.name} v{last.n} 正在审核，暂时不能改。", "请等审核退回或发布后再改。"
        )
    n = len(pen.item.versions) + 1 if last is None else last.n
    writers = (step.by,) if last is None else tuple(dict.fromkeys((*last.writers, step.by)))
    version = Version(n, content, "draft", writers, pen.now, remark="" if last is None else last.remark)
    pen.write(
        "drafted" if last is None else "edited",
        unit=step.responsible,
        owner=step.owner,
        versions=(version,),
        say={"note": step.note} if step.note else {},
    )


def _submit(pen: _Pen, step: s.Submit) -> None:
    pen.may(s.EDITOR, s.OWNER)
    version = pen.pending("draft")
    _still_useful(version.content, pen.today)
    confirmed = step.by if step.unit is not None else ""
    pen.write("submitted", versions=(_changed(version, state="review", remark="", confirmed=confirmed),))


def _still_useful(content: Content, today: date) -> None:
    if content.valid_to is not None and date.fromisoformat(content.valid_to) < today:
        raise KnowledgeRefused("expired", f"有效期到 {content.valid_to}，已经过去了。", "请先改有效期。")


def _return(pen: _Pen, step: s.Return) -> None:
    version = pen.pending("review")
    _second_person(pen, version, step, "退回")
    if not step.remark:
        raise KnowledgeRefused("no_remark", "请写明哪里要改、怎么改。")
    pen.write("returned", versions=(_changed(version, state="draft", remark=step.remark, confirmed=""),))


def _confirm(pen: _Pen, step: s.Confirm) -> None:
    pen.may(s.OWNER, "unit_contact", "unit_leader")
    version = pen.pending("review")
    if step.unit is None or step.unit != pen.item.unit:
        raise KnowledgeRefused("not_your_unit", "确认要由责任单位的人来做。")
    pen.write("confirmed", versions=(_changed(version, confirmed=step.by),))


def _publish(pen: _Pen, step: s.Publish) -> None:
    item, version = pen.item, pen.pending("review")
    _second_person(pen, version, step, "发布")
    _still_useful(version.content, pen.today)
    fresh = _changed(
        version,
        state="published",
        reviewer=step.by,
        published_at=pen.now,
        review_on=_review_on(version.content, pen.today, pen.setting.periods).isoformat(),
    )
    before = item.published
    older = () if before is None else (_changed(before, state="replaced"),)
    pen.write("published", versions=(*older, fresh), current=version.n, wanted="", done=tuple(item.tasks))


def _second_person(pen: _Pen, version: Version, step: s.ItemStep, what: str) -> None:
    pen.may(s.EDITOR, s.OWNER)
    if step.by in version.writers:
        raise KnowledgeRefused("own_draft", f"这一版有您写的内容，{what}要由另一位同事来做。")


def _review_on(content: Content, today: date, periods: Periods) -> date:
    """Return the day on which the owner is to look at it again: some time before its last day, and regularly."""
    latest = today + timedelta(days=periods.review_days)
    if content.valid_to is None:
        return latest
    before_its_end = date.fromisoformat(content.valid_to) - timedelta(days=periods.warn_days)
    return max(min(latest, before_its_end), today)


def _withdraw(pen: _Pen, step: s.Withdraw) -> None:
    pen.may(s.EDITOR, s.OWNER)
    version = pen.item.published
    if version is None:
        raise KnowledgeRefused("not_published", f"{pen.item.name} 现在没有发布的版本，不用撤下。")
    if not step.reason:
        raise KnowledgeRefused("no_reason", "请写明撤下的原因。")
    taken = _changed(version, state="withdrawn", reason=step.reason)
    ended = tuple(task.id for task in pen.item.tasks.values() if task.version in (0, version.n))
    pen.write("withdrawn", versions=(taken,), current=0, done=ended, say={"reason": step.reason})


def _report(pen: _Pen, step: s.Report) -> None:
    pen.may_read()
    if step.kind not in FEEDBACK or not step.words:
        raise KnowledgeRefused("no_words", "请选哪里有问题，并写明正确的应该是什么、依据在哪里。")
    version = pen.item.published
    if version is None:
        raise KnowledgeRefused("not_published", f"{pen.item.name} 现在没有发布的版本，不用反馈。")
    task = pen.task(step.kind, version.n, step.words, step.urgent)
    pen.write("reported", made=(task,), say={"what": step.kind, "words": step.words})


def _ask(pen: _Pen, step: s.Ask) -> None:
    pen.may_read()
    if not step.question:
        raise KnowledgeRefused("no_words", "请写明来电人问的是什么。")
    if step.responsible not in pen.setting.units:
        raise KnowledgeRefused("no_unit", "请选一个应当给出答案的单位。")
    task = pen.task("missing", 0, step.question)
    pen.write("asked", unit=step.responsible, wanted=step.question, made=(task,))


def _settle(pen: _Pen, step: s.Settle) -> None:
    pen.may(s.EDITOR, s.OWNER, "unit_contact", "unit_leader")
    task = pen.item.tasks.get(step.task)
    if task is None:
        raise KnowledgeRefused("no_task", "这项任务已经办结，或不存在。", "请刷新页面查看。")
    if not step.words:
        raise KnowledgeRefused("no_words", "请写明核实的结果。")
    if task.kind == "expired":
        raise KnowledgeRefused("expired", "这条知识已经过期，只回复说明不能办结。", "请修订并发布新版，或撤下。")
    pen.write("settled", done=(task.id,), say={"task": task.id, "what": task.kind, "words": step.words})


def _tried(pen: _Pen, step: s.Tried) -> None:
    version = pen.item.published
    if version is None or version.n != step.version or not has_expired(version, pen.today):
        return
    if not pen.has_task("expired"):
        pen.write("tried_expired", made=(pen.task("expired", version.n),), say={"version": version.n})


def _look(pen: _Pen, _: s.Look) -> None:
    version = pen.item.published
    if version is None:
        return
    if has_expired(version, pen.today) and not version.expired:
        made = () if pen.has_task("expired") else (pen.task("expired", version.n),)
        pen.write("expired", versions=(_changed(version, warned=True, expired=True),), made=made)
    elif version.review_on and not version.warned and pen.today >= date.fromisoformat(version.review_on):
        made = () if pen.has_task("review") else (pen.task("review", version.n),)
        pen.write("review_due", versions=(_changed(version, warned=True),), made=made)


def _changed(version: Version, **changes: Any) -> Version:
    return msgspec.structs.replace(version, **changes)


_STEPS: Final[dict[type[s.ItemStep], Callable[[_Pen, Any], None]]] = {
    s.Write: _write,
    s.Submit: _submit,
    s.Return: _return,
    s.Confirm: _confirm,
    s.Publish: _publish,
    s.Withdraw: _withdraw,
    s.Report: _report,
    s.Ask: _ask,
    s.Settle: _settle,
    s.Tried: _tried,
    s.Look: _look,
}
