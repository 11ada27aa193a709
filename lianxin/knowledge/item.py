"""What is a knowledge item (知识点)? The value that its entries make; every version is kept. Pure.

`K18 v2` names an item and a version. What an agent reads out is the published version, while
it is valid; a later one is drafted and reviewed beside it. Dates are local days, written as ISO.
"""

import re
from typing import Final, Literal

import msgspec

from lianxin.ground.clock import Instant
from lianxin.ground.ledger import Envelope
from lianxin.ground.ledger.entry import KNOWLEDGE, chain_of, digits_of

State = Literal["draft", "review", "published", "replaced", "withdrawn"]
TaskKind = Literal["wrong", "outdated", "unclear", "missing", "review", "expired"]
FEEDBACK: Final[tuple[TaskKind, ...]] = ("wrong", "outdated", "unclear")
"""What a reader may find about an item."""
_NAME: Final = re.compile(r"[Kk]([1-9][0-9]{0,8})(?:\s*[vV]([1-9][0-9]{0,5}))?")


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a version says.

    title      what it is about, unique in its words for people, not for machines
    questions  how citizens ask it (相似问法)
    answer     what the agent reads out (口径);  body  what they may need besides
    basis      source document or rule, with its number;  link  where it stands
    category   code of the tree of matters;  region  code, empty: the whole city
    form       kind of material (办事指南 …);  public  citizens may read it, too
    valid_from, valid_to  first and last local day on which it holds; no last day: until it is reviewed
    """

    title: str
    answer: str
    basis: str
    category: str
    valid_from: str
    questions: tuple[str, ...] = ()
    body: str = ""
    link: str = ""
    region: str = ""
    form: str = "faq"
    public: bool = False
    valid_to: str | None = None


class Version(msgspec.Struct, frozen=True, omit_defaults=True):
    """One version of an item.

    writers     who wrote in it: none of them may publish it
    confirmed   who of the responsible unit confirmed it
    reviewer    who published it;  published_at  when
    remark      why it went back to its writers;  reason  why it was withdrawn
    review_on   local day on which the owner is to look at it again
    warned      the owner was asked to look at it again;  expired  its last day has passed, and that was noted
    """

    n: int
    content: Content
    state: State = "draft"
    writers: tuple[str, ...] = ()
    at: Instant = 0
    confirmed: str = ""
    reviewer: str = ""
    published_at: Instant | None = None
    remark: str = ""
    reason: str = ""
    review_on: str = ""
    warned: bool = False
    expired: bool = False


class Task(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something the owner is to see to.

    version  the version it is about, 0: the item
    words    what was found, or asked;  by  who found it
    due      until when; None: the calendar of that year is not known yet
    urgent   the item is marked for all who read it
    """

    id: int
    kind: TaskKind
    made: Instant
    due: Instant | None
    version: int = 0
    words: str = ""
    by: str = ""
    urgent: bool = False


class Item(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One item; `unit` is responsible (责任单位), `owner` the person of it or of the house.

    wanted   the question somebody asked where there was no answer; until a first version is written
    current  number of the published version, 0: none
    tasked   counts its tasks
    """

    id: int
    seq: int = 0
    last_at: Instant = 0
    unit: str = ""
    owner: str = ""
    wanted: str = ""
    versions: tuple[Version, ...] = ()
    current: int = 0
    tasks: dict[int, Task] = {}
    tasked: int = 0

    @property
    def number(self) -> int:
        """The number behind the K."""
        return digits_of(self.id)

    @property
    def name(self) -> str:
        """`K18`."""
        return f"K{self.number}"

    @property
    def published(self) -> Version | None:
        """The version that is read out."""
        return self.versions[self.current - 1] if self.current else None

    @property
    def pending(self) -> Version | None:
        """The version that is being written or reviewed."""
        last = self.versions[-1] if self.versions else None
        return last if last is not None and last.state in ("draft", "review") else None

    @property
    def title(self) -> str:
        """The title of what is published, else of the latest version, else the question that was asked."""
        shown = self.published or (self.versions[-1] if self.versions else None)
        return shown.content.title if shown is not None else self.wanted


class ItemEntry(Envelope, omit_defaults=True, kw_only=True):
    """An entry of an item: what happened, and what it changes.

    versions    versions as they are from now on, by number
    current     number of the published version from now on
    made, done  tasks opened, tasks seen to
    say         reasons and remarks
    """

    unit: str | None = None
    owner: str | None = None
    wanted: str | None = None
    versions: tuple[Version, ...] = ()
    current: int | None = None
    made: tuple[Task, ...] = ()
    done: tuple[int, ...] = ()
    say: dict[str, str | int] = msgspec.field(default_factory=dict)


def evolve(item: Item, entry: ItemEntry) -> Item:
    """Return the item after the entry; the one given is left as it was."""
    versions = {version.n: version for version in item.versions}
    versions.update((version.n, version) for version in entry.versions)
    tasks = {key: task for key, task in item.tasks.items() if key not in entry.done}
    tasks.update((task.id, task) for task in entry.made)
    return msgspec.structs.replace(
        item,
        seq=entry.seq,
        last_at=entry.at,
        unit=item.unit if entry.unit is None else entry.unit,
        owner=item.owner if entry.owner is None else entry.owner,
        wanted=item.wanted if entry.wanted is None else entry.wanted,
        versions=tuple(versions[n] for n in sorted(versions)),
        current=item.current if entry.current is None else entry.current,
        tasks=tasks,
        tasked=max([item.tasked, *(task.id for task in entry.made)]),
    )


def new_item(number: int) -> Item:
    """Return the value before the first entry."""
    return Item(id=item_chain(number))


def item_chain(number: int) -> int:
    """Return the chain of an item."""
    return chain_of(KNOWLEDGE, number)


def parse_name(written: str) -> tuple[int, int] | None:
    """Return item and version of `K18 v2` (version 0 where none is named); None for anything else."""
    found = _NAME.fullmatch(written.strip())
    return None if found is None else (int(found[1]), int(found[2] or 0))
