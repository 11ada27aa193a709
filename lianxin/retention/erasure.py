"""Erasure (删除个人信息): what happens when the law lets a citizen be forgotten?

One command, one transaction: the data key is destroyed, so that name, numbers, address,
identity and the hashes in the entries say nothing any more, also in every backup of the
chain; the look-up rows go; each text of the person's orders, and each text they added to somebody
else's, is replaced by a redacted one, whose hash an entry of its own (`erased`) puts
beside the old. Chains stay as they were and verify. Source: 个人信息保护法 第四十七条.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from lianxin.attachments.attachment import AttachmentRow
from lianxin.attachments.erasing import ErasableFiles
from lianxin.contacts import course
from lianxin.contacts.contact import Contact, ContactEntry
from lianxin.contacts.contact import evolve as evolve_contact
from lianxin.ground.clock import Instant
from lianxin.ground.ledger import CONTACT, ORDER, Batch, ChainMoved, DoneBefore, Standing, kind_of_chain
from lianxin.ground.ledger import Store as Ledger
from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.ground.store import load_queries
from lianxin.orders import commands as c
from lianxin.orders.batch import Draft
from lianxin.orders.lifecycle import decide
from lianxin.orders.order import Order, OrderEntry
from lianxin.orders.steps.beside import EraseAttachment
from lianxin.orders.texts import TextRow, text_hash, text_row
from lianxin.people.identities import kept_in
from lianxin.people.person import WRITERS, PersonRow, Store
from lianxin.people.vault import Entropy, Vault
from lianxin.privacy.looking import number_of
from lianxin.rules import Rules

if TYPE_CHECKING:
    from asyncpg import Pool, Record

REDACTED: Final = "(已依法删除)"
"""Stands where a text was."""
_SALT_BYTES: Final = 16
_SHARING_MAX: Final = 100
_TRIES: Final = 8
_ROLE: Final = "secadmin"
_QUERIES = load_queries("lianxin.retention")
_decode_order = msgspec.json.Decoder(Order).decode
_decode_contact = msgspec.json.Decoder(Contact).decode
Result = dict[str, Any]


class EraseRefused(Exception):
    """The person cannot be erased; the sentence says why, and nothing was changed."""


class Matters(msgspec.Struct, frozen=True):
    """What a person has with us.

    row     their id, and whether they were erased; None: nobody of this id
    orders, contacts  ids
    added   (order of somebody else, number of the text there that this person brought)
    store   where they are kept
    """

    row: PersonRow | None
    orders: tuple[int, ...]
    contacts: tuple[int, ...]
    added: tuple[tuple[int, int], ...] = ()
    store: Store = "persons"

    @property
    def others(self) -> tuple[int, ...]:
        """The orders of somebody else that carry words of this person."""
        return tuple(sorted({order for order, _ in self.added}))


class Erase(msgspec.Struct, frozen=True, kw_only=True):
    """A security administrator erases a person, or the house itself whose time is over (role `system`).

    ground  the clause and the decision, or the rule of retention
    """

    id: UUID
    by: str
    person: UUID
    ground: str
    role: str = _ROLE


class Erasure:
    """Erases persons.

    matters  finds what a person has with us, see `matters_in_postgres`, `matters_in_memory`
    files    finds the files of orders and contacts, see `attachments.erasing`; None: there are none
    entropy  source of the salts of redacted texts
    """

    def __init__(
        self,
        store: Ledger,
        matters: Callable[[UUID], Awaitable[Matters]],
        rules: Callable[[str], Rules],
        rights: Callable[[str, str], bool],
        entropy: Entropy = secrets.token_bytes,
        files: ErasableFiles | None = None,
    ) -> None:
        self._store = store
        self._matters = matters
        self._rules = rules
        self._rights = rights
        self._entropy = entropy
        self._files = files

    async def erase(self, command: Erase, now: Instant) -> Result:
        """Erase a person for good; answers {"person", "orders", "contacts", "texts", "files"}: how many were touched.

        An order that is still open stays open: what is owed is still owed, but nobody can be called any more.
        Raises EraseRefused; nothing was changed then.
        """
        if command.role not in (_ROLE, "system") or not self._rights(command.by, command.role):
            raise EraseRefused(f"{command.by} may not erase a person; a security administrator may.")
        if not command.ground:
            raise EraseRefused("An erasure needs its legal ground. Nothing was changed.")
        for _ in range(_TRIES):
            batch = await self._attempt(command, now)
            if not isinstance(batch, Batch):
                return batch
            try:
                await self._store.commit(batch)
            except ChainMoved:
                continue
            except DoneBefore:
                done = (await self._store.load(command.id, ())).done
                assert done is not None, command.id
                return done
            for file in batch.writes.get("attachments_write", ()):
                assert self._files is not None, command.id
                self._files.remove(file)
            return batch.result
        raise ChainMoved(f"others were faster {_TRIES} times")

    async def _attempt(self, command: Erase, now: Instant) -> Batch | Result:
        matters = await self._matters(command.person)
        orders = (*matters.orders, *matters.others)
        loaded = await self._store.load(command.id, (*orders, *matters.contacts))
        if loaded.done is not None:
            return loaded.done
        row = matters.row
        if row is None:
            raise EraseRefused(f"Nobody is kept under {command.person}.")
        if row.erased is not None:
            raise EraseRefused(f"{command.person} was erased already.")
        if not loaded.chains:
            raise EraseRefused(f"{command.person} has neither an order nor a contact here.")
        draft, texts = Draft(command.id, now), 0
        files = await self._files_of(matters, now)
        for order_id, stood in zip(orders, loaded.chains, strict=False):
            order = _decode_order(_snapshot(stood))
            added = [n for other, n in matters.added if other == order_id]
            texts += self._redact(draft, stood, order, added or range(1, order.texts + 1), files, command, now)
        for stood in loaded.chains[len(orders) :]:
            self._note(draft, stood, files, command, now)
        draft.rows(WRITERS[matters.store][0], [Vault.erased(row, now)])
        if files:
            draft.rows("attachments_write", files)
        return draft.done(
            {
                "person": str(command.person),
                "orders": len(orders),
                "contacts": len(matters.contacts),
                "texts": texts,
                "files": len(files),
            }
        )

    async def _files_of(self, matters: Matters, now: Instant) -> list[AttachmentRow]:
        if self._files is None:
            return []
        return await self._files.rows((*matters.orders, *matters.contacts), now)

    def _redact(
        self,
        draft: Draft,
        stood: Standing,
        before: Order,
        numbers: Iterable[int],
        files: Sequence[AttachmentRow],
        command: Erase,
        now: Instant,
    ) -> int:
        """Replace these texts of an order and record that its files go; return how many texts there were."""
        after, at = before, max(now, before.last_at)
        entries: list[OrderEntry] = []
        rows: list[TextRow] = []
        who = {"id": command.id, "by": command.by, "role": command.role, "ground": command.ground}
        for n in numbers:
            salt = self._entropy(_SALT_BYTES)
            step = c.Erase(text_n=n, text_hash=text_hash(salt, "", REDACTED), **who)  # type: ignore[arg-type]
            written, after = decide(after, step, self._rules(before.pack), at)
            entries += written
            rows.append(text_row(before.id, n, at, "", REDACTED, salt))
        for file in files:
            if file.subject == before.id:
                gone = EraseAttachment(n=file.n, **who)  # type: ignore[arg-type]
                written, after = decide(after, gone, self._rules(before.pack), at)
                entries += written
        draft.order(stood, before, entries, after)
        draft.texts(rows)
        return len(rows)

    def _note(
        self, draft: Draft, stood: Standing, files: Sequence[AttachmentRow], command: Erase, now: Instant
    ) -> None:
        """Write on a contact that its person was erased, and that its files go; it changes nothing else."""
        before = after = _decode_contact(_snapshot(stood))
        at = max(now, before.last_at)
        entries: list[ContactEntry] = []
        for file in files:
            if file.subject == before.id:
                gone = course.EraseAttachment(id=command.id, by=command.by, n=file.n, ground=command.ground)
                written, after = course.decide(after, gone, self._rules(""), at)
                entries += written
        erased = ContactEntry(
            chain=before.id,
            seq=after.seq + 1,
            at=at,
            kind="erased",
            actor=command.by,
            command=command.id,
            say={"ground": command.ground},
        )
        draft.contact(stood, before, [*entries, erased], evolve_contact(after, erased))


def _snapshot(stood: Standing) -> bytes:
    assert stood.snapshot is not None, "a row in the lists without a chain"
    return stood.snapshot


def matters_in_postgres(pool: "Pool[Record]") -> Callable[[UUID], Awaitable[Matters]]:
    """Return how to find what a person has with us in the database."""

    async def matters(person_id: UUID) -> Matters:
        store, row = await kept_in(pool, person_id) or ("persons", None)
        orders = _ids(await pool.fetch(_QUERIES.orders_of_person.sql, person_id))
        contacts = _ids(await pool.fetch(_QUERIES.contacts_of_person.sql, person_id))
        added = await pool.fetch(_QUERIES.texts_added.sql, list(contacts))
        others = tuple((one[0], one[1]) for one in added if one[0] not in orders)
        return Matters(row, orders, contacts, others, store)

    return matters


async def person_of(pool: "Pool[Record]", subject: int) -> UUID | None:
    """Return who is behind an order or a contact; None where there is none such, or they said nothing of themselves."""
    query = _QUERIES.person_of_contact if kind_of_chain(subject) == CONTACT else _QUERIES.person_of_order
    found: UUID | None = await pool.fetchval(query.sql, subject)
    return found


async def sharing_number(pool: "Pool[Record]", person: UUID) -> dict[str, list[str]]:
    """Return the numbers of orders and contacts that others opened with one of this person's telephone numbers.

    {"orders_with_same_number", "contacts_with_same_number"}, at most `_SHARING_MAX` together, the earliest first.
    """
    found = _ids(await pool.fetch(_QUERIES.same_number.sql, person, _SHARING_MAX))
    names = {ORDER: "orders_with_same_number", CONTACT: "contacts_with_same_number"}
    return {name: [number_of(one) for one in found if kind_of_chain(one) == kind] for kind, name in names.items()}


def matters_in_memory(ledger: MemoryLedger) -> Callable[[UUID], Awaitable[Matters]]:
    """Return the same for a store in memory."""

    def of(table: str, person: str) -> tuple[int, ...]:
        return tuple(sorted(row["id"] for row in ledger.tables[table].values() if row["person"] == person))

    async def matters(person_id: UUID) -> Matters:
        person = str(person_id)
        store: Store = "informants" if (person,) in ledger.tables["informants_write"] else "persons"
        kept = ledger.tables[WRITERS[store][0]].get((person,))
        row = None if kept is None else msgspec.convert(kept, PersonRow)
        orders, contacts = of("orders_write", person), of("contacts_write", person)
        sealed = (one for chain, entries in ledger.entries.items() if chain not in orders for one in entries)
        entries = (msgspec.json.decode(one.body, type=OrderEntry) for one in sealed if one.kind == "added")
        added = tuple((one.chain, one.text_n or 0) for one in entries if one.say["contact"] in contacts)
        return Matters(row, orders, contacts, added, store)

    return matters


def _ids(rows: Sequence["Record"]) -> tuple[int, ...]:
    return tuple(row[0] for row in rows)
