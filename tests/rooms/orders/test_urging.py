"""Urging (催办): who follows an order does it by one key, its unit sees it, and the first word back is news."""

from made.orders import DISPATCHER, DUTY_MANAGER, SUPERVISOR, Case
from made.orders_in_states import EXTENSION, in_progress

from lianxin.orders import commands as c
from lianxin.orders.messages import messages_of
from lianxin.orders.newsworthy import URGE_ANSWERED, NewsRow, news_of
from lianxin.orders.order import Order


def news(case: Case) -> list[tuple[str, str]]:
    """Return (to, kind) of all the news an order ever made."""
    return [(row.to, row.kind) for row in news_of(Order(id=case.order.id, number=case.number), case.entries)]


def test_who_follows_it_urges_by_one_key_as_often_as_needed() -> None:
    case = in_progress()
    case.act(c.Urge, DISPATCHER, "dispatcher")
    case.act(c.Urge, DISPATCHER, "dispatcher")
    assert case.order.urges == 2 and case.order.level == -1
    assert case.last().say == {"count": 2, "level": -1, "letter": f"{case.number}-催2"}
    assert "urged" in case.order.flags


def test_a_dispatcher_who_does_not_follow_it_does_not_urge() -> None:
    refused = in_progress().refusal(c.Urge, "staff:3002", "dispatcher")
    assert refused.sentence == "这张工单不由您跟踪，不能催办。"


def test_the_grade_is_for_supervision_to_raise() -> None:
    case = in_progress()
    assert case.refusal(c.Urge, DISPATCHER, "dispatcher", level=2).code == "level_is_supervision"
    case.act(c.Urge, SUPERVISOR, "supervisor", level=2, letter="督 1")
    case.act(c.Urge, DISPATCHER, "dispatcher")
    assert (case.order.level, case.order.urges) == (2, 2)


def test_supervision_urges_without_a_grade_but_never_without_a_letter() -> None:
    case = in_progress()
    assert case.refusal(c.Urge, SUPERVISOR, "supervisor").code == "no_letter"
    case.act(c.Urge, DUTY_MANAGER, "duty_manager", letter="通话 12")
    assert case.order.level == -1
    assert case.refusal(c.Urge, SUPERVISOR, "supervisor", level=5, letter="督 2").code == "no_level"


def test_the_unit_is_told_of_an_urge_and_the_mark_goes_with_its_first_word() -> None:
    for kind, content in (
        (c.Note, {"told": "已告知来电人明天上门"}),
        (c.LogContact, {"how": "电话"}),
        (c.Reply, {"answer_hash": "bb", "basis": "条例", "contacted": "电话"}),
    ):
        case = in_progress()
        entries = case.act(c.Urge, DISPATCHER, "dispatcher")
        assert [message.body["template"] for message in messages_of(case.order, entries)] == ["urge"]
        case.unit(kind, **content)
        assert "urged" not in case.order.flags


def test_a_note_of_the_house_answers_no_urge() -> None:
    case = in_progress()
    case.act(c.Urge, DISPATCHER, "dispatcher")
    case.act(c.Note, SUPERVISOR, "supervisor", told="已告知")
    assert "urged" in case.order.flags


def test_the_mark_does_not_outlive_the_dispatch() -> None:
    case = in_progress()
    case.act(c.Urge, DISPATCHER, "dispatcher")
    case.act(c.Withdraw, "citizen", "citizen", evidence="录音")
    assert "urged" not in case.order.flags


def test_who_follows_it_hears_of_each_step_and_not_of_their_own() -> None:
    case = in_progress()
    case.act(c.Urge, DISPATCHER, "dispatcher")
    case.unit(c.Note, told="已告知")
    case.unit(c.AskExtension, leader=True, **EXTENSION)
    case.act(c.DecideExtension, SUPERVISOR, "supervisor", granted=False, text="可以按期办结")
    case.reply()
    case.act(c.ReturnReply, "staff:2001", "reviewer", defects="无佐证")
    case.unit(c.Sign)
    case.reply()
    case.accept()
    case.ask()
    assert news(case) == [
        (DISPATCHER, kind)
        for kind in (
            "signed", URGE_ANSWERED, "extension_asked", "extension_refused", "replied", "reply_returned", "signed",
            "replied", "completed",
        )
    ]  # fmt: skip


def test_cards_and_a_late_signature_are_news() -> None:
    case = Case().to_dispatched(at="2026-03-09T10:00")
    case.run_until("2026-03-17T00:00")
    assert [kind for _, kind in news(case)] == ["sign_overdue", "card_yellow", "card_red"]


def test_a_successor_hears_that_they_follow_it_and_what_happens_from_then_on() -> None:
    case = Case().to_dispatched()
    case.act(c.NameTracker, DUTY_MANAGER, "duty_manager", successor="staff:3002")
    case.unit(c.Sign)
    assert news(case) == [("staff:3002", "tracker_named"), ("staff:3002", "signed")]


def test_before_the_dispatch_nobody_follows_it_and_nobody_is_told() -> None:
    case = Case()
    case.act(c.Withdraw, "citizen", "citizen", evidence="录音")
    assert news(case) == []


def test_a_piece_of_news_names_its_entry() -> None:
    case = Case().to_unit()
    last = case.last()
    before = Order(id=case.order.id, number=case.number, tracker=DISPATCHER)
    assert news_of(before, [last]) == [NewsRow(DISPATCHER, case.order.id, last.seq, "signed", last.at)]
