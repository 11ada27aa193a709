"""The adopted packs at work: one is adopted by a command, all of them answer `rules(ref)`."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import DoneBefore, Store
from lianxin.ground.ledger.chaining import Chained, chained_batch
from lianxin.ground.store import load_queries
from lianxin.rules import adoption
from lianxin.rules.adoption import Adopt
from lianxin.rules.loading import rules_from_text
from lianxin.rules.rules import Rules
from lianxin.rules.shelf import Shelf

if TYPE_CHECKING:
    from asyncpg import Pool, Record

RULES_CHANNEL: Final = "rules"
"""NOTIFY channel on which an adoption is told."""
_QUERIES = load_queries("lianxin.rules")


async def adopt(store: Store, command: Adopt, now: Instant) -> dict[str, Any]:
    """Put a version of a pack into force; answers {"ref", "sha256"}, also when the command comes again.

    Raises BrokenPack for a text with mistakes, PackRefused for a version that is back-dated or known,
    ChainMoved when another version of the pack was adopted at the same moment.
    """
    rules = rules_from_text(command.text)
    loaded = await store.load(command.id, (adoption.pack_chain(rules.pack),))
    if loaded.done is not None:
        return loaded.done
    stood = loaded.chains[0]
    entries, after = adoption.decide(adoption.pack_as_stood(rules.pack, stood), rules, command, now)
    result = {"ref": rules.ref, "sha256": after.hashes[rules.ref]}
    writes: dict[str, list[Any]] = {"packs_write": [adoption.row_of(after, rules.ref, command.text)]}
    try:
        await store.commit(chained_batch(command.id, now, result, [Chained(after.id, stood, entries, after)], writes))
    except DoneBefore:
        done = (await store.load(command.id, ())).done
        assert done is not None, command.id
        return done
    return result


class AdoptedRules:
    """The adopted packs of a site, for `Services(store, rules, rights)`: `rules("sd-binzhou@2026.1")`, `rules("")`.

    pack   the pack by which new orders are accepted
    now    tells the present instant: which of its versions is in force for them
    """

    def __init__(self, versions: Sequence[Rules], pack: str, now: Callable[[], Instant]) -> None:
        self._shelf = Shelf(versions)
        self._known = frozenset(rules.ref for rules in versions)
        self._pack = pack
        self._now = now

    @classmethod
    async def load(cls, pool: "Pool[Record]", pack: str, now: Callable[[], Instant]) -> "AdoptedRules":
        """Return the packs that stand in the database."""
        adopted = cls((), pack, now)
        await adopted.refresh(pool)
        return adopted

    @property
    def packs(self) -> frozenset[str]:
        """The names of the packs of which a version was adopted."""
        return frozenset(ref.partition("@")[0] for ref in self._known)

    async def refresh(self, pool: "Pool[Record]") -> None:
        """Read the packs again; called whenever `RULES_CHANNEL` speaks. Known texts are not compiled twice."""
        rows = await pool.fetch(_QUERIES.packs.sql)
        if {row[0] for row in rows} == self._known:
            return
        versions = [
            self._shelf.frozen(row[0]) if row[0] in self._known else rules_from_text(row[1], row[0]) for row in rows
        ]
        self._shelf, self._known = Shelf(versions), frozenset(rules.ref for rules in versions)

    def __call__(self, ref: str) -> Rules:
        """Return the rules of a reference; of "" those in force now. Raises NoRules, NoneInForce."""
        if ref:
            return self._shelf.frozen(ref)
        return self._shelf.in_force(self._pack, self._now())


def adopted_in(rows: Iterable[dict[str, Any]], pack: str, now: Callable[[], Instant]) -> AdoptedRules:
    """Return the packs adopted in a store in memory, from `MemoryLedger.tables["packs_write"].values()`."""
    return AdoptedRules([rules_from_text(row["body"], row["ref"]) for row in rows], pack, now)
