"""Charts as inline SVG: the same every time, by themselves, with text that stays text."""

from __future__ import annotations

import itertools
import subprocess
import sys

from experiments.drawing.labels import label_ends
from experiments.drawing.marks import alternative_marks
from experiments.drawing.svg import finish_chart, open_figure


def chart(name: str) -> str:
    with open_figure() as (figure, axes):
        axes.plot([0.0, 1.0], [0.0, 1.0])
        axes.set_xlabel("cost, $ million & more")
        label_ends(axes, [("one", 1.0, 1.0, "k"), ("two", 1.0, 0.99, "k")], 0.1)
        return finish_chart(figure, name, "A <title>", "In words.", "").svg


def test_a_chart_is_the_same_every_time() -> None:
    assert chart("a") == chart("a")


def test_a_chart_is_one_element_with_title_and_description() -> None:
    text = chart("a")
    assert text.startswith('<svg role="img" aria-labelledby="a-t a-d"')
    assert text.endswith("</svg>")
    assert '<title id="a-t">A &lt;title&gt;</title><desc id="a-d">In words.</desc>' in text
    head = text[: text.index(">")]
    assert "viewBox" in head
    assert " width=" not in head
    assert " height=" not in head
    assert ">cost, $ million &amp; more</text>" in text
    assert "<style" not in text


def test_ids_of_two_charts_differ() -> None:
    def ids(text: str) -> set[str]:
        return {part.split('"')[0] for part in text.split('id="')[1:]}

    assert not ids(chart("a")) & ids(chart("b"))


def test_labels_of_line_ends_do_not_overlap() -> None:
    with open_figure() as (_, axes):
        axes.set_ylim(0.0, 1.0)
        ends = [(str(i), 1.0, 0.5, "k") for i in range(5)]
        label_ends(axes, ends, 0.1)
        places = sorted(text.get_position()[1] for text in axes.texts)
    assert all(after - before > 0.0999 for before, after in itertools.pairwise(places))


def test_alternatives_differ_without_colour() -> None:
    found = alternative_marks([str(i) for i in range(20)])
    assert len({(look.dash, look.marker) for look in found.values()}) == 20


def test_the_drawing_library_waits_for_the_first_chart() -> None:
    code = "import sys, experiments.funding.report.page as c; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
