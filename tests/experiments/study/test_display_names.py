"""Labels and lines of explanation: taken out of what decides results, checked, derived, combined."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments.study.compose import compose_config
from experiments.study.display_names import take_display_names
from experiments.study.sources import CONFIGS
from experiments.study.study import build_study
from sim.errors import ConfigError

EXPERIMENTS = sorted((CONFIGS / "experiment").glob("*.yaml"))
SHORT = 28
FEW = "+alternatives.few={label: 'Few lanes', about: 'Opens four.', overrides: ['policy=threshold']}"
MORE = "+alternatives.more_lanes=['policy=todays_practice']"


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_every_alternative_that_is_shipped_says_what_it_does(path: Path) -> None:
    content = yaml.safe_load(path.read_text("utf-8"))
    for group in ("alternatives", "crossed_with"):
        for name, values in content.get(group, {}).items():
            assert 0 < len(values["label"]) <= SHORT, name
            assert values["about"].endswith("."), name


def test_no_sentence_can_speak_of_a_baseline_called_none() -> None:
    """Of a label such as none, "the port under none does not carry what is wanted" reads as if nothing did."""
    for path in EXPERIMENTS:
        content = yaml.safe_load(path.read_text("utf-8"))
        labels = [values["label"] for values in content.get("alternatives", {}).values()]
        assert not [label for label in labels if label.lower() in ("none", "no", "null")], path.stem
    state = build_study(["experiment=state_inspection"], "fund")
    assert state.names.label(state.baseline) == "No state inspection"


@pytest.mark.parametrize("group", ["policy", "risk"])
def test_every_policy_and_risk_model_says_what_it_does(group: str) -> None:
    for path in (CONFIGS / group).glob("*.yaml"):
        content = yaml.safe_load(path.read_text("utf-8"))
        assert 0 < len(content["label"]) <= SHORT, path
        assert content["about"].endswith("."), path


def test_names_decide_no_result() -> None:
    found = compose_config(["policy=threshold"])
    assert found.names["policy"]["label"] == "Risk-score cutoff"
    assert not {"label", "about"} & (found.mapping["policy"].keys() | found.mapping["risk"].keys())


def test_a_list_and_a_mapping_of_overrides_are_the_same_alternative() -> None:
    with_label = build_study([FEW, MORE], "compare")
    without = build_study(["+alternatives.few=['policy=threshold']", MORE], "compare")
    assert with_label.own_overrides == without.own_overrides
    assert with_label.alternatives == without.alternatives
    assert with_label.names.label("few") == "Few lanes"
    assert without.names.label("few") == "Few"


def test_an_alternative_without_a_label_bears_its_id_and_what_its_policy_does() -> None:
    names = build_study([FEW, MORE], "compare").names
    assert names.label("more_lanes") == "More lanes"
    assert names.about("more_lanes").startswith("Scans the riskiest trucks by the targeting rules")


def test_one_policy_that_runs_alone_bears_its_own_name() -> None:
    assert build_study(["policy=threshold"], "run").names.label("threshold") == "Risk-score cutoff"


def test_crossed_alternatives_combine_labels() -> None:
    crossed = "+crossed_with.docks={label: 'FAST docks', about: 'Eight docks.', overrides: ['staffing.docks=8']}"
    study = build_study([FEW, MORE, crossed], "compare")
    assert study.names.label("docks.few") == "Few lanes, FAST docks"
    assert study.names.about("docks.few") == "Opens four. Eight docks."
    assert study.names.split("docks.few", study.crossed_with) == ("docks", "few")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"label": "", "overrides": []}, "alternatives.x.label: expected plain text, got ''"),
        ({"label": 27, "overrides": []}, "alternatives.x.label: expected plain text, got 27"),
        ({"label": "a <b>", "overrides": []}, "without markup, got < > in"),
        ({"label": "a\nb", "overrides": []}, "without markup, got line breaks in"),
        ({"label": "a" * 61, "overrides": []}, "at most 60 characters, got 61"),
        ({"about": "a" * 241, "overrides": []}, "alternatives.x.about: at most 240 characters"),
        ({"label": "a"}, "alternatives.x.overrides: expected a list of overrides, got None"),
        ({"label": "a", "override": []}, "alternatives.x.override: unknown key; known"),
    ],
)
def test_a_text_that_is_no_label_is_refused_in_one_line(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        take_display_names({"alternatives": {"x": values}})
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_alternatives_with_one_label_are_refused() -> None:
    other = "+alternatives.other={label: 'few LANES', overrides: ['policy=todays_practice']}"
    with pytest.raises(ConfigError, match=r"alternatives.other.label: 'few LANES' is the label of 'few', too"):
        build_study([FEW, other], "compare")
