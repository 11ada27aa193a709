"""The flow of the book: both ends have the same height, words have room, nothing leaves the drawing."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from made_book import made_book

from lianxin.desks.drawing import drawing_of
from lianxin.desks.flow import GAP, HEIGHT, Stream, draw

counts = st.integers(min_value=0, max_value=100_000)
# The lines of the page at most: the hall two below its name, four groups of units one, outside and closed none.
streams = st.tuples(*(st.builds(Stream, counts, counts, st.just(lines)) for lines in (3, 2, 2, 2, 2, 1, 1)))


@given(streams)
def test_what_comes_in_is_as_high_as_what_is_held_and_closed(streams):
    flow = draw(streams)
    left = sum(bar.height for bar in flow.left.values())
    right = sum(bar.height for bar in flow.right)
    assert abs(left - right) < 0.01


@given(streams)
def test_no_bar_leaves_the_drawing_or_covers_another(streams):
    bars = draw(streams).right
    assert bars[0].slot_y >= 0
    assert bars[-1].slot_y + bars[-1].slot_height <= HEIGHT + 0.01
    for bar, below in pairwise(bars):
        assert bar.slot_y + bar.slot_height + GAP <= below.slot_y + 0.01
        assert bar.slot_y - 0.01 <= bar.y and bar.y + bar.height <= bar.slot_y + bar.slot_height + 0.01


@given(streams)
def test_every_group_has_room_for_its_words(streams):
    for stream, bar in zip(streams, draw(streams).right, strict=True):
        assert bar.slot_height >= 28 + 32 * stream.lines - 0.01


def test_a_ribbon_for_each_source_that_has_orders():
    flow = draw([Stream(3, 2), Stream(0, 4), Stream(1, 0, closed=True)])
    assert [(band.source, band.closed) for band in flow.bands] == [
        ("carried", False),
        ("opened", False),
        ("opened", False),
        ("carried", True),
    ]


def test_a_few_orders_do_not_fill_the_wall():
    # one order is at most 12 high, so three are 36
    assert draw([Stream(3, 0)]).right[0].height == 36.0


def test_an_empty_book_is_drawn_without_ribbons():
    flow = draw([Stream(0, 0), Stream(0, 0, closed=True)])
    assert flow.bands == () and all(bar.height == 0 for bar in flow.right)


def test_the_books_of_the_day_go_into_the_drawing():
    drawing = drawing_of(made_book())
    # opened 312, of which 30+15+18+2+40+6+90+14+7+29+4 = 255 are still held, so 57 were opened and closed today
    heights = {source: bar.height for source, bar in drawing.flow.left.items()}
    assert round(heights["opened"] / heights["carried"], 3) == round(312 / 846, 3)
    closed_today = [band for band in drawing.flow.bands if band.closed]
    scale = heights["carried"] / 846
    thick = [float(re.search(r"v([\d.]+)C", band.path)[1]) for band in closed_today]
    assert [round(height / scale) for height in thick] == [271 - 57, 57]


def test_the_hall_names_its_trays_and_seats():
    lines = drawing_of(made_book()).lines[0]
    assert [n for _, n in lines[0]] == [18, 21, 49]  # review, dispatch, follow-up
    assert [n for _, n in lines[1]] == [25]  # seats
