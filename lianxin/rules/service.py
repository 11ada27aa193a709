"""A version of a pack is proposed by one person and put into force by another.

What is proposed is checked as a file would be; what is put into force is an entry of the
pack's chain that names both. Between the two it binds nobody.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant, from_datetime, to_datetime
from lianxin.ground.ledger import ChainMoved
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.ground.store import load_queries
from lianxin.rules.adopted import adopt
from lianxin.rules.adoption import Adopt
from lianxin.rules.comparing import Change, changes
from lianxin.rules.loading import check_text, rules_from_text, tree_of
from lianxin.rules.reading import Mistake
from lianxin.rules.shelf import PackRefused

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.rules")
LIMIT: Final = 60


class RulesRefused(Exception):
    """It cannot be done now; the sentences are for the rule administrator."""


class PackDraft(msgspec.Struct, frozen=True):
    """A proposed version, and what became of it; outcome: open, adopted, refused, withdrawn."""

    id: UUID
    ref: str
    body: str
    document: str
    proposed_by: str
    proposed_at: Instant
    outcome: str
    decided_by: str | None
    decided_at: Instant | None
    reason: str

    @property
    def pack(self) -> str:
        """The pack's name, without the version."""
        return self.ref.partition("@")[0]


class RuleBook:
    """The packs of a site and what is proposed for them."""

    def __init__(self, pool: "Pool[Record]") -> None:
        self._pool = pool

    async def texts(self) -> dict[str, str]:
        """Return every adopted version by its reference, word for word."""
        return {row[0]: row[1] for row in await self._pool.fetch(_QUERIES.packs.sql)}

    async def drafts(self) -> tuple[PackDraft, ...]:
        """Return what is proposed, what waits first."""
        return tuple(_draft(row) for row in await self._pool.fetch(_QUERIES.drafts.sql, LIMIT))

    async def draft(self, draft_id: UUID) -> PackDraft | None:
        """Return one of them."""
        row = await self._pool.fetchrow(_QUERIES.draft.sql, draft_id)
        return None if row is None else _draft(row)

    def mistakes(self, text: str) -> list[Mistake]:
        """Return every mistake of a text; an empty list: it can be proposed."""
        return check_text(text)[1]

    async def propose(self, draft_id: UUID, text: str, document: str, by: str, now: Instant) -> PackDraft:
        """Lay a version before a second person. The same `draft_id` again changes nothing.

        Raises BrokenPack with all mistakes, RulesRefused.
        """
        rules = rules_from_text(text)
        if not document.strip():
            raise RulesRefused("请写明依据的文件，例如文号和标题。没有保存。")
        known = await self.texts()
        if rules.ref in known:
            raise RulesRefused(f"{rules.ref} 已经施行，改动要用新的版本号。没有保存。")
        if any(ref.partition("@")[0] == rules.pack for ref in known) and rules.effective_from < now:
            raise RulesRefused(f"{rules.ref} 的施行日期已经过去，规则不能倒签。请改为以后的日期，没有保存。")
        made = await self._pool.fetchrow(
            _QUERIES.propose.sql, draft_id, rules.ref, text, document.strip(), by, to_datetime(now)
        )
        if made is None and await self.draft(draft_id) is None:
            raise RulesRefused(f"{rules.ref} 已有一份在等复核，请先处理那一份。没有保存。")
        found = await self.draft(draft_id)
        assert found is not None, draft_id
        return found

    async def agree(self, draft_id: UUID, by: str, now: Instant) -> str:
        """Put a proposed version into force; return its reference. Raises RulesRefused."""
        draft = await self._open(draft_id)
        if draft.proposed_by == by:
            raise RulesRefused("这一版是您提出的，要由另一位规则管理员复核。没有施行。")
        command = Adopt(id=draft_id, by=by, text=draft.body, document=draft.document, proposed_by=draft.proposed_by)
        try:
            await adopt(PostgresLedger(self._pool), command, now)
        except PackRefused as refused:
            raise RulesRefused(
                f"{draft.ref} 现在不能施行：施行日期已过，或已有同一版本。请退回，由提出人改日期后再提。"
            ) from refused
        except ChainMoved as moved:
            raise RulesRefused("同一规则包刚刚有另一版施行，请刷新后再看。没有施行。") from moved
        await self._pool.fetchrow(_QUERIES.decide.sql, "adopted", by, to_datetime(now), "", draft_id)
        return draft.ref

    async def refuse(self, draft_id: UUID, by: str, reason: str, now: Instant) -> None:
        """Send a proposed version back with a reason; by who proposed it, it is withdrawn. Raises RulesRefused."""
        draft = await self._open(draft_id)
        outcome = "withdrawn" if draft.proposed_by == by else "refused"
        if outcome == "refused" and not reason.strip():
            raise RulesRefused("请写明退回的理由。没有保存。")
        done = await self._pool.fetchrow(_QUERIES.decide.sql, outcome, by, to_datetime(now), reason.strip(), draft_id)
        if done is None:
            raise RulesRefused("这一版刚刚已由别人处理。请刷新后再看。")

    async def compared(self, draft: PackDraft) -> tuple[str, tuple[Change, ...]]:
        """Return the version that a proposal follows, "" for the first of a pack, and what changes."""
        texts = await self.texts()
        before = [rules_from_text(text) for ref, text in texts.items() if ref.partition("@")[0] == draft.pack]
        others = sorted((rules for rules in before if rules.ref != draft.ref), key=lambda rules: rules.effective_from)
        if not others:
            return "", changes({}, tree_of(draft.body))
        latest = others[-1].ref
        return latest, changes(tree_of(texts[latest]), tree_of(draft.body))

    async def _open(self, draft_id: UUID) -> PackDraft:
        draft = await self.draft(draft_id)
        if draft is None:
            raise RulesRefused("没有这一版提案。")
        if draft.outcome != "open":
            raise RulesRefused("这一版已经处理过了。请刷新后再看。")
        return draft


def _draft(row: Any) -> PackDraft:
    decided: datetime | None = row["decided_at"]
    return PackDraft(
        row["draft_id"],
        row["ref"],
        row["body"],
        row["document"],
        row["proposed_by"],
        from_datetime(row["proposed_at"]),
        row["outcome"],
        row["decided_by"],
        None if decided is None else from_datetime(decided),
        row["reason"],
    )
