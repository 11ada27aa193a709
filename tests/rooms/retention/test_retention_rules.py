"""The rules of retention are checked as a whole: a mistake erases, or keeps, what nobody can bring back."""

from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lianxin.ground.clock import at_iso
from lianxin.retention.assembling import SHIPPED, retention_rules
from lianxin.retention.rules import THINGS, BadRules, Keep, Rules, rules_of

TEXT = resources.files("lianxin.packs").joinpath(SHIPPED).read_text(encoding="utf-8")


def changed(which: str, **values: Any) -> str:
    """The shipped rules with one rule changed; None takes a value away."""
    pack = msgspec.yaml.decode(TEXT)
    for rule in pack["rules"]:
        if rule["thing"] == which:
            rule.update(values)
    return msgspec.yaml.encode(pack).decode()


def test_the_shipped_rules_cover_everything_and_each_names_its_source(tmp_path: Path) -> None:
    rules = retention_rules(tmp_path)
    assert {rule.thing for rule in rules.rules} == set(THINGS)
    assert all(len(rule.source) > 5 and len(rule.what) > 2 for rule in rules.rules)
    assert rules.rule("orders").keep == Keep(years=30)
    assert (rules.rule("recordings").keep, rules.rule("grave_recordings").keep) == (Keep(years=3), Keep(years=10))
    assert rules.rule("drafts").keep == Keep(days=7)


def test_a_site_may_have_rules_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "retention.yaml").write_text(changed("drafts", keep={"days": 3}))
    assert retention_rules(tmp_path).rule("drafts").keep == Keep(days=3)
    (tmp_path / "retention.yaml").write_text("")
    with pytest.raises(BadRules):
        retention_rules(tmp_path)


@pytest.mark.parametrize(
    "keep, now, before",
    [
        (Keep(days=7), "2026-03-09T10:00:00+08:00", "2026-03-02T10:00:00+08:00"),
        (Keep(years=3), "2028-02-29T10:00:00+08:00", "2025-02-28T10:00:00+08:00"),  # no 29th in 2025
        (Keep(months=6), "2026-08-31T10:00:00+08:00", "2026-02-28T10:00:00+08:00"),
        (Keep(months=1), "2026-01-15T00:00:00+08:00", "2025-12-15T00:00:00+08:00"),
        (Keep(years=30), "2026-03-09T10:00:00+08:00", "1996-03-09T10:00:00+08:00"),
    ],
)
def test_a_period_ends_on_the_same_day_of_its_month(keep: Keep, now: str, before: str) -> None:
    assert keep.before(at_iso(now)) == at_iso(before)


@pytest.mark.parametrize(
    "text, mistake",
    [
        ("", "cannot be read"),
        ("rules: [", "cannot be read"),
        ("pack: x", "cannot be read"),
        (changed("drafts", keep={}), "drafts: keep must be one of"),
        (changed("drafts", keep={"days": 0}), "drafts: keep must be one of"),
        (changed("drafts", keep={"days": -7}), "drafts: keep must be one of"),
        (changed("drafts", keep={"days": 7, "years": 1}), "drafts: keep must be one of"),
        (changed("drafts", keep={"weeks": 1}), "cannot be read"),
        (changed("drafts", keep={"years": 900}), "drafts: keep must be one of"),
        (changed("drafts", keep={"days": "seven"}), "cannot be read"),
        (changed("drafts", source=" "), "drafts: it names no source"),
        (changed("drafts", thing="dreams"), "dreams: nobody knows what this is"),
        (changed("drafts", thing="dreams"), "drafts: there is no rule for it"),
        (changed("drafts", thing="letters"), "letters: it has more than one rule"),
        (changed("looks", keep={"days": 182}), "looks: it must be kept 183 days at least"),
        (changed("login_attempts", keep={"days": 30}), "login_attempts: it must be kept 183 days"),
        (changed("web_logs", keep={"months": 5}), "web_logs: it must be kept 183 days"),
        (changed("orders", keep={"years": 9}), "orders: it must be kept 3650 days"),
        (changed("drafts", done_by="nobody"), "cannot be read"),
        (TEXT.replace('version: "2026.1"', 'version: ""'), "pack and version must be named"),
    ],
)
def test_rules_that_are_not_right_are_refused_and_say_why(text: str, mistake: str) -> None:
    with pytest.raises(BadRules, match=mistake):
        rules_of(text)


def test_all_mistakes_are_named_at_once() -> None:
    pack = msgspec.yaml.decode(TEXT, type=Rules)
    nothing = msgspec.structs.replace(pack, rules=())
    with pytest.raises(BadRules) as refused:
        rules_of(msgspec.yaml.encode(nothing).decode())
    assert len(str(refused.value).splitlines()) == len(THINGS)
