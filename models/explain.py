"""Why one truck scores as it does, and what a model would lose without each feature.

A feature's share of the log odds of a find is its Shapley value against trucks of the past: what it
adds on average, in every order in which the truck's values could take the place of another truck's.
Exact where a score is a sum (rules, logistic); for trees sampled, with a standard error. A
feature's importance is the fall of the area under the curve, on held-out years, when its values are
shuffled; features that say the same stand in for one another and both look small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from models.base import RiskModel
from models.evaluate import placement_half_width, placements
from models.features import ALL_FEATURES, feature_names
from models.fitted import FittedRisk, HeldOut
from sim.arrays import Float32Array, FloatArray, IntArray
from sim.setting.contraband import DENSITIES
from sim.setting.port import COMMODITIES

N_PAIRS: Final = 100
"""Orders drawn, each with its reverse; standard errors are then a few hundredths."""
N_FEATURES_TOLD: Final = 5
"""Reasons told of a truck."""
FEATURE_WORDS: Final = {
    "arrive_hour": "arrival at {:.1f} h",
    "fast": "FAST",
    "ctpat_carrier": "C-TPAT carrier",
    "hazmat": "hazardous goods",
    "weight_ratio": "{:.2f} times the usual weight",
    "lead_time_h": "filed {:.1f} h ahead",
    "seal_mismatch": "seal mismatch",
    "driver_change": "unusual driver",
    "amended": "amended",
    "laden": "laden",
    "first_pair": "first entry of shipper with consignee",
    "carrier_age_days": "carrier known for {:.0f} d",
    "shipper_age_days": "shipper known for {:.0f} d",
    "partner_weight_gap": "export declaration {:+.0%} off in weight",
    "partner_scan_z": "partner's scan reads {:+.1f} sd",
    "partner_certified": "plant certified by the partner",
    "partner_dwell_h": "{:.1f} h on the way too long",
}
"""What a feature is called; a flag that is not set is told with "no"."""

ABSENT_WORDS: Final = {
    "partner_weight_gap": "export declaration in time",
    "partner_scan_z": "partner's scan in time",
    "partner_certified": "word of the plant's certification",
    "partner_dwell_h": "GPS record in time",
}
"""What is missing where an item of the partner did not arrive."""

ABSENT_VALUES: Final = {
    feature.name: float(np.float32(feature.absent)) for feature in ALL_FEATURES if feature.absent is not None
}

CODE_WORDS: Final = {
    "commodity": ("no goods", *(name.replace("_", " and ") for name in COMMODITIES)),
    "density": ("", *(f"{name} density" for name in DENSITIES)),
    "entry_type": ("", "ordinary entry", "in-bond entry", "informal entry", "no entry"),
}
"""What a code stands for, from -1 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A truck's score taken apart: ``base`` + sum of ``share`` = ``total``, all in log odds."""

    base: float
    """Mean score of the trucks of the past that it is compared with."""
    names: tuple[str, ...]
    """Features, or rules."""
    share: FloatArray
    """What each of the names adds."""
    error: FloatArray
    """Standard error of each share; 0 where it is exact."""
    total: float
    """The truck's score."""

    def largest(self, n: int) -> list[int]:
        """Return the places of the n largest shares, either way, above twice their error."""
        order = np.argsort(-np.abs(self.share), kind="stable")
        told = np.abs(self.share) > np.maximum(2.0 * self.error, 0.005)
        return [int(place) for place in order if told[place]][:n]


def explain(
    fitted: FittedRisk, truck: Float32Array, background: Float32Array, pairs: int = N_PAIRS, seed: int = 0
) -> Explanation:
    """Return what each feature of one truck [1, width] adds to its log odds of a find.

    ``background`` [m, width] are trucks of the past, drawn uniformly; ``pairs`` the orders drawn,
    each with its reverse, for scores that are no sums.

    Sources: interventional Shapley values: S. Lundberg, S. Lee, Advances in Neural Information Processing
    Systems 30 (2017) 4765. Sampling with reversed orders: R. Mitchell et al., J. Machine Learning
    Research 23 (2022) 43. Every order adds up by itself, so the sum is exact though shares are not.
    """
    terms = fitted.model.terms(truck)
    if terms is None:
        found = _sampled(fitted.model, truck, background, pairs, seed)
    else:
        found = _exact(terms, fitted.model.terms(background) or {})
    slope, level = fitted.platt.slope, fitted.platt.intercept
    return Explanation(
        base=level + slope * found.base,
        names=found.names,
        share=slope * found.share,
        error=abs(slope) * found.error,
        total=level + slope * found.total,
    )


def _exact(terms: dict[str, FloatArray], background_terms: dict[str, FloatArray]) -> Explanation:
    share = np.array([float(terms[name][0] - background_terms[name].mean()) for name in terms])
    return Explanation(
        base=float(sum(values.mean() for values in background_terms.values())),
        names=tuple(terms),
        share=share,
        error=np.zeros(len(share)),
        total=float(sum(values[0] for values in terms.values())),
    )


