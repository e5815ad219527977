from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from experiments.execution.robustness import COLUMNS, RedrawnResults
from experiments.report import notes, tables
from experiments.report.findings import SideResults, gather_findings
from experiments.report.page import render_report
from tests import replications
from tests.experiments.report.test_tables_sections import LANES, redrawn


def test_a_run_alone_says_its_range_and_ranks_nobody() -> None:
    one = {"todays_practice": LANES["todays_practice"]}
    table = redrawn()
    rows = table.rows[table.rows["alternative"] == "todays_practice"].copy()
    rows["detection_expected"] = np.linspace(0.05, 0.27, len(rows))
    besides = SideResults(redrawn=dataclasses.replace(table, rows=rows))
    asked = replications.study(list(one), "replications=20")
    alone = gather_findings(asked, replications.done(one), replications.weekly(one), besides)
    text = notes.redraws_answer(alone)
    assert "between 5.0% and 27.0% of loads" in text
    assert "in half of them more than 16.0%" in text
    assert notes.redraws_ranking_note(alone) == ""
    assert tables.redrawn_table(alone) is None
    page = render_report(alone)
    assert text in page
    assert "Efficient: of the sets" not in page


def test_where_nobody_carries_the_load_redraws_say_how_many_get_through() -> None:
    both = {"fully_staffed": (60.0, 0.14, 0.277), "few_booths": (90.0, 0.14, 0.277)}
    rows = [
        dict.fromkeys(COLUMNS, 0.1)
        | {"draw": draw, "alternative": name, "unstable": True, "exited": out - 200.0 * draw}
        for draw in range(3)
        for name, out in (("fully_staffed", 7600.0), ("few_booths", 5000.0))
    ]
    drawn = RedrawnResults(3, 1, [], pd.DataFrame(rows), pd.DataFrame(index=range(3)), {})
    weekly = replications.weekly(both, dict.fromkeys(both, ("primary",)))
    found = gather_findings(
        replications.study(list(both), "replications=20"), replications.done(both), weekly, SideResults(redrawn=drawn)
    )
    assert set(found.unstable) == set(both)
    text = notes.redraws_answer(found)
    assert "7,200 to 7,600 trucks get through under fully_staffed" in text
    assert "4,600 to 5,000 trucks get through under few_booths" in text
    assert text.endswith("fewer than under fully_staffed in 3.")
    assert notes.redraws_ranking_note(found) == ""
