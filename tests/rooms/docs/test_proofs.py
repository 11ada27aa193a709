"""`make soak` tells what it proved, and never calls proven what did not hold."""

import subprocess
import sys
from pathlib import Path

from pages_of_words import ROOT

REPORT = """<testsuites><testsuite timestamp="2026-03-09T10:00:00">
<testcase name="test_nothing_is_lost[0]" time="1.4"/><testcase name="test_nothing_is_lost[1]" time="1.4"/>
<testcase name="test_every_answer_stands[0]" time="1"><failure message="one is gone"/></testcase>
<testcase name="test_every_answer_stands[1]" time="1"/>
<testcase name="test_on_a_machine_we_lack" time="0"><skipped/></testcase>
</testsuite></testsuites>"""


def test_each_proof_is_told_with_its_runs_and_whether_it_held(tmp_path: Path) -> None:
    report, page = tmp_path / "soak.xml", tmp_path / "proofs.md"
    report.write_text(REPORT)
    subprocess.run([sys.executable, ROOT / "setup" / "proofs.py", report, page, "STORMS=50"], check=True)
    text = page.read_text(encoding="utf-8")
    assert "On 2026-03-09" in text and "`STORMS=50`" in text
    assert "| nothing is lost | 2 | in all | 3 |" in text
    assert "| every answer stands | 2 | **not in 1** | 2 |" in text
    assert "| on a machine we lack | 1 | left out | 0 |" in text
