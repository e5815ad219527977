"""What all risk models share: settings checked by name, labels checked by kind."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from examples import labelled, risk

from models.base import UNLABELLED, thread_pool_controller
from models.baselines import check_settings
from models.registry import RISK_MODELS, make_risk_model
from sim.errors import ConfigError, ModelError

NAMES = sorted(RISK_MODELS)


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_checked_by_name(name: str) -> None:
    found = risk(name)
    known = next(iter(found.settings))
    for settings, key, problem in (
        (found.settings | {"leafs": 1.0}, "leafs", "unknown setting; known"),
        ({k: v for k, v in found.settings.items() if k != known}, known, "missing"),
        (found.settings | {known: 1e9}, known, "must be between"),
    ):
        with pytest.raises(ConfigError, match=problem) as caught:
            make_risk_model(dataclasses.replace(found, settings=settings))
        assert caught.value.key == f"risk.settings.{key}"
    with pytest.raises(ConfigError, match="must be between"):
        check_settings(RISK_MODELS[name].KNOWN, found.settings | {known: float("nan")})


@pytest.mark.parametrize("name", [n for n in NAMES if RISK_MODELS[n].NEEDS_LABELS])
@pytest.mark.parametrize("found", [0, 1])
def test_labels_of_one_kind_teach_nothing(name: str, found: int) -> None:
    model, past = make_risk_model(risk(name)), labelled()
    unknown = np.where(np.arange(len(past[0])) % 2 == 0, found, UNLABELLED)
    for label in (np.full(len(past[0]), found), unknown, None):
        with pytest.raises(ModelError, match="need no labels"):
            model.fit(past[0], label)


@pytest.mark.parametrize("name", ["logistic", "boosted"])
def test_trucks_that_nobody_opened_teach_labels_nothing(name: str) -> None:
    raw, label = labelled()
    raw, label = raw[:3000], label[:3000]
    more = np.concatenate([raw, raw[:500]])
    with_more = make_risk_model(risk(name)).fit(more, np.concatenate([label, np.full(500, UNLABELLED)]))
    alone = make_risk_model(risk(name)).fit(raw, label)
    np.testing.assert_array_equal(with_more.decision_function(raw), alone.decision_function(raw))


def test_as_many_labels_as_trucks() -> None:
    raw, label = labelled()
    with pytest.raises(ModelError, match="labels"):
        make_risk_model(risk("logistic")).fit(raw, label[:-1])


def test_one_thread_while_judging() -> None:
    with thread_pool_controller().limit(limits=1):
        assert {library["num_threads"] for library in thread_pool_controller().info()} <= {1}
