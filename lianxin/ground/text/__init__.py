"""Texts and numbers as people write them: what is let in, and how it is found again.

`clean_text` decides which text enters the house, `numbers` how an order number is
read over a telephone, `grams` how a piece of a text is found among a million orders.
Pure: no clock, no files, no database.
"""

from lianxin.ground.text.cleaning import TEXT_BYTES_MAX, TextError, clean_text
from lianxin.ground.text.grams import grams, like_pattern, normalise, query_grams
from lianxin.ground.text.numbers import NumberError, as_number, digits, make_number, parse_number
from lianxin.ground.text.refusals import Refusal

__all__ = [
    "TEXT_BYTES_MAX",
    "NumberError",
    "Refusal",
    "TextError",
    "as_number",
    "clean_text",
    "digits",
    "grams",
    "like_pattern",
    "make_number",
    "normalise",
    "parse_number",
    "query_grams",
]
