"""Carriers, drivers, tractors, shippers and consignees that come back, so that history exists.

The population is fixed by ``traffic.population_seed`` and its sizes: the same firms meet every window.
A firm's past (crossings, exams, finds) follows from its size, its age and its hidden propensity,
never from what a truck of today carries. The numbers behind are in ``traffic.firms``.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.arrays import BoolArray, FloatArray, IntArray
from sim.frames import LazyColumns
from sim.setting import traffic
from sim.setting.port import COMMODITIES
from sim.setting.setting import Setting
from sim.trucks.streams import Draw, Purpose, exponential_quantiles, keyed_uniforms, normal_quantiles, poisson_quantiles

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


Columns: TypeAlias = Mapping[str, NDArray[Any]]
NO_COLUMNS: Final[Columns] = {}
"""No column is given: all are drawn."""
N_STATES = 32
"""Federal entities of Mexico; their codes are labels, the most frequent first."""
PRODUCE = COMMODITIES.index("produce")
CARRIER_FIRMS = (Purpose.CARRIER_RANK, Purpose.CARRIER_AGE, Purpose.CARRIER_MEMBER)
CARRIER_PAST = (Purpose.CARRIER_LATENT, Purpose.CARRIER_CROSSINGS, Purpose.CARRIER_EXAMS, Purpose.CARRIER_FINDS)
SHIPPER_FIRMS = (Purpose.SHIPPER_RANK, Purpose.SHIPPER_AGE, Purpose.SHIPPER_MEMBER)
SHIPPER_PAST = (Purpose.SHIPPER_LATENT, Purpose.SHIPPER_ENTRIES, Purpose.SHIPPER_EXAMS, Purpose.SHIPPER_FINDS)
DRIVERS = (Purpose.DRIVER_TENURE, Purpose.DRIVER_CROSSINGS)
PLATES = (Purpose.PLATE_TENURE, Purpose.PLATE_CROSSINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriers:
    """Carriers (SCAC), their drivers and their tractors."""

    past: FirmRecords
    ctpat: BoolArray
    home_state: IntArray
    drivers: Crew
    plates: Crew
    table: SamplingTable
    """Draws the carrier of an empty truck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shippers:
    """Shippers, what they send, by whom and to whom."""

    past: FirmRecords
    commodity: IntArray
    origin_state: IntArray
    value_z: FloatArray
    """How valuable its loads are: mean 0, standard deviation 1 over the laden trucks."""
    customers: IntArray
    """Usual carriers, shape (2, shippers, n_customers): of its general and of its FAST trucks."""
    consignees: IntArray
    """Usual consignees, shape (shippers, n_customers)."""
    table: SamplingTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Everyone who may turn up at the port."""

    carriers: Carriers
    shippers: Shippers
    n_consignees: int


def customer_slot(u: FloatArray, n: int) -> IntArray:
    """Return the place in a list of n customers: of four, the first is used for half the loads."""
    return (n * u * u).astype(np.int64)


def customer_slot_shares(n: int) -> FloatArray:
    """Return the share of loads of each of n customers, shape (n,)."""
    return np.diff(np.sqrt(np.arange(n + 1.0) / n))


def _commodities(key: PopulationKey) -> IntArray:
    """Return each shipper's commodity: at least one shipper for each group that is traded."""
    share = np.asarray(key.commodity_share)
    traded = np.flatnonzero(share > 0.0)
    n_more = key.n_shippers - traded.size
    middles = (np.arange(n_more) + 0.5) / max(n_more, 1)
    more = np.searchsorted(np.cumsum(share[traded]) / share.sum(), middles)
    return np.concatenate([traded, traded[np.minimum(more, traded.size - 1)]]).astype(np.int64)


def _by_commodity(key: PopulationKey, commodity: IntArray, size: FloatArray, eligible: BoolArray) -> FloatArray:
    """Return weights that give each commodity its share, from the wanted shippers if it has any."""
    n = len(key.commodity_share)
    weight = size * eligible
    served = np.bincount(commodity, weight, n) > 0.0
    weight = np.where(served[commodity], weight, size)
    totals = np.bincount(commodity, weight, n)
    return np.asarray(np.asarray(key.commodity_share)[commodity] * weight / totals[commodity])


def _states(key: PopulationKey, purpose: Purpose, n: int) -> IntArray:
    """Return Mexican states, Zipf-like."""
    cumulative = np.cumsum(1.0 / np.arange(1.0, N_STATES + 1.0) ** key.firms.state_zipf_exponent)
    return np.searchsorted(cumulative / cumulative[-1], key.uniform(purpose, n)).astype(np.int64)


