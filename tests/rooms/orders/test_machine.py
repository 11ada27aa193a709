"""Chance at work: anybody gives any command at any time, and nothing is ever lost.

Right and wrong people, right and wrong states, clocks that jump, ticks, repetitions. After
each step every invariant of the house holds (made.orders_house). A failing example is kept
by hypothesis and shrunk to the fewest steps.
"""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from made.orders import NEIGHBOURS
from made.orders_house import House

from lianxin.contacts import course
from lianxin.contacts.contact import OUTCOMES, Matter
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS
from lianxin.orders import commands as c
from lianxin.orders.lifecycle import STEPS
from lianxin.orders.order import Order
from lianxin.orders.overtaken import Overtaken
from lianxin.orders.refusal import Refused
from lianxin.orders.service import Words
from lianxin.orders.states import place_of
from lianxin.orders.steps.beside import Attach, EraseAttachment
from lianxin.orders.steps.written import Lodge, TakeIn

STAFF = {
    "agent": ("staff:1001", "staff:1002"),
    "reviewer": ("staff:2001", "staff:2002", "staff:1001"),
    "dispatcher": ("staff:3001", "staff:2001"),
    "followup_caller": ("staff:4001", "staff:4002", "staff:4003", "staff:4004", "staff:3001"),
    "shift_lead": ("staff:6001", "staff:2001"),
    "objection_reviewer": ("staff:7001", "staff:3001"),
    "supervisor": ("staff:8001",),
    "duty_manager": ("staff:9001", "staff:8001"),
    "secadmin": ("staff:9500",),
    "leader": ("staff:9600",),
}
"""Who acts in which role; some did something before that forbids it."""
MOST = 4
"""So many orders at once, so that commands meet."""
UNITS = ("zjj", "csglj", "bc-rxb")
BY_HAND = sorted(
    (kind for kind in STEPS if kind not in (Lodge, c.Submit, c.Tick, c.Erase)), key=lambda kind: kind.__name__
)
JUMPS = (0, MINUTE_MS, 10 * MINUTE_MS, 3 * HOUR_MS, 11 * HOUR_MS, DAY_MS, 6 * DAY_MS, 40 * DAY_MS)
REFUSED = (Refused, Overtaken, course.ContactRefused)


