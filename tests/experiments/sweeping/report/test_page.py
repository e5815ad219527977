"""The page: the right axis in its first words, nothing fetched, no number without what its interval is."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from experiments.sweeping.report.page import render_sweep_page
from tests import made_sweep
from tests.page_tags import tags

BASE = ["policy=top_share", "days=1", "replications=4"]
GRID = [*BASE, "staffing.extra_lanes=-1,0,1,2", "port.portal.servers=2,4,8", "policy.share=0.1,0.2,0.3"]


def wait(values: made_sweep.Values, place: int) -> float:
    return 40.0 - 4.0 * values["staffing.extra_lanes"] - values["port.portal.servers"] + 5.0 * values["policy.share"]


def found(values: made_sweep.Values, place: int) -> float:
    return 0.1 + 0.5 * values["policy.share"]


def heavy(values: made_sweep.Values) -> bool:
    return bool(values["staffing.extra_lanes"] == -1)


@pytest.fixture(scope="module")
def page() -> str:
    sweep = made_sweep.sweep_of(*GRID)
    return render_sweep_page(made_sweep.results(sweep, made_sweep.outcomes(sweep, wait, found, heavy)))


def words_of(page: str) -> str:
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", text).split()))


def test_the_first_words_say_which_lever_matters(page: str) -> None:
    words = words_of(page)
    answer = words[: words.index("Main effects")]
    assert "Average wait moves most with booths opened beyond the timetable." in answer
    assert "Expected detection moves most with share of trucks selected." in answer
    assert "9 of 36 points" in answer
    assert "primary is asked for 1.2 of its weekly capacity (9)" in answer
    assert "of 27 stable points are not dominated" in answer


def test_nothing_is_fetched_and_nothing_is_sent(page: str) -> None:
    addresses = [value for _, attributes in tags(page) for name, value in attributes.items() if name in ("src", "href")]
    assert [address for address in addresses if address and not address.startswith("#")] == []
    assert '"showSendToCloud": false' in page
    assert '"displayModeBar": false' in page
    assert page.count("plotly.js v") == 1, "the drawing library stands there once"


def test_two_thousand_points_make_a_modest_page(page: str) -> None:
    share = ",".join(f"{0.05 + 0.01 * step:.2f}" for step in range(45))
    sweep = made_sweep.sweep_of(
        *BASE, "port.portal.servers=range(1,10)", "staffing.extra_lanes=range(-1,4)", f"policy.share={share}"
    )
    assert len(sweep.points) == 2025
    big = render_sweep_page(made_sweep.results(sweep, made_sweep.outcomes(sweep, wait, found)))
    assert len(big) - len(page) < 1_000_000
    assert len(big) < 6_500_000


def test_one_replication_has_no_intervals_and_says_so() -> None:
    sweep = made_sweep.sweep_of(*(word for word in GRID if word != "replications=4"), "replications=1")
    words = words_of(render_sweep_page(made_sweep.results(sweep, made_sweep.outcomes(sweep, wait, found))))
    assert "There are no intervals: one replication only at each point." in words
    assert "(no interval: one replication only)" in words
    assert "There is no error to show: one replication gives no interval." in words
    assert "nan" not in words.lower().split()


def test_constraints_failures_and_axes_that_change_nothing_are_said(tmp_path: Path) -> None:
    text = "{levers: {staffing.extra_lanes: [0, 1, 2], port.portal.servers: [2, 4], policy.share: [0.1, 0.3]}, "
    (tmp_path / "scope.yaml").write_text(f"{text}constraints: [wait_mean_min <= 40]}}", encoding="utf-8")
    sweep = made_sweep.sweep_of(*BASE, f"scope={tmp_path / 'scope.yaml'}")

    def lanes(values: made_sweep.Values, place: int) -> float:
        return float(45.0 - 9.0 * values["staffing.extra_lanes"])

    outcomes = made_sweep.outcomes(sweep, lanes, found)
    for number, point in enumerate(sweep.points):
        if point.values[1] == 4:
            outcomes[number] = outcomes[number - 2]
    outcomes[0] = type(outcomes[0])(outcomes[0].metrics[:0], {}, "replication 0: no way out")
    outcomes[2] = type(outcomes[0])(outcomes[0].metrics[:0], {}, "replication 0: no way out")
    words = words_of(render_sweep_page(made_sweep.results(sweep, outcomes)))
    assert "Constraints (average wait at most 40 min): 8 of 12 points keep to all of them" in words
    assert "Failed, and nowhere on this page: 2 of 12 points" in words
    assert "Keep to the constraints, highest detection rate first" in words


def test_several_alternatives_have_levers_of_their_differences() -> None:
    words = ["experiment=lanes", "calendar=week", "days=1", "replications=4", "traffic.volume_scale=0.8,1.0"]
    sweep = made_sweep.sweep_of(*words, "port.portal.servers=4,6")

    def scaled(values: made_sweep.Values, place: int) -> float:
        return float(30.0 * values["traffic.volume_scale"] * (1.0 - 0.2 * place))

    page = render_sweep_page(made_sweep.results(sweep, made_sweep.outcomes(sweep, scaled, lambda values, place: 0.2)))
    said = words_of(page)
    study = sweep.baseline_study
    names = list(study.alternatives)
    other, baseline = (study.names.label(n) for n in (names[names.index(study.baseline) + 1], study.baseline))
    assert "Where the choice of alternative matters" in said
    assert f"Average wait of {other} less that of {baseline} moves most with traffic" in said


def test_the_same_results_give_the_same_bytes(page: str) -> None:
    sweep = made_sweep.sweep_of(*GRID)
    assert render_sweep_page(made_sweep.results(sweep, made_sweep.outcomes(sweep, wait, found, heavy))) == page
