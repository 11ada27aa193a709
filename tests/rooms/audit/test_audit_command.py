"""`lianxin audit`, as somebody types it: 0 all is well, 1 violations, 2 it could not run."""

import json
from pathlib import Path

import pytest
import typer
from made.sealed import Sealed
from typer.testing import CliRunner

from lianxin.insight import commands
from lianxin.insight.last_audit import last

RUNNER = CliRunner()
app = typer.Typer()
commands.register(app)


@pytest.fixture
def site(hotline: Sealed, monkeypatch: pytest.MonkeyPatch) -> Sealed:
    """A site on a copy of the hotline."""
    hotline.home.chmod(0o700)
    monkeypatch.setenv("LIANXIN_HOME", str(hotline.home))
    monkeypatch.setenv("LIANXIN_DATABASE_URL", hotline.database.app_url)
    return hotline


def test_json_has_exactly_what_the_books_promise(site: Sealed) -> None:
    result = RUNNER.invoke(app, ["--json"])
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    assert answer["ok"] is True and answer["anchored"] is False and answer["violations"] == []
    assert set(answer["orders"]) == {"opened", "closed", "open"}
    assert set(answer["promises"]) == {"open", "kept", "broken", "unresolved"}
    assert (answer["checkpoints"], answer["orders"]["open"]) == (2, sum(answer["holders"].values()))
    assert isinstance(answer["entries"], int)


def test_the_homes_own_checkpoints_are_compared_and_a_copy_brought_along_anchors_them(site: Sealed) -> None:
    own = site.home / "checkpoints.jsonl"
    anchored = json.loads(RUNNER.invoke(app, ["--json", "--checkpoints", str(own)]).stdout)
    assert (anchored["ok"], anchored["anchored"]) == (True, True)
    site.damage("DELETE FROM checkpoint_leaves; DELETE FROM checkpoints")
    alone = json.loads(RUNNER.invoke(app, ["--json"]).stdout)
    assert alone["anchored"] is False
    assert "checkpoint_missing" in {violation["kind"] for violation in alone["violations"]}


def test_a_violation_is_told_with_kind_order_and_detail(site: Sealed) -> None:
    site.damage("DELETE FROM timers WHERE subject_id = %(submitted)s")
    result = RUNNER.invoke(app, ["--json"])
    assert result.exit_code == 1
    (violation,) = json.loads(result.stdout)["violations"]
    assert violation["kind"] == "due_missing"
    assert violation["order"] == site.receipt.number
    assert "list of timers" in violation["detail"]


def test_a_person_reads_the_books_and_the_violations(site: Sealed) -> None:
    assert "账实相符" in RUNNER.invoke(app, []).stdout
    site.damage("DELETE FROM timers WHERE subject_id = %(submitted)s")
    told = RUNNER.invoke(app, []).stdout
    assert f"due_missing 没有下一个日期  order {site.receipt.number}" in told


def test_another_database_is_compared_with_no_file_unless_one_is_named(
    sealed_hotline: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIANXIN_HOME", str(tmp_path))
    dsn = sealed_hotline.database.app_url
    alone = json.loads(RUNNER.invoke(app, ["--json", "--dsn", dsn]).stdout)
    assert (alone["ok"], alone["anchored"]) == (True, False)
    file = str(sealed_hotline.home / "checkpoints.jsonl")
    anchored = json.loads(RUNNER.invoke(app, ["--json", "--dsn", dsn, "--checkpoints", file]).stdout)
    assert (anchored["ok"], anchored["anchored"]) == (True, True)


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--dsn", "postgresql://nobody@127.0.0.1:1/none"], "cannot be read"),
        (["--checkpoints", "/nowhere/checkpoints.jsonl"], "cannot be read"),
        (["--since", "99"], "no checkpoint 99"),
        (["--city", "nowhere"], "did not run"),
    ],
)
def test_an_audit_that_cannot_run_proves_nothing_and_says_so(site: Sealed, arguments: list[str], sentence: str) -> None:
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert sentence in result.stderr


def test_a_fault_is_never_taken_for_a_violation(site: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the machine has no processes left")

    monkeypatch.setattr("lianxin.insight.audit.database.audit_database", broken)
    result = RUNNER.invoke(app, ["--json"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "broke off: RuntimeError" in result.stderr and "nothing was proven" in result.stderr


def test_the_site_remembers_what_its_last_audit_found(site: Sealed) -> None:
    assert last(site.home) is None
    told = json.loads(RUNNER.invoke(app, ["--json", "--checkpoints", str(site.home / "checkpoints.jsonl")]).stdout)
    clean = last(site.home)
    assert clean is not None
    assert (clean.ok, clean.anchored, clean.entries, clean.violations) == (True, True, told["entries"], {})
    site.damage("DELETE FROM timers WHERE subject_id = %(submitted)s")
    RUNNER.invoke(app, ["--json", "--since", "1"])  # half an audit is not remembered as one
    assert last(site.home) == clean
    RUNNER.invoke(app, ["--json"])
    damaged = last(site.home)
    assert damaged is not None and (damaged.ok, damaged.violations) == (False, {"due_missing": 1})


def test_a_note_that_cannot_be_read_is_no_audit(tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_bytes(b'{"ok": true')
    assert last(tmp_path) is None
