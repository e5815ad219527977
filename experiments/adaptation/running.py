"""Carrying a campaign out: one piece a replication, and the tables EPOCHS and OPTIONS of all of them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.adaptation.attempts import AttemptWeek
from experiments.adaptation.campaign_weeks import CampaignWeeks, campaign_window
from experiments.adaptation.request import Campaign
from experiments.adaptation.tracks import Track, TrackWeek, live_through, tracks_of
from experiments.execution import journal
from experiments.execution.content import replication_keys
from experiments.execution.parallel import Progress
from experiments.execution.replicate import ProcessCache, compile_for_run, process_cache, scorers_token
from sim.replication import Scorer
from sim.shared_draws import risk_key
from sim.tables import EPOCHS, OPTIONS, check_table

Columns = dict[str, npt.NDArray[Any]]


class CampaignTables(NamedTuple):
    """EPOCHS and OPTIONS of all replications."""

    epochs: pd.DataFrame
    options: pd.DataFrame


FIRST_LOOK: Final = 2
"""Replications after which a first page can be shown."""
FEWEST_FOR_LOOK: Final = 4
"""Replications of a campaign that is worth a first look."""


def run_campaign(
    campaign: Campaign,
    scorers: Mapping[str, Scorer],
    progress: Progress | None = None,
    show_first: Callable[[CampaignTables], object] | None = None,
) -> CampaignTables:
    """Run every replication of a campaign; those that a resumed run has kept are not run again.

    Parameters
    ----------
    scorers : mapping
        Fitted risk models by `sim.shared_draws.risk_key`.
    show_first : callable, optional
        Is given the tables of the first `FIRST_LOOK` replications as soon as they have run, of a campaign that has
        `FEWEST_FOR_LOOK` or more.

    Returns
    -------
    CampaignTables
        Rows in the order of alternatives, adversaries, replications, weeks and options; the same bytes for any number
        of processes.
    """
    study = campaign.study
    compile_for_run(study.engine, [scenario.policy for scenario in study.alternatives.values()])
    work = functools.partial(run_campaign_replication, campaign, scorers, scorers_token(scorers))
    keys = functools.partial(replication_keys, study, scorers, repr(campaign.settings))
    done: list[tuple[Columns, Columns]] = []
    for piece in journal.results("campaign", work, range(study.replications), study.processes, progress, keys):
        done.append(piece)
        if show_first is not None and len(done) == FIRST_LOOK and study.replications >= FEWEST_FOR_LOOK:
            show_first(_tables(done, campaign))
    return _tables(done, campaign)


def _tables(done: Sequence[tuple[Columns, Columns]], campaign: Campaign) -> CampaignTables:
    return CampaignTables(
        check_table(_joined([piece[0] for piece in done], campaign), EPOCHS, "epochs"),
        check_table(_joined([piece[1] for piece in done], campaign), OPTIONS, "options"),
    )


def run_campaign_replication(
    campaign: Campaign, scorers: Mapping[str, Scorer], token: str, replication: int
) -> tuple[Columns, Columns]:
    """Run one replication: every week of every alternative, and every adversary on the same weeks."""
    tracks = lived_tracks(campaign, scorers, process_cache(token), replication)
    base = next(track for track in tracks if track.name == campaign.study.baseline)
    shares = next(iter(base.weeks.values()))[0].port.prices.shares
    epochs, options = [], []
    for place, name in enumerate(campaign.study.alternatives):
        for number, adversary in enumerate(campaign.attempt_settings()):
            track = next(one for one in tracks if one.name == name and adversary in one.whom)
            keys = {"alternative": place, "adversary": number, "replication": replication}
            epochs.append(_epoch_columns(keys, track, track.weeks[adversary]))
            options.append(_option_columns(keys, campaign, shares, [week.played for week in track.weeks[adversary]]))
    return _stacked(epochs), _stacked(options)


def lived_tracks(
    campaign: Campaign, scorers: Mapping[str, Scorer], shared: ProcessCache, replication: int
) -> list[Track]:
    """Return every track of one replication after all its weeks."""
    study, settings = campaign.study, campaign.settings
    asked = {name: (one, scorers[risk_key(one)]) for name, one in study.alternatives.items()}
    groups = (settings.effort, settings.retraining, settings.partners)
    tracks = tracks_of(asked, settings.rules, campaign.attempt_settings(), groups, campaign.options)
    windows = [campaign_window(study, replication, week) for week in range(settings.weeks)]
    live_through(tracks, CampaignWeeks(study, scorers, shared, replication, campaign.options), windows, study.baseline)
    return tracks


def _epoch_columns(keys: Mapping[str, int], track: Track, weeks: Sequence[TrackWeek]) -> Columns:
    def of_port(name: str) -> npt.NDArray[np.float64]:
        return np.array([week.port.metrics[name] for week in weeks])

    played = [week.played for week in weeks]
    loads = np.array([week.loads.sum() for week in played])
    outside = np.array([week.outside for week in played])
    caught = np.array([week.caught for week in played])
    evasion = np.array([week.best_evasion for week in played])
    detection = np.array([week.detection_rate for week in played])
    return _keyed(keys, len(played)) | {
        "week": np.arange(len(played)),
        "start_date": np.array([window.start_date for window in track.windows], dtype=object),
        "trucks": of_port("trucks").astype(np.int64),
        "wait_mean_min": of_port("wait_mean_min"),
        "scan_rate": of_port("scan_rate"),
        "true_attempts_expected": loads + outside,
        "true_loads_expected": loads,
        "true_outside_expected": outside,
        "true_found_expected": caught,
        "true_delivered_expected": loads - caught,
        "true_detection": detection,
        "true_best_evasion": evasion,
        "true_exploitable": evasion - (1.0 - detection),
        "true_loads_drawn": np.array([week.drawn.sum() for week in played]),
        "found_drawn": np.array([week.found.sum() for week in played]),
        "random_found_drawn": np.array([week.seen.random_finds for week in weeks]),
        "random_loads_projected": np.array([week.seen.random_loads for week in weeks]),
        "model_age_weeks": np.array([week.model_age_weeks for week in weeks], dtype=np.int64),
        "retrained": np.array([week.retrained for week in weeks], dtype=bool),
        "labels_positive": np.array([week.labels_positive for week in weeks], dtype=np.int64),
        "drift_alarm": np.array([week.drift_alarm for week in weeks], dtype=bool),
        "trust_us": np.array([week.partners.state.trust(0) for week in weeks]),
        "trust_mx": np.array([week.partners.state.trust(1) for week in weeks]),
        "sent_share": np.array([week.partners.level.sent for week in weeks]),
        "used_share": np.array([week.partners.level.used for week in weeks]),
        "finds_credited": np.array([week.partners.credited for week in weeks]),
        "leaks_noticed": np.array([week.partners.noticed for week in weeks]),
        "true_leaks_drawn": np.array([week.partners.leaks for week in weeks]),
        "true_called_off_expected": np.array([week.called_off for week in played]),
        "true_rule_known": np.array([week.partners.state.knowledge for week in weeks]),
        "true_sources_left": np.array([week.partners.state.sources for week in weeks]),
        "true_insider_booth": np.array([week.partners.state.insiders.booth for week in weeks]),
        "true_insider_dock": np.array([week.partners.state.insiders.dock for week in weeks]),
        "true_insider_image": np.array([week.partners.state.insiders.image for week in weeks]),
        "planned_loss": np.array([week.planned_losses[0] for week in weeks]),
        "planned_loss_if_ties_against": np.array([week.planned_losses[1] for week in weeks]),
    }


def _option_columns(
    keys: Mapping[str, int], campaign: Campaign, base: npt.NDArray[np.float64], played: Sequence[AttemptWeek]
) -> Columns:
    names = campaign.options.names()
    weeks, many = len(played), len(names)
    loads = np.stack([week.loads.sum(axis=0) for week in played])
    totals = loads.sum(axis=1, keepdims=True)
    repeated = {
        field: np.tile(np.array([getattr(name, field) for name in names], dtype=object), weeks)
        for field in ("front", "day_part", "concealment")
    }
    return (
        _keyed(keys, weeks * many)
        | {"week": np.repeat(np.arange(weeks), many)}
        | repeated
        | {
            "true_base_share": np.tile(base, weeks),
            "true_share": np.divide(loads, totals, out=np.zeros_like(loads), where=totals > 0.0).ravel(),
            "true_loads_expected": loads.ravel(),
            "true_detection": np.concatenate([week.detection for week in played]),
            "true_loads_drawn": np.concatenate([week.drawn.sum(axis=0) for week in played]),
            "found_drawn": np.concatenate([week.found.sum(axis=0) for week in played]),
        }
    )


def _keyed(keys: Mapping[str, int], rows: int) -> Columns:
    return {name: np.full(rows, place, dtype=np.int64) for name, place in keys.items()}


def _stacked(parts: Sequence[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _joined(parts: Sequence[Columns], campaign: Campaign) -> pd.DataFrame:
    """Return the rows of all replications, by alternative, adversary and replication, with names for places."""
    whole = _stacked(parts)
    order = np.lexsort((whole["replication"], whole["adversary"], whole["alternative"]))
    frame = pd.DataFrame({name: values[order] for name, values in whole.items()})
    for column, names in _names(campaign):
        frame[column] = pd.Series(np.array(names, dtype=object)[frame[column].to_numpy()], dtype="str")
    return frame


def _names(campaign: Campaign) -> Iterator[tuple[str, list[str]]]:
    yield "alternative", list(campaign.study.alternatives)
    yield "adversary", list(campaign.settings.adversaries)
