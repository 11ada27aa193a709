"""What is an agent told when a step on a contact is not possible?"""


class ContactRefused(Exception):
    """The step is not possible now; the sentence is for the agent.

    instead  what is possible;  source: where the rule stands that decided, if it is one of the city's
    """

    def __init__(self, sentence: str, instead: str = "", source: str = "") -> None:
        super().__init__(f"{sentence}{instead}")
        self.sentence = sentence
        self.instead = instead
        self.source = source