def _shippers(key: PopulationKey, carrier_table: SamplingTable) -> Shippers:
    n, n_customers = key.n_shippers, key.firms.n_customers
    firms = draw_firms(key, n, SHIPPER_FIRMS, key.firms.shipper_rank_shift)
    commodity = _commodities(key)
    table = make_sampling_table(
        _by_commodity(key, commodity, firms.size, np.ones(n, dtype=np.bool_)),
        _by_commodity(key, commodity, firms.size, firms.member),
    )
    weight = table.weights(key.fast_share, n)
    state = _states(key, Purpose.SHIPPER_STATE, n)
    lean = np.array(key.value_lean_sd)
    value_z = lean[commodity] + normal_quantiles(key.spread(Purpose.SHIPPER_VALUE, n))
    fast = np.repeat([False, True], n * n_customers)
    customers = carrier_table.draw(fast, key.uniform(Purpose.SHIPPER_CUSTOMERS, fast.size))
    consignees = key.uniform(Purpose.SHIPPER_CONSIGNEES, n * n_customers) * key.n_consignees
    return Shippers(
        past=draw_firm_records(key, firms, weight * (1.0 - key.empty_share), SHIPPER_PAST),
        commodity=commodity,
        origin_state=np.where(commodity == PRODUCE, (state + 10) % N_STATES, state),
        value_z=standardised(value_z, weight),
        customers=customers.reshape(2, n, n_customers),
        consignees=consignees.astype(np.int64).reshape(n, n_customers),
        table=table,
    )


def _carrier_weight(key: PopulationKey, table: SamplingTable, shippers: Shippers) -> FloatArray:
    """Return each carrier's share of all trucks: empties directly, the laden through shippers."""
    n, slots = key.n_carriers, customer_slot_shares(key.firms.n_customers)
    weight = key.empty_share * table.weights(key.fast_share, n)
    for row, share in enumerate((1.0 - key.fast_share, key.fast_share)):
        laden = shippers.table.weights(float(row), key.n_shippers)[:, None] * slots
        used = np.bincount(shippers.customers[row].ravel(), laden.ravel(), n)
        weight = weight + (1.0 - key.empty_share) * share * used
    return weight


def _carriers(key: PopulationKey, firms: FirmTraits, table: SamplingTable, shippers: Shippers) -> Carriers:
    weight = _carrier_weight(key, table, shippers)
    return Carriers(
        past=draw_firm_records(key, firms, weight, CARRIER_PAST),
        ctpat=firms.member,
        home_state=_states(key, Purpose.CARRIER_STATE, key.n_carriers),
        drivers=draw_crew(key, key.n_drivers, weight, DRIVERS),
        plates=draw_crew(key, key.n_plates, weight, PLATES),
        table=table,
    )


@functools.lru_cache(maxsize=8)
def _population(key: PopulationKey) -> Population:
    firms = draw_firms(key, key.n_carriers, CARRIER_FIRMS, key.firms.carrier_rank_shift)
    table = make_sampling_table(firms.size, firms.size * firms.member)
    shippers = _shippers(key, table)
    return Population(carriers=_carriers(key, firms, table, shippers), shippers=shippers, n_consignees=key.n_consignees)


def population_key(setting: Setting) -> PopulationKey:
    """Return all of a setting that decides who may turn up; demand and policy do not."""
    traffic, mix, threat = setting.traffic, setting.port.mix, setting.threat
    lean = traffic.declared.value_lean_sd
    return PopulationKey(
        seed=traffic.population_seed,
        n_carriers=traffic.n_carriers,
        n_drivers=traffic.n_drivers,
        n_plates=traffic.n_plates,
        n_shippers=traffic.n_shippers,
        n_consignees=traffic.n_consignees,
        empty_share=mix.empty_share,
        fast_share=mix.fast_share,
        commodity_share=tuple(mix.commodity_share[name] for name in COMMODITIES),
        trucks_per_year=math.fsum(setting.port.volume.trucks_per_month),
        value_lean_sd=tuple(lean[name] for name in COMMODITIES),
        firm_ln_sd=math.sqrt(threat.hidden_firm_share) * threat.hidden_ln_sd,
        firms=traffic.firms,
    )


def draw_population(setting: Setting) -> Population:
    """Draw the firms, drivers and tractors of a port; the same for every window.

    Chance is keyed by ``traffic.population_seed`` alone. Records follow the port's counted year
    whatever ``volume_scale`` is, so that a truck looks the same at every level of demand.
    """
    return _population(population_key(setting))


