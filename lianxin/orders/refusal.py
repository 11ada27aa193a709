"""What is an agent, officer or reviewer told when a step is not possible?

A refusal names the rule, what was kept, and what is possible instead; it is a value
to show, not a fault. The sentences are Chinese, as the hotline would say them.
"""


class Refused(Exception):
    """A rule forbids the command. `code` is for machines, `sentence` for the person, `instead` for what to do.

    source  where the rule stands, if it is one of the city's (`sources.ruled`) or of the law; "" for one of the course
    """

    def __init__(self, code: str, sentence: str, instead: str = "", source: str = "") -> None:
        super().__init__(f"{sentence}{instead and f' {instead}'}")
        self.code = code
        self.sentence = sentence
        self.instead = instead
        self.source = source
