"""The bench measures everything at a tiny scale; what its figures say is not asserted, only that they are there."""

import json
from random import Random

import pytest
from typer.testing import CliRunner

from lianxin.bench.corpus import TEXT_LENGTH, Corpus
from lianxin.bench.databases import corpus
from lianxin.bench.measuring import Result, percentiles
from lianxin.bench.plan import NOW, SMALL
from lianxin.bench.suite import MEASURES, Report, lines, run
from lianxin.bench.wanted import frequent_pairs, pieces
from lianxin.cli import app, collect_commands


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Report:
    """One small run of everything, on a server of its own that is thrown away."""
    from lianxin.bench.databases import home_of
    from lianxin.ground.store import EmbeddedServer

    home = tmp_path_factory.mktemp("bench")
    server = EmbeddedServer(home_of(home))
    server.start()
    try:
        return run(list(MEASURES), SMALL, home, lambda _: None)
    finally:
        server.discard()


def test_every_measurement_gives_its_figures(report):
    assert report.broken == {}
    assert {result.name.split(".")[0] for result in report.results} == set(MEASURES)


def test_the_json_is_the_one_that_was_agreed(report):
    told = json.loads(report.json())
    assert set(told) == {"machine", "results"}
    assert {"cpu", "cores", "postgresql"} <= set(told["machine"])
    assert told["machine"]["postgresql"]["fsync"] == "on"
    for result in told["results"]:
        assert {"name", "value", "unit", "target", "met"} <= set(result)
        assert result["value"] > 0
    timed = next(result for result in told["results"] if result["name"] == "search")
    assert timed["p50"] <= timed["p90"] <= timed["p99"]


def test_a_person_reads_every_figure_with_its_target(report):
    text = "\n".join(lines(report))
    assert all(name in text for name in MEASURES)
    assert "target ≥ 1000" in text and "target ≤ 8" in text


def test_what_breaks_is_named_and_the_others_are_measured(tmp_path, monkeypatch):
    def broken(*_: object) -> list[Result]:
        raise OSError("no space left")

    monkeypatch.setitem(MEASURES, "twin", broken)
    monkeypatch.setattr("lianxin.bench.suite.EmbeddedServer", _NoServer)
    monkeypatch.setattr("lianxin.bench.suite.machine", lambda _: {})
    report = run(["twin", "deadlines"], SMALL, tmp_path, lambda _: None)
    assert report.broken == {"twin": "OSError: no space left"}
    assert [result.name for result in report.results] == ["deadlines"]


def test_an_unknown_name_is_refused_with_the_known_ones():
    collect_commands()
    refused = CliRunner().invoke(app, ["bench", "serach"])
    assert refused.exit_code == 2
    assert "search" in refused.output


class _NoServer:
    """A measurement that needs no database must not wait for one in this test."""

    def __init__(self, _: object) -> None: ...

    def __enter__(self) -> "_NoServer":
        return self

    def __exit__(self, *_: object) -> None: ...

    def url(self, _: str) -> str:
        return ""


@pytest.mark.parametrize(
    "better, value, met", [("more", 5.0, True), ("more", 4.9, False), ("less", 5.0, True), ("less", 5.1, False)]
)
def test_a_target_is_a_least_or_a_most(better, value, met):
    assert Result(name="x", value=value, unit="s", target=5.0, better=better).met is met


def test_percentiles_are_the_smallest_that_so_many_do_not_exceed():
    hundred = [float(n) for n in range(100, 0, -1)]
    assert percentiles(hundred) == {"p50": 50.0, "p90": 90.0, "p99": 99.0}
    assert percentiles([3.0]) == {"p50": 3.0, "p90": 3.0, "p99": 3.0}


def test_the_corpus_repeats_and_its_texts_have_their_length():
    first, again = (list(corpus().closed(20)) for _ in range(2))
    assert first == again
    assert all(len(past.text) == TEXT_LENGTH for past in first)
    assert all(past.closed is not None and past.closed < NOW for past in first)
    assert len({past.old_number for past in first}) == 20


def test_open_orders_wait_where_open_orders_wait():
    orders = list(Corpus(["路灯不亮，晚上看不清路。"], NOW).open(400))
    waiting = sum(past.dispatched is None for past in orders)
    unsigned = sum(past.signed is None for past in orders)
    assert 0 < waiting < unsigned < 60
    assert all(past.closed is None for past in orders)


def test_pieces_are_in_the_texts_and_frequent_pairs_are_the_frequent_ones():
    texts = ["路灯不亮", "路灯坏了", "水管坏了，路灯亮"]
    for piece in pieces(texts, 30, Random(1)):
        assert 2 <= len(piece) <= 6 and any(piece in text for text in texts)
    assert frequent_pairs(texts, 1) == ["路灯"]
