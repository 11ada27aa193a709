"""Do the files of orders lie on the disk as they were put away? Each is read and hashed: its name is its hash."""

from pathlib import Path

from lianxin.attachments.sealing import sealed_size
from lianxin.attachments.shelf import Shelf
from lianxin.insight.audit.evidence import Evidence
from lianxin.insight.audit.tally import Tally


def check_disk(evidence: Evidence, home: Path, tally: Tally) -> None:
    """Look at every file of an order or contact that is not erased.

    home  the house's folder
    """
    shelf = Shelf(home)
    for _, n, _, file, _, size, _, _, erased in evidence.files:
        wrong = None if erased is not None else shelf.wrong(file, sealed_size(size))
        if wrong is not None:
            kind = "attachment_missing" if wrong == "is not there" else "attachment_changed"
            tally.found(kind, evidence.chain, f"file {n} on the disk {wrong}")
