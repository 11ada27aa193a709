"""The house is made ready before its processes start, and again when one of them asks for it."""

import asyncio
import os
import sys
from pathlib import Path

from lianxin.ground.site.supervise import AGAIN_CODE, Role, run_once, supervise


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