class Hotline(RuleBasedStateMachine):
    """A house of at most a few orders, so that commands meet."""

    orders = Bundle("orders")
    contacts = Bundle("contacts")

    @initialize(target=orders)
    def begin(self) -> int:
        self.house = House()
        order = asyncio.run(self.house.open())
        asyncio.run(self.house.to_unit(order))
        return order

    def do(self, action: Any) -> Any:
        """Run it; a refusal is an answer, and writes nothing."""
        before = {chain: at.seq for chain, at in self.house.ledger.chains.items()}
        try:
            return asyncio.run(action)
        except REFUSED as refused:
            assert getattr(refused, "sentence", None) or str(refused)
            assert {chain: at.seq for chain, at in self.house.ledger.chains.items()} == before
            return None

    @precondition(lambda self: len(self.house.orders()) < MOST)
    @rule(target=orders, urgency=st.sampled_from(("normal", "normal", "utilities", "life_danger")))
    def open_order(self, urgency: str) -> int:
        flags = ("emergency",) if urgency == "life_danger" else ()
        return asyncio.run(self.house.open(urgency=urgency, flags=flags))

    @precondition(lambda self: len(self.house.orders()) < MOST)
    @rule(target=orders)
    def a_citizen_writes_in(self) -> int:
        return asyncio.run(self.house.lodge())

    @rule(order=orders, step=st.sampled_from(BY_HAND), data=st.data(), jump=st.sampled_from(JUMPS))
    def somebody_does_something(self, order: int, step: type[c.Command], data: st.DataObject, jump: int) -> None:
        self._act(order, step, data, jump)

    @rule(order=orders, data=st.data(), steps=st.integers(1, 8))
    def life_goes_its_way(self, order: int, data: st.DataObject, steps: int) -> None:
        """Some steps by the right people, mostly in time."""
        for _ in range(steps):
            place = place_of(asyncio.run(self.house.order(order)))
            fitting = [kind for kind in BY_HAND if place in STEPS[kind].frm and _moves(kind, place)]
            if not fitting:
                return
            kind, jump = data.draw(st.sampled_from(fitting)), data.draw(st.sampled_from(JUMPS[:4]))
            self._act(order, kind, data, jump, right=True)

    def _act(self, order_id: int, kind: type[c.Command], data: st.DataObject, jump: int, right: bool = False) -> None:
        self.house.now += jump
        order = asyncio.run(self.house.order(order_id))
        role = data.draw(st.sampled_from(STEPS[kind].who))
        by = _person(order, kind, role, data)
        if right:
            role, by = _right_person(order, kind, role, by)
        content = _content(order, kind, data, self.house.now)
        self.do(self.house.act(order_id, kind, by, role, **content))

    @rule(child=orders, parent=orders)
    def reviewer_joins(self, child: int, parent: int) -> None:
        join = c.Join(id=self.house.id(), by="staff:2002", role="reviewer", parent=parent, reason="同一处")
        self.do(self.house.services.join(child, join, self.house.later()))

    @rule(child=orders)
    def reviewer_parts(self, child: int) -> None:
        part = c.Separate(id=self.house.id(), by="staff:2002", role="reviewer", reason="不是同一处")
        self.do(self.house.services.separate(child, part, self.house.later()))

    @rule(order=orders, data=st.data())
    def the_same_command_comes_twice(self, order: int, data: st.DataObject) -> None:
        words = Words("", "补充", b"t" * 16)
        contact = data.draw(st.sampled_from(NEIGHBOURS[:6]))
        add = c.Add(id=self.house.id(), by="staff:1002", role="agent", contact=contact, text_hash=words.hash())
        first = self.do(self.house.services.act(order, add, self.house.later(), words))
        if first is not None:
            assert asyncio.run(self.house.services.act(order, add, self.house.later(), words)) == first

    @precondition(lambda self: len(self.house.contacts()) < 3 * MOST)
    @rule(target=contacts)
    def a_call_rings(self) -> int:
        return asyncio.run(self.house.call())

    @precondition(lambda self: len(self.house.contacts()) < 3 * MOST)
    @rule(target=contacts, channel=st.sampled_from(("sms", "mail")))
    def somebody_writes(self, channel: str) -> int:
        return asyncio.run(self.house.letter(channel))

    @rule(
        contact=contacts,
        by=st.sampled_from(("staff:1001", "staff:1002")),
        outcome=st.sampled_from((*OUTCOMES, "nonsense")),
        kind=st.sampled_from(
            (course.NoteMatter, course.End, course.Take, course.Leave, course.RingBack, course.WriteBack)
        ),
        jump=st.sampled_from(JUMPS[:5]),
    )
    def somebody_works_on_a_contact(
        self, contact: int, by: str, outcome: str, kind: type[course.ContactCommand], jump: int
    ) -> None:
        self.house.now += jump
        matter = Matter(outcome, order=1, item="K1 v1", to="12348", ground="petition")
        content: dict[str, Any] = {"matter": matter} if kind in (course.NoteMatter, course.End) else {}
        if kind is course.WriteBack:
            content = {"message": self.house.id()}
        if kind is course.RingBack:
            content = {"reached": outcome == "heard"}
        command = kind(id=self.house.id(), by=by, **content)
        self.do(self.house.services.meet(contact, command, self.house.later()))

    @rule(jump=st.sampled_from(JUMPS))
    def the_clock_looks(self, jump: int) -> None:
        house = self.house
        house.now += jump
        for timer in asyncio.run(house.ledger.due_timers(house.now, 1000)):
            asyncio.run(house.services.tick(timer.subject, house.id(), house.now))
            again = house.ledger.chains[timer.subject].seq
            asyncio.run(house.services.tick(timer.subject, house.id(), house.now))
            assert house.ledger.chains[timer.subject].seq == again, "the clock came twice and did more"
        house.check_ticked(house.now)

    @invariant()
    def nothing_is_lost(self) -> None:
        self.house.check()


ENDS = frozenset({c.Withdraw, c.Transfer, c.ConfirmNotAccepted, c.DecideUnreasonable})
"""Steps that end an order's way early; chance alone takes them often enough."""
ASKS = frozenset(
    {c.AskExtension, c.AskSuspension, c.RegisterLongRun, c.ProposeUnreasonable, c.ConcurUnreasonable, c.DecideExtension}
)
"""Steps that change no state and lead to one that does."""


def _moves(kind: type[c.Command], place: str) -> bool:
    return kind in ASKS or (kind not in ENDS and any(frm == place for frm, _ in STEPS[kind].leads()))


def _right_person(order: Order, kind: type[c.Command], role: str, by: str) -> tuple[str, str]:
    """Return somebody who may: who is asked to sign, an officer of the unit, a colleague who did nothing yet."""
    if kind is c.Sign and order.offer is not None:
        to = order.offer.to
        return {"unit": "unit_contact", "outside": "outside"}.get(to.partition(":")[0], "agent"), to
    if kind is c.Revise:
        return "agent", (order.offer.to if order.offer else order.holder) or by
    if role.startswith("unit_") or role in ("county_office", "township"):
        return role, f"unit:{order.unit}:contact"
    acted = order.agents | order.reviewers | order.dispatchers | order.callers
    fresh = [who for who in STAFF.get(role, ()) if who not in acted]
    return role, fresh[0] if fresh else by


def _person(order: Order, kind: type[c.Command], role: str, data: st.DataObject) -> str:
    if role in STAFF:
        return data.draw(st.sampled_from(STAFF[role]))
    if role in ("unit_contact", "unit_leader", "county_office", "township"):
        unit = data.draw(st.sampled_from((order.unit or "zjj", order.unit or "zjj", *UNITS)))
        return f"unit:{unit}:contact"
    if role == "outside":
        return data.draw(st.sampled_from(("outside:sd-12345", "outside:110")))
    return role if kind is not c.PassOn else data.draw(st.sampled_from(("staff:1001", "staff:3001")))


