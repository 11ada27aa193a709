"""Samples are drawn, scored, appealed and decided; each step by the person who may take it."""

import calendar as months
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import msgspec

from lianxin.deadlines import Calendar, CalendarGap, nth_workday_after, official_calendar
from lianxin.ground.clock import DAY_MS, Instant, from_datetime, local_date, midnight, to_datetime
from lianxin.ground.store import load_queries
from lianxin.quality.sampling import Candidate, draw, needed
from lianxin.quality.sheet import QualityPack, WrongScore, quality_pack, total

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.quality")
_SPACE: Final = UUID("5c4a5c6e-1d3b-5f6e-9a68-0c0c53a2c1aa")
LIMIT: Final = 60
WORDS_MAX: Final = 2_000


class QualityRefused(Exception):
    """It cannot be done now; the sentence is for who asked."""


class Sample(msgspec.Struct, frozen=True):
    """A piece of somebody's work that was drawn.

    subject   chain of the contact or the order
    by, at, score, fatal  of the last score; by "" where there is none yet
    """

    id: UUID
    sheet: str
    subject: int
    person: str
    why: str
    drawn_at: Instant
    by: str = ""
    at: Instant | None = None
    score: int | None = None
    fatal: tuple[str, ...] = ()


class Score(msgspec.Struct, frozen=True):
    """A score as it was given; version: of the sheet."""

    n: int
    by: str
    at: Instant
    version: str
    points: dict[str, int]
    fatal: tuple[str, ...]
    total: int
    remark: str


class Appeal(msgspec.Struct, frozen=True):
    """An appeal, the inspector's answer and the decision."""

    by: str
    at: Instant
    words: str
    due: Instant | None
    answered_by: str | None
    answered_at: Instant | None
    answer: str
    decided_by: str | None
    decided_at: Instant | None
    upheld: bool | None
    decision: str


