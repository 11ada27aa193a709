"""Drafts that are not fit to be read out, and steps that lead nowhere, are refused and nothing is written."""

import msgspec
import pytest
from made_knowledge import CONTENT, EDITOR, Room

from lianxin.ground.ledger.memory import MemoryLedger
from lianxin.knowledge import steps as s
from lianxin.knowledge.refusal import KnowledgeRefused, NoSuchItem


@pytest.fixture
def room() -> Room:
    return Room()


async def refusal(awaitable) -> KnowledgeRefused:
    with pytest.raises(KnowledgeRefused) as refused:
        await awaitable
    return refused.value


@pytest.mark.parametrize(
    "changed, told",
    [
        ({"title": ""}, "标题还没有写"),
        ({"title": "x" * 129}, "最多 128 字"),
        ({"answer": " \u200b "}, "答复口径还没有写"),
        ({"answer": "字" * 401}, "最多 400 字"),
        ({"basis": ""}, "依据还没有写"),
        ({"body": "字" * 20_001}, "最多 20000 字"),
        ({"category": "7777"}, "诉求类别"),
        ({"region": "110000"}, "没有这个县区"),
        ({"form": "poem"}, "材料类型"),
        ({"link": "javascript:alert(1)"}, "网址"),
        ({"valid_from": "昨天"}, "生效日期"),
        ({"valid_from": "2026-02-30"}, "生效日期"),
        ({"valid_to": "2025-12-31"}, "早于生效日期"),
        ({"questions": tuple("问" + str(n) for n in range(31))}, "最多 30 条"),
        ({"questions": ("问" * 81,)}, "最多 80 字"),
    ],
)
async def test_a_draft_that_is_not_fit_is_refused_by_field(room, changed, told):
    refused = await refusal(room.draft(msgspec.structs.replace(CONTENT, **changed)))
    assert (told in refused.sentence and "没有保存" in refused.sentence) or "最多" in refused.sentence
    assert isinstance(room.ledger, MemoryLedger) and room.ledger.entries == {}


async def test_a_unit_that_does_not_exist_answers_for_nothing(room):
    assert (await refusal(room.draft(responsible="mars"))).code == "no_unit"


async def test_what_has_expired_already_is_not_handed_in(room):
    number = await room.draft(msgspec.structs.replace(CONTENT, valid_to="2026-11-01"))
    assert (await refusal(room.act(number, s.Submit))).code == "expired"


async def test_a_form_sent_twice_begins_one_item(room):
    step = s.Write(id=room.id(), by=EDITOR, role="kb_editor", content=CONTENT, responsible="ybj")
    first = await room.knowledge.begin(step, room.later())
    assert await room.knowledge.begin(step, room.later()) == first


async def test_a_step_on_an_item_that_is_not_there(room):
    with pytest.raises(NoSuchItem):
        await room.act(9, s.Submit)
