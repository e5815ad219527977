"""What ``throughgate calibrate`` is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.calibration.likelihood import make_likelihood
from experiments.calibration.request import build_calibration
from sim.errors import ConfigError

OBSERVED = Path(__file__).parents[3] / "configs" / "observed"
PORT = ("port=ysleta", f"observed={OBSERVED / 'ysleta.csv'}")
DAYS = f"single_days={OBSERVED / 'ysleta_days.csv'}"


def test_the_spread_of_days_is_computed_of_single_days_of_other_months() -> None:
    request = build_calibration([*PORT, DAYS], "calibrate")
    spread = make_likelihood(request.observed, None, None, request.single_days).spread
    assert spread.kind == "single days"
    # 24 weekdays around five holidays (docs/explanation/calibration.md)
    assert np.exp(spread.ln_sd) == pytest.approx(6.2, abs=0.05)
    assert spread.correlation == pytest.approx(0.25, abs=0.05)


def test_single_days_that_say_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="single_days: daily_sd_min is given as well"):
        build_calibration([*PORT, DAYS, "daily_sd_min=10"], "calibrate")
    with pytest.raises(ConfigError, match=r"single_days: ysleta.csv: missing column 'date'"):
        build_calibration([*PORT, PORT[1].replace("observed=", "single_days=")], "calibrate")
    few = [f"2025-01-{day:02d},{hour},20" for day in range(6, 11) for hour in range(6, 24)]
    few += [f"2025-02-{day:02d},{hour},20" for day in (3, 4) for hour in range(6, 24)]
    path = tmp_path / "few.csv"
    path.write_text("\n".join(["date,hour,wait_min", *few]) + "\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"single_days: few.csv: has too few whole weekdays"):
        build_calibration([*PORT, f"single_days={path}"], "calibrate")


def single_month(folder: Path) -> list[str]:
    """Return a request of the waits of one month alone, open from Monday to Saturday."""
    lines = ["month,dow,hour,wait_min"]
    lines += [f"3,{day},{hour},20" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat") for hour in range(6, 24)]
    path = folder / "march.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ["port=ysleta", "port.hours.saturday.close_h=24", f"observed={path}"]


def test_a_single_month_gives_no_bands_of_a_forecast(tmp_path: Path) -> None:
    words = single_month(tmp_path)
    assert build_calibration(words, "calibrate").observed.months == (3,)
    with pytest.raises(ConfigError, match=r"forecast: march.csv holds a single month; .* two or more are needed"):
        build_calibration([*words, "forecast=[2025-04]"], "calibrate")


def test_a_month_is_forecast_once() -> None:
    with pytest.raises(ConfigError, match=r"forecast: expected each month once, got 2025-03 twice"):
        build_calibration([*PORT, "forecast=[2025-03,2025-04,2025-03]"], "calibrate")
    assert len(build_calibration([*PORT, "forecast=[2025-03,2025-04]"], "calibrate").forecast) == 2
