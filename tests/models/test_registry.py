"""Risk models keep scikit-learn's promises, refuse wrong settings, and rank as they should."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import numpy as np
import pytest
from examples import drawn, labelled, risk
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

from models.base import RiskModel
from models.baselines import RULES, meets_rule
from models.evaluate import evaluate_at_capacity
from models.features import FEATURES, feature_column
from models.registry import RISK_MODELS, ConstantRisk, make_risk_model
from sim.errors import ConfigError
from sim.scenario import Risk

NAMES = sorted(RISK_MODELS)


@pytest.fixture(scope="module")
def risks() -> dict[str, Risk]:
    return {name: risk(name) for name in NAMES}


@pytest.fixture(scope="module", name="drawn")
def fixture_drawn() -> tuple[np.ndarray, np.ndarray]:
    return drawn()


@pytest.fixture(scope="module")
def past() -> tuple[np.ndarray, np.ndarray]:
    return labelled()


@parametrize_with_checks(
    [ConstantRisk(settings={"base_p_hit": 1e-4})],
    expected_failed_checks=lambda _: {
        "check_classifiers_train": "it does not learn, by design",
        "check_classifiers_classes": "labels are 0 and 1",
        "check_classifiers_one_label": "labels are not read",
        "check_classifiers_regression_target": "labels are not read",
        "check_supervised_y_no_nan": "labels are not read",
        "check_supervised_y_2d": "labels are not read",
        "check_all_zero_sample_weights_error": "weights are not read",
        "check_sample_weights_shape": "weights are not read",
    },
)
def test_the_dummy_passes_scikit_learns_own_checks(
    estimator: BaseEstimator, check: Callable[[BaseEstimator], None]
) -> None:
    check(estimator)


@pytest.mark.parametrize("name", NAMES)
class TestPromises:
    def test_init_only_stores(self, name: str, risks: dict[str, Risk]) -> None:
        settings = risks[name].settings
        model = RISK_MODELS[name](settings=settings)
        assert vars(model) == {"settings": settings, "seed": 0}
        assert model.get_params(deep=False) == {"settings": settings, "seed": 0}
        assert clone(model).settings == settings

    def test_fit_returns_self_and_keeps_parameters(
        self, name: str, risks: dict[str, Risk], past: tuple[np.ndarray, np.ndarray]
    ) -> None:
        model, raw = make_risk_model(risks[name]), past[0].copy()
        assert model.fit(raw, past[1]) is model
        assert model.settings == risks[name].settings
        learnt = [key for key in vars(model) if key not in ("settings", "seed")]
        assert all(key.endswith("_") for key in learnt)
        assert model.n_features_in_ == len(FEATURES)
        np.testing.assert_array_equal(raw, past[0])

    def test_what_is_not_fitted_says_so(
        self, name: str, risks: dict[str, Risk], past: tuple[np.ndarray, np.ndarray]
    ) -> None:
        with pytest.raises(NotFittedError):
            make_risk_model(risks[name]).decision_function(past[0])

    def test_fitting_twice_gives_the_same_bytes(
        self, name: str, risks: dict[str, Risk], past: tuple[np.ndarray, np.ndarray]
    ) -> None:
        once = make_risk_model(risks[name]).fit(*past)
        first = once.decision_function(past[0])
        again = once.fit(*past).decision_function(past[0])
        np.testing.assert_array_equal(first, again)

    def test_threads_do_not_change_a_bit(
        self, name: str, risks: dict[str, Risk], past: tuple[np.ndarray, np.ndarray]
    ) -> None:
        found = []
        for threads in (1, 2):
            with threadpool_limits(limits=threads):
                found.append(make_risk_model(risks[name]).fit(*past).decision_function(past[0]))
        np.testing.assert_array_equal(*found)

    def test_a_score_depends_on_the_trucks_own_row(
        self, name: str, risks: dict[str, Risk], past: tuple[np.ndarray, np.ndarray]
    ) -> None:
        model = make_risk_model(risks[name]).fit(*past)
        together = model.decision_function(past[0])
        np.testing.assert_array_equal(together[5:9], model.decision_function(past[0][5:9]))
        np.testing.assert_array_equal(together[::-1], model.decision_function(past[0][::-1]))

    def test_other_widths_are_refused(
        self, name: str, risks: dict[str, Risk], past: tuple[np.ndarray, np.ndarray]
    ) -> None:
        model = make_risk_model(risks[name]).fit(*past)
        with pytest.raises(ValueError, match="features"):
            model.decision_function(past[0][:, :-1])


def test_an_unknown_model_is_refused(risks: dict[str, Risk]) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"known {NAMES}")):
        make_risk_model(dataclasses.replace(risks["rules"], name="oracle"))


def test_rules_have_the_published_operating_point(risks: dict[str, Risk], drawn: tuple[np.ndarray, np.ndarray]) -> None:
    raw, p = drawn
    score = make_risk_model(risks["rules"]).fit(raw).decision_function(raw)
    rate = evaluate_at_capacity(score, p, 0.036).detection_rate
    # Variance of a ratio of sums over trucks, each of which counts P(carrying).
    half_width = 1.96 * np.sqrt((p**2).sum() * rate) / p.sum()
    assert rate - half_width > 0.05
    assert rate + half_width < 0.08


def test_rules_beat_chance_where_the_port_scans(risks: dict[str, Risk], drawn: tuple[np.ndarray, np.ndarray]) -> None:
    raw, p = drawn
    score = make_risk_model(risks["rules"]).fit(raw).decision_function(raw)
    rate = evaluate_at_capacity(score, p, 0.27).detection_rate
    assert rate - 1.96 * np.sqrt((p**2).sum() * rate) / p.sum() > 0.27 + 0.05


def test_each_rule_adds_its_weight(risks: dict[str, Risk], drawn: tuple[np.ndarray, np.ndarray]) -> None:
    raw, settings = drawn[0][::80], risks["rules"].settings
    base = make_risk_model(risks["rules"]).fit(raw).decision_function(raw)
    for rule in RULES:
        changed = settings | {rule.name: settings[rule.name] + 1.0}
        more = RISK_MODELS["rules"](changed).fit(raw).decision_function(raw) - base
        np.testing.assert_array_equal(more, meets_rule(rule, raw, settings))
        assert 0 < more.sum() < len(raw), rule.name


def test_constant_ignores_its_input(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    model: RiskModel = ConstantRisk({"base_p_hit": 1e-4}).fit(drawn[0])
    assert len(np.unique(model.decision_function(drawn[0]))) == 1


def test_boosted_never_scores_against_what_an_inspector_expects(
    risks: dict[str, Risk], past: tuple[np.ndarray, np.ndarray]
) -> None:
    model, raw = make_risk_model(risks["boosted"]).fit(*past), past[0]
    before = model.decision_function(raw)
    mismatch = raw.copy()
    mismatch[:, FEATURES.index("seal_mismatch")] = 1.0
    assert (model.decision_function(mismatch) >= before).all()
    older = raw.copy()
    older[:, FEATURES.index("carrier_age_days")] += 1000.0
    assert (model.decision_function(older) <= before).all()


@pytest.mark.parametrize("name", ["logistic", "boosted", "hybrid"])
def test_a_model_finds_the_trait_that_made_the_labels(
    name: str, risks: dict[str, Risk], past: tuple[np.ndarray, np.ndarray]
) -> None:
    raw = past[0]
    amended = feature_column(raw, "amended") > 0
    label = np.random.default_rng(2).random(len(raw)) < np.where(amended, 0.2, 0.002)
    score = make_risk_model(risks[name]).fit(raw, label.astype(int)).decision_function(raw)
    assert np.quantile(score[amended], 0.05) > np.quantile(score[~amended], 0.95)


@pytest.mark.parametrize("name", ["rules", "logistic"])
def test_terms_add_up_to_the_score(name: str, risks: dict[str, Risk], past: tuple[np.ndarray, np.ndarray]) -> None:
    model = make_risk_model(risks[name]).fit(*past)
    terms = model.terms(past[0])
    assert terms is not None
    np.testing.assert_allclose(sum(terms.values()), model.decision_function(past[0]), atol=1e-9)