def add_parties(columns: LazyColumns, key: PopulationKey, draw: Draw, given_columns: Columns = NO_COLUMNS) -> None:
    """Add who each truck belongs to.

    Parameters
    ----------
    columns : LazyColumns
        Gets ``fast laden shipper carrier plate driver driver_change consignee first_pair``; shipper and
        consignee are -1 for an empty truck. ``model_shipper`` and ``model_carrier`` are the firms
        whose habits it follows: its own, or drawn ones if its own are not of the population.
    key : Key
        The population.
    draw : callable
        The trucks' luck.
    given_columns : mapping of arrays, shape (n,)
        Columns that are known and stand in ``columns``; they are used as they are, and the others drawn to go
        with them.
    """
    population = _population(key)
    shippers, c = population.shippers, columns
    c.add("fast", lambda: draw(Purpose.FAST) < key.fast_share)
    c.add("laden", lambda: draw(Purpose.LADEN) >= key.empty_share)
    c.add("drawn_shipper", lambda: shippers.table.draw(c["fast"], draw(Purpose.SHIPPER)))
    c.add("shipper", lambda: np.where(c["laden"], c["drawn_shipper"], -1))
    c.add("drawn_carrier", lambda: _draw_carriers(key, c, draw(Purpose.CARRIER)))
    c.add("carrier", lambda: c["drawn_carrier"])
    for name, n in (("shipper", key.n_shippers), ("carrier", key.n_carriers)):
        if name in given_columns:
            c.add(f"model_{name}", lambda name=name, n=n: _stand_in(c[name], n, c[f"drawn_{name}"]))  # type: ignore[misc]
        else:
            c.add(f"model_{name}", lambda name=name: c[f"drawn_{name}"])  # type: ignore[misc]
    _add_consignee(columns, key, draw)
    _add_drive(columns, key, draw, given_columns)


def _draw_carriers(key: PopulationKey, columns: Columns, u: FloatArray) -> IntArray:
    """Draw one of the shipper's usual carriers, or any where the truck is empty."""
    population, fast = _population(key), columns["fast"]
    slot = customer_slot(u, key.firms.n_customers)
    usual = (fast * key.n_shippers + columns["model_shipper"]) * key.firms.n_customers + slot
    customers = population.shippers.customers.ravel().take(usual)
    return np.where(columns["laden"], customers, population.carriers.table.draw(fast, u))


def _stand_in(code: IntArray, n: int, drawn: IntArray) -> IntArray:
    """Return the codes that are of the population, and drawn ones in place of the others."""
    return np.where((code >= 0) & (code < n), code, drawn)


def _add_consignee(columns: LazyColumns, key: PopulationKey, draw: Draw) -> None:
    """Add consignees: a usual one, or now and then the first of a new pair."""
    shippers, habits = _population(key).shippers, key.firms

    def first_pair() -> BoolArray:
        new = shippers.past.age_days < YEAR_DAYS
        chance = np.where(new, habits.first_pair_new_share, habits.first_pair_old_share)
        return np.asarray(columns["laden"] & (draw(Purpose.FIRST_PAIR) < chance.take(columns["model_shipper"])))

    def consignee() -> IntArray:
        u = draw(Purpose.CONSIGNEE)
        place = columns["model_shipper"] * habits.n_customers + customer_slot(u, habits.n_customers)
        usual = shippers.consignees.ravel().take(place)
        other = (u * key.n_consignees).astype(np.int64)
        return np.where(columns["laden"], np.where(columns["first_pair"], other, usual), -1)

    columns.add("first_pair", first_pair)
    columns.add("consignee", consignee)


def _add_drive(columns: LazyColumns, key: PopulationKey, draw: Draw, given_columns: Columns) -> None:
    """Add the tractor and its driver: one of the tractor's own team, or now and then another."""
    carriers, chance, c = _population(key).carriers, key.firms.driver_change_share, columns
    # Where a drawn change happened, u / chance is uniform; a change that is given says nothing.
    span = 1.0 if "driver_change" in given_columns or chance == 0.0 else chance

    def driver() -> IntArray:
        carrier, n_drivers = c["model_carrier"], c["team_drivers"]
        usual = ((c["team_plate"] + draw(Purpose.DRIVER)) / c["team_plates"] * n_drivers).astype(np.int64)
        step = 1 + (c["u_driver_change"] * c["driver_change"] / span * (n_drivers - 1)).astype(np.int64)
        place = np.minimum(np.where(c["driver_change"], (usual + step) % n_drivers, usual), n_drivers - 1)
        return np.asarray(carriers.drivers.first.take(carrier) + place)

    c.add("team_plates", lambda: carriers.plates.count.take(c["model_carrier"]))
    c.add("team_drivers", lambda: carriers.drivers.count.take(c["model_carrier"]))
    c.add("team_plate", lambda: (draw(Purpose.PLATE) * c["team_plates"]).astype(np.int64))
    c.add("u_driver_change", lambda: draw(Purpose.DRIVER_CHANGE))
    c.add("driver_change", lambda: (c["u_driver_change"] < chance) & (c["team_drivers"] > 1))
    c.add("plate", lambda: carriers.plates.first.take(c["model_carrier"]) + c["team_plate"])
    c.add("driver", driver)
