"""What a study of collusion says: alarms, power by share and weeks, and weeks until a pair is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest, norm

from experiments.collusion.power import KINDS, OPEN_HANDED, LogEvidence
from experiments.collusion.request import CollusionRequest
from sim.arrays import FloatArray

LIKELY: Final = 0.8
"""A pair counts as named in time where this share of runs names it."""


class RunShare(NamedTuple):
    """A share of runs, with its interval over runs (Wilson)."""

    mean: float
    low: float
    high: float
    runs: int


class RunMean(NamedTuple):
    """A mean over runs, with its normal interval over runs."""

    mean: float
    low: float
    high: float

    def words(self) -> str:
        """Return it for a sentence or a cell."""
        return f"{self.mean:.1f} [{self.low:.1f}, {self.high:.1f}]"


@dataclass(frozen=True, slots=True)
class CollusionResults:
    """What the logs of every alternative say."""

    request: CollusionRequest
    evidence: dict[str, LogEvidence]

    def label(self, alternative: str) -> str:
        """Return what readers meet in place of an id."""
        return self.request.study.names.label(alternative)

    def alarm(self, alternative: str) -> FloatArray:
        """Return the excess from which a pair is named, at each test, float[tests]."""
        by_chance = self.evidence[alternative].by_chance
        return np.quantile(by_chance, 1.0 - self.request.settings.false_alarm_share, axis=0, method="higher")

    def false_alarms(self, alternative: str) -> list[RunShare]:
        """Return the share of logs without collusion in which some pair is named, at each test."""
        named = self.evidence[alternative].without >= self.alarm(alternative)
        return [self._share(column) for column in named.T]

    def power(self, alternative: str, share: int, kind: str = OPEN_HANDED) -> list[RunShare]:
        """Return the share of runs in which the pair that colludes is named, at each test."""
        excess = self.evidence[alternative].excess[:, share, KINDS.index(kind)]
        return [self._share(column) for column in (excess >= self.alarm(alternative)).T]

    def weeks_to_name(self, alternative: str, share: int, kind: str = OPEN_HANDED) -> int | None:
        """Return the first test at which 80% of runs name the pair; None: later than the last."""
        tests = zip(self.request.settings.test_weeks, self.power(alternative, share, kind), strict=True)
        return next((week for week, power in tests if power.mean >= LIKELY), None)

    def steered(self, alternative: str, share: int, kind: str = OPEN_HANDED) -> RunMean:
        """Return the trucks a week that reach their officer by arrangement."""
        trucks = self.evidence[alternative].steered[:, share, KINDS.index(kind)]
        return self._mean(trucks)

    def found_by_images(self, alternative: str, share: int, kind: str = OPEN_HANDED) -> list[RunMean]:
        """Return P(a second look at images sees one of the loads that came by arrangement), at each test."""
        request, evidence = self.request, self.evidence[alternative]
        audit = request.study.alternatives[alternative].insider.audit_share
        p_load = evidence.scanned * audit * request.settings.image_detection * request.settings.helped_load_share
        trucks = evidence.steered[:, share, KINDS.index(kind)]
        return [self._mean(1.0 - (1.0 - p_load) ** (trucks * weeks)) for weeks in request.settings.test_weeks]

    def _mean(self, values: FloatArray) -> RunMean:
        mean, error = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
        half = float(norm.ppf(0.5 + self.request.study.coverage / 2.0)) * error
        return RunMean(mean, max(0.0, mean - half), mean + half)

    def _share(self, named: FloatArray) -> RunShare:
        count, runs = int(named.sum()), len(named)
        ends = binomtest(count, runs).proportion_ci(self.request.study.coverage, method="wilson")
        return RunShare(count / runs, float(ends.low), float(ends.high), runs)


def collusion_table(results: CollusionResults) -> pd.DataFrame:
    """Return collusion.csv: a row an alternative, steered share (0: nobody colludes), kind of officer and test."""
    settings = results.request.settings
    rows: list[dict[str, object]] = []
    for name in results.request.study.alternatives:
        for week, share in zip(settings.test_weeks, results.false_alarms(name), strict=True):
            rows.append(
                _row(name, 0.0, "nobody colludes", week, share) | {"trucks_per_week": 0.0, "found_by_images": 0.0}
            )
        for place, steered in enumerate(settings.steered_shares):
            for kind in KINDS:
                images = results.found_by_images(name, place, kind)
                power, trucks = results.power(name, place, kind), results.steered(name, place, kind)
                for week, share, seen in zip(settings.test_weeks, power, images, strict=True):
                    more = {"trucks_per_week": trucks.mean, "found_by_images": seen.mean}
                    rows.append(_row(name, steered, kind, week, share) | more)
    return pd.DataFrame(rows)


def _row(alternative: str, steered: float, kind: str, week: int, share: RunShare) -> dict[str, object]:
    return {
        "alternative": alternative,
        "steered_share": steered,
        "officer": kind,
        "weeks": week,
        "named_share": share.mean,
        "named_low": share.low,
        "named_high": share.high,
        "runs": share.runs,
    }


def collusion_sentences(results: CollusionResults) -> list[str]:
    """Return the answer: how soon logs name the pair as posts stand, what hinders it most, and what they cannot see."""
    study, settings = results.request.study, results.request.settings
    middle = len(settings.steered_shares) // 2
    share, last = settings.steered_shares[middle], settings.test_weeks[-1]
    base = study.baseline
    named = results.power(base, middle)[-1]
    careful = results.power(base, middle, KINDS[1])[-1]
    sentences = [
        f"{results.label(base)}: where {share:.0%} of a carrier's trucks are to reach one officer, the logs of {last} "
        f"weeks name the pair in {_share_words(named)} of runs.",
        f"An officer who knows the test and holds back is named in {_share_words(careful)}, and handles "
        f"{results.steered(base, middle, KINDS[1]).words()} of the carrier's trucks a week by arrangement in place of "
        f"{results.steered(base, middle).words()}.",
    ]
    others = [name for name in study.alternatives if name != base]
    if others:
        least = min(others, key=lambda name: results.steered(name, middle).mean)
        sentences.append(
            f"{results.label(least)} hinders them most: {results.steered(least, middle).words()} trucks a week are "
            "left by arrangement."
        )
    return sentences


def _share_words(share: RunShare) -> str:
    return f"{share.mean:.0%} [{share.low:.0%}, {share.high:.0%}]"
