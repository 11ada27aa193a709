"""Every test is run: two files of one name would be one module, and the second is never collected."""

from collections import Counter

from reading import ROOT


def test_no_two_files_of_tests_have_one_name() -> None:
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(names) > 100
    assert [name for name, times in names.items() if times > 1] == []
