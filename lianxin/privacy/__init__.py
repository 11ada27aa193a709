"""Privacy (个人信息保护): a person's right to be forgotten, kept without breaking a chain."""

from lianxin.privacy.erasure import Erase, EraseRefused, Erasure, Matters, matters_in_memory, matters_in_postgres

__all__ = ["Erase", "EraseRefused", "Erasure", "Matters", "matters_in_memory", "matters_in_postgres"]
