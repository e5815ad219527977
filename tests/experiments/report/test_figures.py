from __future__ import annotations

import pytest
from experiments.report.plotly_style import GREY, LABEL_PX

from experiments.report import figures
from experiments.report.findings import Findings
from tests import replications


@pytest.fixture(scope="module")
def found() -> Findings:
    return replications.findings()


@pytest.fixture(scope="module")
def overloaded() -> Findings:
    return replications.findings(over={"scan_everything": ("dock",)})


def test_the_frontier_shows_both_intervals_and_greys_the_dominated(found: Findings) -> None:
    traces = {trace.name: trace for trace in figures.frontier_figure(found).data if trace.name}
    assert set(traces) == set(found.names)
    point = found.point("boosted_27")
    assert traces["boosted_27"].error_x.value == pytest.approx(point.wait.high - point.wait.mean)
    assert "min [" in traces["rules_27"].hovertemplate
    assert traces["rules_27"].marker.color == GREY
    assert traces["boosted_27"].marker.color != GREY
    assert "dominated by boosted_27" in traces["rules_27"].hovertemplate


def test_the_unstable_are_left_out_of_all_that_hangs_on_the_run_length(overloaded: Findings) -> None:
    assert "scan_everything" not in {trace.name for trace in figures.frontier_figure(overloaded).data}
    assert "scan_everything" in figures.utilisation_figure(overloaded).data[0].y


def test_every_point_is_named_and_the_frontier_in_bold(found: Findings) -> None:
    labels = [note.text for note in figures.frontier_figure(found).layout.annotations]
    assert {label.removeprefix("<b>").removesuffix("</b>") for label in labels} == set(found.names)
    bold = {label[3:-4] for label in labels if label.startswith("<b>")}
    assert bold == {p.alternative for p in found.points if p.status == "frontier"}


def test_utilisation_shows_every_station_of_every_alternative(found: Findings) -> None:
    (heat,) = figures.utilisation_figure(found).data
    assert set(heat.x) == {"approach", "portal", "primary", "secondary", "dock", "analyst"}
    assert list(heat.y) == found.names[::-1]
    row = list(heat.y).index("rules_27")
    use = found.interval("rules_27", f"utilisation_{heat.x[0]}").mean
    assert heat.z[row][0] == pytest.approx(100.0 * use)
    assert figures.utilisation_half_width(found) >= 0.0


def test_the_shades_grow_darker_in_grey() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    greys = [grey(colour) for _, colour in figures.SHADES]
    assert greys == sorted(greys, reverse=True)


@pytest.mark.parametrize("name", ["frontier", "queue", "waits", "utilisation"])
def test_every_figure_is_told_in_words(found: Findings, name: str) -> None:
    words = figures.describe_figure(found, name)
    assert all(alternative in words for alternative in found.names)
    assert "nan" not in words


def test_no_name_stands_on_another_point() -> None:
    close = {
        "todays_practice": (31.0, 0.12, 0.277),
        "a_longer_name": (31.6, 0.12, 0.277),
        "above": (31.5, 0.125, 0.277),
        "far": (34.0, 0.19, 0.277),
    }
    found = replications.findings(close)
    notes = {note.text: note for note in figures.frontier_figure(found).layout.annotations}
    name = next(note for text, note in notes.items() if "todays_practice" in text)
    assert abs(name.ay) >= LABEL_PX  # neither over a_longer_name nor over above
    assert next(note for text, note in notes.items() if "far" in text).ay == pytest.approx(0.0)
