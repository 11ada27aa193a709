"""In which words does a deadline explain itself?

Chinese first, English beside it; the facts come from `explain`. Dates carry their year
only where it is not the year in which the clock started.
"""

from datetime import date
from typing import Final, Literal

from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant, local_date, midnight, to_datetime

Lang = Literal["zh", "en"]

SENTENCES: Final[dict[Lang, dict[str, str]]] = {
    "zh": {
        "clock": "时限 {key}：{amount}{pack}",
        "start_day": "自 {at} 起算，当日不计，从次日数起",
        "start_now": "自 {at} 起立即计时",
        "counted": "{days}计第 {numbers} 个工作日{made_up}",
        "counted_days": "{days}计第 {numbers} 日",
        "made_up": "（{days}为调休上班日）",
        "rest": "{days}为休息日，不计",
        "festival": "{days}{name}放假，不计",
        "office": "{at} 至 {until} 为办公时间，计 {span}",
        "natural": "{at} 至 {until} 昼夜连续计时，计 {span}",
        "paused_days": "{at} 挂起：已用 {used}，剩余 {left}",
        "paused_time": "{at} 挂起：未用完的时间保留",
        "resumed_days": "{at} 恢复，从次日起续计剩余的 {left}",
        "resumed_time": "{at} 恢复，接着计未用完的时间",
        "extended": "延长 {amount}，自原到期时间 {at} 起算",
        "rolled": "{day}{name}，顺延至其后第一个工作日 {until}",
        "due": "{at} 到期",
        "yellow": "黄牌：{at}，最后一个工作日开始",
        "red": "红牌：{at}，到期后第一个工作日开始",
        "unresolved": "所需的工作日历（{after}之后）尚未录入，日期待定",
        "unresolved_red": "红牌时间待定：{after}之后的工作日历尚未录入",
        "rest_day": "为休息日",
        "pack": "（规则包 {pack}）",
    },
    "en": {
        "clock": "clock {key}: {amount}{pack}",
        "start_day": "starts {at}; that day is not counted",
        "start_now": "starts {at} and runs at once",
        "counted": "{days}: working day {numbers}{made_up}",
        "counted_days": "{days}: day {numbers}",
        "made_up": " ({days}: make-up working day)",
        "rest": "{days}: no working day, not counted",
        "festival": "{days}: {name}, not counted",
        "office": "{at} to {until}: office time, {span} counted",
        "natural": "{at} to {until}: runs day and night, {span} counted",
        "paused_days": "paused {at}: {used} used, {left} left",
        "paused_time": "paused {at}: the time not used is kept",
        "resumed_days": "resumed {at}; the remaining {left} count from the next day",
        "resumed_time": "resumed {at}; the time not used goes on",
        "extended": "extended by {amount} from the old due time {at}",
        "rolled": "{day} is {name}; moved to the next working day, {until}",
        "due": "due {at}",
        "yellow": "yellow card {at}: the last working day begins",
        "red": "red card {at}: the first working day after the due date begins",
        "unresolved": "the working calendar after {after} is missing: the date follows",
        "unresolved_red": "the red card has no date yet: the working calendar after {after} is missing",
        "rest_day": "a day off",
        "pack": " (rule pack {pack})",
    },
}

_UNITS: Final[dict[Lang, dict[str, tuple[str, str]]]] = {
    "zh": {
        "min": (" 分钟", " 分钟"),
        "h": (" 小时", " 小时"),
        "office_h": (" 个办公小时", " 个办公小时"),
        "d": (" 日", " 日"),
        "WD": (" 个工作日", " 个工作日"),
    },
    "en": {
        "min": (" minute", " minutes"),
        "h": (" hour", " hours"),
        "office_h": (" office hour", " office hours"),
        "d": (" day", " days"),
        "WD": (" working day", " working days"),
    },
}
_WEEKDAYS: Final = {"zh": tuple("一二三四五六日"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Words:
    """Phrases of one language for one explanation.

    year  of the start; other years are written out
    """

    def __init__(self, lang: Lang, year: int) -> None:
        """Raises ValueError for a language in which no deadline explains itself."""
        if lang not in SENTENCES:
            raise ValueError(f"deadlines explain themselves in zh and en, not in {lang!r}")
        self.lang = lang
        self._year = year

    def say(self, sentence: str, **facts: object) -> str:
        """Return a sentence of SENTENCES with its facts filled in."""
        return SENTENCES[self.lang][sentence].format(**facts)

    def amount(self, value: int, unit: str) -> str:
        """Return `5 个工作日` or `5 working days`."""
        return f"{value}{_UNITS[self.lang][unit][value != 1]}"

    def day(self, day: date) -> str:
        """Return `10月8日` or `8 Oct`."""
        if self.lang == "zh":
            return ("" if day.year == self._year else f"{day.year}年") + f"{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]}" + ("" if day.year == self._year else f" {day.year}")

    def weekday(self, day: date) -> str:
        """Return the day with its weekday: `10月10日周六`, `Sat 10 Oct`."""
        name = _WEEKDAYS[self.lang][day.weekday()]
        return f"{self.day(day)}周{name}" if self.lang == "zh" else f"{name} {self.day(day)}"

    def days(self, first: date, last: date) -> str:
        """Return one day or a run of days."""
        if first == last:
            return self.day(first)
        return f"{self.day(first)}{'至' if self.lang == 'zh' else ' to '}{self.day(last)}"

    def listed(self, days: list[date]) -> str:
        """Return days one by one, with their weekdays."""
        return ("、" if self.lang == "zh" else ", ").join(map(self.weekday, days))

    def numbers(self, first: int, last: int) -> str:
        """Return `3` or `1–5`."""
        return str(first) if first == last else f"{first}–{last}"

    def at(self, instant: Instant, *, ends: bool = False) -> str:
        """Return a moment; `ends` writes a midnight as 24:00 of the day it ends."""
        day = local_date(instant)
        if ends and midnight(day) == instant:
            return f"{self.day(local_date(instant - DAY_MS))} 24:00"
        return f"{self.day(day)} {to_datetime(instant):%H:%M}" + self._seconds(instant)

    def _seconds(self, instant: Instant) -> str:
        return f"{to_datetime(instant):':%S'}".replace("'", "") if instant % MINUTE_MS else ""

    def span(self, ms: int) -> str:
        """Return a length of time in hours, minutes and seconds."""
        hours, rest = divmod(ms, HOUR_MS)
        minutes, rest = divmod(rest, MINUTE_MS)
        zh = self.lang == "zh"
        parts = [f"{hours} 小时" if zh else f"{hours} h"] if hours else []
        if minutes:
            parts.append(f"{minutes} 分钟" if zh else f"{minutes} min")
        if rest or not parts:
            parts.append(f"{rest / 1000:g} 秒" if zh else f"{rest / 1000:g} s")
        return " ".join(parts)
