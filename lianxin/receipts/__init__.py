"""Receipts (回执): what a citizen holds in hand, so that history cannot be rewritten behind their back.

A receipt names the order and the hash of its chain at one moment; a query code opens the
follow page. Codes are kept only as argon2 hashes.
"""

from lianxin.receipts.codes import CodeRow, new_code
from lianxin.receipts.receipt import BadReceipt, Receipt, Verdict, read_receipt, verify_with_file
from lianxin.receipts.service import Receipts

__all__ = [
    "BadReceipt",
    "CodeRow",
    "Receipt",
    "Receipts",
    "Verdict",
    "new_code",
    "read_receipt",
    "verify_with_file",
]
