"""How do the processes of one machine live and end together?

The supervisor starts each process, starts it again when it ends by itself (waiting a
little longer every time), and takes all of them down within five seconds. When the
supervisor itself is killed, the kernel ends its children: no process is left behind.
"""

import asyncio
import ctypes
import os
import signal
from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog

log = structlog.get_logger(__name__)

STOP_GRACE_S = 3.0
"""What a process may take to end by itself; the database needs the rest of the five seconds."""
DELAY_S_MIN = 0.5
DELAY_S_MAX = 30.0
HEALTHY_AFTER_S = 60.0
"""A process that ran this long begins again with the shortest delay."""
_PR_SET_PDEATHSIG = 1


class Role(msgspec.Struct, frozen=True):
    """One process of the house and the command that is it."""

    name: str
    command: tuple[str, ...]


def delay_s(failures: int) -> float:
    """Return how long to wait before the next start after so many ends in a row (1 or more)."""
    return float(min(DELAY_S_MAX, DELAY_S_MIN * 2 ** (failures - 1)))


AGAIN_CODE = 75
"""Exit code with which a process asks for the whole house to be prepared and started again (EX_TEMPFAIL)."""
REFUSED_CODE = 78
"""Exit code of a process that cannot work with its settings, and said so (EX_CONFIG)."""


async def supervise(roles: Sequence[Role], environment: Mapping[str, str], stop: asyncio.Event) -> str | None:
    """Keep the processes running until `stop` is set or one asks to begin again, then end them all.

    Return the name of a process that refused its settings before it had lived: started again it would refuse for
    ever, so then too all are ended. One that has lived is tried again; an operator may be in the midst of a change,
    and the other processes go on.
    """
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        whole = group.create_task(_told(stop, over))
        kept = [group.create_task(_keep(role, environment, over)) for role in roles]
        await over.wait()
        whole.cancel()
    return next((role.name for role, task in zip(roles, kept, strict=True) if task.result()), None)


async def _told(stop: asyncio.Event, over: asyncio.Event) -> None:
    await stop.wait()
    over.set()


async def run_once(role: Role, environment: Mapping[str, str], stop: asyncio.Event) -> bool:
    """Run a command to its end; return whether it ended well. It is ended when the house is to stop."""
    child = await _start(role, environment)
    if await _ended_or_stopped(child, stop):
        await _end(role, child)
        return False
    return child.returncode == 0


async def _keep(role: Role, environment: Mapping[str, str], stop: asyncio.Event) -> bool:
    """Keep one process running; return whether it refused its settings."""
    failures, has_lived = 0, False
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        begun_s = loop.time()
        child = await _start(role, environment)
        log.info("process started", role=role.name, pid=child.pid)
        if await _ended_or_stopped(child, stop):
            await _end(role, child)
            return False
        if child.returncode == AGAIN_CODE:
            log.info("process asks to begin again", role=role.name)
            stop.set()
            return False
        healthy = loop.time() - begun_s >= HEALTHY_AFTER_S
        has_lived = has_lived or healthy
        if child.returncode == REFUSED_CODE and not has_lived:
            log.error("process refuses its settings", role=role.name)
            stop.set()
            return True
        failures = 1 if healthy else failures + 1
        pause_s = DELAY_S_MAX if child.returncode == REFUSED_CODE else delay_s(failures)
        log.warning("process ended by itself", role=role.name, code=child.returncode, again_in_s=pause_s)
        await _pause(stop, pause_s)
    return False


async def _start(role: Role, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *role.command,
        env=dict(environment),
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent(),
    )


async def _ended_or_stopped(child: asyncio.subprocess.Process, stop: asyncio.Event) -> bool:
    """Return True when the house is to stop, False when the process ended by itself."""
    ended, stopped = asyncio.create_task(child.wait()), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return stop.is_set()
    finally:
        stopped.cancel()
        if not ended.done():
            ended.cancel()


async def _end(role: Role, child: asyncio.subprocess.Process) -> None:
    """Ask the process to end; after the grace, end it and whatever it started."""
    if child.returncode is not None:
        return
    child.terminate()
    try:
        await asyncio.wait_for(child.wait(), STOP_GRACE_S)
    except TimeoutError:
        log.warning("process did not end in time and was killed", role=role.name, pid=child.pid)
        os.killpg(child.pid, signal.SIGKILL)
        await child.wait()


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def _end_with_parent() -> Callable[[], None]:
    """Return what a child calls before it becomes its command: the kernel kills it when this process dies."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask
