"""Learning only from what was opened, epoch after epoch, while the threat may move.

Smugglers use new, small carriers; at `DRIFT` they move into FAST trucks, the safest-looking. A
tenth of the trucks is opened: the riskiest by a model of the last epochs' opened trucks, or nine
tenths of them and a random hundredth of all. The setting of gATE (DATE's successor), country T.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from examples import drawn, risk

from models.base import RiskModel
from models.features import feature_column
from models.registry import make_risk_model
from sim.policies.base import POLICIES, PastTraffic, Policy
from sim.policies.registry import select_trucks
from sim.scenario import Scenario, replace_parts

EPOCHS, DRIFT, TRUCKS, KEPT = 12, 5, 5000, 3
OPENED, RANDOM = 0.1, 0.01
PREVALENCE, BACKGROUND = 0.02, 0.0002


def share_found(scenario: Scenario, seed: int, young_days: float, *, drift: bool, random: bool) -> float:
    """Return the share of loads opened in the last epochs, once a model could have learnt.

    ``young_days`` is the age of the carriers that smugglers use at first: 230 d is one truck in 25,
    277 d one in 20.
    """
    opened, loads = 0.0, 0.0
    model: RiskModel | None = None
    memory: list[tuple[np.ndarray, np.ndarray]] = []
    study = replace_parts(scenario, policy=policy(random=random))
    for epoch, (raw, label, luck) in enumerate(traffic(seed, young_days, drift=drift)):
        taken = choose(study, model, raw, luck)
        if epoch >= DRIFT + KEPT:
            opened, loads = opened + label[taken].sum(), loads + label.sum()
        memory = [*memory[1 - KEPT :], (raw[taken], label[taken])]
        seen = np.concatenate([labels for _, labels in memory])
        if 0 < seen.sum() < len(seen):
            model = make_risk_model(risk("logistic")).fit(np.concatenate([rows for rows, _ in memory]), seen)
    return opened / loads


def policy(*, random: bool) -> Policy:
    """Return the riskiest tenth, or nine tenths of it and as many at random."""
    share = OPENED - RANDOM if random else OPENED
    floor = RANDOM / (1.0 - share) if random else 0.0
    return POLICIES["top_share"](name="top_share", random_floor_share=floor, officer_referral=True, share=share)


def choose(study: Scenario, model: RiskModel | None, raw: np.ndarray, luck: pd.DataFrame) -> np.ndarray:
    """Return who is opened: by the product's policy, or at random before there is a model."""
    if model is None:
        return luck["u_select"].to_numpy() < OPENED
    score = model.decision_function(raw)
    past = PastTraffic(risk_score=score, u_tie=np.zeros(0), p_carrying=np.zeros(0), trucks_per_day=float(len(raw)))
    return select_trucks(study.policy, luck, pd.DataFrame({"risk_score": score}), past)


def traffic(seed: int, young_days: float, *, drift: bool) -> Iterator[tuple[np.ndarray, np.ndarray, pd.DataFrame]]:
    """Yield features, labels and luck of each epoch: the same for every policy of a seed."""
    pool = drawn()[0]
    young, fast = feature_column(pool, "carrier_age_days") < young_days, feature_column(pool, "fast") > 0
    for epoch in range(EPOCHS):
        rng = np.random.default_rng([seed, epoch])
        rows = rng.integers(len(pool), size=TRUCKS)
        used = fast if drift and epoch >= DRIFT else young
        p = BACKGROUND + np.where(used[rows], PREVALENCE / used.mean(), 0.0)
        label = (rng.random(TRUCKS) < p).astype(np.int64)
        luck = {name: rng.random(TRUCKS) for name in ("u_select", "u_tie", "u_floor")}
        yield pool[rows], label, pd.DataFrame(luck)
