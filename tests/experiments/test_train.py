"""Models are trained once, found again, and rank trucks as the funding case claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import train
from experiments.study.study import build_study
from experiments.training import past_practice, simulated_history
from experiments.training import train as training
from experiments.training.cache import ModelFolders, model_folders
from models import store
from models.evaluate import auc, evaluate_at_capacity
from models.fitted import FittedRisk
from sim.caching import cache_files
from sim.errors import ModelError
from sim.scenario import Scenario
from sim.setting.window import EVALUATION, Window
from sim.trucks.manifest import draw_manifest

SMALL = ("threat.prevalence_per_truck=0.008", "traffic.volume_scale=0.1")
"""A tenth of the traffic with eighty times the loads: as many positives as the real port has."""
DAYS_PER_YEAR = 91.0
"""Five years of a quarter each: what is tested does not hang on the length of a year."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THROUGHGATE_CACHE", str(folder))
        for module in (past_practice, simulated_history):
            patch.setattr(module, "DAYS_PER_YEAR", DAYS_PER_YEAR)
        # A small port has few clean trucks; the oracle keeps as many of them as from a large one.
        patch.setattr(simulated_history, "ORACLE_EVERY_CLEAN", 40)
        yield folder


@pytest.fixture(scope="module")
def make(cache: Path, make_scenario: Callable[..., Scenario]) -> Callable[..., FittedRisk]:
    def ensure(*overrides: str) -> FittedRisk:
        scenario = make_scenario(*SMALL, *overrides)
        return training.ensure_fitted(scenario.risk, scenario, 1)

    return ensure


@pytest.fixture(scope="module")
def trucks(make_scenario: Callable[..., Scenario]) -> pd.DataFrame:
    """Two full weeks of other years than the history."""
    scenario = make_scenario(SMALL[0])
    windows = [
        Window(seed=1, epoch=EVALUATION, replication=r, start_date=f"2024-{3 * r + 1:02d}-08", days=7) for r in (0, 2)
    ]
    return pd.concat([draw_manifest(scenario, window) for window in windows], ignore_index=True)


def test_boosted_beats_rules_beats_chance(make: Callable[..., FittedRisk], trucks: pd.DataFrame) -> None:
    p = trucks["true_p_carrying"].to_numpy()
    found = {
        name: evaluate_at_capacity(make(f"risk={name}").score(trucks)["risk_score"].to_numpy(), p, 0.27)
        for name in ("constant", "rules", "logistic", "boosted")
    }
    rate = {name: capacity.detection_rate for name, capacity in found.items()}
    half_width = 1.96 * np.sqrt((p**2).sum()) / p.sum()
    assert rate["constant"] == pytest.approx(0.27)
    assert rate["rules"] > 0.27 + 0.05 + half_width
    assert rate["boosted"] > rate["rules"] + 0.05 + half_width
    assert rate["logistic"] > rate["rules"] + 0.05 + half_width


def test_the_oracle_is_an_upper_bound(make: Callable[..., FittedRisk], trucks: pd.DataFrame) -> None:
    p = trucks["true_p_carrying"].to_numpy()
    scores = [make("risk=boosted", f"risk.labels={labels}").score(trucks) for labels in ("opened", "oracle")]
    opened, oracle = (auc(score["risk_score"].to_numpy(), p) for score in scores)
    assert opened < oracle + 0.005
    assert oracle < auc(p, p)


def test_p_hit_is_of_the_right_size(make: Callable[..., FittedRisk], trucks: pd.DataFrame) -> None:
    scores = make("risk=boosted").score(trucks)
    p = trucks["true_p_carrying"].to_numpy()
    # An exam finds about nine loads in ten; the level is learnt from some two hundred seizures.
    assert scores["p_hit"].mean() == pytest.approx(0.88 * p.mean(), rel=0.25)
    top = scores["risk_score"].to_numpy() > 0.9
    assert scores["p_hit"][top].mean() == pytest.approx(0.88 * p[top].mean(), rel=0.5)
    assert scores["risk_score"].mean() == pytest.approx(0.5, abs=0.03)


