"""What a citizen writes in: in the books at once, in nobody's way, completed by an agent before anybody judges it."""

import msgspec
import pytest
from made.orders import AGENT, CONTACT, REVIEWER, Case, instant
from made.orders_house import House
from made.orders_in_states import content_of, received

from lianxin.contacts import course
from lianxin.contacts.contact import Contact, Matter
from lianxin.contacts.course import ContactRefused
from lianxin.ground.clock import MINUTE_MS
from lianxin.orders import commands as c
from lianxin.orders.messages import messages_of
from lianxin.orders.refusal import Refused
from lianxin.orders.service import NoRight, Services, Words, contact_id_of
from lianxin.orders.steps.written import INTAKE_TRAY, UNSORTED, Lodge, TakeIn

TAKEN = {"kind": "complaint", "category": "0401", "region": "371603"}


def lodged(**about: object) -> Case:
    case = Case(submit=False)
    case.act(Lodge, "citizen", "citizen", **{**content_of(Lodge, case), "number": case.number, **about})
    return case


def test_it_is_held_promised_and_clocked_from_the_first_moment():
    case = received()
    order = case.order
    assert (order.state, order.holder, order.category) == ("received", INTAKE_TRAY, UNSORTED)
    assert [promise.kind for promise in order.promises.values()] == ["answer"]
    assert order.desk_due == order.opened_at + 30 * MINUTE_MS  # order.review of the pack: 30 minutes, day and night


def test_left_lying_it_is_told_to_the_duty_manager():
    case = received()
    assert case.tick() == ["desk_overdue"]
    assert case.order.state == "received" and "late_desk" in case.order.flags


def test_the_agent_completes_it_and_the_words_stay_the_citizens():
    case = received()
    case.act(TakeIn, AGENT, "agent", **TAKEN)
    order = case.order
    assert (order.state, order.holder) == ("submitted", "tray:review")
    assert (order.kind, order.category, order.region) == ("complaint", "0401", "371603")
    assert order.texts == 1 and case.last().text is None


def test_who_took_it_in_is_its_agent():
    case = received()
    case.act(TakeIn, REVIEWER, "agent", **TAKEN)
    assert case.refusal(c.Approve, REVIEWER, "reviewer", **content_of(c.Approve, case)).code == "separation"
    case.act(c.SendBack, "staff:2002", "reviewer", remarks={"category": "应为供热"})
    assert case.order.offer is not None and case.order.offer.to == REVIEWER


def test_another_urgency_redates_the_answer():
    case = received()
    (before,) = case.order.promises.values()
    case.act(TakeIn, AGENT, "agent", **{**TAKEN, "urgency": "utilities"})
    (after,) = case.order.promises.values()
    assert before.id == after.id
    assert after.due == case.order.opened_at + 24 * 60 * MINUTE_MS  # handle.utilities: 24 hours from the opening


def test_a_report_is_confidential_from_the_start():
    assert "confidential" in lodged(kind="report").order.flags
    case = received()
    case.act(TakeIn, AGENT, "agent", **{**TAKEN, "kind": "report"})
    assert "confidential" in case.order.flags


def test_whom_it_is_about_stands_in_it_and_an_agent_may_find_another():
    case = lodged(targets=("zjj",))
    assert case.order.targets == {"zjj"}
    case.act(TakeIn, AGENT, "agent", **TAKEN)
    assert case.order.targets == {"zjj"}
    other = lodged(targets=("zjj",))
    other.act(TakeIn, AGENT, "agent", **TAKEN, targets=("csglj", "zjj"))
    assert other.order.targets == {"csglj", "zjj"}


def test_secrecy_that_was_asked_for_stays():
    case = lodged(flags=("confidential", "anonymous"))
    case.act(TakeIn, AGENT, "agent", **TAKEN)
    assert {"confidential", "anonymous"} <= case.order.flags


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"text_hash": ""}, "no_text"),
        ({"kind": "gossip"}, "no_kind"),
        ({"region": ""}, "elements_missing"),
        ({"citizen_since": instant("2026-03-09T10:00")}, "clock_ahead"),
    ],
)
def test_what_cannot_be_lodged(about, code):
    case = Case(submit=False)
    content = {**content_of(Lodge, case), "number": case.number, **about}
    assert case.refusal(Lodge, "citizen", "citizen", **content).code == code


