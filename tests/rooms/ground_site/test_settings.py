"""Settings: a wrong one is named with its key, where it was read, and what would be right."""

from pathlib import Path

import pytest

from lianxin.ground.site.failures import SettingWrong, SiteError
from lianxin.ground.site.home import Site, home_folder, load_site
from lianxin.ground.site.settings import Settings, every_setting, read_settings, variable_of
from lianxin.ground.site.showing import shown_settings


def read(tmp_path: Path, text: str = "", **environment: str) -> Settings:
    file = tmp_path / "lianxin.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(file, environment)


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.toml", {}) == Settings()


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    text = "[web]\nport = 8080\nhost = '127.0.0.2'\n"
    assert read(tmp_path, text).web.port == 8080
    settings = read(tmp_path, text, LIANXIN_WEB_PORT="9090")
    assert (settings.web.port, settings.web.host) == (9090, "127.0.0.2")


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, LIANXIN_DATABASE_URL="").database.url is None


def test_names_come_as_a_list_or_separated_by_commas(tmp_path: Path) -> None:
    assert read(tmp_path, "[web]\nnames = ['a', 'b']").web.names == ("a", "b")
    assert read(tmp_path, LIANXIN_WEB_NAMES="a,b").web.names == ("a", "b")


@pytest.mark.parametrize(
    ("text", "environment", "said"),
    [
        ("[web]\nprot = 1", {}, ("lianxin.toml", "web.prot", "did you mean web.port?")),
        ("[wbe]\nport = 1", {}, ("lianxin.toml", "wbe")),
        ("[web]\nport = 70000", {}, ("lianxin.toml", "web.port", "65535")),
        ("[web]\nport = 'x'", {}, ("lianxin.toml", "web.port", "expected `int`")),
        ("", {"LIANXIN_WEB_PORT": "x"}, ("LIANXIN_WEB_PORT", "web.port", "expected `int`")),
        ("", {"LIANXIN_WEB_PROT": "1"}, ("LIANXIN_WEB_PROT", "did you mean LIANXIN_WEB_PORT?")),
        ("", {"LIANXIN_DATABASE_URL": "mysql://x"}, ("LIANXIN_DATABASE_URL", "database.url")),
        ("", {"LIANXIN_LOG_LEVEL": "loud"}, ("LIANXIN_LOG_LEVEL", "log.level", "loud")),
        ("[checkpoint]\ninterval_s = 0", {}, ("checkpoint.interval_s", "> 0")),
        ("[web\nport = 1", {}, ("lianxin.toml", "not valid TOML")),
    ],
)
def test_a_wrong_setting_is_named(
    tmp_path: Path, text: str, environment: dict[str, str], said: tuple[str, ...]
) -> None:
    with pytest.raises(SettingWrong) as wrong:
        read(tmp_path, text, **environment)
    for part in said:
        assert part in str(wrong.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "lianxin.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingWrong, match=r"lianxin\.toml"):
        read_settings(tmp_path / "lianxin.toml", {})


def test_the_file_may_lie_elsewhere_but_must_exist_there(tmp_path: Path) -> None:
    environment = {"LIANXIN_HOME": str(tmp_path / "home"), "LIANXIN_CONFIG": str(tmp_path / "else.toml")}
    with pytest.raises(SiteError, match=r"else\.toml"):
        load_site(environment)
    (tmp_path / "else.toml").write_text("[web]\nport = 8081\n")
    assert load_site(environment).settings.web.port == 8081


def test_the_home_is_private_and_made_when_there_is_none(tmp_path: Path) -> None:
    site = load_site({"LIANXIN_HOME": str(tmp_path / "new" / "home")})
    assert site.home.stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError, match="Set LIANXIN_HOME"):
        load_site({"LIANXIN_HOME": str(tmp_path / "file" / "home")})


def test_a_normal_user_has_the_home_where_data_of_users_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert home_folder({"HOME": "/home/li"}) == Path("/home/li/.local/share/lianxin")
    assert home_folder({"HOME": "/home/li", "XDG_DATA_HOME": "/data/li"}) == Path("/data/li/lianxin")
    assert home_folder({"HOME": "/home/li", "LIANXIN_HOME": "/srv/lianxin"}) == Path("/srv/lianxin")


def test_what_is_shown_names_every_setting_and_no_password(tmp_path: Path) -> None:
    address = "postgresql://lianxin_app:geheim@db/lianxin"
    settings = read(tmp_path, LIANXIN_DATABASE_URL=address, LIANXIN_MAIL_PASSWORD="geheim")
    shown = "\n".join(shown_settings(Site(home=tmp_path, settings=settings)))
    for key, _ in every_setting():
        assert key in shown and variable_of(key) in shown
    assert "geheim" not in shown and "lianxin_app:…@db" in shown
