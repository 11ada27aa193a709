"""What a person is told when something they wrote cannot be taken as it is."""

from typing import ClassVar


class Refusal(Exception):
    """An input that is not taken, with the reason as a sentence in both languages.

    code  short word for logs and tests, never shown to a person
    zh    the sentence in Chinese, also what `str()` gives
    en    the same sentence in English
    """

    codes: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, code: str, zh: str, en: str) -> None:
        assert code in self.codes, code
        super().__init__(zh)
        self.code = code
        self.zh = zh
        self.en = en

    def sentence(self, lang: str) -> str:
        """Return the sentence in `lang`: "en" gives English, anything else Chinese."""
        return self.en if lang == "en" else self.zh
