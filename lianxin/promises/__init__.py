"""Promises (承诺): what is owed to a citizen by a time, kept with evidence or broken on the record.

The room knows subjects by id only; orders and contacts say what happens to their promises.
"""

from lianxin.promises.promise import LOOK_AGAIN_MS, Promise, PromiseRow, promise_due, settled

__all__ = ["LOOK_AGAIN_MS", "Promise", "PromiseRow", "promise_due", "settled"]
