"""A citizen's request goes through the hands of eight people to the archive, each at their own desk in a browser.

The first goes the straight way. The second is sent back, disputed, extended and reworked
before it ends. Nobody's books are out of order after either.
"""

from made.street import HAPPY, REPLY, UNHAPPY, Street, archived, asks, books_are_in_order, follows

from lianxin.ground.store import Database


async def test_a_request_goes_the_straight_way_to_the_archive(street: Street, database: Database) -> None:
    number, code = await asks(street)
    await street.sees("agent", "/intake", "网上来件", number)
    await street.does("agent", number, "take-in", kind="help", category="0401", region="371602", urgency="normal")
    await street.sees("reviewer", "/review", number)
    await street.does("reviewer", number, "approve", category="0401", region="371602", urgency="normal")
    await street.sees("dispatcher", "/dispatch", number)
    await street.does("dispatcher", number, "dispatch", unit="cgj", basis="派单目录 04-01 路灯照明")
    await street.sees("dispatcher", "/dispatch?tray=tracked", number, "市城管局")
    await street.sees("unit", "/unit?tray=sign", number)
    await street.does("unit", number, "sign")
    await street.sees("unit", "/unit?tray=do", number)
    await street.does("unit", number, "log-contact", how="电话 3 分 20 秒，约定明天上午修")
    await street.does("unit", number, "reply", **REPLY)
    await street.sees("reviewer", "/review?tray=replied", number)
    await street.does("reviewer", number, "accept-reply")
    await street.sees("caller", "/followup", number)
    await street.does("caller", number, "record-followup", **HAPPY)
    assert await street.state(number) == "completed"
    await follows(street, number, code, "办结")
    await archived(street, number)
    await street.sees("supervisor", f"/orders/{number}", "归档", "市城管局")
    assert street.complaints == []
    await books_are_in_order(database)


async def test_another_is_sent_back_disputed_extended_and_reworked(street: Street, database: Database) -> None:
    number, code = await asks(street)
    await street.does("agent", number, "take-in", kind="complaint", category="0401", region="371602", urgency="normal")
    await street.does("reviewer", number, "send-back", **{"remarks.place": "是哪个县区，请核实"})
    await street.sees("agent", "/intake?tray=back", number)
    await street.does("agent", number, "sign")
    await street.does("agent", number, "revise", region="371602")
    await street.does("reviewer", number, "approve", category="0401", region="371602", urgency="normal")
    await street.does("dispatcher", number, "dispatch", unit="cgj", basis="派单目录 04-01 路灯照明")
    await street.does("unit", number, "sign")
    await street.does("unit", number, "ask-send-back", code="R2", basis="三定规定第五条", suggested="zjj")
    await street.sees("objection", "/objections", number)
    await street.does("objection", number, "decide-send-back", accepted="no", text="路灯维护属城管部门职责")
    await street.sees("unit", "/unit?tray=do", number)
    await street.does("unit", number, "log-contact", how="电话 2 分钟，说明需采购配件")
    await street.does(
        "leader", number, "ask-extension", amount="5", reason="配件需采购", interim="已勘查", told="3月9日电话告知"
    )
    await street.sees("supervisor", "/supervision?tray=asked", number)
    await street.does("supervisor", number, "decide-extension", granted="yes", text="同意延长")
    await street.does("unit", number, "reply", **REPLY)
    await street.does("reviewer", number, "return-reply", defects="没有写明何时修好")
    await street.does("unit", number, "sign")
    await street.does("unit", number, "reply", **REPLY)
    await street.does("reviewer", number, "accept-reply")
    await street.does("caller", number, "record-followup", **UNHAPPY)
    await street.sees("reviewer", "/review?tray=rework", number)
    await street.does("reviewer", number, "confirm-rework", agreed="yes", text="请三日内修好并现场确认")
    await street.does("unit", number, "sign")
    await street.does("unit", number, "log-contact", how="现场见面，当面修好")
    await street.does("unit", number, "reply", **REPLY)
    await street.does("reviewer", number, "accept-reply")
    await street.does("second caller", number, "record-followup", **HAPPY)
    assert await street.state(number) == "completed"
    await follows(street, number, code, "办结")
    await archived(street, number)
    assert street.complaints == []
    await books_are_in_order(database)
