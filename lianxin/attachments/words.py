"""How are the purposes of files called on a page? In English; the catalogue has the Chinese."""

from lianxin.ground.web import marked

PURPOSE_WORDS: dict[str, str] = {
    "citizen": marked("from the citizen"),
    "evidence": marked("evidence of the work"),
    "reply": marked("part of the answer"),
    "record": marked("recording of the call"),
    "paper": marked("letter or document"),
}
