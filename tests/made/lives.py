"""Whole lives of orders and contacts, led through the services: the small world of the tests.

The same hands do the same work on any store: `World(store)` and then `await world.everyone()`.
"""

from datetime import date
from typing import Any
from uuid import UUID

from lianxin.contacts import course
from lianxin.contacts.contact import Matter
from lianxin.ground.clock import MINUTE_MS, Instant, at_iso
from lianxin.ground.ledger import Store
from lianxin.ground.text import make_number
from lianxin.orders import commands as c
from lianxin.orders.dates import next_date
from lianxin.orders.order import Order
from lianxin.orders.service import Services, Words, contact_id_of, order_id_of
from lianxin.rules import load_rules

AGENT, REVIEWER, DISPATCHER, CALLER, SECOND_CALLER = (f"staff:{n}001" for n in range(1, 6))
SHIFT_LEAD, OBJECTION_REVIEWER, SUPERVISOR = "staff:6001", "staff:7001", "staff:8001"
LEADER = "staff:9601"
UNIT, CO_UNIT = "zjj", "csglj"
CONTACT_PERSON, CO_CONTACT = f"unit:{UNIT}:contact", f"unit:{CO_UNIT}:contact"
MORNING = at_iso("2026-03-09T09:00:00+08:00")
RULES = load_rules("sd-binzhou")


