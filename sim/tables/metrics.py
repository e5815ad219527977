"""METRICS: one row a replication and alternative.

A row also says how terminal, pages and scorecard show it, so that a metric is declared once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, NamedTuple

from sim.setting.contraband import CONTRABAND, CONTRABAND_UNIT, amount_column
from sim.stations import INSPECTION_STATIONS, STATIONS
from sim.tables.columns import Column, Kind
from sim.tables.flow import LANE_CLASSES

UNIT_WORDS: Final = {"kg": "kg", "n": "count", "usd": "USD"}
"""Units of amounts of contraband as tables print them."""
HELP_SUFFIXES: Final = {"helped": "with", "unhelped": "without"}
"""Loads by whether they have help inside the port, and the word for it."""
ResultTable = Literal["In short", "Waits and crossings", "Through the port", "Seizures and alarms", "wide terminal"]
"""Tables of a comparison: those of its page by their titles, and the second one of a wide terminal."""
DISPLAY_UNITS: Final = {
    "0-1": ("%", 100.0),
    "USD": ("thousand USD", 1e-3),
    "USD/min": ("thousand USD/min", 1e-3),
    "trucks/h": ("/h", 1.0),
    "per 100,000 trucks": ("per 100,000", 1.0),
    "-": ("", 1.0),
}
"""Unit of a column -> the unit in which readers meet it, and the factor; others stay as they are."""


class Ratio(NamedTuple):
    """A metric that is ``scale x numerator / denominator``, both of them columns of METRICS."""

    numerator: str
    denominator: str
    scale: float = 1.0


class Heading(NamedTuple):
    """A column of a table of results."""

    table: ResultTable
    place: int
    """From the left; columns of one place stand in the order of METRICS."""
    words: str
    unit: str | None = None
    """None: the metric's own."""


class CardLine(NamedTuple):
    """A line of the scorecard that is one metric."""

    key: str
    group: str
    title: str
    short: str
    """For the terminal: at most 26 characters."""
    definition: str
    target: str = ""
    """Field of the scorecard's targets; empty: none can be set."""
    kpp: int = 0
    """Number of CBP's key performance parameter that it carries."""
    assumed: bool = False
    """Whether it tells of chances of being found: it rests on assumptions, and is withheld from the public."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Column):
    """One column of METRICS, and how readers meet it.

    ``badge`` says on what it rests: ``assumed`` (prevalence or sensor performance that nobody has
    published), ``predicted``, or ``fitted`` (predicted but where the open lanes were fitted to it).
    """

    kind: Kind = "float"
    ratio: Ratio | None = None
    """Over replications a ratio of sums; None: a mean."""
    adds_up: bool = True
    """Whether a year's value is the sum over its days, where it is no ratio."""
    grows: bool = False
    """Whether it grows with the length of the run where a station is overloaded."""
    badge: Literal["assumed", "predicted", "fitted"] = "predicted"
    better: Literal["low", "high", "neither"] = "neither"
    digits: int = 1
    headings: tuple[Heading, ...] = ()
    line: CardLine | None = None

    @property
    def shown_unit(self) -> str:
        """The unit in which readers meet it."""
        return DISPLAY_UNITS.get(self.unit, (self.unit, 1.0))[0]

    @property
    def scale(self) -> float:
        """Factor from the column's unit to the one shown."""
        return DISPLAY_UNITS.get(self.unit, (self.unit, 1.0))[1]

    def heading_unit(self, heading: Heading) -> str:
        """Return the unit that stands in a heading."""
        return self.shown_unit if heading.unit is None else heading.unit


_grows = partial(Metric, grows=True)
_assumed = partial(Metric, badge="assumed")


def _amounts(of: str, meaning: str) -> Iterator[Metric]:
    for t in CONTRABAND:
        yield _assumed(amount_column(of, t), UNIT_WORDS[CONTRABAND_UNIT[t]], f"{t} {meaning}")


def _by_help(name: str, unit: str, meaning: str) -> Iterator[Metric]:
    for suffix, word in HELP_SUFFIXES.items():
        yield _assumed(name.format(suffix), unit, meaning.format(word))


def _found_shares(suffixes: Iterable[str]) -> Iterator[Metric]:
    for suffix in suffixes:
        ratio = Ratio(f"expected_caught_{suffix}", f"expected_weight_{suffix}")
        meaning = f"{ratio.numerator} / {ratio.denominator}"
        yield _assumed(f"detection_expected_{suffix}", "0-1", meaning, ratio=ratio)


