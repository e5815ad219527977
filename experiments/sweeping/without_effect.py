"""Overrides and alternatives that change nothing, named before the run with the key that would act.

What a key is capped by is known of some (`experiments.sweeping.acting_keys`); whether it is so here is seen in a first
replication, run with and without the override. No risk model is trained for it: trucks are scored by the hidden chance
that they carry, once as it is and once turned round for keys of the risk model.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from experiments.execution.replicate import ProcessCache, run_replication
from experiments.study.compose import PARTS, overrides_of_parts, parse_overrides, value_at
from experiments.study.study import Study, checked_scenario, compose_mapping, overrides_with_experiment
from experiments.sweeping.acting_keys import known_acting_key
from sim.errors import ThroughgateError
from sim.frames import column
from sim.replication import Replication, Scorer
from sim.scenario import Scenario, replace_parts
from sim.shared_draws import risk_key

JUDGING: Final = ("policy", "risk")
"""Parts of a scenario of which alternatives differ as a rule; what others do, the first alternative shows."""


@dataclasses.dataclass(frozen=True, slots=True)
class HiddenChance:
    """Scores by the hidden chance that a truck carries, or by its opposite."""

    reverse: bool = False

    def score(self, manifest: pd.DataFrame) -> pd.DataFrame:
        """Return SCORES of a MANIFEST."""
        p = pd.Series(column(manifest, "true_p_carrying"))
        p = 1.0 - p if self.reverse else p
        risk_score = p.rank(pct=True) - 0.5 / max(len(p), 1)
        return pd.DataFrame({"truck": column(manifest, "truck"), "p_hit": p, "risk_score": risk_score})


def lines_without_effect(study: Study) -> list[str]:
    """Return a line for each override and each alternative of a study that changes nothing.

    Examples
    --------
    >>> from experiments.study.study import build_study
    >>> lines_without_effect(build_study(["staffing=timetable", "port.primary.lanes=16", "days=1"], "run"))
    ['port.primary.lanes=16 changes nothing at a first look; staffing.extra_lanes acts: the timetable
    port.primary.open_by_shift says how many are open.']
    """
    return [*_equal_alternatives(study), *_users_overrides(study), *_overrides_of_alternatives(study)]


def _equal_alternatives(study: Study) -> Iterator[str]:
    """Give the alternatives that are another one under a second name."""
    names = list(study.alternatives)
    for place, name in enumerate(names):
        same = next((n for n in names[:place] if study.alternatives[n] == study.alternatives[name]), None)
        if same is not None:
            yield f"alternative {name} changes no input: it is {same} under another name."


def _users_overrides(study: Study) -> Iterator[str]:
    asked = overrides_with_experiment(study.overrides, study.verb)
    for override in parse_overrides(study.overrides):
        text, key = str(override.input_line), override.key_or_group.split("@")[0]
        if key.split(".")[0] not in PARTS:
            continue
        rest = [other for other in asked if other != text]
        if "." in key and (value := _unchanged(study, rest, key)) is not None:
            shown = "the same" if isinstance(value, Mapping | list) else value
            yield f"{text} changes no input: {key} is {shown} without it."
            continue
        hint = known_acting_key(key, study.alternatives[study.baseline])
        if not hint:
            continue
        without = {name: (*rest, *own) for name, own in study.own_overrides.items()}
        if _changes_nothing(study, key, without):
            yield f"{text} changes nothing at a first look; {hint}."


def _unchanged(study: Study, rest: list[str], key: str) -> object | None:
    """Return the value that a key has with and without its override; None: it changes, or cannot be without."""
    own = study.own_overrides[study.baseline]
    *above, last = key.split(".")
    try:
        parents = [
            value_at(compose_mapping(overrides_of_parts((*words, *own))), above)
            for words in (rest, overrides_with_experiment(study.overrides, study.verb))
        ]
    except ThroughgateError:
        return None
    before, after = (parent.get(last) if isinstance(parent, Mapping) else None for parent in parents)
    return before if before == after else None


def _overrides_of_alternatives(study: Study) -> Iterator[str]:
    """Give the alternatives' own overrides that change nothing beside the rest of their alternative."""
    asked = overrides_with_experiment(study.overrides, study.verb)
    for name, own in study.own_overrides.items():
        for override in parse_overrides(own):
            hint = known_acting_key(override.key_or_group, study.alternatives[name])
            if not hint or override.key_or_group in JUDGING:
                continue
            without = {name: (*asked, *(other for other in own if other != str(override.input_line)))}
            if _changes_nothing(study, override.key_or_group, without):
                yield f"alternative {name}: {override.input_line} changes nothing at a first look; {hint}."


def _changes_nothing(study: Study, key: str, overrides: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether alternatives give the same first replication under other overrides."""
    for name in _telling(study, key, list(overrides)):
        with_it = study.alternatives[name]
        if key.split(".", maxsplit=1)[0] == "risk":
            runs = [_metrics(study, with_it, HiddenChance(reverse)) for reverse in (False, True)]
        else:
            try:
                without = checked_scenario(compose_mapping(overrides_of_parts(overrides[name])))
            except ThroughgateError:
                return False  # it cannot be left out, so it acts
            runs = [_metrics(study, scenario, HiddenChance()) for scenario in (with_it, without)]
        if runs[0] != runs[1]:
            return False
    return True


def _telling(study: Study, key: str, names: list[str]) -> list[str]:
    """Return the alternatives of which no other tells the same about a key, the baseline first."""
    names = sorted(names, key=lambda name: name != study.baseline)
    if key.split(".", maxsplit=1)[0] in JUDGING:
        return names
    first = study.alternatives[names[0]]
    seen: list[Scenario] = []
    told = []
    for name in names:
        place = replace_parts(study.alternatives[name], policy=first.policy, risk=first.risk)
        if place not in seen:
            seen.append(place)
            told.append(name)
    return told


def _metrics(study: Study, scenario: Scenario, scorer: Scorer) -> bytes:
    one = dataclasses.replace(study, alternatives={study.baseline: scenario})
    done = run_replication(one, {risk_key(scenario): scorer}, ProcessCache(), 0, Replication.run_metrics)
    (row,) = done.rows
    # how many trucks score high is a measure of the scores, whoever reads them
    told = {name: value for name, value in row.items() if name != "alternative" and "high_risk" not in name}
    numbers = [float(value) for value in told.values() if isinstance(value, int | float | np.number)]
    return np.array(numbers).tobytes()
