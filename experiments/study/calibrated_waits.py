"""Whether a port's waits were held against observed ones: what may be quoted, and what only compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from experiments.number_format import listed
from experiments.study.calibration_file import CALIBRATION
from experiments.study.study import Study

FITTED_PORTS: Final = ("world_trade_bridge",)
"""Ports whose own file has open lanes that were fitted to published waits (docs/explanation/ports.md)."""


def not_calibrated_note(studies: Iterable[Study]) -> str:
    """Return a sentence on the ports whose waits nobody calibrated; empty: every port is calibrated.

    Examples
    --------
    >>> from experiments.study.study import build_study
    >>> not_calibrated_note([build_study(["port=pharr"], "run")])
    'Waits at Pharr-Reynosa International Bridge are not calibrated: compare alternatives, do not quote levels.'
    >>> not_calibrated_note([build_study(["port=ysleta"], "run")])  # its calibration is the default
    ''
    """
    first: dict[tuple[str, ...], tuple[Study, str]] = {}
    for study in studies:
        for name, scenario in study.alternatives.items():
            chosen = [word for word in study.overrides_of(name) if word.startswith(f"{CALIBRATION}=")]
            first.setdefault((scenario.port.name, *chosen), (study, name))
    ports = [
        study.alternatives[name].port.title.partition(" (")[0]
        for (port, *_), (study, name) in first.items()
        if port not in FITTED_PORTS and study.choices(name)[CALIBRATION] in (None, "none")
    ]
    if not ports:
        return ""
    return (
        f"Waits at {listed(list(dict.fromkeys(ports)))} are not calibrated: compare alternatives, do not quote levels."
    )
