"""A county dispatches on inside its region and sends back upward; leaders instruct; who asks for a name says why."""

import re

from made.street import HAPPY, REPLY, Street, books_are_in_order, dispatched, fill, follows

from lianxin.ground.store import Database

INSTRUCTION = "请城管部门举一反三，排查同类路灯，结果报我。"


async def test_a_county_gives_a_part_to_a_township_and_a_leader_is_answered(street: Street, database: Database) -> None:
    number, code = await dispatched(street, "bc")
    await street.sees("county", "/county?tray=sign", number)
    await street.does("county", number, "sign")
    await street.does("county", number, "open-part", kind="below", to="bc-beizhen", what="现场勘查并修复三盏路灯")
    await street.sees("county", "/county?tray=region", number)
    await street.does("city leader", number, "instruct", text=INSTRUCTION)
    await street.sees("city leader", "/leader", number, INSTRUCTION)
    await street.sees("supervisor", "/supervision?tray=instructed", number)
    await street.sees("township", "/county", number)
    await street.does("township", number, "sign-part")
    await street.does("township", number, "finish-part", result="三盏路灯已更换灯泡并试亮")
    await street.does("county", number, "log-contact", how="电话 2 分钟，告知已修复")
    await street.sees("county", f"/orders/{number}", INSTRUCTION)
    await street.does("county leader", number, "answer-instruction", text="已排查同类路灯 41 盏，修复 3 盏。")
    await street.sees("city leader", "/leader", "已排查同类路灯 41 盏")
    await street.is_told("county", number, "reply", "要由单位分管领导签发", **REPLY)
    await street.does("county", number, "reply", **REPLY, signed_by_leader="yes")
    await street.does("reviewer", number, "accept-reply")
    await street.does("caller", number, "record-followup", **HAPPY)
    assert await street.state(number) == "completed"
    await follows(street, number, code, "办结")
    assert street.complaints == []
    await books_are_in_order(database)


async def test_a_county_sends_back_upward_once_per_ground(street: Street, database: Database) -> None:
    number, _ = await dispatched(street, "bc")
    await street.does("county", number, "sign")
    once = {"code": "R1", "basis": "不在滨城区行政区域内", "suggested": "cgj"}
    await street.does("county", number, "ask-send-back", **once)
    await street.does("objection", number, "decide-send-back", accepted="no", text="经核实位于滨城区")
    await street.is_told("county", number, "ask-send-back", "R1", **once)
    await street.does("county", number, "ask-send-back", code="R2", basis="三定规定第五条", suggested="cgj")
    await street.does("objection", number, "decide-send-back", accepted="yes", text="市管路灯由市城管局维护")
    await street.sees("dispatcher", "/dispatch", number)
    await street.does("dispatcher", number, "dispatch", unit="cgj", basis="派单异议裁定")
    await street.sees("unit", "/unit?tray=sign", number)
    assert street.complaints == []
    await books_are_in_order(database)


async def test_a_number_is_shown_in_full_to_who_says_why_and_the_auditor_sees_it(
    street: Street, database: Database
) -> None:
    number, _ = await dispatched(street, "cgj")
    await street.does("unit", number, "sign")
    page = await street.window("unit")
    await page.goto(f"{street.address}/orders/{number}")
    box = page.locator("#person")
    hidden = await box.inner_text()
    assert "138****8000" in re.sub(r"\s", "", hidden) and "王小芳" not in hidden
    await fill(box, "purpose", "contact")
    await box.get_by_role("button", name="显示 10 分钟").click()
    await box.get_by_text("王小芳").wait_for()
    assert "13800138000" in re.sub(r"\D", "", await box.inner_text())
    await street.sees("auditor", f"/audit/looks?order={number}", "查看姓名和号码")
    assert await (await street.window("auditor")).get_by_role("search").count() == 0
    other = await street.window("supervisor")
    await other.goto(f"{street.address}/orders/{number}")
    assert await other.get_by_role("search").count() == 1
    assert "王小芳" not in await other.locator("body").inner_text()
    assert street.complaints == []
    await books_are_in_order(database)
