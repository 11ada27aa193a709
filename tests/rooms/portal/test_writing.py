"""A citizen asks on the web: three steps, a receipt, an order that nobody can lose."""

from citizen import WORDS, words_of


async def test_three_steps_give_a_receipt_and_an_order_in_the_intake_tray(citizen, pool):
    kept = await citizen.lodge()
    row = await pool.fetchrow("SELECT * FROM orders WHERE number = $1", kept.number)
    assert (row["state"], row["holder"], row["kind"], row["region"]) == ("received", "tray:intake", "help", "371602")
    text = await pool.fetchval("SELECT text FROM texts WHERE order_id = $1", row["order_id"])
    assert text == f"{WORDS}\n地点：滨城区 锦苑小区 6 号楼"
    contact = await pool.fetchrow("SELECT * FROM contacts WHERE contact_id = $1", row["contact_id"])
    assert (contact["channel"], contact["disposition"]) == ("web", "opened")
