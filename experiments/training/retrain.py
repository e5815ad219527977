"""Learned models retrained in a redrawn set of assumptions, as a port that trains anew each year would have them.

The trucks and selections of one common past are labeled anew under the set's threat, scanners and sharing
(`experiments.training.relabel`), and the model is fitted to that. Models are kept by content, so that processes,
repeated runs and resumed ones share them: each in a file with a keyed checksum that is verified before a byte of it is
read (`sim.caching.cache_files`). They have no card and none of the text that `models.store` writes for a model that
people look at, which took as long as the fit. Rules need no training.
"""

from __future__ import annotations

import dataclasses
import functools
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from experiments.execution.parallel import Progress
from experiments.execution.redraws import AssumedInput, mapping_with_redraws
from experiments.study.compose import PARTS
from experiments.study.study import compose_mapping
from experiments.training.cache import code_hash, model_folders, name_by_content
from experiments.training.common_past import CommonPast, FeatureGrid
from experiments.training.past_practice import TODAYS_OVERRIDES, port_before_change
from experiments.training.relabel import relabeled_examples
from experiments.training.simulated_history import draw_feature_sample, draw_history
from experiments.training.train import keep_inspected, read_table
from models.fitted import FittedRisk
from models.registry import make_risk_model
from sim.caching import cache_files
from sim.errors import ModelError
from sim.replication import Scorer
from sim.scenario import Risk, Scenario, build_scenario, replace_parts
from sim.shared_draws import risk_as_trained, risk_key

MOST_PASTS: Final = 2
"""Common pasts that a process keeps (about 150 MB each): a study's alternatives at one port share one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """How the learned models of a study are retrained in each set of assumptions; any process can do it."""

    pasts: Mapping[str, Scenario]
    """By alternative with a learned model: whose port, traffic and threat gave the past of its model."""
    baseline: Mapping[str, Any]
    """The baseline as plain values."""
    today: Mapping[str, Any]
    """Today's practice as plain values."""

    @classmethod
    def of(cls, baseline: Mapping[str, Any], pasts: Mapping[str, Scenario]) -> Self:
        """Return how models are retrained, given the baseline as plain values and the `pasts`."""
        whole = compose_mapping(TODAYS_OVERRIDES)
        return cls(pasts=pasts, baseline=baseline, today={part: whole[part] for part in PARTS})

    def prepare(self, processes: int, progress: Progress | None = None) -> None:
        """Draw the common pasts that are not kept yet."""
        for kept in {PastAt(_inspected_path(past), past) for past in self.pasts.values()}:
            if not kept.path.exists():
                _draw_inspected(kept.past, processes, progress)

    def __call__(
        self, worlds: Mapping[str, Scenario], drawn: Sequence[tuple[AssumedInput, float]], place: int
    ) -> dict[str, Scorer]:
        """Return the learned models of one set, by `sim.shared_draws.risk_key` of the set's alternatives.

        Parameters
        ----------
        worlds : mapping
            The alternatives under the set's assumptions.
        drawn : sequence
            The set's numbers, of which today's scanners take what concerns them.
        place : int
            Number of the set.

        Raises
        ------
        ModelError
            Nothing was seized in the past of this set.
        """
        scanner = build_scenario(mapping_with_redraws(self.today, self.baseline, drawn)).scanner
        found: dict[str, Scorer] = {}
        for name, past in self.pasts.items():
            world = worlds[name]
            if risk_key(world) not in found:
                set_past = replace_parts(
                    port_before_change(world.risk, replace_parts(past, threat=world.threat, sharing=world.sharing)),
                    scanner=scanner,
                )
                fitted = retrained(world.risk, past, set_past, place)
                found[risk_key(world)] = dataclasses.replace(fitted, heeds_tips=world.risk.tier == "tip")
        return found


def retrained(risk: Risk, past: Scenario, set_past: Scenario, place: int) -> FittedRisk:
    """Return the model fitted to the common past of ``past``, labeled anew under ``set_past``: kept, or fitted now."""
    as_trained = risk_as_trained(risk, set_past.sharing)
    decides = (_inspected_path(past).name, repr(set_past), repr(as_trained), str(place), "retrained", code_hash())
    path = cache_files.cache().root / "retrained" / f"{name_by_content(*decides)}.pickle"
    kept = cache_files.read(path)
    if kept is not None:
        found: FittedRisk = pickle.loads(kept)  # noqa: S301  verified by `read`
        return found
    examples, sample = relabeled_examples(common_past_of(past), set_past, as_trained.labels, place)
    fitted, _ = FittedRisk.from_labels(risk.name, make_risk_model(as_trained), examples, sample)
    cache_files.write(path, pickle.dumps(fitted, protocol=pickle.HIGHEST_PROTOCOL))
    return fitted


def common_past_of(past: Scenario) -> CommonPast:
    """Return the trucks that the port of a past inspected, from the cache or drawn now."""
    return common_past(PastAt(_inspected_path(past), past))


@dataclass(frozen=True, slots=True)
class PastAt:
    """Whose past it is, told apart by the file that keeps it."""

    path: Path
    past: Scenario = field(compare=False)


@functools.lru_cache(maxsize=MOST_PASTS)
def common_past(kept: PastAt) -> CommonPast:
    """Return the inspected trucks of a past; drawn again where they are not kept any more."""
    rows = read_table(kept.path)
    if rows is None:
        _draw_inspected(kept.past, 1, None)
        rows = read_table(kept.path)
    if rows is None:
        raise ModelError(f"cannot keep the past in {kept.path.parent}")
    sample = draw_feature_sample(_own_past(kept.past))
    return CommonPast(
        rows=rows,
        sample=sample,
        grid=FeatureGrid.of(sample),
        trucks=int(rows.attrs["trucks"]),
        opened_share=float(rows.attrs["opened_share"]),
    )


def _own_past(past: Scenario) -> Scenario:
    return port_before_change(dataclasses.replace(past.risk, tier="own"), past)


def _inspected_path(past: Scenario) -> Path:
    return model_folders(past.risk, past).inspected


def _draw_inspected(past: Scenario, processes: int, progress: Progress | None) -> None:
    keep_inspected(_inspected_path(past), draw_history(_own_past(past), "opened", processes, progress))
