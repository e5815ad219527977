"""Firms and crews as such: their sizes, their habits, and the past that follows from them.

The same for carriers and shippers, drivers and tractors; who sends what by whom is in `sim.trucks.population`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.setting import traffic
from sim.trucks.streams import Purpose, exponential_quantiles, keyed_uniforms, normal_quantiles, poisson_quantiles

YEAR_DAYS = 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationKey:
    """All that decides a population."""

    seed: int
    n_carriers: int
    n_drivers: int
    n_plates: int
    n_shippers: int
    n_consignees: int
    empty_share: float
    fast_share: float
    commodity_share: tuple[float, ...]
    value_lean_sd: tuple[float, ...]
    trucks_per_year: float
    firm_ln_sd: float
    """Standard deviation of the log multiplier on P(carrying) that is the firm's."""
    firms: traffic.Firms

    def uniform(self, purpose: Purpose, n: int) -> FloatArray:
        """Return n uniforms of this population."""
        return keyed_uniforms(self.seed, (int(purpose),), n)

    def spread(self, purpose: Purpose, n: int) -> FloatArray:
        """Return n uniforms, one in each n-th part of (0, 1), in random order."""
        return (np.argsort(self.uniform(purpose, n)) + 0.5) / n


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingTable:
    """Entities to draw from, as quantised inverse CDFs: row 0 general, row 1 FAST trucks."""

    cells: NDArray[np.int32]
    """Shape (2, n): each entity fills as many cells as its weight asks for, within one cell."""

    def draw(self, fast: BoolArray, u: FloatArray) -> IntArray:
        """Return an entity for each uniform; shapes (n,)."""
        n = self.cells.shape[1]
        cell = (u * n).astype(np.int64) + n * fast
        return np.asarray(self.cells.ravel().take(cell).astype(np.int64))

    def weights(self, fast_share: float, n: int) -> FloatArray:
        """Return each entity's probability under a share of FAST trucks, shape (n,)."""
        general, fast = (np.bincount(row, minlength=n) / row.size for row in self.cells)
        return np.asarray((1.0 - fast_share) * general + fast_share * fast)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmTraits:
    """Carriers or shippers before they have a past."""

    size: FloatArray
    age_days: FloatArray
    member: BoolArray
    """C-TPAT member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRecords:
    """What the records say of each firm, and what they do not say."""

    age_days: FloatArray
    crossings_12m: FloatArray
    exams_12m: FloatArray
    finds_5y: FloatArray
    latent: FloatArray
    """Hidden propensity: mean 0, standard deviation 1 over the port's trucks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Drivers or tractors: each carrier has a range of them; the smallest carriers share."""

    first: IntArray
    count: IntArray
    crossings_12m: FloatArray


def look_up_firm(table: FloatArray, code: IntArray) -> FloatArray:
    """Return a firm's entry; 0 for a code that is not of the population, such as -1.

    >>> look_up_firm(np.array([5.0, 7.0]), np.array([1, -1, 9])).tolist()
    [7.0, 0.0, 0.0]
    """
    n = table.size
    known = np.append(table, 0.0)
    if code.size and code.min() >= -1 and code.max() < n:
        # -1 is the last entry
        return known.take(code)
    return known.take(np.where((code >= 0) & (code < n), code, n))


def make_sampling_table(general: FloatArray, fast: FloatArray) -> SamplingTable:
    """Return the table that draws entities by these weights, each of shape (entities,)."""
    n = 2 ** max(16, math.ceil(math.log2(4 * general.size)))
    middles = (np.arange(n) + 0.5) / n
    rows = [np.searchsorted(np.cumsum(w) / w.sum(), middles) for w in (general, fast)]
    return SamplingTable(cells=np.minimum(rows, general.size - 1).astype(np.int32))


def draw_firms(key: PopulationKey, n: int, purposes: tuple[Purpose, Purpose, Purpose], shift: float) -> FirmTraits:
    """Draw sizes and ages; of the old firms, the larger sooner become members."""
    rank, age, member = purposes
    of = key.firms
    u = key.spread(age, n)
    new = u < of.new_firm_share
    beyond = np.where(new, 0.0, (u - of.new_firm_share) / (1.0 - of.new_firm_share))
    further = exponential_quantiles(beyond, of.old_firm_mean_further_age_years * YEAR_DAYS)
    ranks = np.argsort(key.uniform(rank, n)) + shift
    size = np.where(new, of.new_size_ratio, 1.0) / ranks**of.size_zipf_exponent
    score = np.where(new, -1.0, size**of.member_size_exponent * key.uniform(member, n))
    order = np.argsort(-score, kind="stable")
    reached = np.cumsum(size[order]) / size.sum()
    members = np.zeros(n, dtype=np.bool_)
    members[order[: 1 + int(np.searchsorted(reached, of.member_traffic_share))]] = True
    age_days = YEAR_DAYS * np.where(new, u / of.new_firm_share, 1.0) + further
    return FirmTraits(size=size, age_days=age_days, member=members & ~new)


def standardised(z: FloatArray, weight: FloatArray) -> FloatArray:
    """Return z shifted and scaled to mean 0 and standard deviation 1 under the weights."""
    if weight.sum() == 0.0:
        return z
    centred = z - np.average(z, weights=weight)
    sd = math.sqrt(np.average(centred**2, weights=weight))
    return centred / sd if sd > 0.0 else centred


def draw_firm_records(
    key: PopulationKey, firms: FirmTraits, weight: FloatArray, purposes: tuple[Purpose, ...]
) -> FirmRecords:
    """Draw the records of firms from their trucks a year, age and hidden propensity."""
    n, years = weight.size, firms.age_days / YEAR_DAYS
    latent_of, crossings_of, exams_of, finds_of = purposes
    latent = standardised(normal_quantiles(key.spread(latent_of, n)), weight)
    trucks = key.trucks_per_year * weight
    crossings = poisson_quantiles(key.uniform(crossings_of, n), trucks * np.minimum(years, 1.0))
    of, ln_sd = key.firms, key.firm_ln_sd
    exam_share = of.exams_per_crossing * np.where(firms.member, of.member_exam_ratio, 1.0)
    exams = crossings * exam_share * np.exp(of.exam_latent_ln * latent)
    leaning = np.exp(ln_sd * latent - ln_sd**2 / 2.0)
    finds = trucks * np.minimum(years, 5.0) * of.finds_per_crossing * leaning
    return FirmRecords(
        age_days=firms.age_days,
        crossings_12m=crossings,
        exams_12m=np.minimum(poisson_quantiles(key.uniform(exams_of, n), exams), crossings),
        finds_5y=poisson_quantiles(key.uniform(finds_of, n), finds),
        latent=latent,
    )


def draw_crew(key: PopulationKey, n: int, weight: FloatArray, purposes: tuple[Purpose, Purpose]) -> Crew:
    """Share n drivers or tractors out among the carriers by traffic, at least one each."""
    tenure, crossings = purposes
    edges = np.concatenate([[0.0], np.cumsum(weight) / weight.sum()]) * n
    first = np.minimum(edges[:-1].astype(np.int64), n - 1)
    count = np.maximum(np.minimum(edges[1:].astype(np.int64), n) - first, 1)
    each = key.trucks_per_year * weight / count
    steps = np.bincount(first, each, n + 1) - np.bincount(first + count, each, n + 1)
    trucks = np.maximum(np.cumsum(steps)[:n], 0.0)
    active = np.minimum(key.spread(tenure, n) / key.firms.new_crew_share, 1.0)
    return Crew(first=first, count=count, crossings_12m=poisson_quantiles(key.uniform(crossings, n), trucks * active))
