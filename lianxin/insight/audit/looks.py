"""Is the access log what the checkpoints sealed: no look changed, none missing, none put in later? Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lianxin.ground.clock import Instant, at_iso
from lianxin.ground.ledger import merkle
from lianxin.ground.ledger.checkpoint import Checkpoint
from lianxin.insight.audit.evidence import Row
from lianxin.insight.audit.tally import Tally
from lianxin.insight.audit.violation import Violation, when
from lianxin.retention.sweep_line import BadSweep, chain_of_sweeps


class Stretch(NamedTuple):
    """The looks that one checkpoint sealed: numbers `first` to `last`, under `root` (hex)."""

    checkpoint: int
    at: Instant
    first: int
    last: int
    root: str


class Expired(NamedTuple):
    """Looks up to `through` were erased by rule, for they were older than `before`."""

    through: int = 0
    before: Instant = 0


def stretch_of(checkpoint: Checkpoint, before: Checkpoint | None) -> Stretch | None:
    """Return what a checkpoint sealed of the access log; None: nothing, or the one before it does not hold."""
    first = 0 if before is None else before.looks
    follows = checkpoint.id == (1 if before is None else before.id + 1)
    if not follows or not checkpoint.looks_root:
        return None
    return Stretch(checkpoint.id, checkpoint.instant, first + 1, checkpoint.looks, checkpoint.looks_root)


def check_sweeps(lines: Iterable[str], key: str | None, tally: Tally) -> Expired:
    """Return which looks were rightly erased, as far as the lines of sweeps hold.

    key  the public key that signed the checkpoints, as hex, where one is known
    """
    expired = Expired()
    try:
        for sweep in chain_of_sweeps(lines):
            if key is not None and sweep.key != key:
                _found(tally, "sweep_broken", f"sweep {sweep.id} is signed with a key that is not this house's")
                break
            if sweep.through > expired.through:
                expired = Expired(sweep.through, at_iso(sweep.before))
    except BadSweep as wrong:
        _found(tally, "sweep_broken", f"a line of the sweeps does not hold: {wrong}")
    return expired


def check_looks(stretches: Sequence[Stretch], looks: Iterable[Row], expired: Expired, tally: Tally) -> None:
    """Compare stretches with the stored looks (number, data), both in order, from the first stretch's first look on."""
    rows = iter(looks)
    row = next(rows, None)
    for stretch in stretches:
        mine: list[Row] = []
        while row is not None and row[0] <= stretch.last:
            mine.append(row)
            row = next(rows, None)
        tally.looks += len(mine)
        if stretch.last <= expired.through:
            _check_erased(stretch, mine, expired, tally)
        else:
            _check_kept(stretch, mine, tally)


def _check_erased(stretch: Stretch, mine: Sequence[Row], expired: Expired, tally: Tally) -> None:
    if mine:
        detail = f"{_named([row[0] for row in mine])} erased by rule, and stored again"
        _found(tally, "look_inserted", detail)
    if stretch.at >= expired.before:
        detail = f"a sweep erased looks that checkpoint {stretch.checkpoint} sealed at {when(stretch.at)}: too young"
        _found(tally, "sweep_broken", detail)


def _check_kept(stretch: Stretch, mine: Sequence[Row], tally: Tally) -> None:
    missing = sorted(set(range(stretch.first, stretch.last + 1)) - {row[0] for row in mine})
    if missing:
        _found(tally, "look_missing", f"{_named(missing)} missing, and sealed by checkpoint {stretch.checkpoint}")
    elif merkle.root(row[1] for row in mine).hex() != stretch.root:
        detail = (
            f"one of the looks {stretch.first} to {stretch.last} is not as checkpoint {stretch.checkpoint} sealed it"
        )
        _found(tally, "look_changed", detail)


def check_tail(sealed: int, stored: Row, counted: int | None, tally: Tally) -> None:
    """Check what is stored beyond what is sealed.

    stored   (how many looks have a number above `sealed`, the highest of them, how many have one below 1)
    counted  the last number given out; None: nothing says so
    """
    beyond, highest, below = stored
    tally.looks += beyond
    end = sealed if counted is None else max(counted, sealed)
    if below:
        _found(tally, "look_inserted", f"{below} looks have numbers that were never given out")
    if counted is None or counted < sealed:
        _found(tally, "look_missing", f"the count of looks ends before {sealed}, up to which they are sealed")
    if highest is not None and highest > end:
        _found(tally, "look_inserted", f"look {highest} is stored, and only {end} were ever counted")
    elif beyond != end - sealed:
        _found(tally, "look_missing", f"{end - sealed - beyond} of the looks {sealed + 1} to {end} are missing")


def _named(numbers: Sequence[int]) -> str:
    return f"look {numbers[0]} is" if len(numbers) == 1 else f"{len(numbers)} looks ({numbers[0]} to {numbers[-1]}) are"


def _found(tally: Tally, kind: str, detail: str) -> None:
    tally.violations.append(Violation(kind, None, detail))