def _content(order: Order, kind: type[c.Command], data: st.DataObject, now: int) -> dict[str, Any]:
    ahead = now + data.draw(st.sampled_from((-HOUR_MS, 2 * HOUR_MS, DAY_MS, 5 * DAY_MS, 50 * DAY_MS)))
    yes = data.draw(st.booleans())
    unit = data.draw(st.sampled_from(UNITS))
    whom = data.draw(st.sampled_from((*order.appellants, NEIGHBOURS[8])))
    taker = data.draw(st.sampled_from((f"unit:{unit}", "staff:3001", "outside:110")))
    urgency = data.draw(st.sampled_from((order.urgency, "normal", "utilities")))
    solved = data.draw(st.sampled_from(("solved", "solved", "partly", "not_solved", "promised_later", "cannot_say")))
    satisfied = data.draw(st.sampled_from(("very", "no", "no_comment")))
    leg = data.draw(st.sampled_from(("leg", "item", "assist")))
    part = data.draw(st.integers(1, max(order.parted, 1)))
    fixed: dict[type[c.Command], dict[str, Any]] = {
        TakeIn: {"kind": "complaint", "category": "0401", "region": "371602", "urgency": urgency},
        c.SendBack: {"remarks": {"region": "不清"}},
        c.Revise: {"urgency": urgency},
        c.ProposeNotAccepted: {"ground": "petition", "legal_way": "凭信访编号查询"},
        c.ConfirmNotAccepted: {"told": "电话"},
        c.Approve: {"category": "0401", "region": "371602", "urgency": urgency},
        c.Dispatch: {"unit": unit, "basis": "0401", "directory": "v1", "assist": UNITS[:1] if yes else ()},
        c.AskSendBack: {"code": "R2" if yes else "R3", "basis": "三定规定", "suggested": unit},
        c.DecideSendBack: {"accepted": yes, "text": "裁定"},
        c.Object: {"ground": "职责清单"},
        c.OpenJointMeeting: {"reason": "交叉"},
        c.DecideJointMeeting: {"unit": unit, "minutes": "纪要", "directory": "v2"},
        c.LogContact: {"how": "电话"},
        c.Note: {"told": "已告知"},
        c.AskExtension: {"amount": 4, "reason": "理由", "interim": "阶段", "told": "已告知"},
        c.DecideExtension: {"granted": yes, "text": "意见"},
        c.AskSuspension: {"ground": "court", "resume_at": ahead},
        c.DecideSuspension: {"granted": yes, "text": "意见"},
        c.Resume: {"reason": "完成"},
        c.RegisterLongRun: {"plan": "计划", "milestone_at": ahead},
        c.DecideLongRun: {"granted": yes, "told": "已告知"},
        c.ReachMilestone: {"told": "已告知", "next_at": ahead},
        c.ProposeUnreasonable: {"ground": "UR5", "facts": "不实", "explained": "已说明"},
        c.ConcurUnreasonable: {"agreed": yes, "text": "意见"},
        c.DecideUnreasonable: {"agreed": yes, "text": "意见"},
        c.Reply: {"basis": "条例", "contacted": "电话", "signed_by_leader": True},
        c.ReturnReply: {"defects": "无佐证"},
        c.AttemptFailed: {"result": "no_answer", "again_at": ahead, "contact": whom if yes else None},
        c.RecordFollowup: {
            "contact": whom,
            "contacted": "yes",
            "informed": "yes",
            "solved": solved,
            "satisfied": satisfied,
            "evidence": "录音",
            "reason": "slow",
            "later_at": ahead,
        },
        c.ConfirmRework: {"agreed": yes, "text": "意见"},
        c.CloseUnreached: {"link": "短信"},
        c.Withdraw: {"evidence": "录音", "contact": whom if yes else None},
        c.Transfer: {"system": "sd-12345", "foreign_id": "SD-1"},
        c.Inform: {"told": "已告知"},
        c.Reopen: {"contact": whom, "facts": "新情况"},
        c.Add: {"contact": whom},
        Attach: {"hash": "ab", "file": "cd", "media": "audio/amr", "size": 99, "purpose": "citizen", "shown": yes},
        EraseAttachment: {"n": part, "ground": "法定依据"},
        c.Urge: {"level": 2, "letter": "督"} if yes else {"letter": "督"},
        c.Instruct: {"letter": "批 1"},
        c.AnswerInstruction: {"instruction": part},
        c.Rate: {
            "contact": whom,
            "solved": {"promised_later": "solved", "cannot_say": "partly"}.get(solved, solved),
            "satisfied": {"no_comment": "basic"}.get(satisfied, satisfied),
        },
        c.AskReopen: {"contact": whom},
        c.DeclineReopen: {"reason": "没有新的情况", "told": "电话"},
        c.AnnulCards: {"reason": "有误"},
        c.NameTracker: {"successor": "staff:3002"},
        c.PassOn: {"successor": "staff:1002"},
        c.OpenPart: {
            "kind": leg,
            "to": taker,
            "due": ahead,
            "what": "内容",
            "after": part if leg == "leg" and yes else 0,
        },
        c.SignPart: {"part": part},
        c.FinishPart: {"part": part, "result": "完成"},
        c.ReturnPart: {"part": part, "code": "R2" if yes else "R3", "basis": "三定规定"},
    }
    return fixed.get(kind, {})


Hotline.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestAnybodyGivesAnyCommand = Hotline.TestCase


@pytest.mark.soak
def test_thousands_of_lives_by_chance() -> None:
    run_state_machine_as_test(Hotline, settings=settings(Hotline.TestCase.settings, max_examples=600))
