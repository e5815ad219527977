"""Tables and record of a calibration, for machines."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from experiments.calibration.estimates import DAYS, INTERVAL_KIND, NOT_IDENTIFIED
from experiments.calibration.forecast import BAND, LeftOut
from experiments.calibration.report.result import Judgment, PortCalibration


def left_out_table(fitted: PortCalibration, out: LeftOut) -> pd.DataFrame:
    """Return one row an observed cell: observed, simulated in sample and left out, band, naive."""
    rows = []
    for at, month in enumerate(out.months):
        for weekday, hour in np.argwhere(np.isfinite(fitted.observed[at])).tolist():
            place = (at, weekday, hour)
            simulated = out.simulated[place]
            rows.append(
                {
                    "month": month,
                    "dow": DAYS[weekday],
                    "hour": hour,
                    "observed_min": fitted.observed[place],
                    "in_sample_min": fitted.engine.cells[place],
                    "left_out_min": simulated,
                    "left_out_low_min": max(simulated - out.half_width, 0.0),
                    "left_out_high_min": simulated + out.half_width,
                    "left_out_blended_min": out.blended[place],
                    "naive_hour_min": out.hour_mean[place],
                    "naive_constant_min": out.constant[place],
                }
            )
    return pd.DataFrame(rows).round(2)


def forecast_table(fitted: PortCalibration, out: LeftOut) -> pd.DataFrame:
    """Return one row a cell of the months to come: simulated and blended, with bands."""
    rows = []
    for one in fitted.ahead:
        for weekday, hour in np.argwhere(np.isfinite(one.simulated)).tolist():
            row: dict[str, Any] = {
                "month": one.month.text,
                "trucks": one.month.trucks,
                "dow": DAYS[weekday],
                "hour": hour,
            }
            for name, wait, width in (
                ("simulated", one.simulated[weekday, hour], out.half_width),
                ("blended", one.blended[weekday, hour], out.blended_half_width),
            ):
                row |= {
                    f"{name}_min": wait,
                    f"{name}_low_min": max(wait - width, 0.0),
                    f"{name}_high_min": wait + width,
                }
            rows.append(row)
    return pd.DataFrame(rows).round(2)


def record(fitted: PortCalibration, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a calibration."""
    request, out = fitted.request, fitted.left_out
    return {
        "verb": "calibrate",
        "port": request.study.alternatives[request.study.baseline].port.name,
        "observed": {
            "file": request.observed.path.name, "sha256": request.observed.sha256,
            "cells": len(request.observed.cells), "months": list(request.observed.months),
            "notes": list(request.observed.notes),
        },
        "overrides": list(request.overrides),
        "seed": request.study.seed,
        "keys": keys,
        "estimates": [dataclasses.asdict(one) for one in fitted.estimates],
        "intervals": {
            "coverage": request.study.coverage, "kind": INTERVAL_KIND, "effective_draws": fitted.posterior.effective,
            "emulator_share": fitted.posterior.emulator_share, "scatter_min": fitted.posterior.scatter_min,
            "month_min": fitted.posterior.month_min,
        },
        "not_identified": list(NOT_IDENTIFIED),
        "scores": {"in_sample": dataclasses.asdict(fitted.in_sample), **_left_out_scores(fitted.judgment)},
        "band": out and {"share": BAND, "half_width_min": out.half_width, "covered": out.covered},
        "daily_means_sd_min": {"simulated": fitted.daily_sd, "held_against": fitted.target_daily_sd,
                               "kind": fitted.fit.likelihood.spread.kind},
        "verdict": fitted.verdict,
        "why_naive_wins": fitted.why_naive_wins,
        "wall_s": round(fitted.wall_s, 1),
    }  # fmt: skip


def _left_out_scores(judged: Judgment | None) -> dict[str, Any]:
    if judged is None:
        return {}
    return {
        "left_out": dataclasses.asdict(judged.simulated),
        "left_out_blended": dataclasses.asdict(judged.blended),
        "naive_hour_mean": dataclasses.asdict(judged.hour_mean),
        "naive_constant": dataclasses.asdict(judged.constant),
    }
