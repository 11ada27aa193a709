"""Retention (保存期限): how long is what kept, and how does it go without breaking a chain?"""

from lianxin.retention.erasure import Erase, EraseRefused, Erasure, Matters, matters_in_memory, matters_in_postgres

__all__ = ["Erase", "EraseRefused", "Erasure", "Matters", "matters_in_memory", "matters_in_postgres"]
