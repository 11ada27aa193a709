"""The data that comes with the house for its knowledge base: the periods of its tasks, each with its source."""

from functools import cache
from pathlib import Path

from lianxin.knowledge.periods import Periods
from lianxin.places.packfile import document

FOLDER = Path(__file__).parents[1] / "packs" / "knowledge"


@cache
def load_periods() -> Periods:
    """Return the periods. Raises PackFileError for a file that is not as it must be."""
    return document(FOLDER / "periods.yaml", Periods)
