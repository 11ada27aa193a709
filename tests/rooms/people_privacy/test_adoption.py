"""Rule packs come into force by an entry of their own, and never behind our backs."""

import asyncio
from hashlib import sha256
from uuid import UUID

import asyncpg
import msgspec
import pytest
from one_order import MORNING

from lianxin.ground.clock import at_iso
from lianxin.ground.ledger import PACK, ChainMoved, kind_of_chain
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.ledger.postgres import PostgresLedger
from lianxin.rules import BrokenPack, adoption, shipped_texts
from lianxin.rules.adopted import AdoptedRules, adopt, adopted_in
from lianxin.rules.adoption import Adopt, PackEntry
from lianxin.rules.shelf import NoRules, PackRefused

BINZHOU = next(text for text in shipped_texts().values() if "pack: sd-binzhou\n" in text)
OLD = 'version: "2026.1"'


def version(number: str, begins: str) -> str:
    """The Binzhou pack as a later version."""
    assert OLD in BINZHOU
    return BINZHOU.replace(OLD, f'version: "{number}"').replace("2026-01-01T00:00:00+08:00", begins)


def wish(n: int, text: str) -> Adopt:
    return Adopt(id=UUID(int=n), by="staff:9001", text=text, document="滨热办〔2026〕1号")


NEXT = version("2027.1", "2027-01-01T00:00:00+08:00")


async def test_the_first_version_may_be_in_force_already_and_the_entry_carries_its_hash() -> None:
    ledger = MemoryLedger()
    answer = await adopt(ledger, wish(1, BINZHOU), MORNING)
    assert answer == {"ref": "sd-binzhou@2026.1", "sha256": sha256(BINZHOU.encode()).hexdigest()}
    ((chain, (sealed,)),) = ledger.entries.items()
    entry = msgspec.json.decode(sealed.body, type=PackEntry)
    assert kind_of_chain(chain) == PACK and chain == adoption.pack_chain("sd-binzhou")
    assert (entry.kind, entry.ref, entry.sha256) == ("adopted", answer["ref"], answer["sha256"])
    assert entry.say == {"document": "滨热办〔2026〕1号"}
    assert ledger.tables["packs_write"][("sd-binzhou@2026.1",)]["body"] == BINZHOU


async def test_a_later_version_may_not_begin_in_the_past() -> None:  # AC-13
    ledger = MemoryLedger()
    await adopt(ledger, wish(1, BINZHOU), MORNING)
    with pytest.raises(PackRefused, match="lies in the past"):
        await adopt(ledger, wish(2, NEXT), at_iso("2027-01-01T00:00:01+08:00"))
    assert len(ledger.commands) == 1
    await adopt(ledger, wish(3, NEXT), at_iso("2026-12-31T23:59:59+08:00"))
    rules = adopted_in(ledger.tables["packs_write"].values(), "sd-binzhou", lambda: at_iso("2026-12-30T23:50:00+08:00"))
    assert rules("").version == "2026.1"
    later = adopted_in(ledger.tables["packs_write"].values(), "sd-binzhou", lambda: at_iso("2027-01-01T00:00:00+08:00"))
    assert later("").version == "2027.1"
    assert later("sd-binzhou@2026.1").version == "2026.1"


async def test_a_known_version_a_broken_one_and_a_clock_behind_are_refused() -> None:
    ledger = MemoryLedger()
    await adopt(ledger, wish(1, BINZHOU), MORNING)
    with pytest.raises(PackRefused, match="adopted already"):
        await adopt(ledger, wish(2, BINZHOU), MORNING)
    with pytest.raises(BrokenPack):
        await adopt(ledger, wish(3, "id: [unclosed"), MORNING)
    with pytest.raises(PackRefused, match="clock is behind"):
        await adopt(ledger, wish(4, NEXT), MORNING - 1)
    assert len(ledger.commands) == 1


async def test_an_adoption_sent_twice_is_one(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    store = PostgresLedger(pool)
    first, second = await asyncio.gather(
        adopt(store, wish(1, BINZHOU), MORNING), adopt(store, wish(1, BINZHOU), MORNING)
    )
    assert first == second == await adopt(store, wish(1, BINZHOU), MORNING)
    assert await pool.fetchval("SELECT count(*) FROM entries") == 1


async def test_two_versions_at_one_moment_one_is_told_to_look_again(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    store = PostgresLedger(pool)
    await adopt(store, wish(1, BINZHOU), MORNING)
    other = version("2027.2", "2027-06-01T00:00:00+08:00")
    outcomes = await asyncio.gather(
        adopt(store, wish(2, NEXT), MORNING), adopt(store, wish(3, other), MORNING), return_exceptions=True
    )
    faster = [outcome for outcome in outcomes if isinstance(outcome, dict)]
    assert faster and all(isinstance(outcome, dict | ChainMoved) for outcome in outcomes)
    assert await pool.fetchval("SELECT count(*) FROM packs") == 1 + len(faster)


async def test_adopted_rules_are_those_of_the_database_and_a_new_one_is_seen(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    store = PostgresLedger(pool)
    rules = await AdoptedRules.load(pool, "sd-binzhou", lambda: MORNING)
    with pytest.raises(NoRules):
        rules("")
    await adopt(store, wish(1, BINZHOU), MORNING)
    await rules.refresh(pool)
    assert rules("").ref == "sd-binzhou@2026.1"
    with pytest.raises(NoRules):
        rules("sd-binzhou@2027.1")
    await adopt(store, wish(2, NEXT), MORNING)
    kept = rules("sd-binzhou@2026.1")
    await rules.refresh(pool)
    assert rules("sd-binzhou@2027.1").version == "2027.1"
    assert rules("sd-binzhou@2026.1") is kept, "a known text is not compiled again"
