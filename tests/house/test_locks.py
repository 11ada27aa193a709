"""What is installed is pinned and hashed, from whatever host it comes."""

import json
import re
import tomllib

import pytest
from reading import ROOT

LOCKS = ("requirements.lock", "requirements-test.lock")
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==\S+ \\$\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def pinned(lock: str) -> set[str]:
    return {_plain(found[1]) for found in _PINNED.finditer((ROOT / lock).read_text())}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ;]", name)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_pinned_and_hashed(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    named = {_plain(line) for line in lines if line and line[0] not in "# "}
    assert named == pinned(lock)


def test_the_locks_hold_everything_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {_plain(name) for name in project["dependencies"] + project["optional-dependencies"]["build"]}
    assert wanted <= pinned("requirements.lock"), "run `make lock`"
    assert {_plain(name) for name in project["optional-dependencies"]["test"]} <= pinned("requirements-test.lock")
    assert pinned("requirements.lock") <= pinned("requirements-test.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text and "index-url" not in text and "find-links" not in text


def test_the_browsers_lock_has_hashes_and_no_host() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert fetched
    for name, package in fetched.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name
    pinned_versions = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pinned_versions.values())


def test_ci_runs_the_command_of_the_readme_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith("#")]
    assert lines == ["set -eu", 'cd "$(dirname "$0")/.."', "exec make test"]
