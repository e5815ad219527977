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
from sim.setting.port import COMMODITIES
from sim.setting.setting import Setting
from sim.trucks.firms import (
    YEAR_DAYS,
    Crew,
    FirmRecords,
    FirmTraits,
    PopulationKey,
    SamplingTable,
    draw_crew,
    draw_firm_records,
    draw_firms,
    make_sampling_table,
    standardised,
)
from sim.trucks.streams import Draw, Purpose, normal_quantiles

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
