"""Which orders fill the bench's database? Invented ones that read and repeat like real ones.

Texts are put together from the clauses of the demo's texts and from invented names of
places and numbers, so that a few pairs of characters are everywhere, most are rare and
many stand only once or twice: the mixture that makes searching hard. A seed repeats. Pure.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from lianxin.exchange.history import Past
from lianxin.ground.clock import DAY_MS, HOUR_MS, MINUTE_MS, Instant
from lianxin.places import load_categories, load_places
from lianxin.units import Units, load_units

TEXT_LENGTH: Final = 120
_STOPS: Final = "，。？！、；：\n"
_NAME_CHARACTERS: Final = (
    "安柏碧滨博昌朝晨澄春翠丹德东鼎峰福富冈港广桂国海翰和恒红宏湖虎华怀环辉惠吉佳嘉建江金锦京景静君凯康兰乐丽利联"
    "林龙隆鲁绿茂梅美明铭南宁鹏平齐启千乾青清庆泉仁荣瑞润三山尚盛石世书舒顺泰唐天通万望威维文西仙祥向新鑫兴星秀旭"
    "轩雅延阳怡宜义益银永友玉裕园源远岳云泽振正志致中众珠卓紫"
)
_PLACES: Final = ("小区", "花园", "家园", "路", "街", "村", "市场", "公司", "学校", "大厦", "苑", "里", "广场", "物业")


class Corpus:
    """Orders of the past and open ones, the same for the same seed.

    now  the present of the bench; everything happened in the three years before
    """

    def __init__(self, texts: Sequence[str], now: Instant, seed: int = 1) -> None:
        self._chance = Random(seed)
        self._now = now
        self._clauses = _clauses(texts)
        self._units: Units = load_units()
        self._regions = [region.code for region in load_places().regions]
        self._categories = sorted(code for code in load_categories() if len(code) == 4 and not code.startswith("99"))

    def text(self) -> str:
        """Return a text of 120 characters."""
        chance, parts, length = self._chance, [], 0
        while length <= TEXT_LENGTH:
            part = self._name() if chance.random() < 0.25 else chance.choice(self._clauses)
            parts.append(part)
            length += len(part) + 1
        return "，".join(parts)[:TEXT_LENGTH]

    def closed(self, count: int) -> Iterator[Past]:
        """Yield that many orders that ended more than thirty days ago, oldest first."""
        span = 3 * 365 * DAY_MS
        first = self._now - span - 45 * DAY_MS
        for i in range(count):
            received = first + span * i // count
            yield self._past(f"{received}-{i}", received, closed=received + self._between(2, 10) * DAY_MS)

    def open(self, count: int) -> Iterator[Past]:
        """Yield that many open orders of the last fortnight, oldest first: most at their units, some waiting."""
        first = self._now - 14 * DAY_MS
        for i in range(count):
            received = first + (14 * DAY_MS - 2 * HOUR_MS) * i // count
            yield self._past(f"open-{i}", received, closed=None)

    def _past(self, old_number: str, received: Instant, closed: Instant | None) -> Past:
        chance = self._chance
        category, region = chance.choice(self._categories), chance.choice(self._regions)
        dispatched = received + 20 * MINUTE_MS
        waits = closed is None and chance.random() < 0.02
        unsigned = waits or (closed is None and chance.random() < 0.05)
        return Past(
            old_number=old_number,
            received=received,
            kind=chance.choice(("complaint", "help", "inquiry")),
            category=category,
            region=region,
            text=self.text(),
            unit=None if waits else self._units.lead_for(category, region),
            dispatched=None if waits else dispatched,
            signed=None if unsigned else dispatched + 40 * MINUTE_MS,
            due=received + self._between(15, 30) * DAY_MS,
            replied=closed - DAY_MS if closed is not None else None,
            closed=closed,
            solved="solved" if closed is not None else None,
            satisfied="yes" if closed is not None else None,
        )

    def _between(self, low: int, high: int) -> int:
        return self._chance.randint(low, high)

    def _name(self) -> str:
        chance = self._chance
        name = "".join(chance.choices(_NAME_CHARACTERS, k=chance.choice((2, 2, 3))))
        number = f"{chance.randint(1, 199)}号" if chance.random() < 0.5 else ""
        return name + chance.choice(_PLACES) + number


def _clauses(texts: Sequence[str]) -> list[str]:
    table = str.maketrans(dict.fromkeys(_STOPS, "，"))
    return sorted({clause for text in texts for clause in text.translate(table).split("，") if len(clause) > 1})
