"""Who are the callers? Invented names and numbers, locked away like everybody's.

Numbers begin with 199 0000: no network gives them out. The keys are thrown by the
seed's dice, so that the ledger of a seed is the same at every run; the city has no secrets.
"""

from typing import Final
from uuid import UUID

from lianxin.people.keys import HouseKeys
from lianxin.people.vault import PersonFields, PersonRecord, Vault
from lianxin.twin.dice import Dice

_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁"
    "于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江"
)
_CALLED: Final = ("先生", "女士", "师傅", "大娘", "大爷", "老师")


def records(seed: int, keys: HouseKeys) -> "Recorder":
    """Return what gives each contact of this seed its caller's record."""
    return Recorder(seed, keys)


class Recorder:
    """Callable: contact -> the record of its caller; one in twelve tells nothing of themselves."""

    def __init__(self, seed: int, keys: HouseKeys) -> None:
        self._seed = seed
        self._keys = keys

    def __call__(self, contact: int) -> PersonRecord | None:
        dice = Dice(self._seed, contact, 77)
        if dice.chance(1 / 12):
            return None
        person = UUID(int=dice.bits() << 64 | dice.bits(), version=4)
        fields = PersonFields(
            name=f"{dice.one_of(_SURNAMES)}{dice.one_of(_CALLED)}",
            numbers=(f"1990000{dice.between(0, 10_000):04d}",),
        )
        return Vault(self._keys, entropy=_Stream(dice)).record(person, fields)


class _Stream:
    """Bytes thrown by dice, as the vault asks for them."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    def __call__(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += self._dice.bits().to_bytes(8, "big")
        return data[:count]
