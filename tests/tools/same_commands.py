"""The commands whose results are compared between two checkouts: small, and of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SHORT: Final = ("days=2", "replications=2", "processes=1", "robustness.draws=2")
"""Two replications, so that differences are paired, and two sets of assumptions."""
THIN: Final = ("traffic.volume_scale=0.05", "threat.prevalence_per_truck=0.02")
"""A twentieth of the traffic with many loads, so that a risk model is trained in seconds."""
FUND: Final = (
    "replications=2",
    "processes=1",
    "appraisal.years=4",
    "simulated_years=[1,4]",
    "uncertainty.draws=10",
    "uncertainty.sobol_base=2",
)
BOTA: Final = (
    "port=bota",
    "baseline=today",
    "+alternatives.today=['policy=todays_practice']",
    "+alternatives.more=['policy=todays_practice', 'policy.scan_share=0.5', "
    "'port.portal.servers=2', 'staffing.analysts=2']",
    "+purchases.more=[{measure: portal, units: 1, order_y: 0, late_y: 0}, "
    "{measure: analyst, units: 1, order_y: 0, late_y: 0}]",
)
"""A funding case of one port with one portal more."""
TREE: Final = (
    "+alternatives.road=['policy=sensor_tree']",
    "+alternatives.target=['policy=sensor_tree', 'policy.budget_openings=null', "
    "'policy.target_detection=0.3', 'policy.any_order=true']",
)


@dataclass(frozen=True)
class Command:
    """One command line, without the key ``out``.

    Attributes
    ----------
    words : tuple of str
        The verb and its overrides; ``{trucks}`` stands for the file of trucks that this script
        writes, ``{name}`` for the folder that an earlier command wrote.
    needs : tuple of str
        Commands whose folders it reads.
    trains : bool
        Whether its results are the models that it leaves in the cache.
    """

    words: tuple[str, ...]
    needs: tuple[str, ...] = ()
    trains: bool = False


def _compare(experiment: str, *more: str) -> Command:
    return Command(("compare", f"experiment={experiment}", *SHORT, *more))


COMMANDS: Final[dict[str, Command]] = {
    "train": Command(("train", "risk=boosted", "processes=1", *THIN), trains=True),
    "strategies": _compare("strategies", *THIN),
    "risk_models": _compare(
        "risk_models", *THIN, "~alternatives.hybrid_27", "~alternatives.anomaly_27", "~alternatives.logistic_27"
    ),
    "sharing": _compare(
        "sharing",
        *THIN,
        "~alternatives.half_withheld",
        "~alternatives.half_leaked",
        "~alternatives.partner",
        "~alternatives.tip",
        "~alternatives.own_five_portals",
    ),
    "southbound": _compare("southbound"),
    "insiders": _compare("insiders"),
    "screening": _compare("screening"),
    "screening_lanes": _compare("screening_lanes", "days=1"),
    "sensor_trees": Command(("compare", *SHORT, *TREE, "baseline=road", "port=nogales")),
    "placement": _compare("placement"),
    "analysts": _compare("analysts"),
    "border_checks": _compare("border_checks"),
    "fast_lanes": _compare("fast_lanes"),
    "volume_of_a_year": _compare("volume", "calendar=year", "replications=12", "days=1", "robustness.draws=0"),
    "run_simpy": Command(("run", *SHORT, *THIN, "engine=simpy", "ledger=true", "policy=skip_lot")),
    "run_compiled": Command(("run", *SHORT, "port=pharr", "ledger=true", "policy=minimax")),
    "run_trucks": Command(("run", *SHORT, "manifest={trucks}", "policy=random_share")),
    "fund": Command(("fund", *FUND, *BOTA, "uncertainty.worlds=0")),
    "fund_worlds": Command(("fund", *FUND, *BOTA, "uncertainty.worlds=10", "seed=2")),
    "fund_portals": Command(("fund", "experiment=portals", *FUND, "uncertainty.worlds=0")),
    "portfolio": Command(("fund", "experiment=portfolio", *FUND, "uncertainty.worlds=0", "portfolio.start_y=[0]")),
    "scorecard": Command(
        ("scorecard", "runs=[{run_simpy},{run_trucks}]", "periods=[before,after]"), needs=("run_simpy", "run_trucks")
    ),
    "scorecard_both_ways": Command(
        ("scorecard", "runs={placement}", "southbound={southbound}", "edition=public"),
        needs=("placement", "southbound"),
    ),
}


def waves(names: Sequence[str]) -> list[list[str]]:
    """Return the commands in groups: those that train, those that need none, those that do."""
    trains = [name for name in names if COMMANDS[name].trains]
    needy = [name for name in names if COMMANDS[name].needs]
    return [trains, [n for n in names if n not in trains and n not in needy], needy]