def _sampled(model: RiskModel, truck: Float32Array, background: Float32Array, pairs: int, seed: int) -> Explanation:
    rng = np.random.default_rng(seed)
    width = truck.shape[1]
    others = background[np.linspace(0, len(background) - 1, pairs).astype(np.int64)]
    orders = np.array([rng.permutation(width) for _ in range(pairs)])
    share = (_walks(model, truck, others, orders) + _walks(model, truck, others, orders[:, ::-1])) / 2
    ends = model.decision_function(np.concatenate([truck, others]))
    return Explanation(
        base=float(ends[1:].mean()),
        names=feature_names(truck.shape[1]),
        share=share.mean(axis=0),
        error=share.std(axis=0, ddof=1) / np.sqrt(pairs),
        total=float(ends[0]),
    )


def _walks(model: RiskModel, truck: Float32Array, others: Float32Array, orders: IntArray) -> FloatArray:
    """Return what each feature adds, shape (pairs, width), as others turn into the truck."""
    pairs, width = orders.shape
    rank = np.argsort(orders, axis=1)
    step = np.arange(width + 1)
    taken = rank[:, None, :] < step[None, :, None]
    mixed = np.where(taken, truck[0], others[:, None, :]).reshape(-1, width)
    score = model.decision_function(mixed).reshape(pairs, width + 1)
    share = np.empty((pairs, width))
    np.put_along_axis(share, orders, np.diff(score, axis=1), axis=1)
    return share


def explanation_sentence(explanation: Explanation, truck: Float32Array, risk_score: float) -> str:
    """Return one line: the score, and the features that moved it most, in log odds.

    >>> found = Explanation(base=-9.0, names=("night",), share=np.array([1.2]),
    ...                     error=np.zeros(1), total=-7.8)
    >>> explanation_sentence(found, np.zeros((1, 29), dtype=np.float32), 0.97)
    'score 0.970 because: night (+1.2)'
    """
    largest = explanation.largest(N_FEATURES_TOLD)
    told = [f"{feature_words(explanation.names[k], truck)} ({explanation.share[k]:+.1f})" for k in largest]
    return f"score {risk_score:.3f} because: {', '.join(told) or 'nothing sets it apart'}"


def feature_words(name: str, truck: Float32Array) -> str:
    """Return a feature with its value, or a rule, as a person would say it."""
    known_names = feature_names(truck.shape[1])
    if name not in known_names:
        return name.replace("_", " ")
    value = float(truck[0, known_names.index(name)])
    if value == ABSENT_VALUES.get(name):
        return "no " + ABSENT_WORDS[name]
    known = CODE_WORDS.get(name, ())
    if 0 <= value + 1 < len(known):
        return known[int(value) + 1]
    text = FEATURE_WORDS.get(name, name.replace("_", " ") + " {:.6g}")
    if "{" in text:
        return text.format(value)
    return text if value else f"no {text}"


N_SHUFFLES: Final = 5
N_NEGATIVES: Final = 1500
"""Held-out trucks without a find that take part; more of them would not narrow the intervals."""


def feature_importance(held_out: HeldOut, shuffles: int = N_SHUFFLES, seed: int = 0) -> pd.DataFrame:
    """Return ``feature``, ``drop`` (of the area under the curve), ``low``, ``high`` (95%, over trucks).

    The largest drop comes first. Each feature is shuffled so many times among the trucks, of which
    two at least must be positive and two negative; the mean counts.

    Sources: L. Breiman, Machine Learning 45 (2001) 5, for the shuffling; the interval is that of
    DeLong et al. (see `models.evaluate.auc_interval`) applied to each truck's loss of placement.
    """
    rows = _rows(held_out.label)
    raw, year, label = held_out.raw[rows], held_out.year[rows], held_out.label[rows]
    base = placements(held_out.judge(raw, year), label)
    rng = np.random.default_rng(seed)
    found = []
    for place, name in enumerate(feature_names(raw.shape[1])):
        score = _shuffled(held_out, raw, year, (place, [rng.permutation(len(raw)) for _ in range(shuffles)]))
        found.append((name, *_drop(base, [placements(one, label) for one in score])))
    frame = pd.DataFrame(found, columns=["feature", "drop", "low", "high"])
    return frame.sort_values("drop", ascending=False, kind="stable", ignore_index=True)


def _rows(label: FloatArray) -> IntArray:
    """Return all positives and evenly spaced negatives."""
    negative = np.flatnonzero(label <= 0.5)
    step = max(1, len(negative) // N_NEGATIVES)
    return np.sort(np.concatenate([np.flatnonzero(label > 0.5), negative[::step]]))


def _shuffled(held_out: HeldOut, raw: Float32Array, year: IntArray, moved: tuple[int, list[IntArray]]) -> FloatArray:
    """Return the scores, shape (shuffles, n), with a feature in each of some orders."""
    place, orders = moved
    many = np.tile(raw, (len(orders), 1, 1))
    many[:, :, place] = raw[np.array(orders), place]
    flat = many.reshape(-1, raw.shape[1])
    return held_out.judge(flat, np.tile(year, len(orders))).reshape(len(orders), len(raw))


def _drop(
    base: tuple[FloatArray, FloatArray], shuffled: list[tuple[FloatArray, FloatArray]]
) -> tuple[float, float, float]:
    of_positive, of_negative = (base[side] - np.mean([one[side] for one in shuffled], axis=0) for side in (0, 1))
    drop = float(of_positive.mean())
    half = placement_half_width(of_positive, of_negative)
    return drop, drop - half, drop + half
