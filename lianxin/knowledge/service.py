"""What can be done with knowledge: read, decide, write, all in one transaction.

Whoever acts comes through here: pages, the API, an import, the worker's clock. A step that
was done before answers what it answered then.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from lianxin.deadlines import Calendar
from lianxin.ground.clock import Instant
from lianxin.ground.ledger import Batch, ChainMoved, DoneBefore, Standing, Store
from lianxin.ground.ledger.chaining import Chained, chained_batch
from lianxin.ground.ledger.command_id import CHANCE_BYTES, command_id
from lianxin.ground.store import load_queries
from lianxin.knowledge import steps as s
from lianxin.knowledge.deciding import Setting, decide, next_date
from lianxin.knowledge.item import Item, Version, item_chain, new_item, parse_name
from lianxin.knowledge.loading import load_periods
from lianxin.knowledge.project import UseRow, row_of, task_rows
from lianxin.knowledge.refusal import KnowledgeRefused, NoSuchItem
from lianxin.knowledge.validity import quoted
from lianxin.orders.discreet import INSTEAD, SENTENCE, tells_a_number
from lianxin.orders.project import TimerRow
from lianxin.places import load_categories, load_places
from lianxin.units import load_units

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_TRIES: Final = 8
_NO_STEP: Final = UUID(int=0)
_QUERIES = load_queries("lianxin.knowledge")
_decode = msgspec.json.Decoder(Item).decode

Result = dict[str, Any]
NextNumber = Callable[[], Awaitable[int]]


class Knowledge:
    """The knowledge base of a site.

    calendar  gives the working calendar in force
    rights    whether who may act in role
    numbers   gives the number of the next item, see `numbers_of`
    chance    gives so many random bytes, for the ids of steps of its own
    """

    def __init__(
        self,
        store: Store,
        calendar: Callable[[], Calendar],
        rights: Callable[[str, str], bool],
        numbers: NextNumber,
        chance: Callable[[int], bytes],
    ) -> None:
        self._store = store
        self._calendar = calendar
        self._rights = rights
        self._numbers = numbers
        self._chance = chance

    async def item(self, number: int) -> Item:
        """Return an item as it is now. Raises NoSuchItem."""
        loaded = await self._store.load(_NO_STEP, (item_chain(number),))
        if loaded.chains[0].snapshot is None:
            raise NoSuchItem(f"K{number}")
        return _decode(loaded.chains[0].snapshot)

    async def begin(self, step: s.Write | s.Ask, now: Instant) -> Result:
        """Begin an item with a first draft, or with a question that has no answer; answers {"item": 18, "seq": 1}.

        Raises KnowledgeRefused; the number stays unused then.
        """
        done = (await self._store.load(step.id, ())).done
        return done if done is not None else await self._act(await self._numbers(), step, now, begins=True)

    async def act(self, number: int, step: s.ItemStep, now: Instant) -> Result:
        """Carry out a step on an item; answers {"item": 18, "seq": 5}. Raises KnowledgeRefused, NoSuchItem."""
        return await self._act(number, step, now)

    async def usable(self, name: str, by: str, now: Instant) -> Version:
        """Return the version that a direct answer names, e.g. `K18 v2` (`K18`: the published one).

        Raises KnowledgeRefused for one that may not be answered with, and with an expired one gives its owner the
        task to review it (AC-02); NoSuchItem.
        """
        number, n = _named(name)
        item = await self.item(number)
        try:
            return quoted(item, n, now)
        except KnowledgeRefused as refused:
            if refused.code == "expired" and (not n or n == item.current):
                tried = s.Tried(id=self._new_id(now), by=by, role="agent", version=item.current)
                await self._act(number, tried, now)
            raise

    async def used(self, name: str, contact: int, by: str, now: Instant) -> tuple[str, dict[str, list[Any]]]:
        """Return how a contact's matter names the answer (`K18 v2`), and the rows that go with it in one transaction.

            item, rows = await knowledge.used("K18", contact, who.by, now)
            await services.meet(contact, End(…, matter=Matter("answered", item=item)), now, **rows)

        Raises what `usable` raises.
        """
        version = await self.usable(name, by, now)
        number, _ = _named(name)
        return f"K{number} v{version.n}", {"knowledge_uses_write": [UseRow(contact, number, version.n, now)]}

    async def tick(self, subject: int, step_id: UUID, now: Instant) -> Result:
        """Let the clock look at an item: whatever is due by now happens, once."""
        item = (await self._store.load(_NO_STEP, (subject,))).chains[0].snapshot
        assert item is not None, subject
        return await self._act(_decode(item).number, s.Look(id=step_id, by="system", role="system"), now)

    def _new_id(self, now: Instant) -> UUID:
        return command_id(now, self._chance(CHANCE_BYTES))

    def _setting(self) -> Setting:
        units, places = load_units(), load_places()
        return Setting(
            self._calendar(),
            load_periods(),
            frozenset(unit.id for unit in units.all),
            frozenset(load_categories()),
            frozenset(region.code for region in places.regions),
        )

    async def _act(self, number: int, step: s.ItemStep, now: Instant, *, begins: bool = False) -> Result:
        if not isinstance(step, s.Look | s.Tried) and not self._rights(step.by, step.role):
            raise KnowledgeRefused("not_your_role", "您没有这个岗位的权限。", "请联系系统管理员核对岗位。")
        if tells_a_number(step):
            raise KnowledgeRefused("personal_number", SENTENCE, INSTEAD)
        for _ in range(_TRIES):
            loaded = await self._store.load(step.id, (item_chain(number),))
            if loaded.done is not None:
                return loaded.done
            try:
                return await self._commit(number, step, now, loaded.chains[0], begins=begins)
            except ChainMoved:
                continue
            except DoneBefore:
                done = (await self._store.load(step.id, ())).done
                assert done is not None, step
                return done
        raise ChainMoved(f"others were faster {_TRIES} times")

    async def _commit(self, number: int, step: s.ItemStep, now: Instant, stood: Standing, *, begins: bool) -> Result:
        if (stood.snapshot is None) != begins:
            raise NoSuchItem(f"K{number}")
        before = new_item(number) if stood.snapshot is None else _decode(stood.snapshot)
        entries, after = decide(before, step, self._setting(), now)
        result = {"item": number, "seq": after.seq}
        if entries:
            writes: dict[str, list[Any]] = {
                "knowledge_write": [row_of(after)],
                "knowledge_tasks_write": task_rows(before, entries),
                "timers_write": [TimerRow(after.id, next_date(after))],
            }
            batch: Batch = chained_batch(step.id, now, result, [Chained(after.id, stood, entries, after)], writes)
            await self._store.commit(batch)
        return result


def numbers_of(pool: "Pool[Record]") -> NextNumber:
    """Return what gives numbers of new items from the database."""

    async def next_number() -> int:
        return int(await pool.fetchval(_QUERIES.next_number.sql))

    return next_number


def _named(name: str) -> tuple[int, int]:
    found = parse_name(name)
    if found is None:
        raise KnowledgeRefused("unknown", f"“{name}”不是知识点编号。", "编号写作 K18 v2，请从搜索结果里选。")
    return found
