"""Why is a step on a knowledge item not possible? Pure."""


class KnowledgeRefused(Exception):
    """`code` is for machines, `sentence` for the person, `instead` for what to do."""

    def __init__(self, code: str, sentence: str, instead: str = "") -> None:
        super().__init__(f"{sentence}{instead and f' {instead}'}")
        self.code = code
        self.sentence = sentence
        self.instead = instead


class NoSuchItem(LookupError):
    """No knowledge item has this number."""
