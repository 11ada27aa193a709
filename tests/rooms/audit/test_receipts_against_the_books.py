"""What only a receipt can prove: a history written anew before any checkpoint sealed it."""

import asyncio

from made.sealed import Sealed

from lianxin.ground.store import open_pool
from lianxin.insight.audit.violation import number_of
from lianxin.orders.order import OrderEntry
from lianxin.receipts import Receipt, Verdict
from lianxin.receipts.service import verify_with_books


def verified(hotline: Sealed, receipt: Receipt) -> Verdict:
    async def verify() -> Verdict:
        pool = await open_pool(hotline.database.app_url)
        try:
            return await verify_with_books(pool, receipt)
        finally:
            await pool.close()

    return asyncio.run(verify())


def rewrite(bodies: list[dict[str, object]]) -> None:
    bodies[0]["say"] = {"reason": "written anew"}


def test_an_unsealed_tail_written_anew_is_clean_in_the_books(hotline: Sealed) -> None:
    hotline.forge("unsealed", rewrite)
    assert hotline.audit().violations == ()


def test_and_a_receipt_handed_out_before_contradicts_it(hotline: Sealed) -> None:
    number = number_of(hotline.made["unsealed"])
    hotline.damage(
        "INSERT INTO receipts SELECT chain_id, 1, at, 'x', seq, hash FROM entries"
        " WHERE chain_id = %(unsealed)s AND seq = 2"
    )
    assert hotline.audit().ok
    hotline.forge("unsealed", rewrite)
    assert [(one.kind, one.order) for one in hotline.audit().violations] == [("receipt_contradicted", number)]


def test_the_receipt_of_a_rewritten_order_does_not_verify(hotline: Sealed) -> None:
    assert verified(hotline, hotline.receipt).ok
    hotline.forge("submitted", rewrite)
    verdict = verified(hotline, hotline.receipt)
    assert not verdict.ok
    assert "not the one the receipt was given for" in verdict.reason


def test_a_receipt_of_an_order_that_is_gone_does_not_verify(hotline: Sealed) -> None:
    hotline.damage("DELETE FROM entries WHERE chain_id = %(submitted)s")
    verdict = verified(hotline, hotline.receipt)
    assert (verdict.ok, verdict.sealed) == (False, False)
    assert hotline.receipt.number in verdict.reason


def test_entries_know_no_word_of_a_receipt() -> None:
    assert not {"receipt", "code"} & set(OrderEntry.__struct_fields__)
