"""A campaign under redrawn sets of assumptions: of the port, and of organizations, plans and training.

Each set is one replication of all alternatives against all organizations, on the trucks that the same replication of
the campaign meets. Inputs of the study are redrawn as in ``compare`` (`experiments.execution.redraws`), those of the
groups ``adversary``, ``effort`` and ``retraining`` in the same Latin hypercube.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from experiments.adaptation.request import Campaign, CampaignSettings, plain_settings
from experiments.adaptation.running import lived_tracks
from experiments.adaptation.tournament import settled_week
from experiments.execution import journal
from experiments.execution.content import digest, study_content, windows_content
from experiments.execution.parallel import Progress
from experiments.execution.redraws import AssumedInput, assumed_inputs, mappings_with_redraws, redraw_inputs
from experiments.execution.replicate import ProcessCache
from experiments.execution.robustness import RedrawnResults, Retrain
from experiments.study.compose import ADAPTING, WEEKLY, parse_overrides, value_at
from experiments.study.sources import CONFIGS, source_notes
from sim.errors import ThroughgateError
from sim.replication import Scorer
from sim.scenario import build_scenario
from sim.setting.spec import build_spec
from sim.shared_draws import risk_key

COLUMNS: Final = (
    "draw",
    "alternative",
    "adversary",
    "true_found_expected",
    "true_loads_expected",
    "true_outside_expected",
    "true_attempts_expected",
    "true_detection",
)
"""Columns of ``panel.parquet``: sums over the later half of the weeks, and the first over the second."""
Drawn = Sequence[tuple[AssumedInput, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """What became of a campaign in its redrawn sets; equal to itself alone.

    Attributes
    ----------
    worst : RedrawnResults
        ``detection_expected`` of each alternative in its worst case over organizations, a row a set.
    by_adversary : DataFrame
        `COLUMNS`, a row a set, alternative and organization.
    """

    worst: RedrawnResults
    by_adversary: pd.DataFrame


def panel_inputs(campaign: Campaign) -> list[AssumedInput]:
    """Return what is redrawn: the assumed inputs of the study, and of the groups of a campaign that act in it."""
    study = campaign.study
    heeded = any(scenario.heeds_others for scenario in study.alternatives.values())
    inputs = [
        one for one in assumed_inputs(study.inputs(study.baseline)) if heeded or not one.key.startswith("sharing.")
    ]
    return inputs + _own_inputs(campaign)


def _own_inputs(campaign: Campaign) -> list[AssumedInput]:
    """Return the assumed inputs of the campaign's own groups; what the user set stays as it was set."""
    settings, plain = campaign.settings, plain_settings(campaign.settings)
    acting = settings.acting()
    users = {str(override.key_or_group) for override in parse_overrides(campaign.overrides)}
    found = []
    for group in (one for one in ADAPTING if acting[one]):
        path = CONFIGS / group / f"{plain[group]['name']}.yaml"
        for key, note in (source_notes(path) if path.is_file() else {}).items():
            whole, value = f"{group}.{key}", value_at(plain[group], key.split("."))
            if note is None or note.low is None or note.high is None or whole in users or isinstance(value, bool):
                continue
            high = min(note.high, settings.weeks // 2) if whole == "retraining.every_weeks" else note.high
            found.append(AssumedInput(whole, value, note.low, max(high, note.low)))
    return found


def settings_with(settings: CampaignSettings, drawn: Drawn) -> CampaignSettings:
    """Return the campaign's settings with the redrawn numbers of its own groups in place."""
    plain = plain_settings(settings)
    for one, number in drawn:
        group, *path = one.key.split(".")
        if group in ADAPTING:
            value_at(plain, [group, *path[:-1]])[path[-1]] = number
    return build_spec(CampaignSettings, {key: plain[key] for key in WEEKLY})


def run_panel(
    campaign: Campaign, scorers: Mapping[str, Scorer], progress: Progress | None = None, retrain: Retrain | None = None
) -> Panel:
    """Run the campaign once in every redrawn set of assumptions; sets that a resumed run has kept are not run again.

    Parameters
    ----------
    scorers : mapping
        Fitted risk models of the study by `sim.shared_draws.risk_key`.
    retrain : Retrain, optional
        What trains learned models on a past of each set; without it they stay those of the study.
    """
    study = campaign.study
    inputs = panel_inputs(campaign)
    sets = list(enumerate(redraw_inputs(study, inputs)))
    mappings = {name: study.mapping(name) for name in study.alternatives}
    work = functools.partial(run_set, campaign, scorers, mappings, retrain)

    def keys() -> list[str]:
        parts = (study_content(study, scorers), windows_content(study), campaign.settings, retrain is not None)
        whole = digest(*parts)
        return [digest(whole, place, *((one.key, number) for one, number in drawn)) for place, drawn in sets]

    done = list(journal.results("panel", work, sets, study.processes, progress, keys))
    refused = {place: outcome for place, outcome in enumerate(done) if isinstance(outcome, str)}
    rows = [row for outcome in done if not isinstance(outcome, str) for row in outcome]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = pd.DataFrame([{one.key: number for one, number in drawn} for _, drawn in sets])
    worst = table.groupby(["draw", "alternative"], sort=False)["true_detection"].min().reset_index()
    worst = worst.rename(columns={"true_detection": "detection_expected"})
    return Panel(RedrawnResults(len(sets), 1, inputs, worst, numbers, refused), table)


def run_set(
    campaign: Campaign,
    scorers: Mapping[str, Scorer],
    mappings: Mapping[str, Mapping[str, Any]],
    retrain: Retrain | None,
    numbered: tuple[int, Drawn],
) -> list[dict[str, object]] | str:
    """Return the rows of one set, or why it makes no sense."""
    place, drawn = numbered
    study = campaign.study
    own = [(one, number) for one, number in drawn if one.key.split(".")[0] in ADAPTING]
    of_study = [(one, number) for one, number in drawn if one.key.split(".")[0] not in ADAPTING]
    try:
        redrawn = mappings_with_redraws(mappings, study.baseline, of_study)
        worlds = {name: build_scenario(mapping) for name, mapping in redrawn.items()}
        models = {risk_key(world): scorers[risk_key(study.alternatives[name])] for name, world in worlds.items()}
        if retrain is not None:
            models |= retrain(worlds, of_study, place)
        settings = settings_with(campaign.settings, own)
        world = dataclasses.replace(campaign, study=dataclasses.replace(study, alternatives=worlds), settings=settings)
        tracks = lived_tracks(world, models, ProcessCache(), place % study.replications)
    except ThroughgateError as error:
        return str(error)
    rows: list[dict[str, object]] = []
    first = settled_week(settings.weeks)
    for name in study.alternatives:
        for adversary in settings.adversaries:
            track = next(one for one in tracks if one.name == name and adversary in one.weeks)
            weeks = [week.played for week in track.weeks[adversary][first:]]  # type: ignore[index]
            found, loads = sum(week.caught for week in weeks), float(sum(week.loads.sum() for week in weeks))
            outside = sum(week.outside for week in weeks)
            detection = found / loads if loads > 0.0 else float("nan")
            values = (place, name, adversary, found, loads, outside, loads + outside, detection)
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows
