from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from experiments.execution.bottleneck import PREFIX, resource_gains
from experiments.execution.robustness import COLUMNS, RedrawnResults
from experiments.execution.tuning import MatchedMetrics
from experiments.report import notes, tables
from experiments.report.findings import Findings, SideResults, gather_findings
from experiments.report.page import render_report
from tests import replications

LANES = {"todays_practice": (31.0, 0.12, 0.277), "other": (31.0, 0.16, 0.277)}


def redrawn(draws: int = 12, overloaded: int = 2) -> RedrawnResults:
    """Return redraws in which the other finds more in all but every fourth draw, and fewer with a fixed model.

    The first four were repeated with wide traits: it finds 3 points more there.
    """
    rng = np.random.default_rng(1)
    numbers = pd.DataFrame(rng.random((draws, 3)), columns=["scanner.rho", "b", "c"])
    rows = []
    for draw in range(draws):
        more = -0.01 if draw % 4 == 3 else 0.02 + 0.01 * numbers["scanner.rho"][draw]
        for name, found in (("todays_practice", 0.12), ("other", 0.12 + more)):
            behind = 0.12 if name == "todays_practice" else 0.10
            wide = (0.12 if name == "todays_practice" else 0.15, 0.27) if draw < 4 else (np.nan, np.nan)
            values = (draw, name, 30.0, found, 0.27, found, 0.27, behind, 0.27, *wide, draw < overloaded)
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return RedrawnResults(draws + 1, 2, [], pd.DataFrame(rows), numbers, {draws: "port: nonsense"})


@pytest.fixture(scope="module")
def found() -> Findings:
    asked = replications.study(list(LANES), "replications=20")
    done = replications.done(LANES)
    more = {f"{PREFIX}general booth": (25.0, 0.12, 0.277), f"{PREFIX}portal": (31.0, 0.12, 0.277)}
    extra = replications.metrics(more)
    missed = {"wait_mean_min": MatchedMetrics(done.metrics, {}, {"other": "its policy has no such setting"})}
    besides = SideResults(matched=missed, extra=extra, redrawn=redrawn())
    return gather_findings(asked, done, replications.weekly(LANES), besides)


def test_the_binding_station_is_said_with_its_hours(found: Findings) -> None:
    (name, words), _ = tables.binding_rows(found)
    assert name == "todays_practice"
    assert words.startswith("7–20 h primary (100% of the time in line")
    assert "20–24 h dock (60%" in words


def test_one_more_that_helps_is_sure_and_one_that_does_not_is_not(found: Findings) -> None:
    (name, booth), (_, portal) = tables.gains_table(found).rows
    assert name == "general booth"
    assert booth[0].text.endswith(" *")
    assert not portal[0].text.endswith(" *")
    text = tables.bottleneck_answer(found)
    assert "the bottleneck on weekdays is primary (7–20 h)" in text
    assert "One more general booth shortens the average wait by 6." in text


def test_where_nothing_helps_it_says_so(found: Findings) -> None:
    extra = replications.metrics({f"{PREFIX}portal": (31.0, 0.12, 0.277)})
    none = resource_gains(found.metrics, extra, "todays_practice", 0.95, None)
    text = tables.bottleneck_answer(dataclasses.replace(found, gains=none))
    assert text.endswith("Adding one unit of any resource would not clearly shorten the average wait by 0.1 min.")
    assert tables.bottleneck_answer(dataclasses.replace(found, gains=[])) == ""


def test_levels_name_what_is_held_equal_and_who_cannot_reach_it(found: Findings) -> None:
    table = tables.levels_table(found)
    heads = [head.words.partition(" (")[0] for head in table.columns]
    assert heads == ["average wait", "95th percentile of crossing", "officer hours"]
    (_, base), (_, other) = table.rows
    assert base[0].text == "baseline"
    assert other[2].text.startswith("+4.")


def test_redraws_are_counted_with_their_intervals(found: Findings) -> None:
    table = tables.redrawn_table(found)
    assert table is not None
    (_, base), (_, other) = table.rows
    assert base[1].text == "baseline"
    assert (other[1].text, other[1].below) == ("9 of 12", "[43%, 95%]")
    assert other[0].text == "7 of 10"
    words = notes.redraws_note(found.redrawn)  # type: ignore[arg-type]
    assert "1 draw made no sense" in words
    assert "In 2 of them no alternative can carry its load" in words
    assert "in 9 of 12" in notes.redraws_answer(found)


def test_without_redraws_nothing_is_said() -> None:
    found = replications.findings(LANES)
    assert notes.redraws_answer(found) == ""
    assert notes.redraws_ranking_note(found) == ""
    assert tables.redrawn_table(found) is None


def test_who_stays_undominated_is_said_with_the_interval(found: Findings) -> None:
    text = notes.redraws_ranking_note(found)
    assert text.startswith(
        "Efficient (no other does better), in how many of 10 sets of assumptions: other 7 [35%, 93%]; "
    )
    assert "todays_practice 3 [7%, 65%]" in text


def test_the_report_holds_all_of_it(found: Findings) -> None:
    page = render_report(found)
    for name in ("redrawn", "bottleneck", "random"):
        assert f'<h2 id="{name}">' in page
    for folded in ("At equal scan share", "At equal wait, and at equal officer hours"):
        assert f"<summary>{folded}</summary>" in page
    assert "run again on the same trucks with the setting shown" in page
