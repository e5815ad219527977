"""A finished campaign -> the rows that the store keeps of it: a point for each organization."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from experiments.adaptation.report.results import CampaignResults
from experiments.adaptation.request import plain_settings
from experiments.intervals import KIND_WORDS
from experiments.store.run_rows import plain_input_row, run_rows, study_inputs
from experiments.store.run_sides import leaf_values
from experiments.store.write import RunRows
from experiments.study.compose import ADAPTING, WEEKLY
from experiments.study.sources import CONFIGS, source_notes

MEASURES: Final = {
    "campaign_detection": ("true_found_expected", "true_loads_expected"),
    "campaign_caught_share": ("true_found_expected", "true_attempts_expected"),
    "campaign_delivered_share": ("true_delivered_expected", "true_attempts_expected"),
    "campaign_outside_share": ("true_outside_expected", "true_attempts_expected"),
}
"""Measures of a campaign in the store, over the later half of its weeks: sums of EPOCHS over each other."""
SHOWN: Final = {
    "campaign_detection": "detection",
    "campaign_caught_share": "caught",
    "campaign_delivered_share": "delivered",
    "campaign_outside_share": "outside",
}


def rows_of_campaign(results: CampaignResults, wall_s: float) -> RunRows:
    """Return the rows of a finished campaign.

    Point k is organization k; ``points.overrides`` names it. Measures are those of `MEASURES`.

    Parameters
    ----------
    wall_s : float
        Wall time so far [s]; the run started so long ago.
    """
    campaign = results.campaign
    adversaries = list(campaign.settings.adversaries)
    inputs = pd.concat([study_inputs(campaign.study), pd.DataFrame(_own_inputs(results))], ignore_index=True)
    content = repr(sorted(campaign.configuration().items(), key=str))
    points = pd.DataFrame(
        {
            "point": range(len(adversaries)),
            "content": [hashlib.sha256(f"{content} {name}".encode()).hexdigest() for name in adversaries],
            "status": "done",
            "overrides": [f"adversaries=[{name}]" for name in adversaries],
            "unstable": None,
        }
    )
    tables = (points, _measures(results, adversaries), pd.DataFrame(_comparison(results)), inputs)
    return run_rows(campaign.study, campaign.overrides, wall_s, tables)


def _measures(results: CampaignResults, adversaries: list[str]) -> pd.DataFrame:
    later = results.epochs[results.epochs["week"] >= results.later_from]
    columns = sorted({name for pair in MEASURES.values() for name in pair})
    sums = later.groupby(["adversary", "alternative", "replication"], sort=False)[columns].sum().reset_index()
    sums["point"] = [adversaries.index(name) for name in sums["adversary"]]
    for name, (top, bottom) in MEASURES.items():
        sums[name] = sums[top] / sums[bottom]
    kept = sums[["point", "alternative", "replication", *MEASURES]]
    return kept.sort_values(["point"], kind="stable", ignore_index=True)


def _comparison(results: CampaignResults) -> Iterator[dict[str, Any]]:
    base = results.campaign.study.baseline
    for place, adversary in enumerate(results.campaign.settings.adversaries):
        for name in results.campaign.study.alternatives:
            found = results.later.results[name, adversary]
            for measure, part in SHOWN.items():
                value = getattr(found, part)
                row = {"point": place, "alternative": name, "baseline": base, "metric": measure, "unit": "0-1"}
                row |= {"mean": value.mean, "low": value.low, "high": value.high, "n": value.n, "badge": "assumed"}
                row |= {"interval_kind": KIND_WORDS["replications"], "note": value.reason}
                if measure == "campaign_detection" and found.gain is not None:
                    gain = found.gain
                    row |= {"difference": gain.mean, "diff_low": gain.low, "diff_high": gain.high}
                    row |= {"p_value": gain.p_value}
                yield row


def _own_inputs(results: CampaignResults) -> Iterator[dict[str, Any]]:
    plain = plain_settings(results.campaign.settings)
    for key in WEEKLY:
        if key not in ADAPTING:
            yield plain_input_row(None, key, plain[key], "setting")
            continue
        path = CONFIGS / key / f"{plain[key]['name']}.yaml"
        notes = source_notes(path) if path.is_file() else {}
        for leaf, value in leaf_values(plain[key]):
            note = notes.get(leaf)
            row = plain_input_row(None, f"{key}.{leaf}", value, "setting" if note is None else note.kind)
            if note is not None:
                row |= {"low": note.low, "high": note.high, "source": note.note}
            yield row
