"""What everybody who sees an order is shown of its citizen."""

import pytest

from lianxin.people.vault import PersonFields
from lianxin.privacy.masking import masked, masked_address, masked_identity, masked_mail, masked_name


@pytest.mark.parametrize(
    "name, shown",
    [
        ("张三丰", "张**"),
        ("王芳", "王**"),  # two or three characters: nobody sees which
        ("欧阳娜娜", "欧阳**"),
        ("李", "李**"),
        (" 赵敏 ", "赵**"),
        ("Li Wei", "L**"),
        ("", ""),
    ],
)
def test_a_name_shows_its_surname(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    "address, shown",
    [
        ("锦苑小区3号楼2单元501", "锦苑小区***"),
        ("锦苑小区三号楼二单元", "锦苑小区***"),
        ("滨城区彭李街道王家村王大锤家", "滨城区彭李街道王家村***"),
        ("黄河五路8号", "黄河五路***"),
        ("渤海十六路长江二路交叉口", "渤海十六路长江二路***"),
        ("滨州市滨城区中海豪庭", "滨州市滨城区***"),  # no sign of a community: the first six characters
        ("三号楼", "***"),
        ("A座1201", "***"),
        ("锦苑小区", "锦苑小区"),
        ("", ""),
    ],
)
def test_an_address_ends_at_its_community(address: str, shown: str) -> None:
    assert masked_address(address) == shown


@pytest.mark.parametrize(
    "identity, shown",
    [("372301199001011234", "372*************34"), ("E12345678", "E12****78"), ("1234567", "*******"), ("", "")],
)
def test_an_identity_number_shows_its_ends(identity: str, shown: str) -> None:
    assert masked_identity(identity) == shown


@pytest.mark.parametrize("mail, shown", [("wang@example.org", "w***@example.org"), ("no address", "***"), ("", "")])
def test_an_e_mail_address_shows_where_it_is_kept(mail: str, shown: str) -> None:
    assert masked_mail(mail) == shown


def test_all_fields_are_masked_and_none_is_forgotten() -> None:
    full = PersonFields(
        name="王小芳",
        numbers=("+8613800138000",),
        address="锦苑小区3号楼",
        identity="372301199001011234",
        mail="w@x.cn",
    )
    shown = masked(full)
    assert shown.numbers == ("138****8000",)
    for field in PersonFields.__struct_fields__:
        assert getattr(shown, field) != getattr(full, field), field