class World:
    """A hotline with one pair of hands for each role.

    now  moves on by a minute with every step
    """

    def __init__(self, store: Store, now: Instant = MORNING, running: int = 0, day: date = date(2026, 3, 9)) -> None:
        self.store = store
        self.services = Services(store, lambda _: RULES, lambda _who, _role: True)
        self.now = now
        self.day = day
        self._running = running
        self._ids = running * 1_000_000

    def id(self) -> UUID:
        """Return an id for the next command."""
        self._ids += 1
        return UUID(int=self._ids)

    def number(self) -> str:
        """Return the number of the next contact or order."""
        self._running += 1
        return make_number(self.day, self._running)

    async def act(self, order_id: int, kind: type[c.Command], by: str, role: str, *words: Words, **more: Any) -> Any:
        """Let somebody do something to an order, a minute later."""
        self.now += MINUTE_MS
        return await self.services.act(order_id, kind(id=self.id(), by=by, role=role, **more), self.now, *words)

    async def meet(self, contact_id: int, kind: type[course.ContactCommand], by: str, **more: Any) -> Any:
        """Let something happen to a contact, a second later."""
        self.now += 1000
        return await self.services.meet(contact_id, kind(id=self.id(), by=by, **more), self.now)

    async def call(self) -> int:
        """Let a call come in and an agent answer it; return the contact."""
        contact = contact_id_of(self.number())
        await self.meet(contact, course.Arrive, "system", channel="call")
        await self.meet(contact, course.Take, AGENT)
        return contact

    async def letter(self, channel: str = "mail") -> int:
        """Let a letter come in and an agent take it in hand; return the contact."""
        contact = contact_id_of(self.number())
        await self.meet(contact, course.Arrive, "citizen", channel=channel)
        await self.meet(contact, course.Take, AGENT)
        return contact

    async def heard(self) -> int:
        """A caller only wanted to be heard."""
        contact = await self.call()
        await self.meet(contact, course.End, AGENT, matter=Matter("heard"))
        return contact

    async def left(self, reached: bool = True) -> int:
        """A caller hung up before anybody answered, and is rung back."""
        contact = contact_id_of(self.number())
        await self.meet(contact, course.Arrive, "system", channel="call")
        await self.meet(contact, course.Leave, "system")
        if reached:
            await self.meet(contact, course.RingBack, AGENT, reached=True)
        return contact

    async def submitted(self, text: str = "锦苑小区3号楼电梯停运，老人无法下楼。", **more: Any) -> int:
        """A call becomes an order, which lies in the review tray."""
        contact = await self.call()
        number = self.number()
        words = Words("电梯停运", text, number.encode())
        command = c.Submit(
            **{
                "id": self.id(),
                "by": AGENT,
                "role": "agent",
                "number": number,
                "contact": contact,
                "citizen_since": self.now,
                "kind": "complaint",
                "category": "0401",
                "region": "371602",
                "text_hash": words.hash(),
                **more,
            }
        )
        self.now += MINUTE_MS
        await self.services.submit(contact, command, self.now, words)
        await self.meet(contact, course.End, AGENT)
        return order_id_of(number)

    async def approved(self) -> int:
        """It has passed the review."""
        order = await self.submitted()
        await self.act(order, c.Approve, REVIEWER, "reviewer", category="0401", region="371602", urgency="normal")
        return order

    async def dispatched(self, assist: tuple[str, ...] = ()) -> int:
        """It was sent to its unit, which has not signed yet."""
        order = await self.approved()
        await self.act(
            order,
            c.Dispatch,
            DISPATCHER,
            "dispatcher",
            unit=UNIT,
            basis="目录 0401",
            directory="binzhou",
            assist=assist,
        )
        return order

    async def signed(self, assist: tuple[str, ...] = ()) -> int:
        """The unit has it in hand."""
        order = await self.dispatched(assist)
        await self.act(order, c.Sign, CONTACT_PERSON, "unit_contact")
        return order

    async def with_part(self) -> int:
        """A second unit assists and has signed for its part."""
        order = await self.signed((CO_UNIT,))
        await self.act(order, c.SignPart, CO_CONTACT, "unit_contact", part=1)
        return order

    async def answer(self, order: int) -> None:
        """The unit answers, the reviewer lets the answer go out."""
        words = Words("", "维保单位已更换门机，电梯恢复运行。", b"salt of an answer")
        await self.act(
            order,
            c.Reply,
            CONTACT_PERSON,
            "unit_contact",
            words,
            answer_hash=words.hash(),
            basis="条例",
            contacted="电话",
        )
        await self.act(order, c.AcceptReply, REVIEWER, "reviewer")

    async def answered(self) -> int:
        """It waits for the follow-up call."""
        order = await self.with_part()
        await self.act(order, c.FinishPart, CO_CONTACT, "unit_contact", part=1, result="已协助")
        await self.act(order, c.LogContact, CONTACT_PERSON, "unit_contact", how="电话")
        await self.answer(order)
        return order

    async def follow_up(self, order: int, by: str, solved: str, contact: int | None = None) -> None:
        """Somebody asks the citizen."""
        await self.act(
            order,
            c.RecordFollowup,
            by,
            "followup_caller",
            contact=contact or (await self.services.order(order)).contact,
            contacted="yes",
            informed="yes",
            solved=solved,
            satisfied="very" if solved == "solved" else "no",
            evidence=f"rec-{order}",
            reason="" if solved == "solved" else "not_solved",
        )

    async def completed(self) -> int:
        """Its citizen is content."""
        order = await self.answered()
        await self.follow_up(order, CALLER, "solved")
        return order

    async def archived(self) -> int:
        """Thirty days after it was completed the clock put it away; time here stays where it was."""
        order = await self.completed()
        due = next_date(await self.services.order(order))
        assert due is not None
        await self.services.tick(order, self.id(), due)
        return order

    async def reworked(self) -> int:
        """The first answer solved nothing; the second did, and somebody else asked."""
        order = await self.answered()
        await self.follow_up(order, CALLER, "not_solved")
        await self.act(order, c.ConfirmRework, REVIEWER, "reviewer", agreed=True, text="请到现场")
        await self.act(order, c.Sign, CONTACT_PERSON, "unit_contact")
        await self.answer(order)
        await self.follow_up(order, SECOND_CALLER, "solved")
        return order

    async def sent_back(self) -> int:
        """The agent has it back on the desk and signed for it."""
        order = await self.submitted()
        await self.act(order, c.SendBack, REVIEWER, "reviewer", remarks={"region": "地点不清"})
        await self.act(order, c.Sign, AGENT, "agent")
        return order

    async def instructed(self) -> int:
        """A leader wrote on it twice, and only the first instruction is answered."""
        order = await self.signed()
        for text in ("请限期解决", "请举一反三"):
            words = Words("", text, b"salt of a leader")
            await self.act(order, c.Instruct, LEADER, "leader", words, text_hash=words.hash())
        words = Words("", "已解决", b"salt of an answer")
        answer = {"instruction": 1, "text_hash": words.hash()}
        await self.act(order, c.AnswerInstruction, SUPERVISOR, "supervisor", words, **answer)
        return order

    async def returned(self) -> int:
        """The unit sent it back, and another decided that it stays."""
        order = await self.signed()
        ground = {"code": "R1", "basis": "三定规定", "suggested": CO_UNIT}
        await self.act(order, c.AskSendBack, CONTACT_PERSON, "unit_contact", **ground)
        await self.act(
            order, c.DecideSendBack, OBJECTION_REVIEWER, "objection_reviewer", accepted=False, text="属该单位职责"
        )
        return order

    async def transferred(self) -> int:
        """A system outside has it."""
        order = await self.approved()
        await self.act(order, c.Transfer, DISPATCHER, "dispatcher", system="sd-12345", foreign_id="SD-1")
        await self.act(order, c.Sign, "outside:sd-12345", "outside")
        return order

    async def not_accepted(self) -> int:
        """Two persons found a ground not to accept it, and the citizen was told."""
        order = await self.submitted()
        await self.act(
            order, c.ProposeNotAccepted, REVIEWER, "reviewer", ground="litigation", legal_way="向人民法院起诉"
        )
        await self.act(order, c.ConfirmNotAccepted, SHIFT_LEAD, "shift_lead", told="电话告知")
        return order

    async def joined(self) -> tuple[int, int]:
        """Another citizen's order about the same thing was merged into one that the unit has in hand."""
        parent = await self.signed()
        child = await self.submitted()
        command = c.Join(id=self.id(), by=REVIEWER, role="reviewer", parent=parent, reason="同一部电梯")
        self.now += MINUTE_MS
        await self.services.join(child, command, self.now)
        return parent, child

    async def order(self, order_id: int) -> Order:
        """Return an order as it is now."""
        return await self.services.order(order_id)

    async def everyone(self) -> dict[str, int]:
        """Lead one life of each kind; return the orders and contacts by the names of the lives."""
        made: dict[str, int] = {}
        for life in (  # `archived` is not among them: its clock runs a month ahead
            self.heard,
            self.left,
            self.reworked,
            self.completed,
            self.not_accepted,
            self.transferred,
            self.returned,
            self.sent_back,
            self.answered,
            self.with_part,
            self.dispatched,
            self.approved,
            self.submitted,
        ):
            made[life.__name__] = await life()
        made["parent"], made["child"] = await self.joined()
        made["talking"] = await self.call()
        made["instructed"] = await self.instructed()
        return made