def _stations(
    name: str,
    unit: str,
    meaning: str,
    ratio: tuple[str, str] | None = None,
    of: Sequence[str] = STATIONS,
    *,
    adds_up: bool = True,
) -> Iterator[Metric]:
    """Yield a metric of every station, whose name stands in place of ``{}``."""
    for s in of:
        columns = None if ratio is None else Ratio(ratio[0].format(s), ratio[1].format(s))
        yield Metric(name.format(s), unit, meaning.format(s), ratio=columns, adds_up=adds_up)


_WAITS, _KPP, _FLOW, _ALARMS = (
    "Waits and reliability",
    "CBP's key performance parameters",
    "Seizures against estimated flow",
    "False alarms",
)

METRICS: Final = (
    Metric("trucks", "trucks", "arrived in the window"),
    Metric("exited", "trucks", "left the port within the window, released or seized"),
    Metric("n_diverted", "trucks", "turned away in line as the port closed"),
    Metric("diverted_share", "0-1", "n_diverted / trucks", ratio=Ratio("n_diverted", "trucks")),
    Metric("open_h", "h", "hours that the port's doors are open within the window"),
    Metric("throughput_per_h", "trucks/h", "exited / open_h", ratio=Ratio("exited", "open_h"), digits=0,
           headings=(Heading("Through the port", 0, "trucks out per open hour"),)),
    Metric("n_waits", "trucks", "trucks that reached primary"),
    _grows("wait_sum_min", "min", "sum of the waits of those that reached primary"),
    _grows("wait_mean_min", "min",
           "wait_sum_min / n_waits: end of queue (after a check by the country it leaves) to primary [GAO-13-603]",
           ratio=Ratio("wait_sum_min", "n_waits"), badge="fitted", better="low", headings=(Heading("In short", 0,
           "average wait"),), line=CardLine("wait_mean", _WAITS, "Average wait", "average wait",
           "end of the queue to the primary inspection point, the wait that CBP publishes (GAO-13-603)",
           "wait_mean_at_most_min")),
    Metric("n_waits_general", "trucks", "general trucks that reached primary"),
    Metric("n_waits_fast", "trucks", "FAST trucks that reached primary"),
    *(_grows(f"wait_{c}_sum_min", "min", f"sum of the waits of n_waits_{c}") for c in LANE_CLASSES),
    *(_grows(f"wait_{c}_mean_min", "min", f"wait_{c}_sum_min / n_waits_{c}", ratio=Ratio(f"wait_{c}_sum_min",
           f"n_waits_{c}")) for c in LANE_CLASSES),
    _grows("wait_bound_sum_min", "min",
           "wait_sum_min + the wait so far of those still before primary at the end, or when turned away"),
    _grows("wait_bound_min", "min", "wait_bound_sum_min / trucks: counts the unserved, a lower bound on their wait",
           ratio=Ratio("wait_bound_sum_min", "trucks"), headings=(Heading("Waits and crossings", 0,
           "average wait, the unserved counted"),)),
    Metric("n_wait_known", "trucks", "trucks known to have waited under or over 30 minutes"),
    _grows("n_wait_over_30", "trucks", "trucks that waited over 30 minutes, or still wait and have done so"),
    _grows("p_wait_over_30_min", "0-1", "n_wait_over_30 / n_wait_known", ratio=Ratio("n_wait_over_30",
           "n_wait_known"), better="low", headings=(Heading("In short", 0, "waited over 30 min"),
           Heading("wide terminal", 1, "over 30 min")), line=CardLine("wait_over_30", _WAITS,
           "Waited over 30 minutes", "waited over 30 min", "share of trucks, by the same wait",
           "wait_over_30_at_most_share")),
    _grows("queue_max", "trucks", "largest number that had arrived and not reached primary", adds_up=False, digits=0,
           headings=(Heading("wide terminal", 2, "queue", "max"),)),
    _grows("crossing_sum_min", "min", "sum of exit - arrival over exited trucks"),
    _grows("crossing_mean_min", "min", "crossing_sum_min / exited: end of queue to last exit [FHWA-HOP-12-049]",
           ratio=Ratio("crossing_sum_min", "exited"), better="low", headings=(Heading("Waits and crossings", 0,
           "mean crossing"),), line=CardLine("crossing_mean", _WAITS, "Mean crossing time", "mean crossing",
           "end of the queue to the last exit, secondary and state inspection included (FHWA-HOP-12-049)",
           "crossing_mean_at_most_min")),
    _grows("crossing_p50_min", "min", "median crossing time, linear interpolation", adds_up=False),
    _grows("crossing_p95_min", "min", "95th percentile of crossing time, linear interpolation", adds_up=False,
           better="low", digits=0, headings=(Heading("In short", 0, "95th percentile of crossing"),
           Heading("wide terminal", 0, "p95")), line=CardLine("crossing_p95", _WAITS,
           "95th percentile of crossing time", "95th pct. of crossing",
           "one truck in twenty takes longer; mean over replications", "crossing_p95_at_most_min")),
    _grows("crossing_p95_over_mean", "-", "crossing_p95_min / crossing_mean_min", adds_up=False, digits=2,
           headings=(Heading("Waits and crossings", 0, "95th percentile over the mean"),)),
    Metric("free_flow_sum_min", "min", "sum over exited trucks of the crossing time in an empty port: own work only"),
    Metric("free_flow_p50_min", "min", "median crossing time in an empty port", adds_up=False),
    _grows("buffer_index", "-", "(p95 - mean) / mean of crossing time [FHWA]", adds_up=False, better="low", digits=2,
           headings=(Heading("Waits and crossings", 0, "buffer index"),), line=CardLine("buffer_index", _WAITS,
           "Buffer index", "buffer index",
           "(95th percentile - mean) / mean of crossing time: what must be set aside " "beyond the mean to be on time 19 times in 20 (FHWA)",
           "buffer_index_at_most")),
    _grows("planning_time_index", "-", "p95 of crossing time / free_flow_p50_min [FHWA]", adds_up=False, better="low"),
    _grows("delay_truck_h", "h",
           "(crossing_sum_min - free_flow_sum_min) / 60: crossing less low-volume crossing [FHWA]", digits=0,
           headings=(Heading("Waits and crossings", 0, "delay", "truck-h"), Heading("wide terminal", 4, "delay"))),
    _grows("delay_mean_min", "min", "(crossing_sum_min - free_flow_sum_min) / exited", ratio=Ratio("delay_truck_h",
           "exited", 60.0)),
    _grows("delay_cost_usd", "USD", "delay_truck_h x (value of time + idle fuel x diesel price)", digits=0,
           headings=(Heading("In short", 1, "cost of delay"),)),
    Metric("commerce_usd", "USD", "declared value of laden trucks released within the window"),
    Metric("open_min", "min", "60 x open_h"),
    Metric("commerce_usd_per_min", "USD/min", "commerce_usd / open_min: this port, northbound, doors open",
           ratio=Ratio("commerce_usd", "open_min"), better="high", headings=(Heading("Through the port", 1,
           "commerce of this port", "thousand USD/min open"),), line=CardLine("commerce", "Commerce",
           "Commerce per minute", "commerce per minute",
           "declared value of laden trucks released, over the minutes that the port is open",
           "commerce_at_least_usd_per_min")),
    Metric("n_scanned", "trucks", "exited trucks that a portal, a low-energy portal or the secondary scanner served"),
    Metric("scan_rate", "0-1", "n_scanned / exited", ratio=Ratio("n_scanned", "exited"), better="high",
           headings=(Heading("In short", 0, "scanned", "% of trucks"),), line=CardLine("scan_rate", _KPP, "Scan rate",
           "scanned", "trucks that a portal or a scanner imaged over trucks that left", "scan_at_least_share")),
    Metric("n_opened", "exams", "exited trucks that were physically examined"),
    Metric("n_opened_on_leaving", "exams", "n_opened by the country that the trucks leave"),
    Metric("n_cleared", "images", "portal images that a machine cleared"),
    Metric("exam_rate", "0-1", "n_opened / exited", ratio=Ratio("n_opened", "exited"), better="high", digits=2,
           headings=(Heading("In short", 0, "examined", "% of trucks"), Heading("wide terminal", 3, "exams")),
           line=CardLine("exam_rate", _KPP, "Examination of cargo", "cargo examined",
           "trucks physically examined over trucks that left", "exam_at_least_share", kpp=3)),
    Metric("n_clean_scanned", "trucks", "n_scanned that carried nothing"),
    Metric("n_false_alarms", "trucks", "n_clean_scanned that a scanner alarmed on"),
    Metric("false_alarm_rate", "0-1", "n_false_alarms / n_clean_scanned", ratio=Ratio("n_false_alarms",
           "n_clean_scanned"), better="low", headings=(Heading("Seizures and alarms", 3, "false alarms",
           "% of clean scans"),), line=CardLine("false_alarms", _ALARMS, "False alarms", "false alarms",
           "clean trucks on which a scanner alarmed, over clean trucks scanned", "false_alarm_at_most_share",
           assumed=True)),
    _assumed("n_seized", "trucks", "seizures"),
    _assumed("n_seized_on_leaving", "trucks", "n_seized by the country that the trucks leave"),
    _assumed("n_carrying", "trucks", "exited trucks that carried"),
    _assumed("hit_rate", "0-1", "n_seized / n_opened", ratio=Ratio("n_seized", "n_opened"), digits=2,
           headings=(Heading("Seizures and alarms", 2, "hits: seizures per exam"), Heading("wide terminal", 3,
           "hits"))),
    Metric("n_passed", "trucks", "exited trucks that targeting let pass: random selection alone could select them"),
    Metric("n_passed_carrying", "trucks", "n_passed that carried: the truth that no agency sees"),
    Metric("n_random_inspected", "trucks", "n_passed that random selection took and the portal served"),
    Metric("n_random_opened", "exams", "n_random_inspected that were physically examined"),
    Metric("n_random_seized", "trucks", "seizures among n_random_inspected"),
    Metric("n_high_risk", "trucks", "exited trucks that score at least high_risk_score"),
    Metric("n_high_risk_scanned", "trucks", "n_high_risk that a scanner served"),
    Metric("n_high_risk_inspected", "trucks", "n_high_risk that were scanned or physically examined"),
    Metric("high_risk_inspection_rate", "0-1", "n_high_risk_inspected / n_high_risk",
           ratio=Ratio("n_high_risk_inspected", "n_high_risk"), better="high", line=CardLine("high_risk_inspected",
           _KPP, "Inspection of high-risk trucks", "high-risk inspected",
           "high-risk trucks that were scanned or physically examined, " "over all high-risk trucks that left; high-risk is a risk score at or above a threshold",
           "high_risk_inspected_at_least_share", kpp=2)),
    _assumed("detection_rate", "0-1", "n_seized / n_carrying: a handful of loads, nearly all noise",
           ratio=Ratio("n_seized", "n_carrying"), headings=(Heading("Seizures and alarms", 1, "detection rate, counted"),
           Heading("wide terminal", 3, "detected"))),
    _assumed("expected_weight", "trucks", "sum of P(carrying) over trucks"),
    _assumed("expected_caught", "trucks", "sum of P(carrying) x P(seized | carrying, this truck's path)"),
    _assumed("detection_expected", "0-1", "expected_caught / expected_weight: expected over all trucks",
           ratio=Ratio("expected_caught", "expected_weight"), better="high", headings=(Heading("In short", 0,
           "detection rate, expected"),), line=CardLine("detection", "Detection by type of contraband",
           "Detection rate, all types", "detection rate",
           "expected seizures over expected loads, summed over all trucks: P(carrying) x " "P(seized if carrying, on this truck's path)",
           "detection_at_least_share", assumed=True)),
    _assumed("expected_doubt", "trucks",
           "by how much expected_caught may be out: see sim/results/expected_detection_error.py"),
    _assumed("detection_error_bound", "0-1",
           "expected_doubt / expected_weight: detection_expected is out by no more, either way",
           ratio=Ratio("expected_doubt", "expected_weight")),
    _assumed("seized_expected_per_100k", "per 100,000 trucks", "100,000 x expected_caught / trucks",
           ratio=Ratio("expected_caught", "trucks", 1e5), digits=2, headings=(Heading("Seizures and alarms", 0,
           "expected seizures"),), line=CardLine("seized_per_100k", _FLOW, "Seizures expected", "seizures",
           "expected seizures per 100,000 trucks that arrive", assumed=True)),
    *_by_help("expected_weight_{}", "trucks", "expected_weight of loads {} help inside the port"),
    *_by_help("expected_caught_{}", "trucks", "expected_caught of loads {} help inside the port"),
    *_found_shares(HELP_SUFFIXES),
    *(_assumed(f"expected_weight_{t}", "trucks", f"expected_weight of {t}") for t in CONTRABAND),
    *(_assumed(f"expected_caught_{t}", "trucks", f"expected_caught of {t}") for t in CONTRABAND),
    *_found_shares(CONTRABAND),
    *_amounts("seized", "seized"),
    *_amounts("leaked", "on trucks released"),
    *_amounts("seized_expected", "that the probes lose"),
    *_amounts("presented_expected", "that the probes carry"),
    *_stations("busy_{}_min", "server-min", "work of trucks served at {}"),
    *_stations("held_{}_min", "server-min", "start to leave at {}: work, blocking, waiting for an image, repair"),
    *_stations("available_{}_min", "server-min", "CAPACITY of {} within the window, and staffed"),
    *_stations("offered_{}_min", "server-min", "work that all arrivals ask of {}; see sim.results.usage.offered_min"),
    *_stations("utilisation_{}", "0-1", "busy_{0}_min / available_{0}_min", ratio=("busy_{}_min",
           "available_{}_min")),
    *_stations("occupied_{}", "-", "held_{0}_min / available_{0}_min; above 1 when trucks sit in broken servers",
           ratio=("held_{}_min", "available_{}_min")),
    *_stations("load_{}", "-", "offered_{0}_min / CAPACITY of {0}; primary: the more loaded of its lane kinds",
           adds_up=False),
    *_stations("scheduled_{}_min", "server-min",
           "units of {} x opening hours (with extra_h) within the window; under a roster the minutes staffed",
           of=INSPECTION_STATIONS),
    *_stations("availability_{}", "0-1", "available_{0}_min / scheduled_{0}_min", ratio=("available_{}_min",
           "scheduled_{}_min"), of=INSPECTION_STATIONS),
    Metric("officer_h", "h",
           "officers' hours: booths open + overtime_h + units x scheduled hours x crew of every post + audits; under a "
           "roster roster_h + roster_overtime_h + those of posts that it does not staff"),
    Metric("roster_h", "h", "hours of the officers who came to their shifts, placed, idle or on a break; 0 without a roster"),
    Metric("roster_overtime_h", "h", "officer-hours beyond the roster: who stays after a shift, or finishes a truck, until a review"),
    Metric("n_put_off", "trucks", "trucks that waited at an inspection post while another stood closed for want of officers"),
    Metric("put_off_sum_min", "min", "sum of the waits of n_put_off"),
    Metric("n_suspended", "referrals", "scans and referrals that a full or shut station waived"),
    Metric("n_yard_full", "trucks", "trucks that left primary while a yard beyond it was full"),
    _assumed("suspended_weight", "trucks", "sum of P(carrying) over trucks with a scan or referral among n_suspended"),
    Metric("overtime_h", "h", "booth-hours with a truck in hand beyond the booth's own hours"),
    Metric("n_audits", "images", "cleared images reviewed later; not within the window's queues"),
    Metric("n_screened", "trucks", "scanned at the portal to the end"),
    Metric("n_screened_slow", "trucks", "n_screened that were scanned slowly"),
    Metric("slow_rate", "0-1", "n_screened_slow / n_screened", ratio=Ratio("n_screened_slow", "n_screened")),
    Metric("n_screening_waits", "trucks", "trucks whose portal scan began"),
    _grows("screening_wait_sum_min", "min", "sum of their waits in the portal's lines: portal start - portal enter"),
    _grows("screening_wait_mean_min", "min", "screening_wait_sum_min / n_screening_waits",
           ratio=Ratio("screening_wait_sum_min", "n_screening_waits")),
    _assumed("screening_weight", "trucks", "sum of P(carrying) over trucks that left primary"),
    _assumed("screened_weight", "trucks", "the same over those of them that the portal scanned"),
    _assumed("screening_caught", "trucks",
           "sum of P(carrying) x P(portal alarm | carrying, the scan it got) over those scanned"),
    _assumed("screening_detection", "0-1",
           "screening_caught / screening_weight: expected over all trucks, the unscanned too",
           ratio=Ratio("screening_caught", "screening_weight")),
    _assumed("screened_detection", "0-1",
           "screening_caught / screened_weight: what a promise of detection is held to",
           ratio=Ratio("screening_caught", "screened_weight")),
    Metric("n_stops", "stops", "stops of exited trucks at stations, the analyst not counted"),
    Metric("stops_per_truck", "stops", "n_stops / exited", ratio=Ratio("n_stops", "exited")),
    Metric("still_inside", "trucks", "trucks that have not left at the end of the window", digits=0,
           headings=(Heading("Through the port", 0, "still inside at the end"),)),
    Metric("conserved", "-",
           "every truck accounted for once: arrived = released + seized + turned away + still inside", kind="bool",
           adds_up=False),
    Metric("stable", "-", "no station was asked for more work than it had server-minutes in this window", kind="bool",
           adds_up=False),
)  # fmt: skip
"""One row a replication; numerators and denominators stand beside every ratio."""
