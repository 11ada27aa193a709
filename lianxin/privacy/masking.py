"""What of a citizen's fields does a page show to everybody who sees the order (脱敏)?

Enough to tell two callers apart, too little to find either: 张**, 138****5678, the
community without the door, the first three and last two characters of a document. Pure.
"""

import re
from typing import Final

from lianxin.people.numbers import masked as masked_number
from lianxin.people.person import PersonFields

CUT: Final = "***"
_DOUBLE_SURNAMES: Final = frozenset(
    ("欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "长孙", "宇文", "夏侯", "令狐")
)
_DOOR: Final = re.compile(
    r"[0-9０-９A-Za-z#＃]|[一二三四五六七八九十百零〇两东西南北前后]{1,3}(?:号|栋|幢|座|单元|室|楼|层|户|组|排|门)"
)
_COMMUNITY: Final = re.compile(r"小区|社区|花园|新村|家园|公寓|大厦|广场|街道|[苑村庄镇路街巷]")
_KEPT_WITHOUT_SIGN: Final = 6


def masked(fields: PersonFields) -> PersonFields:
    """Return the fields as pages show them; what is empty stays empty."""
    return PersonFields(
        name=masked_name(fields.name),
        numbers=tuple(map(masked_number, fields.numbers)),
        address=masked_address(fields.address),
        identity=masked_identity(fields.identity),
        mail=masked_mail(fields.mail),
    )


def masked_name(name: str) -> str:
    """Return the surname only; of how many characters the rest is, nothing is said."""
    name = name.strip()
    surname = name[:2] if name[:2] in _DOUBLE_SURNAMES else name[:1]
    return f"{surname}**" if name else ""


def masked_address(address: str) -> str:
    """Return the address as far as its community: 锦苑小区*** of 锦苑小区3号楼2单元501."""
    address = address.strip()
    door = _DOOR.search(address)
    before = address if door is None else address[: door.start()]
    signs = list(_COMMUNITY.finditer(before))
    kept = before[: signs[-1].end()] if signs else before[:_KEPT_WITHOUT_SIGN]
    return kept if kept == address else f"{kept}{CUT}"


def masked_identity(identity: str) -> str:
    """Return the first three and the last two characters of a document's number; a short one shows nothing."""
    identity = identity.strip()
    if len(identity) < 8:
        return "*" * len(identity)
    return f"{identity[:3]}{'*' * (len(identity) - 5)}{identity[-2:]}"


def masked_mail(mail: str) -> str:
    """Return the first character of an e-mail address, and where it is kept."""
    name, at, host = mail.strip().partition("@")
    return f"{name[:1]}{CUT}{at}{host}" if at else CUT if name else ""
