"""The house is made ready before its processes start, and again when one of them asks for it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from lianxin.ground.site.supervise import AGAIN_CODE, REFUSED_CODE, Role, run_once, supervise


def _python(name: str, code: str, *arguments: str) -> Role:
    return Role(name, (sys.executable, "-c", code, *arguments))


async def test_a_process_that_asks_to_begin_again_ends_all_the_others(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    steady = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)"
    asking = "import os, sys, time\nwhile not os.path.exists(sys.argv[1]): time.sleep(0.01)\nsys.exit(int(sys.argv[2]))"
    roles = [_python("steady", steady, str(note)), _python("asking", asking, str(note), str(AGAIN_CODE))]
    await asyncio.wait_for(supervise(roles, os.environ, asyncio.Event()), 60)
    assert not Path(f"/proc/{note.read_text()}").exists()


async def test_what_runs_once_before_the_house_says_whether_it_ended_well() -> None:
    stop = asyncio.Event()
    assert await run_once(_python("good", "pass"), os.environ, stop)
    assert not await run_once(_python("bad", "raise SystemExit(3)"), os.environ, stop)
    stop.set()
    assert not await run_once(_python("long", "import time; time.sleep(600)"), os.environ, stop)


async def test_a_process_that_refuses_its_settings_ends_the_house_and_is_named(tmp_path: Path) -> None:
    note = tmp_path / "starts"
    refusing = "import sys; open(sys.argv[1], 'a').write('x'); sys.exit(int(sys.argv[2]))"
    roles = [
        _python("steady", "import time; time.sleep(600)"),
        _python("refusing", refusing, str(note), str(REFUSED_CODE)),
    ]
    assert await asyncio.wait_for(supervise(roles, os.environ, asyncio.Event()), 60) == "refusing"
    assert note.read_text() == "x"


async def test_a_process_that_has_lived_is_tried_again_when_its_settings_become_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lianxin.ground.site.supervise.HEALTHY_AFTER_S", 0.0)
    monkeypatch.setattr("lianxin.ground.site.supervise.DELAY_S_MAX", 0.0)
    note, stop = tmp_path / "starts", asyncio.Event()
    refusing = "import sys; open(sys.argv[1], 'a').write('x'); sys.exit(int(sys.argv[2]))"
    keeping = asyncio.create_task(supervise([_python("web", refusing, str(note), str(REFUSED_CODE))], os.environ, stop))
    async with asyncio.timeout(60):
        while not note.exists() or len(note.read_text()) < 2:
            await asyncio.sleep(0.01)
    stop.set()
    assert await keeping is None
