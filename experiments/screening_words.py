"""What fast and slow portal scans came to, in a sentence: wait, share of slow scans, detection."""

from __future__ import annotations

from experiments.findings import Findings
from experiments.wording import number, percent, span


def screening_words(found: Findings) -> str:
    """Return a sentence on every alternative's portal, or nothing where no portal scans slowly."""
    scenarios = found.study.alternatives
    if not any(scenario.has_slow_scan() for scenario in scenarios.values()):
        return ""
    return "At the portal: " + "; ".join(_one(found, name) for name in found.names) + "."


def _one(found: Findings, name: str) -> str:
    wait, slow, detects = (
        found.interval(name, metric)
        for metric in ("screening_wait_mean_min", "slow_rate", "screened_detection")
    )
    queue = (
        "its wait depends on the length of the run"
        if name in found.unstable
        else f"a wait of {number(60.0 * wait.mean)} s {span(wait, 60.0)}"
    )
    return (
        f"under {name} {queue}, {percent(slow.mean)} of scans slow, "
        f"alarms on {percent(detects.mean)} of the loads scanned {span(detects, 100.0)}"
    )
