"""Whoever is refused by a rule of the city reads which rule: pack, version, value, document."""

import pytest
from made.orders import CALLER, RULES, SUPERVISOR, Case
from made.orders_in_states import EXTENSION, RETURN, followup_failed, in_progress

from lianxin.ground.clock import DAY_MS, HOUR_MS
from lianxin.orders import commands as c
from lianxin.orders.sources import ruled
from lianxin.rules import load_rules

PACK = "规则包 sd-binzhou@2026.1 · "


def test_the_window_of_returns_is_named_with_its_document() -> None:
    case = Case("2026-09-30T09:30").to_unit(at="2026-09-30T10:00")
    refused = case.refusal(c.AskSendBack, *case.officer(), at="2026-10-10T09:00", **RETURN)
    assert refused.source == PACK + "退单窗口 2 个工作日（山东省政务服务热线管理办法 2020）"


def test_the_limits_of_an_extension_are_named() -> None:
    case = in_progress()
    leader = case.officer(leader=True)
    too_long = case.refusal(c.AskExtension, *leader, **{**EXTENSION, "amount": 11})
    assert too_long.source.startswith(PACK + "延期 最长 10 个工作日（山东省政务服务热线管理办法 2020")
    assert case.order.clock is not None
    late = case.refusal(c.AskExtension, *leader, at=case.order.clock.due, **EXTENSION)
    assert late.source == too_long.source
    case.act(c.AskExtension, *leader, **EXTENSION)
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", granted=True, text="同意")
    assert "延期 1 次" in case.refusal(c.AskExtension, *leader, **EXTENSION).source


def test_a_city_that_regulates_no_extension_says_that_it_is_silent() -> None:
    case = Case(rules=load_rules("bj-jiesujiban")).to_unit()
    refused = case.refusal(c.AskExtension, *case.officer(leader=True), **EXTENSION)
    assert refused.source == "规则包 bj-jiesujiban@2025.1-example · 延期：未作规定"


def test_the_limit_of_a_suspension_is_named_and_called_undecided() -> None:
    case = in_progress()
    case.unit(c.AskSuspension, ground="court", resume_at=case.now + 60 * DAY_MS)
    refused = case.refusal(c.DecideSuspension, SUPERVISOR, "supervisor", granted=True, text="同意")
    assert refused.source == PACK + "挂起上限 最长 30 个工作日（暂定）"


def test_how_often_and_on_how_many_days_somebody_is_called_is_named() -> None:
    case = followup_failed()
    assert (
        case.refusal(c.CloseUnreached, CALLER, "followup_caller", link="短信").source == PACK + "回访次数 3 次（暂定）"
    )
    quiet = case.refusal(c.AttemptFailed, CALLER, "followup_caller", at="2026-03-09T22:00", result="no_answer",
                         again_at=case.now + 20 * HOUR_MS)  # fmt: skip
    assert quiet.source == PACK + "免打扰时段 至 08:30（暂定）"


def test_a_rule_of_the_course_itself_names_no_pack() -> None:
    case = in_progress()
    assert case.refusal(c.Reply, *case.officer(), answer_hash="", basis="", contacted="").source == ""


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("order.handle.life_danger", "order.handle.life_danger 2 小时（暂定）"),
        ("telephony.text_reply", "短信答复 3 分钟（GB/T 33358-2016）"),
        ("order.level_difference", "下一级提前量 1 个工作日（暂定）"),
        ("order.nothing_of_the_kind", "order.nothing_of_the_kind：未作规定"),
    ],
)
def test_a_source_says_the_value_with_its_unit(key: str, told: str) -> None:
    assert ruled(RULES, key) == PACK + told