@pytest.mark.parametrize(
    ("about", "code"),
    [({"category": ""}, "elements_missing"), ({"urgency": "at once"}, "no_urgency"), ({"kind": ""}, "no_kind")],
)
def test_what_is_no_completion(about, code):
    assert received().refusal(TakeIn, AGENT, "agent", **{**TAKEN, **about}).code == code


def test_the_citizen_may_take_it_back_or_add_to_it_before_anybody_read_it():
    case = received()
    case.act(c.Add, "citizen", "citizen", contact=case.order.contact, text_hash="dd")
    assert case.order.texts == 2 and case.order.appellants == (case.order.contact,)
    case.act(c.Withdraw, "citizen", "citizen", evidence="网上撤回")
    assert (case.order.state, case.order.holder) == ("withdrawn", None)


def test_a_receipt_is_sent_to_whom_a_record_is_kept_of():
    case = lodged(person="0b1c", who={"phone": "aa"})
    assert [message.body["template"] for message in messages_of(case.order, case.entries)] == ["receipt"]
    assert messages_of(lodged().order, lodged().entries) == []


# The contact that a form is


def written_in(**matter: object) -> list[str]:
    command = course.WriteIn(
        id=case_id(), by="citizen", channel="web", matter=Matter(**{"outcome": "opened", **matter})
    )
    entries, contact = course.decide(Contact(id=CONTACT), command, Case().rules, instant("2026-03-09T09:00"))
    assert (contact.stage, contact.holder, contact.limit) == ("ended", None, None)
    return [entry.kind for entry in entries] + [contact.disposition, contact.channel]


def case_id():
    return Case().command(c.Tick, "system", "system").id


def test_a_form_arrives_and_ends_in_one_step():
    assert written_in(order=7) == ["arrived", "ended", "opened", "web"]


def test_a_form_that_names_no_order_is_no_contact():
    with pytest.raises(ContactRefused, match="哪一张工单"):
        written_in()


# Both chains together


async def test_order_and_contact_are_written_together_and_the_books_balance():
    house = House()
    order = await house.lodge()
    contact = (await house.order(order)).contact
    assert (await house.services.contact(contact)).matters == (Matter("opened", order=order),)
    await house.act(order, TakeIn, "staff:1001", "agent", **TAKEN)
    await house.to_unit(order)
    house.check()


async def test_what_is_added_by_a_form_is_a_contact_of_its_own_and_owes_nobody_else():
    house = House()
    order = await house.lodge()
    contact = (await house.order(order)).contact
    form, words = contact_id_of(house.number()), Words("", "楼上也不热", b"t" * 16)
    add = c.Add(id=house.id(), by="citizen", role="citizen", contact=contact, text_hash=words.hash())
    await house.services.add(order, add, house.later(), words, "added", form=form)
    assert (await house.services.contact(form)).disposition == "added"
    assert (await house.order(order)).appellants == (contact,)
    house.check()


async def test_a_form_cannot_speak_for_a_contact_that_is_there():
    house = House()
    taken = await house.call()
    with pytest.raises(ContactRefused, match="已经登记"):
        await house.lodge(taken)


async def test_nobody_of_the_house_lodges_in_a_citizens_name():
    house = House()
    services = Services(house.ledger, lambda _: Case().rules, lambda by, role: by == role)
    words = Words("", "暖气不热", b"s" * 16)
    command = Lodge(
        id=house.id(),
        by="staff:1001",
        role="citizen",
        number=house.number(),
        contact=contact_id_of(house.number()),
        citizen_since=house.now,
        kind="help",
        region="371602",
        text_hash=words.hash(),
    )
    with pytest.raises(NoRight):
        await services.submit(command.contact, command, house.later(), words)
    own = msgspec.structs.replace(command, role="agent")
    everything = Services(house.ledger, lambda _: Case().rules, lambda _by, _role: True)
    with pytest.raises(Refused, match="岗位"):
        await everything.submit(own.contact, own, house.later(), words)
