"""How is a receipt written, completed, renewed and verified against the books?"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from lianxin.ground.clock import Instant, from_datetime, iso
from lianxin.ground.ledger import ChainMoved
from lianxin.ground.ledger.checkpoint import leaf, read_line
from lianxin.ground.store import load_queries
from lianxin.orders.commands import ReplaceCode
from lianxin.orders.messages import Message
from lianxin.orders.service import NoSuchOrder, Services, order_id_of
from lianxin.receipts.codes import matches, new_code, nobodys
from lianxin.receipts.receipt import Receipt, Sealing, Verdict, path_of, verify_with_chain

if TYPE_CHECKING:
    from asyncpg import Pool, Record

_QUERIES = load_queries("lianxin.receipts")
_TRIES: Final = 3


Tell = Callable[[str, int], list[Message]]
"""Gives the messages that bring a citizen their n-th code."""


def _nobody(_code: str, _n: int) -> list[Message]:
    return []


class CodeGone(Exception):
    """The code was replaced by this command before; it was shown then and is kept nowhere. A new one can be made."""


class Receipts:
    """Receipts of a site. The pool's connections enter as the application role."""

    def __init__(self, pool: "Pool[Record]", services: Services) -> None:
        self._pool = pool
        self._services = services

    async def write(self, number: str) -> Receipt:
        """Return a receipt without code for the order as it stands, completed if it is sealed. Raises NoSuchOrder."""
        row = await self._pool.fetchrow(_QUERIES.last_entry.sql, order_id_of(number))
        if row is None:
            raise NoSuchOrder(number)
        return await self.complete(_receipt(number, None, row))

    async def hand_out(self, number: str, code: str, n: int, seq: int) -> Receipt:
        """Return the receipt that goes to the citizen with the n-th code, begun by entry `seq`, and keep its head."""
        order_id = order_id_of(number)
        row = await self._pool.fetchrow(_QUERIES.entry_at.sql, order_id, seq)
        if row is None:
            raise NoSuchOrder(number)
        await self._pool.execute(_QUERIES.note_issued.sql, row["seq"], row["hash"], order_id, n)
        return _receipt(number, code, row)

    async def renew(
        self, number: str, command: UUID, by: str, role: str, now: Instant, tell: Tell = _nobody
    ) -> Receipt:
        """Replace the query code, with an entry; return a receipt with the new one.

        tell  gives the messages that bring the citizen this code, the n-th; they are written with it
        Raises CodeGone when the command was carried out before, else as `Services.act`.
        """
        order_id = order_id_of(number)
        for attempt in range(1, _TRIES + 1):
            last = await self._pool.fetchrow(_QUERIES.last_code.sql, order_id)
            code, row = new_code(order_id, 1 if last is None else last["n"] + 1, now)
            replace = ReplaceCode(id=command, by=by, role=role)
            told = tell(code, row.n)
            try:
                done = await self._services.act(order_id, replace, now, receipts_write=[row], outbox_write=told)
            except ChainMoved:
                if attempt == _TRIES:
                    raise
                continue
            last = await self._pool.fetchrow(_QUERIES.last_code.sql, order_id)
            if last is None or last["code_hash"] != row.code_hash:
                raise CodeGone(number)
            return await self.hand_out(number, code, row.n, done["seq"])
        raise AssertionError(number)

    async def opens(self, number: str, code: str) -> int | None:
        """Return which of the order's codes this is (the last one, from 1), None where it is not the valid one.

        A number that no order has takes as long, and leaves as little trace, as a wrong code.
        """
        row = await self._pool.fetchrow(_QUERIES.last_code.sql, order_id_of(number))
        right = await asyncio.to_thread(matches, nobodys() if row is None else row["code_hash"], code)
        return row["n"] if right and row is not None else None

    async def valid(self, order_id: int, n: int) -> bool:
        """Return whether the n-th code is still the order's valid one."""
        row = await self._pool.fetchrow(_QUERIES.last_code.sql, order_id)
        return row is not None and row["n"] == n

    async def handed_out(self, number: str) -> Receipt | None:
        """Return the receipt that was handed out with the valid code, without the code; None where none was."""
        row = await self._pool.fetchrow(_QUERIES.last_code.sql, order_id_of(number))
        if row is None or row["seq"] is None:
            return None
        entry = await self._pool.fetchrow(_QUERIES.entry_at.sql, order_id_of(number), row["seq"])
        if entry is None:
            return None
        return msgspec.structs.replace(_receipt(number, None, entry), head=row["head"].hex())

    async def verify(self, receipt: Receipt) -> Verdict:
        """Verify a receipt against the books."""
        return await verify_with_books(self._pool, receipt)

    async def complete(self, receipt: Receipt) -> Receipt:
        """Return the receipt with checkpoint and path, or as it is while none covers it.

        Where the first checkpoint sealed a later entry, the completed receipt is for that one; the books still
        prove that the earlier head is its ancestor.
        """
        sealing = await _sealing(self._pool, receipt)
        if sealing is None:
            return receipt
        row = await self._pool.fetchrow(_QUERIES.entry_at.sql, receipt.order_id, sealing.seq)
        if row is None or row["hash"] != sealing.head:
            return receipt
        return msgspec.structs.replace(
            _receipt(receipt.number, receipt.code, row), checkpoint=read_line(sealing.line).id, path=sealing.path
        )


async def verify_with_books(pool: "Pool[Record]", receipt: Receipt) -> Verdict:
    """Verify a receipt against the books."""
    rows = await pool.fetch(_QUERIES.chain_of_order.sql, receipt.order_id)
    entries = [(row["seq"], row["hash"], row["body"]) for row in rows]
    return verify_with_chain(receipt, entries, await _sealing(pool, receipt))


async def _sealing(pool: "Pool[Record]", receipt: Receipt) -> Sealing | None:
    first = await pool.fetchrow(_QUERIES.first_sealing.sql, receipt.order_id, receipt.seq)
    if first is None:
        return None
    rows = await pool.fetch(_QUERIES.leaves_of_checkpoint.sql, first["checkpoint_id"])
    place = next(i for i, row in enumerate(rows) if row["chain_id"] == receipt.order_id)
    leaves = [leaf(row["chain_id"], row["seq"], row["head"]) for row in rows]
    return Sealing(first["line"], first["seq"], first["head"], path_of(leaves, place))


def _receipt(number: str, code: str | None, row: "Record") -> Receipt:
    return Receipt(
        number=number,
        code=code,
        head=row["hash"].hex(),
        seq=row["seq"],
        at=iso(from_datetime(row["at"])),
        checkpoint=None,
        path=None,
    )
