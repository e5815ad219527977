"""One page of every kind, of made-up results: what browser tests open."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from experiments.calibration.estimates import Estimate
from experiments.calibration.forecast import LeftOut, score
from experiments.calibration.report.page import render_page
from experiments.calibration.report.result import PortCalibration
from experiments.execution.bottleneck import PREFIX
from experiments.execution.robustness import COLUMNS, RedrawnResults
from experiments.funding.report import portfolio_page
from experiments.report.findings import Findings, SideResults, gather_findings
from experiments.report.page import render_report
from experiments.scorecards import page as scorecards_page
from experiments.scorecards.card import Scorecard, make_scorecard, scorecard_in_edition
from experiments.scorecards.targets import read_targets
from experiments.sweeping.report.page import render_sweep_page
from tests import cards, funded, made_sweep, planned, replications

SETS = 12
SWEEP = ["policy=top_share", "days=1", "replications=4", "port.portal.servers=2,4", "policy.share=0.1,0.27,0.4"]
TARGET_MIN = 30.0


def redrawn(names: dict[str, tuple[float, float, float]], sets: int = SETS) -> RedrawnResults:
    """Return sets of assumptions in which what is found goes along with the first of forty inputs."""
    rng = np.random.default_rng(1)
    numbers = pd.DataFrame(rng.random((sets, 40)), columns=[f"scanner.portal.sensing.d_prime.i{k}" for k in range(40)])
    rows = []
    for at, drive in enumerate(numbers.iloc[:, 0]):
        for name, (wait, found, scans) in names.items():
            share = found * (0.5 + drive) if name != "todays_practice" else found
            values = (at, name, wait, share, scans, share, scans, share, scans, np.nan, np.nan, False)
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return RedrawnResults(sets, 1, [], pd.DataFrame(rows), numbers, {})


def compared() -> Findings:
    """Return the findings of a comparison with redrawn assumptions and one more of two resources."""
    names = replications.STRATEGIES
    more = {f"{PREFIX}general booth": (25.0, 0.12, 0.277), f"{PREFIX}portal": (31.0, 0.12, 0.277)}
    besides = SideResults(extra=replications.metrics(more), redrawn=redrawn(names))
    asked = replications.study(list(names), f"replications={replications.N}", baseline="todays_practice")
    return gather_findings(asked, replications.done(names), replications.weekly(names), besides)


def sweep_page() -> str:
    """Return the page of a small grid."""
    sweep = made_sweep.sweep_of(*SWEEP)
    outcomes = made_sweep.outcomes(
        sweep,
        lambda values, place: 30.0 - values["port.portal.servers"] + 5.0 * values["policy.share"] + place,
        lambda values, place: 0.1 + 0.5 * values["policy.share"] + 0.01 * place,
    )
    return render_sweep_page(made_sweep.results(sweep, outcomes))


def calibrated(*, left_out: bool = True) -> PortCalibration:
    """Return a calibration that left two months out, or none."""
    rng = np.random.default_rng(1)
    observed = np.full((2, 7, 24), np.nan)
    observed[:, :6, 8:18] = 20.0 + 10.0 * rng.random((2, 6, 10))
    left = LeftOut((3, 4), observed + 2.0, observed + 1.0, observed + 3.0, observed + 4.0, 8.0, 9.0, 0.8)
    spread = SimpleNamespace(hours=tuple(range(8, 18)), ln_sd=0.5, kind="as assumed")
    likelihood = SimpleNamespace(
        wait_min=observed, seen=np.isfinite(observed), spread=spread, days=np.ones_like(observed)
    )
    engine = SimpleNamespace(by_week=20.0 + rng.random((2, 3, 7, 24)))
    waits = SimpleNamespace(
        sha256="ab" * 32, cells=[0] * 120, months=[3, 4], path=Path("waits.csv"), notes=[], days=None
    )
    request: Any = SimpleNamespace(study=replications.study(["todays_practice"]), observed=waits)
    fit: Any = SimpleNamespace(likelihood=likelihood)
    estimate = Estimate("service at primary", "port.primary.service.mean_min", "min", 1.5, 1.2, 1.8, "waits")
    share = Estimate("share of 8 h", "", "%", 5.0, 4.0, 6.0, "both")
    made: Any = engine
    nothing: Any = None
    of_left_out = score(left.simulated, observed, likelihood.days)
    judged = left if left_out else None
    return PortCalibration(request, fit, made, of_left_out, judged, (), nothing, (estimate, share), 1.0)


def scorecard(folder: Path) -> Scorecard:
    """Return a scorecard of three periods in both directions, whose runs are written to a folder."""
    north = [cards.write_run(folder / f"n{k}", wait=30.0 + k, seed=k) for k in (1, 2, 3)]
    south = [cards.write_run(folder / f"s{k}", *cards.SOUTH, wait=5.0, seed=k) for k in (1, 2, 3)]
    return make_scorecard([cards.series(*north), cards.series(*south, key="southbound")], read_targets())


def write_pages(folder: Path) -> dict[str, Path]:
    """Write a page of every kind and return their paths by kind."""
    plan, card = planned.found(), scorecard(folder)
    texts = {
        "compare": render_report(compared(), TARGET_MIN),
        "run": render_report(replications.findings({"todays_practice": (31.0, 0.12, 0.277)}), TARGET_MIN),
        "sweep": sweep_page(),
        "report": funded.page(uncertainty=funded.uncertainty()),
        "portfolio": portfolio_page.render_portfolio_page(plan, portfolio_page.build_portfolio_page(plan)),
        "scorecard": scorecards_page.render_scorecard(card),
        "public": scorecards_page.render_scorecard(scorecard_in_edition(card, "public")),
        "calibrate": render_page(calibrated()),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}
