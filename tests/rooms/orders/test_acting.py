"""A step is taken by sending its form: once, by who may, on what they see; and what is not taken is not lost."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from acting_day import (
    APPROVE,
    DISPATCHER,
    DUTY,
    OFFICER,
    OTHER_OFFICER,
    REVIEWER,
    Desk,
    desk,
    elsewhere,
    order,
    text,
)
from made.pages_day import LAMPS, LIFT, NOISE, WAGES, play
from made.site import open_site

from lianxin.desks.site import make_paper
from lianxin.ground.web import Paper
from lianxin.orders import commands as c
from lianxin.orders.forms import FORMS
from lianxin.orders.service import order_id_of

XSS = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture(scope="module")
def paper() -> Paper:
    """The templates, compiled once."""
    return make_paper()


@pytest.fixture
async def site(database: Any, pool: Any, paper: Paper, tmp_path: Any) -> AsyncIterator[Any]:
    """The site over a few played days."""
    await play(pool)
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as opened:
        yield opened


@pytest.fixture
async def reviewer(site: Any, pool: Any) -> AsyncIterator[Desk]:
    found = await desk(site, pool, REVIEWER)
    yield found
    await found.client.aclose()


@pytest.fixture
async def officer(site: Any, pool: Any) -> AsyncIterator[Desk]:
    found = await desk(site, pool, OFFICER)
    yield found
    await found.client.aclose()


async def test_a_form_that_is_right_takes_the_step_and_leads_back(reviewer: Desk, pool: Any) -> None:
    answer = await reviewer.do(WAGES, "approve", **APPROVE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{WAGES}?done=approve.{WAGES}")
    assert (await order(pool, WAGES)).state == "approved"
    page = await reviewer.client.get(answer.headers["location"])
    assert f"“审核通过”已保存，单号 {WAGES}。" in text(page)


async def test_it_leads_back_to_the_desk_it_came_from_and_nowhere_else(reviewer: Desk) -> None:
    await reviewer.open(WAGES, "approve", "?next=/review%3Ftray%3Dnew%26done%3Dold")
    answer = await reviewer.send(WAGES, "approve", **APPROVE)
    assert answer.headers["location"] == f"/review?tray=new&done=approve.{WAGES}"


async def test_no_form_leads_out_of_the_house(reviewer: Desk) -> None:
    for away in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\r\nX: evil"):
        opened = await reviewer.client.get(f"/orders/{WAGES}/do/note", params={"next": away})
        assert 'name="next"' not in opened.text
        await reviewer.open(WAGES, "note")
        reviewer.beside["next"] = away
        answer = await reviewer.send(WAGES, "note", told="已告知")
        assert answer.headers["location"] == f"/orders/{WAGES}?done=note.{WAGES}", away


async def test_a_form_sent_twice_acts_once(reviewer: Desk, pool: Any) -> None:
    first = await reviewer.do(WAGES, "approve", **APPROVE)
    seq = (await order(pool, WAGES)).seq
    again = await reviewer.send(WAGES, "approve", **APPROVE)
    assert (first.status_code, again.status_code) == (303, 303)
    emptied = await reviewer.send(WAGES, "approve")  # even where nothing stands in it any more
    assert emptied.status_code == 303
    assert (await order(pool, WAGES)).seq == seq


async def test_a_form_of_one_order_says_nothing_saved_on_another(reviewer: Desk, pool: Any) -> None:
    await reviewer.do(WAGES, "approve", **APPROVE)
    answer = await reviewer.send(NOISE, "approve", **APPROVE)
    assert answer.status_code == 422
    assert "曾用于另一张工单" in text(answer)
    assert (await order(pool, NOISE)).state == "submitted"


async def test_a_form_without_a_number_of_its_own_gets_one_and_is_kept(reviewer: Desk, pool: Any) -> None:
    await reviewer.open(WAGES, "approve")
    for command in ("", "1", "00000000-0000-0000-0000-000000000000", "x" * 5_000):
        reviewer.beside["command"] = command
        answer = await reviewer.send(WAGES, "approve", **APPROVE)
        assert answer.status_code == 422
        assert "已重新编号" in text(answer)
    assert (await order(pool, WAGES)).state == "submitted"


async def test_what_is_missing_is_said_at_its_field_and_the_rest_stays(reviewer: Desk, pool: Any) -> None:
    answer = await reviewer.do(WAGES, "propose-not-accepted", ground="petition", legal_way=" ")
    assert answer.status_code == 422
    assert "这一项还没有填。" in text(answer)
    assert '<option value="petition" selected>' in answer.text
    assert "没有保存。您写的内容还在下面" in text(answer)
    assert (await order(pool, WAGES)).proposal is None


async def test_what_the_rules_forbid_comes_back_with_reason_instead_and_source(officer: Desk, pool: Any) -> None:
    opened = await officer.open(LIFT, "ask-send-back")
    assert opened.status_code == 409
    assert "退单窗口已在" in text(opened) and '<form class="act"' not in opened.text  # nothing to fill in
    await officer.open(LIFT, "reply")
    answer = await officer.send(LIFT, "ask-send-back", code="R2", basis="三定规定", suggested="市城管局")
    assert answer.status_code == 422
    page = text(answer)
    assert "退单窗口已在" in page and "山东省政务服务热线管理办法" in page
    assert "三定规定" in answer.text and "现在可以：" in page
    again = await officer.open(LIFT, "ask-send-back")
    assert "三定规定" in again.text  # the draft is not lost, though nothing can be done with it now
    assert (await order(pool, LIFT)).state == "in_progress"


async def test_who_was_overtaken_is_told_by_whom(reviewer: Desk, site: Any, pool: Any) -> None:
    await reviewer.open(WAGES, "send-back")
    colleague = await desk(site, pool, "1025")
    assert (await colleague.do(WAGES, "approve", **APPROVE)).status_code == 303
    answer = await reviewer.send(WAGES, "send-back", remarks__place="写明工地名称")
    assert answer.status_code == 409
    assert "审核通过，您的“退回修改”没有保存" in text(answer)
    assert "写明工地名称" in answer.text
    await colleague.client.aclose()


async def test_what_somebody_added_meanwhile_overtakes_nobody(reviewer: Desk, pool: Any) -> None:
    await reviewer.open(WAGES, "approve")
    await elsewhere(pool, WAGES, c.Note, "staff:1023", "duty_manager", told="已电话告知")
    assert (await reviewer.send(WAGES, "approve", **APPROVE)).status_code == 303


async def test_an_order_that_is_not_seen_is_not_there(site: Any, pool: Any) -> None:
    other = await desk(site, pool, OTHER_OFFICER)
    for path in (f"/orders/{LIFT}", f"/orders/{LIFT}/do/reply", f"/orders/{LIFT}/actions"):
        assert (await other.client.get(path)).status_code == 404, path
    answer = await other.send(LIFT, "reply", answer="办好了", basis="条例", contacted="电话")
    assert answer.status_code == 404
    assert LIFT not in (await other.client.get("/orders")).text
    assert (await other.client.get("/orders", params={"q": "锦苑"})).text.count("/orders/2026") == 0
    assert (await order(pool, LIFT)).state == "in_progress"
    await other.client.aclose()


async def test_another_order_is_joined_only_if_it_is_seen(reviewer: Desk, pool: Any) -> None:
    answer = await reviewer.do(NOISE, "join", parent="20260309-000013", reason="同一工地")
    assert (answer.status_code, "这不是热线的编号" in text(answer)) == (422, True)
    answer = await reviewer.do(NOISE, "join", parent=WAGES, reason="同一工地")
    assert answer.status_code == 303
    assert (await order(pool, NOISE)).state == "merged"
    assert (await reviewer.do(NOISE, "separate", reason="不是同一工地")).status_code == 303
    assert (await order(pool, NOISE)).state == "submitted"


async def test_a_step_that_has_no_form_here_is_not_there(reviewer: Desk) -> None:
    for path in ("do/nothing", "do/submit", "do/add", "do/tick", "do/../reply", "do/Approve"):
        assert (await reviewer.client.get(f"/orders/{WAGES}/{path}")).status_code in (404, 405), path
        assert (await reviewer.client.post(f"/orders/{WAGES}/{path}")).status_code in (404, 405), path
    for number in ("1", "20260313-000124", "x' OR 1=1 --", "%00", "..%2f..%2fetc%2fpasswd", "9" * 300):
        assert (await reviewer.client.get(f"/orders/{number}/do/approve")).status_code == 404, number
        assert (await reviewer.client.post(f"/orders/{number}/do/approve")).status_code == 404, number


async def test_a_role_that_may_not_is_refused_in_words(site: Any, pool: Any) -> None:
    dispatcher = await desk(site, pool, DISPATCHER)
    opened = await dispatcher.open(WAGES, "approve")
    assert opened.status_code == 403
    answer = await dispatcher.client.post(
        f"/orders/{WAGES}/do/approve", data={"command": _fresh(), "seen": "1", **APPROVE}
    )
    assert answer.status_code == 403
    assert "您的岗位不能做“审核通过”" in text(answer)
    assert (await order(pool, WAGES)).state == "submitted"
    await dispatcher.client.aclose()


def _fresh() -> str:
    return "0198b2a0-0000-7000-8000-000000000001"


async def test_who_has_no_part_in_it_gets_no_form(site: Any, pool: Any) -> None:
    duty = await desk(site, pool, DUTY)
    opened = await duty.open(LAMPS, "take-in")
    assert opened.status_code == 403
    await duty.client.aclose()


async def test_what_is_no_form_is_refused(reviewer: Desk, pool: Any) -> None:
    for content_type, body, status in (
        ("application/json", b"{}", 415),
        ("text/plain", b"category=0401", 415),
        ("", b"category=0401", 415),
        ("application/x-www-form-urlencoded", b"\xff\xfe=\x00%00&category=%ED%A0%80", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense", 400),
        ("application/x-www-form-urlencoded", b"a=" + b"b" * 200_000, 413),
    ):
        headers = {"Content-Type": content_type} if content_type else {}
        answer = await reviewer.client.post(f"/orders/{WAGES}/do/approve", content=body, headers=headers)
        assert answer.status_code == status, (content_type, body[:20])
    for method in ("PUT", "PATCH", "DELETE"):
        assert (await reviewer.client.request(method, f"/orders/{WAGES}/do/approve")).status_code == 405
    assert (await order(pool, WAGES)).state == "submitted"


async def test_a_file_in_place_of_words_is_refused(reviewer: Desk, pool: Any) -> None:
    await reviewer.open(WAGES, "send-back")
    files = {"remarks.place": ("region.txt", b"words", "text/plain")}
    answer = await reviewer.client.post(f"/orders/{WAGES}/do/send-back", data=reviewer.beside, files=files)
    assert (answer.status_code, "这里要填文字，不是文件。" in text(answer)) == (422, True)


async def test_a_form_from_elsewhere_is_refused(reviewer: Desk, pool: Any) -> None:
    await reviewer.open(WAGES, "approve")
    del reviewer.client.headers["X-CSRF-Token"]
    assert (await reviewer.send(WAGES, "approve", **APPROVE)).status_code == 403
    assert (await reviewer.client.put(f"/drafts/{WAGES}/approve", data={"category": "x"})).status_code == 403
    assert (await order(pool, WAGES)).state == "submitted"


async def test_no_word_becomes_markup(site: Any, pool: Any) -> None:
    """Whatever field of whatever form: what was typed comes back as text."""
    officer, duty = await desk(site, pool, OFFICER), await desk(site, pool, DUTY)
    for slug, form in FORMS.items():
        who = officer if "unit_contact" in form.step.who else duty
        words = {field.name.replace(".", "__"): XSS for field in form.fields}
        answer = await who.send(LIFT, slug, command=_fresh(), seen="1", next=XSS, **words)
        assert answer.status_code in (303, 404, 403, 409, 422), (slug, answer.status_code)
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, slug
        again = await who.client.get(f"/orders/{LIFT}")
        assert "<script>alert" not in again.text and "<img src=x" not in again.text, slug
    await officer.client.aclose()
    await duty.client.aclose()


async def test_words_that_were_taken_are_shown_as_words(officer: Desk, pool: Any) -> None:
    answer = await officer.do(LIFT, "note", text=XSS, told=XSS)
    assert answer.status_code == 303
    page = await officer.client.get(f"/orders/{LIFT}")
    assert "<script>alert" not in page.text
    assert page.text.count("&lt;script&gt;alert(1)") == 2


async def test_a_number_of_a_citizen_does_not_enter_the_ledger(officer: Desk, pool: Any) -> None:
    answer = await officer.do(LIFT, "log-contact", how="打 13800138000 联系过")
    assert answer.status_code == 422
    assert "不能写手机号码" in text(answer)


async def test_a_reply_lies_beside_the_chain_and_its_hash_within(officer: Desk, pool: Any) -> None:
    answer = await officer.do(LIFT, "reply", answer="电梯已修好。", basis="条例 第三条", contacted="3月13日 电话")
    assert answer.status_code == 303
    row = await pool.fetchrow("SELECT text, salt FROM texts WHERE order_id = $1 AND n = 2", order_id_of(LIFT))
    assert (row["text"], len(row["salt"])) == ("电梯已修好。", 16)
    entry = await pool.fetchval("SELECT body FROM entries ORDER BY at DESC, seq DESC LIMIT 1")
    assert "电梯已修好" not in bytes(entry).decode()


async def test_the_panel_is_a_piece_for_other_pages(officer: Desk) -> None:
    answer = await officer.client.get(f"/orders/{LIFT}/actions", params={"next": "/unit"})
    assert answer.status_code == 200
    assert "<html" not in answer.text and 'data-act="reply"' in answer.text
    assert 'name="next" value="/unit"' in answer.text


async def test_a_form_is_a_piece_too(officer: Desk) -> None:
    piece = await officer.client.get(f"/orders/{LIFT}/do/note", headers={"HX-Request": "true"})
    assert "<html" not in piece.text and "<form" in piece.text
    impossible = await officer.client.get(f"/orders/{LIFT}/do/sign", headers={"HX-Request": "true"})
    assert impossible.status_code == 200  # so that it is shown
    assert "notice-danger" in impossible.text


async def test_whoever_is_shown_an_order_stands_in_the_access_log(
    database: Any, pool: Any, paper: Paper, tmp_path: Any
) -> None:
    await play(pool)
    async with open_site(pool, database.app_url, tmp_path, paper=paper) as opened:
        reading = await desk(opened, pool, OFFICER)
        await reading.client.get(f"/orders/{LIFT}")
        await reading.client.get(f"/orders/{NOISE}")  # not theirs to see
    looks = await pool.fetch("SELECT subject_id, what FROM looks WHERE who = $1", OFFICER)
    assert [tuple(look) for look in looks] == [(order_id_of(LIFT), "page")]


async def test_the_directory_is_the_houses_own_whatever_is_sent(reviewer: Desk, site: Any, pool: Any) -> None:
    await reviewer.do(WAGES, "approve", **APPROVE)
    dispatcher = await desk(site, pool, DISPATCHER)
    await dispatcher.open(WAGES, "dispatch")
    forged = await dispatcher.send(WAGES, "dispatch", unit="市人社局", basis="目录", directory="forged")
    assert forged.status_code == 422
    assert (
        await dispatcher.do(WAGES, "dispatch", unit="市人社局", basis="目录", assist=["市住建局", ""])
    ).status_code == 303
    after = await order(pool, WAGES)
    assert after.directory.startswith("dir-") and after.unit == "rsj"
    assert [part.to for part in after.parts.values()] == ["unit:zjj"]
    await dispatcher.client.aclose()


async def test_a_part_is_signed_and_finished_from_its_own_form(site: Any, pool: Any, officer: Desk) -> None:
    opened = await officer.do(LIFT, "open-part", kind="item", to="cgj", what="清运", due="2026-03-16T12:00")
    assert opened.status_code == 303
    other = await desk(site, pool, OTHER_OFFICER)
    assert (await other.client.get(f"/orders/{LIFT}")).status_code == 200  # the part lets them see it
    assert (await other.do(LIFT, "sign-part", "?part=1")).status_code == 303
    again = await other.send(LIFT, "sign-part", "?part=1")
    assert again.status_code == 303  # the same form
    done = await other.do(LIFT, "finish-part", "?part=1", result="已清运")
    assert done.status_code == 303
    assert (await other.send(LIFT, "finish-part", "?part=1", result="已清运")).status_code == 303
    assert (await order(pool, LIFT)).parts == {}
    assert (await other.open(LIFT, "sign-part", "?part=1")).status_code in (403, 404, 409, 422)
    await other.client.aclose()


async def test_unknown_things_after_a_step_are_not_said(reviewer: Desk) -> None:
    for done in ("approve", "evil.20260313-000125", f"approve.{XSS}", "approve.20260313-000125x", "." * 9):
        page = await reviewer.client.get(f"/orders/{WAGES}", params={"done": done})
        assert "已保存" not in text(page), done
        assert "<script>alert" not in page.text


async def test_a_draft_in_the_form_of_json_is_not_taken(reviewer: Desk) -> None:
    answer = await reviewer.client.put(f"/drafts/{WAGES}/approve", content=json.dumps({"a": 1}))
    assert answer.status_code == 415
