"""What is asked of an order by those who see to it that it moves (督办、批示)."""

from lianxin.orders.commands.command import Command


class Urge(Command, frozen=True, kw_only=True):
    """Somebody urges (催办) or raises the level of supervision (督办).

    level   0 to 4; None: it stays as it is. A tracker who urges raises none
    letter  number of the letter or of the recorded call; a tracker urges by one key and needs none
    """

    level: int | None = None
    letter: str = ""


class AnnulCards(Command, frozen=True, kw_only=True):
    """Cards caused by a wrong dispatch are annulled, and still listed."""

    reason: str


class Instruct(Command, frozen=True, kw_only=True):
    """A leader writes an instruction on the order (领导批示); a duty manager enters one that came on paper.

    text_hash  salted hash of its words as kept beside the order
    letter     number of the paper, where it came on one
    """

    text_hash: str
    letter: str = ""


class AnswerInstruction(Command, frozen=True, kw_only=True):
    """What was done about an instruction is reported to the leader (批示回复); text_hash: of the words."""

    instruction: int
    text_hash: str