class Inspection:
    """What can be done with samples and scores."""

    def __init__(self, pool: "Pool[Record]", pack: QualityPack | None = None, calendar: Calendar | None = None) -> None:
        self._pool = pool
        self.pack = pack or quality_pack()
        self._calendar = calendar

    async def draw_today(self, reader: str, by: str, agents: Mapping[str, bool], now: Instant) -> int:
        """Draw of the calls since the begin of the month what is due by today; return how many were drawn.

        reader  who draws, as the predicate knows them: only what they may see is drawn
        agents  `staff:…` of who takes calls -> whether they are in their first months
        """
        today = local_date(now)
        begin = midnight(today.replace(day=1))
        rows = await self._pool.fetch(
            _QUERIES.candidates.sql, reader, to_datetime(begin), to_datetime(midnight(today) + DAY_MS)
        )
        candidates = [Candidate(row[0], row[1], row[2], row[3]) for row in rows]
        have = {row[0]: row[1] for row in await self._pool.fetch(_QUERIES.drawn_since.sql, to_datetime(begin))}
        days = months.monthrange(today.year, today.month)[1]
        need = {one: needed(self._monthly(new), today.day, days) for one, new in agents.items()}
        drawn = draw(candidates, have, need, f"{today:%Y-%m}")
        kept = [
            await self._keep("call", one.contact, one.person, one.why, by, now) for one in drawn if one.person != by
        ]
        return sum(one is not None for one in kept)

    async def ask_for(self, sheet: str, subject: int, person: str, by: str, now: Instant) -> UUID:
        """Draw one piece of work by hand; return its id, also when it was drawn before. Raises QualityRefused."""
        if sheet not in self.pack.sheets:
            raise QualityRefused("没有这种评分表。")
        if person == by:
            raise QualityRefused("自己的工作由另一位质检员来评。没有抽取。")
        await self._keep(sheet, subject, person, "asked", by, now)
        return _sample_id(sheet, subject, person)

    async def to_inspect(self, by: str) -> tuple[Sample, ...]:
        """Return what waits for a score by this inspector, what is risky first; no more than LIMIT."""
        return tuple(_sample(row) for row in await self._pool.fetch(_QUERIES.to_inspect.sql, by, LIMIT))

    async def to_inspect_count(self, by: str) -> int:
        """Return how many wait for a score by this inspector."""
        return int(await self._pool.fetchval(_QUERIES.to_inspect_count.sql, by))

    async def inspected(self) -> tuple[Sample, ...]:
        """Return the latest scores."""
        return tuple(_sample(row) for row in await self._pool.fetch(_QUERIES.inspected.sql, LIMIT))

    async def of_person(self, person: str) -> tuple[Sample, ...]:
        """Return the scores on somebody's work, latest first."""
        return tuple(_sample(row) for row in await self._pool.fetch(_QUERIES.of_person.sql, person, LIMIT))

    async def sample(self, sample_id: UUID) -> tuple[Sample, tuple[Score, ...], Appeal | None] | None:
        """Return a sample with its scores, the first one first, and its appeal; None: there is none of this id."""
        row = await self._pool.fetchrow(_QUERIES.sample.sql, sample_id)
        if row is None:
            return None
        scores = tuple(_score(one) for one in await self._pool.fetch(_QUERIES.scores_of.sql, sample_id))
        appeal = await self._pool.fetchrow(_QUERIES.appeal_of.sql, sample_id)
        return _sample(row), scores, None if appeal is None else _appeal(appeal)

    async def score(
        self, sample_id: UUID, by: str, points: Mapping[str, int], fatal: tuple[str, ...], remark: str, now: Instant
    ) -> int:
        """Give the first score of a sample; return it. Raises QualityRefused, WrongScore."""
        sample, scores, _ = await self._found(sample_id)
        if sample.person == by:
            raise QualityRefused("不能给自己的工作打分，请交给另一位质检员。")
        if scores:
            raise QualityRefused("这一份已经评过了。分数不能改，有异议走申诉。")
        return await self._keep_score(sample, 1, by, points, fatal, remark, now)

    async def appeal(self, sample_id: UUID, by: str, words: str, now: Instant) -> None:
        """Contest the score on one's own work, within the days of the pack. Raises QualityRefused."""
        sample, scores, appeal = await self._found(sample_id)
        if sample.person != by:
            raise QualityRefused("只能对自己的分数申诉。")
        if appeal is not None or not scores:
            raise QualityRefused("这一份还没有分数，或已经申诉过。")
        last = self._within(scores[0].at, self.pack.appeal.ask_wd)
        if last is not None and now >= last:
            raise QualityRefused(f"申诉要在评分后 {self.pack.appeal.ask_wd} 个工作日内提出，现在已经过期。")
        due = self._within(now, self.pack.appeal.answer_wd)
        kept = await self._pool.fetchrow(
            _QUERIES.keep_appeal.sql, sample_id, by, to_datetime(now), _words(words, "申诉理由"), _at(due)
        )
        if kept is None:
            raise QualityRefused("这一份已经申诉过。")

    async def answer(self, sample_id: UUID, by: str, words: str, now: Instant) -> None:
        """Answer an appeal as the one who scored, or another inspector. Raises QualityRefused."""
        sample, _, appeal = await self._found(sample_id)
        if appeal is None or appeal.answered_at is not None:
            raise QualityRefused("没有等答复的申诉。")
        if sample.person == by:
            raise QualityRefused("不能答复自己的申诉。")
        due = self._within(now, self.pack.appeal.decide_wd)
        done = await self._pool.fetchrow(
            _QUERIES.answer_appeal.sql, by, to_datetime(now), _words(words, "答复"), _at(due), sample_id
        )
        if done is None:
            raise QualityRefused("这份申诉刚刚已由别人答复。")

    async def decide(
        self,
        sample_id: UUID,
        by: str,
        upheld: bool,
        words: str,
        now: Instant,
        points: Mapping[str, int] | None = None,
        fatal: tuple[str, ...] = (),
    ) -> None:
        """Decide an appeal for good; upheld: with new points, as a further score. Raises QualityRefused, WrongScore."""
        sample, scores, appeal = await self._found(sample_id)
        if appeal is None or appeal.answered_at is None or appeal.decided_at is not None:
            raise QualityRefused("这份申诉还没有答复，或已经裁定。")
        if by in (sample.person, scores[0].by):
            raise QualityRefused("评分人和本人都不能裁定，请交给另一位复核员。")
        decision = _words(words, "裁定理由")
        if upheld:
            total(self.pack.sheets[sample.sheet], points or {}, fatal)
        done = await self._pool.fetchrow(_QUERIES.decide_appeal.sql, by, to_datetime(now), upheld, decision, sample_id)
        if done is None:
            raise QualityRefused("这份申诉刚刚已由别人裁定。")
        if upheld:
            await self._keep_score(sample, len(scores) + 1, by, points or {}, fatal, decision, now)

    async def open_appeals(self) -> list[dict[str, Any]]:
        """Return the appeals that wait: id, sheet, person, at, due, answered (whether the inspector has)."""
        return [
            {
                "id": row["sample_id"],
                "sheet": row["sheet"],
                "person": row["person"],
                "at": from_datetime(row["at"]),
                "due": None if row["due_at"] is None else from_datetime(row["due_at"]),
                "answered": row["answered_at"] is not None,
            }
            for row in await self._pool.fetch(_QUERIES.open_appeals.sql)
        ]

    def _monthly(self, new: bool) -> int:
        return self.pack.newcomer.value if new else self.pack.monthly_min.value

    def _within(self, start: Instant, working_days: int) -> Instant | None:
        """Return the end of so many working days; None where the calendar does not reach so far."""
        try:
            day: date = nth_workday_after(local_date(start), working_days, self._calendar or official_calendar())
        except CalendarGap:
            return None
        return midnight(day) + DAY_MS

    async def _found(self, sample_id: UUID) -> tuple[Sample, tuple[Score, ...], Appeal | None]:
        found = await self.sample(sample_id)
        if found is None:
            raise QualityRefused("没有这一份样本。")
        return found

    async def _keep(self, sheet: str, subject: int, person: str, why: str, by: str, now: Instant) -> UUID | None:
        row = await self._pool.fetchrow(
            _QUERIES.keep_sample.sql,
            _sample_id(sheet, subject, person),
            sheet,
            subject,
            person,
            why,
            to_datetime(now),
            by,
        )
        return None if row is None else row[0]

    async def _keep_score(
        self,
        sample: Sample,
        n: int,
        by: str,
        points: Mapping[str, int],
        fatal: tuple[str, ...],
        remark: str,
        now: Instant,
    ) -> int:
        score = total(self.pack.sheets[sample.sheet], points, fatal)
        if len(remark) > WORDS_MAX:
            raise WrongScore(f"评语最多 {WORDS_MAX} 字。")
        if fatal and not remark.strip():
            raise WrongScore("判了致命项，要在评语里写明事实。")
        written = msgspec.json.encode(dict(points)).decode()
        row = await self._pool.fetchrow(
            _QUERIES.keep_score.sql,
            sample.id,
            n,
            by,
            to_datetime(now),
            self.pack.version,
            written,
            list(fatal),
            score,
            remark.strip(),
        )
        if row is None:
            raise QualityRefused("这一份刚刚已由别人评过。")
        return score


