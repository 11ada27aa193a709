"""How are states, tasks and steps of knowledge called on a page? In English; the catalogue has the Chinese."""

from lianxin.ground.web import marked

ITEM_WORDS: dict[str, str] = {
    "published": marked("valid"),
    "draft": marked("draft"),
    "wanted": marked("answer missing"),
    "withdrawn": marked("taken back"),
    "review": marked("waits for a second person"),
    "replaced": marked("replaced by a later version"),
    "expired": marked("expired"),
}
"""States of items and of their versions."""

FILTER_WORDS: dict[str, str] = {
    state: ITEM_WORDS[state] for state in ("published", "expired", "review", "draft", "wanted", "withdrawn")
}

FORM_WORDS: dict[str, str] = {
    "guide": marked("how to apply"),
    "law": marked("law and rule"),
    "faq": marked("frequent question"),
    "inquiry": marked("everyday question"),
    "notice": marked("notice"),
    "internal": marked("for the house: how we proceed"),
}

TASK_WORDS: dict[str, str] = {
    "wrong": marked("found wrong"),
    "outdated": marked("found outdated"),
    "unclear": marked("found unclear"),
    "missing": marked("question without an answer"),
    "review": marked("look at it again"),
    "expired": marked("expired, and needed"),
}

COURSE_WORDS: dict[str, str] = {
    "drafted": marked("Drafted"),
    "edited": marked("Draft changed"),
    "submitted": marked("Handed in for review"),
    "returned": marked("Sent back to its writers"),
    "confirmed": marked("Confirmed by the responsible unit"),
    "published": marked("Published"),
    "withdrawn": marked("Taken back"),
    "reported": marked("A reader found something"),
    "asked": marked("Asked, and no answer was found"),
    "settled": marked("Task settled"),
    "tried_expired": marked("Somebody needed it after it had expired"),
    "review_due": marked("Time to look at it again"),
    "expired": marked("Its last day has passed"),
}
"""What happened to an item, by the kind of its entry."""
