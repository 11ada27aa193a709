"""Nothing crosses a network in plain text: settings that would let it are refused with a sentence."""

from pathlib import Path

import pytest

from lianxin.ground.site.exposure import names_of, public_address
from lianxin.ground.site.failures import SettingWrong
from lianxin.ground.site.settings import WebSettings, read_settings

OUTSIDE = {
    "LIANXIN_WEB_HOST": "0.0.0.0",
    "LIANXIN_WEB_PUBLIC_URL": "https://12345.example.gov.cn",
    "LIANXIN_WEB_BEHIND_PROXY": "true",
    "LIANXIN_WEB_PROXIES": "10.0.0.5,10.1.0.0/24",
}


def read(tmp_path: Path, **environment: str) -> WebSettings:
    return read_settings(tmp_path / "none.toml", environment).web


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "12345.example.cn"])
def test_plain_pages_are_not_served_to_other_machines(host: str, tmp_path: Path) -> None:
    with pytest.raises(SettingWrong, match=r"web\.host.*plain HTTP.*Nothing was started"):
        read(tmp_path, LIANXIN_WEB_HOST=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_plain_pages_may_be_served_to_this_machine_alone(host: str, tmp_path: Path) -> None:
    assert read(tmp_path, LIANXIN_WEB_HOST=host).host == host


def test_behind_a_proxy_that_ends_tls_others_may_be_served(tmp_path: Path) -> None:
    web = read(tmp_path, **OUTSIDE)
    assert web.host == "0.0.0.0" and web.proxies == ("10.0.0.5", "10.1.0.0/24")
    assert public_address(web) == "https://12345.example.gov.cn"
    assert "12345.example.gov.cn" in names_of(web)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LIANXIN_WEB_PUBLIC_URL", "", r"web\.behind_proxy is set, but not web\.public_url"),
        ("LIANXIN_WEB_PUBLIC_URL", "http://12345.example.gov.cn", "over plain HTTP"),
        ("LIANXIN_WEB_PUBLIC_URL", "https://12345.example.gov.cn/hotline", "names a host"),
        ("LIANXIN_WEB_PUBLIC_URL", "https://12345.example.gov.cn?x=1", "names a host"),
        ("LIANXIN_WEB_PUBLIC_URL", "https://admin@12345.example.gov.cn", "names a host"),
        ("LIANXIN_WEB_PUBLIC_URL", "https://12345.example.gov.cn:http", "no address"),
        ("LIANXIN_WEB_PUBLIC_URL", "https://", "names a host"),
        ("LIANXIN_WEB_PUBLIC_URL", "ftp://12345.example.gov.cn", r"LIANXIN_WEB_PUBLIC_URL"),
        ("LIANXIN_WEB_BEHIND_PROXY", "false", "plain HTTP"),
        ("LIANXIN_WEB_PROXIES", "proxy.example.gov.cn", "neither an address nor a network"),
        ("LIANXIN_WEB_PROXIES", "10.0.0.5/8", "neither an address nor a network"),
    ],
)
def test_a_half_made_proxy_is_named(name: str, value: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingWrong, match=said):
        read(tmp_path, **{**OUTSIDE, name: value})


def test_an_address_that_nothing_serves_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingWrong, match="nothing here ends TLS"):
        read(tmp_path, LIANXIN_WEB_PUBLIC_URL="https://12345.example.gov.cn")
    with pytest.raises(SettingWrong, match="over plain HTTP"):
        read(tmp_path, LIANXIN_WEB_PUBLIC_URL="http://12345.example.gov.cn")
    assert read(tmp_path, LIANXIN_WEB_PUBLIC_URL="http://localhost:8080/").public_url == "http://localhost:8080/"