def _sample_id(sheet: str, subject: int, person: str) -> UUID:
    return uuid5(_SPACE, f"{sheet}|{subject}|{person}")


def _words(words: str, what: str) -> str:
    said = words.strip()
    if not said:
        raise QualityRefused(f"请写明{what}。没有保存。")
    if len(said) > WORDS_MAX:
        raise QualityRefused(f"{what}最多 {WORDS_MAX} 字。没有保存。")
    return said


def _at(instant: Instant | None) -> Any:
    return None if instant is None else to_datetime(instant)


def _sample(row: Any) -> Sample:
    scored = "total" in row.keys()  # noqa: SIM118 - a record looks for a value otherwise
    return Sample(
        row["sample_id"],
        row["sheet"],
        row["subject_id"],
        row["person"],
        row["why"],
        from_datetime(row["drawn_at"]),
        *((row["by"], from_datetime(row["at"]), row["total"], tuple(row["fatal"])) if scored else ()),
    )


def _score(row: Any) -> Score:
    return Score(
        row["n"],
        row["by"],
        from_datetime(row["at"]),
        row["version"],
        msgspec.json.decode(row["points"]),
        tuple(row["fatal"]),
        row["total"],
        row["remark"],
    )


def _appeal(row: Any) -> Appeal:
    return Appeal(
        row["by"],
        from_datetime(row["at"]),
        row["words"],
        None if row["due_at"] is None else from_datetime(row["due_at"]),
        row["answered_by"],
        None if row["answered_at"] is None else from_datetime(row["answered_at"]),
        row["answer"],
        row["decided_by"],
        None if row["decided_at"] is None else from_datetime(row["decided_at"]),
        row["upheld"],
        row["decision"],
    )