def test_it_is_found_again_and_never_drawn_again(
    make: Callable[..., FittedRisk], trucks: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make("risk=boosted").score(trucks)
    monkeypatch.setattr(training, "train_model", lambda *_: pytest.fail("trained again"))
    assert make("risk=boosted").score(trucks).equals(first)


def test_models_share_one_past(make: Callable[..., FittedRisk], monkeypatch: pytest.MonkeyPatch) -> None:
    make("risk=boosted")
    monkeypatch.setattr(simulated_history, "draw_history", lambda *_: pytest.fail("drawn again"))
    make("risk=boosted", "risk.settings.trees=10")
    make("risk=logistic", "risk.settings.inverse_penalty=0.02")


def test_training_again_gives_the_same_bytes(
    make: Callable[..., FittedRisk],
    make_scenario: Callable[..., Scenario],
    trucks: pd.DataFrame,
    capfd: pytest.CaptureFixture[str],
) -> None:
    scenario = make_scenario(*SMALL, "risk=boosted")
    place = model_folders(scenario.risk, scenario)
    first = make("risk=boosted").score(trucks)
    (place.model / store.MODEL_FILE).write_bytes(b"damaged")
    place.history.write_bytes(b"damaged")
    said: list[str] = []
    again = training.ensure_fitted(scenario.risk, scenario, 1, say=said.append)
    assert again.score(trucks).equals(first)
    assert [line.startswith("training again") for line in said] == [True]
    assert store.load_model(place.model).score(trucks).equals(first)
    (line,) = capfd.readouterr().err.splitlines()
    assert str(place.history) in line


def test_what_does_not_decide_a_model_does_not_name_it(make_scenario: Callable[..., Scenario]) -> None:
    def place(*overrides: str) -> ModelFolders:
        scenario = make_scenario("risk=boosted", *overrides)
        return model_folders(scenario.risk, scenario)

    base = place()
    assert place("policy=scan_everything", "staffing=april_2019") == base
    assert place("risk.settings.trees=61").history == base.history
    assert place("risk.settings.trees=61").model != base.model
    for change in ("risk.labels=oracle", "risk.history_seed=1", "threat.hidden_ln_sd=1.0"):
        assert place(change).history != base.history
        assert place(change).model != base.model


def test_the_card_tells_the_past(make: Callable[..., FittedRisk], make_scenario: Callable[..., Scenario]) -> None:
    make("risk=boosted")
    scenario = make_scenario(*SMALL, "risk=boosted")
    place = model_folders(scenario.risk, scenario)
    record = store.load_card(place.model)
    assert record["training"]["period"] == "2019-01-07 to 2020-04-05"
    assert record["training"]["weeks"] == 5 * DAYS_PER_YEAR // 7
    assert record["held_out"]["positives"] < record["training"]["positives"]
    assert len(record["reliability"]) >= 3
    lines = train.training_summary(record, 1.0)
    assert any("positives among" in line for line in lines)
    assert sum("%" in line for line in lines) >= len(training.CAPACITIES)
    assert json.dumps(record, allow_nan=False)


@pytest.mark.parametrize("name", ["rules", "constant"])
def test_models_without_labels_need_no_seizure(name: str, cache: Path, make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario("port=bare", "traffic=flat", "traffic.trucks_per_h=20", f"risk={name}")
    fitted = training.ensure_fitted(scenario.risk, scenario, 1)
    place = model_folders(scenario.risk, scenario)
    assert fitted.name == name
    assert not place.history.exists()
    assert store.load_card(place.model)["held_out"] is None


def test_a_port_that_opens_nobody_teaches_nothing(cache: Path, make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario("port=bare", "traffic=flat", "traffic.trucks_per_h=5", "risk=boosted")
    with pytest.raises(ModelError, match="no seizure in the simulated past") as caught:
        training.ensure_fitted(scenario.risk, scenario, 1)
    assert "\n" not in str(caught.value)
    assert not model_folders(scenario.risk, scenario).model.exists()


def test_a_cache_that_cannot_be_written_is_done_without_in_one_line(
    tmp_path: Path,
    make_scenario: Callable[..., Scenario],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path / "file"))
    monkeypatch.setenv(cache_files.STAND_IN, "")
    (tmp_path / "file").write_text("not a folder")
    scenario = make_scenario("port=bare", "traffic=flat", "traffic.trucks_per_h=5", "risk=rules")
    assert training.ensure_fitted(scenario.risk, scenario, 1).name == "rules"
    (line,) = capfd.readouterr().err.splitlines()
    assert "expected a folder" in line


def test_a_model_that_cannot_be_kept_is_used_all_the_same(
    tmp_path: Path, make_scenario: Callable[..., Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHGATE_CACHE", str(tmp_path / "cache"))
    scenario = make_scenario("port=bare", "traffic=flat", "traffic.trucks_per_h=5", "risk=rules")
    place = model_folders(scenario.risk, scenario)
    place.model.parent.write_text("not a folder")
    said: list[str] = []
    assert training.ensure_fitted(scenario.risk, scenario, 1, say=said.append).name == "rules"
    assert [line.startswith("not kept: ") for line in said] == [True]


def test_verb_says_what_it_did(
    cache: Path, capsys: pytest.CaptureFixture[str], make: Callable[..., FittedRisk]
) -> None:
    make("risk=boosted")
    assert train.carry_out(build_study([*SMALL, "risk=boosted", "processes=1"], "train")) == 0
    said = capsys.readouterr().out
    for part in ("boosted: ready in", "positives among", "27.0%", "model and card:"):
        assert part in said
    assert all(len(line) <= 80 for line in said.splitlines() if not line.startswith("/"))


def test_spread_and_reasons_are_told_when_asked_for(
    cache: Path, capsys: pytest.CaptureFixture[str], make: Callable[..., FittedRisk]
) -> None:
    make("risk=logistic")
    overrides = [*SMALL, "risk=logistic", "processes=1", "spread=2", "explain=3"]
    assert train.carry_out(build_study(overrides, "train")) == 0
    said = capsys.readouterr().out
    assert said.count("because: ") == 3
    assert "exact" in said
    for part in ("trained on 2 pasts", "cost of opened", "loads in 27.0%", "AUC"):
        assert part in said


def test_a_model_that_learns_nothing_has_no_spread(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.carry_out(build_study([*SMALL, "risk=rules", "processes=1", "spread=2", "explain=1"], "train")) == 0
    said = capsys.readouterr().out
    assert "because: " in said
    assert "pasts" not in said
