"""How is what a citizen can choose called? In English; the catalogue has the Chinese."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from lianxin.ground.web import marked

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "help": (marked("request for help"), marked("Something has to be put right")),
    "complaint": (marked("complaint"), marked("A service or an authority did not do right")),
    "inquiry": (marked("inquiry"), marked("How is it done, what does the rule say")),
    "suggestion": (marked("suggestion"), marked("Something could be better")),
    "report": (marked("report of a breach"), marked("Somebody breaks the law; you are kept secret")),
    "praise": (marked("praise"), marked("Somebody did well")),
}
"""What it is, and what is meant by it, the most frequent first."""


SOLVED: Final[Mapping[str, str]] = {
    "solved": marked("Yes, it is solved"),
    "partly": marked("Partly"),
    "not_solved": marked("No, it is not"),
}
SATISFIED: Final[Mapping[str, str]] = {
    "very": marked("very satisfied"),
    "yes": marked("satisfied"),
    "basic": marked("basically satisfied"),
    "no": marked("dissatisfied"),
    "very_no": marked("very dissatisfied"),
}
REASONS: Final[Mapping[str, str]] = {
    "slow": marked("It took too long"),
    "attitude": marked("How one was treated"),
    "not_solved": marked("It was not done"),
    "answer_wrong": marked("The answer is not true"),
    "promise_broken": marked("What was promised was not kept"),
    "policy_disagree": marked("The rule itself is wrong"),
    "other": marked("Something else"),
}
"""What a follow-up caller would ask (domain 6.1): two questions, and what was wrong."""


class Offer(NamedTuple):
    """Something the citizen may do now: where, under which words, with which icon."""

    path: str
    words: str
    icon: str


OFFERS: Final[Mapping[str, Offer]] = {
    "add": Offer("/follow/add", marked("Add something"), "plus"),
    "file": Offer("/follow/file", marked("Add photos"), "evidence"),
    "rate": Offer("/follow/rate", marked("Say how it went"), "star"),
    "reopen": Offer("/follow/reopen", marked("Ask to have it opened again"), "resume"),
    "withdraw": Offer("/follow/withdraw", marked("Take it back"), "return"),
}
WRONG_PAIR: Final = marked(
    "Number and code do not belong together. Please compare both with the receipt or the text message; "
    "a new code may have replaced this one."
)
DONE: Final[Mapping[str, str]] = {
    "filed": marked("The file was added. Whoever works on your matter sees it."),
    "added": marked("It was added. Whoever works on your matter reads it."),
    "rated": marked("Thank you. What you said stands as you said it."),
    "reopen_asked": marked("You asked for it. A reviewer decides, and you are told."),
    "withdrawn": marked("You took it back. Nobody works on it any more."),
}
"""What was just done -> what is said about it."""
