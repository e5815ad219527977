"""``throughgate calibrate``: a port's parameters fitted to observed waits.

1  request    overrides, file of waits   -> CalibrationRequest   (refuses before anything runs)
2  start      fluid start, timetables    -> WaitFit                  (fast model)
3  correct    WaitFit, engine                -> WaitFit                  (what the fast model misses, twice)
4  intervals  WaitFit                        -> PosteriorDraws
5  judge      request                        -> LeftOut              (each month left out in turn, fitted anew)
6  papers     all of it                  -> calibration/NAME.yaml, tables, report.html; the terminal
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import shlex
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from experiments.calibration.clock import refuse
from experiments.calibration.engine_waits import (
    EngineWaits,
    MonthToSimulate,
    calibrated_keys,
    calibrated_scenario,
    discrepancy,
    simulate_months,
)
from experiments.calibration.estimates import estimate_parameters
from experiments.calibration.fit import WaitFit
from experiments.calibration.forecast import forecast_months, hour_means, leave_months_out, score
from experiments.calibration.intervals.posterior import ROUNDS, draw_posterior
from experiments.calibration.report.page import render_page
from experiments.calibration.report.result import PortCalibration
from experiments.calibration.report.tables import forecast_table, left_out_table, record
from experiments.calibration.report.terminal import print_calibration
from experiments.calibration.request import CalibrationRequest
from experiments.calibration.steps import CORRECTION_WEEKS, CORRECTIONS, correct, fast_fit, service_range
from experiments.calibration.write import Provenance, calibration_yaml
from experiments.execution.replicate import compile_for_run
from experiments.files import OutputFolder
from experiments.report import terminal as report_terminal
from experiments.training.find_or_train import train_all
from sim.arrays import FloatArray
from sim.replication import Scorer

HOPELESS = (20.0, 0.6)
"""RMSE of hours, minutes, and over the mean wait, beyond both of which no lanes could give what was observed."""


def carry_out(request: CalibrationRequest) -> int:
    """Calibrate and return the exit status."""
    begin, study = time.perf_counter(), request.study
    terminal = report_terminal.open_console()
    compile_for_run(study.engine, [scenario.policy for scenario in study.alternatives.values()])
    (scorer,) = train_all(study, terminal).values()
    center, _ = service_range(study)
    with report_terminal.show_progress(terminal, 2, "fast model, timetables fitted") as tell:
        fit = fast_fit(request, center, tell)
    for number in range(CORRECTIONS):
        weeks = min(request.weeks, CORRECTION_WEEKS)
        with report_terminal.show_progress(terminal, weeks, f"simulated weeks, round {number + 1}") as tell:
            engine = _simulate(request, fit, scorer, weeks, f"round {number + 1}", tell)
        fit = correct(
            fit, discrepancy(fit.model, fit.model.parameters.values(fit.theta), engine), center, study.processes
        )
    with report_terminal.show_progress(terminal, ROUNDS, "posterior distribution") as tell:
        posterior = draw_posterior(fit.model, fit.likelihood, center, study.processes, tell)
    fit = dataclasses.replace(fit, theta=posterior.theta.mean(axis=0))
    with report_terminal.show_progress(terminal, request.weeks, "simulated weeks, final") as tell:
        engine = _simulate(request, fit, scorer, request.weeks, "final", tell)
    in_sample = score(engine.cells, fit.likelihood.wait_min, fit.likelihood.days)
    refuse_hopeless(engine.cells, fit.likelihood.wait_min, fit.likelihood.days)
    left_out = None
    if len(request.observed.months) > 1:
        with report_terminal.show_progress(terminal, len(request.observed.months), "months left out") as tell:
            left_out = leave_months_out(request, center, scorer, tell)
    with report_terminal.show_progress(terminal, len(request.forecast), "months to come") as tell:
        ahead = forecast_months(fit, request.forecast, study, scorer, request.weeks, tell)
    found = PortCalibration(
        request=request,
        fit=fit,
        engine=engine,
        in_sample=in_sample,
        left_out=left_out,
        ahead=tuple(ahead),
        posterior=posterior,
        estimates=tuple(estimate_parameters(fit, posterior.theta, center, study.coverage)),
        wall_s=time.perf_counter() - begin,
    )
    print_calibration(terminal, found, write_files(found))
    return 0


def _simulate(
    request: CalibrationRequest, fit: WaitFit, scorer: Scorer, weeks: int, stage: str, tell: Callable[[int, int], None]
) -> EngineWaits:
    model, study = fit.model, request.study
    keys = calibrated_keys(model.parameters, model.timetable, fit.theta)
    scenario = calibrated_scenario(study, keys, model.trucks_per_month)
    months = [MonthToSimulate(model.year, month, scenario) for month in model.months]
    return simulate_months(study, scorer, months, weeks, stage, tell)


def refuse_hopeless(simulated: FloatArray, observed: FloatArray, days: FloatArray) -> None:
    """Refuse observed waits that even the best fit is far from, all arrays [months, 7, 24].

    By the means of hours over months and like days: single cells of few days scatter as much where lanes do give them.
    """
    mean_of_hours = hour_means(observed, days)
    gap = hour_means(np.where(np.isfinite(observed), simulated, np.nan), days) - mean_of_hours
    rmse, mean = float(np.sqrt(np.nanmean(gap**2))), float(np.nanmean(mean_of_hours))
    if rmse > HOPELESS[0] and rmse > HOPELESS[1] * mean:
        refuse(
            f"at best the simulated waits of hours are {rmse:.0f} min (RMSE) from those observed, {mean:.0f} min on "
            "average: no lanes could give them at the volumes of port.volume.trucks_per_month"
        )


def write_files(fitted: PortCalibration) -> list[Path]:
    """Write config file, tables, record and page, each whole or not at all."""
    request, output = fitted.request, OutputFolder(fitted.request.study.out)
    model, judged, left_out = fitted.fit.model, fitted.judgment, fitted.left_out
    keys = calibrated_keys(model.parameters, model.timetable, fitted.fit.theta)
    where = Provenance(
        port=request.study.alternatives[request.study.baseline].port.title,
        file=request.observed.path.name,
        sha256=request.observed.sha256,
        months=request.observed.months,
        cells=len(request.observed.cells),
        made=dt.datetime.now().astimezone().date(),
        command=shlex.join(["throughgate", "calibrate", *(o for o in request.overrides if not o.startswith("out="))]),
        in_sample=fitted.in_sample,
        left_out=None if judged is None else (judged.simulated, judged.hour_mean),
        coverage=request.study.coverage,
    )
    tables = {}
    if left_out is not None:
        tables = {"left_out.csv": left_out_table(fitted, left_out)}
        if fitted.ahead:
            tables["forecast.csv"] = forecast_table(fitted, left_out)
    return [
        output.write_text(f"calibration/{fitted.name}.yaml", calibration_yaml(keys, fitted.estimates, where)),
        *(output.write_text(name, table.to_csv(index=False)) for name, table in tables.items()),
        output.write_json("calibration.json", record(fitted, keys)),
        output.write_text("report.html", render_page(fitted)),
    ]


if __name__ == "__main__":
    from experiments.cli import run_verb

    run_verb("calibrate")
