"""The sentences beside the tables, the same on terminal and page."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Final

from experiments.execution.replicate import plan_for_window
from experiments.execution.robustness import RedrawnResults
from experiments.intervals import KIND_WORDS
from experiments.number_format import NONE, listed, number, percent, span, with_span
from experiments.page_templates import Cell, Table, page_table
from experiments.report.agency_estimate import FEWEST_FINDS, AgencyEstimate, agency_estimates
from experiments.report.answers.rule_frontier import efficient_choices, has_rules
from experiments.report.findings import Findings
from experiments.report.frontier import margin_words
from experiments.report.standings import standings_over_draws
from experiments.report.tables import share_span, trucks_only_note
from experiments.study.calibrated_waits import not_calibrated_note
from experiments.study.manifest_file import drawn_columns_note as trucks_note
from experiments.study.study import MONTHS, Study
from experiments.study.volume_years import stand_in_note
from sim.algorithms.sampling import ShareInterval
from sim.replication import Scorer


def redraws_note(redrawn: RedrawnResults) -> str:
    """Return how the redraws were made, what was held, and which were refused or overloaded."""
    weeks = f"{redrawn.replications} replication{'s' if redrawn.replications > 1 else ''}"
    words = (
        f"{len(redrawn.inputs)} assumed inputs were redrawn together {redrawn.asked} times within "
        f"their ranges (Latin hypercube: sets of assumptions), each time for {weeks} of every alternative on the same "
        "trucks. Risk models that learn are trained again in each set, on one past whose trucks are labeled anew. "
        "Held fixed: the policies; prices, costs and crews."
    )
    if redrawn.refused:
        first = next(iter(redrawn.refused.values()))
        draws = "1 draw" if len(redrawn.refused) == 1 else f"{len(redrawn.refused)} draws"
        words += f" {draws} made no sense and so were refused ({first})."
    if redrawn.overloaded:
        words += (
            f" In {redrawn.overloaded} of them no alternative can carry its load, so nobody is "
            "ranked by waits; elsewhere one that cannot is dominated by those that can."
        )
    return words


def redraws_answer(findings: Findings) -> str:
    """Return in a sentence how well the ranking holds; empty: not asked.

    Of one alternative: between which ends its loads found lie.
    """
    if findings.redrawn is None:
        return ""
    if len(findings.names) == 1:
        return _found_range(findings.redrawn)
    overloaded = set(findings.names) == set(findings.unstable)
    return findings.sentences((_through_range if overloaded else _ranking)(findings.redrawn, findings))


def _ranking(redrawn: RedrawnResults, findings: Findings) -> str:
    """Return how often the alternative that does so most often finds more than the baseline."""
    base = findings.study.baseline
    rivals = [s for s in standings_over_draws(redrawn, base) if s.alternative != base and s.more[1]]
    if not rivals:
        return ""
    most = max(s.more[1] for s in rivals)
    rivals = [s for s in rivals if 2 * s.more[1] >= most]
    best = max(rivals, key=lambda s: (s.more[0] / s.more[1], s.gap[1]))
    always = [s.alternative for s in rivals if s.more[0] == s.more[1]]
    k, n = best.more
    if not k:
        return f"Sensitivity to assumptions: nothing detects more than {base} at equal scan share in any of {n} sets."
    if always:
        few = len(always) <= MOST_LISTED
        whom = listed(always) if few else f"{len(always)} of {len(findings.names) - 1} alternatives"
        most_of_all = "" if few else f", by the median most with {best.alternative}"
        return (
            f"Sensitivity to assumptions: at equal scan share, {base} detects fewer loads than {whom} in all {n} "
            f"sets{most_of_all}."
        )
    times = f"in {k} of {n} {share_span(best.interval('more'))}"
    if best.interval("more").low <= 0.5:
        return (
            f"Results depend on the assumptions: across {redrawn.asked} alternative sets, nothing reliably detects "
            f"more than {base} at equal scan share; most often {best.alternative}, {times}."
        )
    return (
        f"Results depend in part on the assumptions: across {redrawn.asked} alternative sets, {best.alternative} "
        f"detects more than {base} at equal scan share {times}, more often than any other."
    )


def _found_range(redrawn: RedrawnResults) -> str:
    """Return between which ends the share of loads found lies over the redraws."""
    shares = redrawn.rows["detection_expected"].dropna()
    if not len(shares):
        return ""
    return (
        f"Sensitivity to assumptions: over {len(shares)} alternative sets between {percent(shares.min())} and "
        f"{percent(shares.max())} of loads are detected, in half of them more than {percent(shares.median())}."
    )


def _through_range(redrawn: RedrawnResults, findings: Findings) -> str:
    """Return how many trucks get through over the redraws, where nobody can carry the load."""
    exited = redrawn.rows.pivot_table(index="draw", columns="alternative", values="exited")
    if not len(exited):
        return ""
    base = findings.study.baseline
    said = []
    for name in (base, *(name for name in findings.names if name != base)):
        low, high = (number(float(x), 0) for x in (exited[name].min(), exited[name].max()))
        fewer = int((exited[name] < exited[base]).sum())
        tail = "" if name == base else f", fewer than under {base} in {fewer}"
        said.append(f"{low} to {high} trucks get through under {name}{tail}")
    return f"Over {len(exited)} sets of assumptions {'; '.join(said)}."


def redraws_ranking_note(findings: Findings) -> str:
    """Return in a line how often each alternative stays undominated; empty: not asked."""
    if findings.redrawn is None or len(findings.names) == 1 or set(findings.names) == set(findings.unstable):
        return ""
    standings = standings_over_draws(findings.redrawn, findings.study.baseline)
    ranked = sorted((s for s in standings if s.undominated[1]), key=lambda s: -s.undominated[0])
    if not ranked:
        return ""
    n, spans = ranked[0].undominated[1], {s.alternative: share_span(s.interval("undominated")) for s in ranked}
    parts = [f"{s.alternative} {s.undominated[0]} {spans[s.alternative]}" for s in ranked if s.undominated[0]]
    never = [s.alternative for s in ranked if not s.undominated[0]]
    parts += [f"never {spans[never[-1]]} {listed(never)}"] if never else []
    text = f"Efficient (no other does better), in how many of {n} sets of assumptions: {'; '.join(parts)}."
    return findings.sentences(text)


MOST_LISTED: Final = 3
"""Alternatives that a sentence lists; of more it gives the count."""
PER_TRUCKS: Final = 1e5
"""Rates of loads are said per so many trucks."""


def random_stream_table(findings: Findings) -> Table | None:
    """Return what an agency could infer from each alternative's random stream; None: there is none."""
    heads = (
        "inspected at random", "detection rate", "per 100,000", "interdicted, estimated", "interdicted, expected",
        "sample wanted", "all clean",
    )  # fmt: skip
    rows = [(estimate.alternative, _estimate_cells(findings, estimate)) for estimate in _estimates(findings)]
    return page_table("Random inspections", "alternative", heads, rows) if rows else None


def _estimate_cells(findings: Findings, estimate: AgencyEstimate) -> list[str | Cell]:
    needed = Cell(NONE, "nothing found to size it by")
    if estimate.needed is not None:
        needed = Cell(number(estimate.needed, 0), _at_this_rate(findings, estimate, estimate.needed))
    interdicted = Cell(NONE, f"fewer than {FEWEST_FINDS} finds, random or targeted")
    expected = Cell(percent(_expected_detection(findings, estimate)))
    if estimate.tells:
        interdicted = Cell(percent(estimate.interdicted.estimate), share_span(estimate.interdicted))
        expected = dataclasses.replace(expected, below=f"{percent(estimate.truth)} of the loads that came")
    return [
        Cell(number(estimate.inspected, 0), f"{number(estimate.opened, 0)} of them examined"),
        number(estimate.found, 0),
        Cell(number(PER_TRUCKS * estimate.rate.estimate), _per_100k(estimate.rate)),
        interdicted,
        expected,
        needed,
        Cell(number(estimate.clean, 0), _at_this_rate(findings, estimate, estimate.clean)),
    ]


def random_stream_note(findings: Findings) -> str:
    """Return what the random stream is and what its estimate leaves out."""
    wanted = findings.study.random_stream
    return (
        "Trucks that random selection alone sent to the portal, among those that targeting let pass, all replications "
        "together. E = F / (F + (x / n) M): F loads detected by targeting, x found in n random inspections, M trucks "
        "let pass (GAO-02-215R); what random selection finds is not targeting's. Rates have Clopper-Pearson intervals "
        "over replications, all trucks of which count alike. A "
        "random inspection finds only what image and exam see, so the estimate lies above the expected detection rate, "
        "which only a simulation knows and which counts random finds too. Sample wanted: trucks to inspect until the "
        "interval of the rate is as narrow as "
        f"±{percent(wanted.relative_half_width, 0)} of it. All clean: trucks which, inspected and all found clean, "
        f"give {percent(findings.study.coverage, 0)} confidence that fewer than {percent(wanted.below_share, 2)} of "
        "those let pass hold a load that inspection can see."
    )


def random_stream_answer(findings: Findings) -> str:
    """Return in a few sentences what the baseline's random stream says; empty: it has none."""
    one = next((e for e in _estimates(findings) if e.alternative == findings.study.baseline), None)
    if one is None:
        return ""
    wanted, sure = findings.study.random_stream, percent(findings.study.coverage, 0)
    loads = f"{number(one.found, 0)} load{'' if one.found == 1 else 's'}"
    text = (
        f"Random examinations under {one.alternative}: {number(one.inspected, 0)} trucks, {loads} found, "
        f"{number(PER_TRUCKS * one.rate.estimate)} per 100,000 {_per_100k(one.rate)}. "
    )
    if one.tells:
        text += (
            "From random examinations an agency would estimate that targeting interdicts "
            f"{percent(one.interdicted.estimate, 0)} {share_span(one.interdicted)} of loads; the model's expected "
            f"detection rate is {percent(_expected_detection(findings, one))}. "
        )
    else:
        text += f"With fewer than {FEWEST_FINDS} finds, random or targeted, they do not tell what share of loads "
        text += "targeting interdicts. "
    if one.needed is not None:
        text += (
            f"To know the rate to within ±{percent(wanted.relative_half_width, 0)} takes "
            f"{number(one.needed, 0)} ({_at_this_rate(findings, one, one.needed)}). "
        )
    return findings.sentences(text) + (
        f"{number(one.clean, 0)} clean examinations would show with {sure} confidence that the rate is below "
        f"{percent(wanted.below_share, 2)}."
    )


def _estimates(findings: Findings) -> list[AgencyEstimate]:
    return agency_estimates(findings.metrics, findings.study.random_stream, findings.study.coverage)


def _expected_detection(findings: Findings, estimate: AgencyEstimate) -> float:
    """Return the expected share of loads detected, random inspections included: no count of a handful of loads."""
    return findings.interval(estimate.alternative, "detection_expected").mean


def _at_this_rate(findings: Findings, estimate: AgencyEstimate, n_needed: int) -> str:
    """Return how long the alternative's own random stream would take."""
    days = n_needed / estimate.inspected * findings.study.replications * findings.study.days
    return f"{number(days, 0)} days at this rate" if days >= 1.0 else "within a day at this rate"


def _per_100k(rate: ShareInterval) -> str:
    return f"[{number(PER_TRUCKS * rate.low)}, {number(PER_TRUCKS * rate.high)}]"


def frontier_notes(findings: Findings) -> list[str]:
    """Return the frontier in sentences: who is on it, who is dominated by whom, who is unstable."""
    return [findings.sentences(line) for line in _frontier_lines(findings)]


def _frontier_lines(findings: Findings) -> list[str]:
    """Return these sentences, with names as in a table.

    Where alternatives are crossed with rules they are many: those that are efficient over all rules alone.
    """
    if has_rules(findings):
        return [f"Efficient over all rules: {listed([p.alternative for p in efficient_choices(findings)]) or 'none'}."]
    on = [p.alternative for p in findings.points if p.status == "frontier"]
    off: dict[str, list[str]] = {}
    for point in findings.points:
        if point.status != "frontier":
            off.setdefault(point.words(), []).append(point.alternative)
    lines = [f"On the frontier of wait against detection rate: {listed(on) or 'none'}.", *_alike(findings, on)]
    lines += [f"{listed(names)}: {words}." for words, names in off.items()]
    for name, why in findings.saturated.items():
        scans = percent(findings.interval(name, "scan_rate").mean)
        lines.append(f"{name}: {why}; trucks bypass it while its yard is full, and {scans} were scanned.")
    return lines


def _alike(findings: Findings, on_frontier: list[str]) -> list[str]:
    """Return which alternatives on the frontier are surely alike; mutual groups are named once."""
    groups: dict[frozenset[str], list[str]] = {}
    for name in on_frontier:
        like = frozenset(other for other in findings.point(name).like if other in on_frontier)
        if like:
            groups.setdefault(like | {name}, []).append(name)
    lines, within = [], margin_words(findings.study.alike)
    for group, members in groups.items():
        others = listed([name for name in on_frontier if name in group and name not in members])
        either = f"{listed(members)} {'is' if len(members) == 1 else 'are'} like {others}, {within}."
        lines.append(either if others else f"{listed(members)} are alike, {within}.")
    return lines


def fitted_alternatives(findings: Findings) -> list[str]:
    """Return the alternatives whose mean wait is fitted to observation, not predicted."""
    return [n for n in findings.names if findings.row(n, "wait_mean_min")["badge"] == "fitted"]


def reader_notes(findings: Findings) -> list[str]:
    """Return what a reader must know before using a number."""
    fitted = fitted_alternatives(findings)
    waits, paired = "The average wait", ""
    if len(findings.names) > 1:
        paired = "; differences are paired, replication by replication, on the same trucks; "
        paired += "verdicts hold for all alternatives at once (Holm)"
    if fitted:
        waits = findings.sentences(f"The average wait under {listed(fitted)} is fitted (through open lanes); the rest")
    study, when = findings.study, calendar_words(findings)
    days = "1 day" if study.days == 1 else f"{study.days} days"
    calendar = f"Simulates {days} ({when}), {study.replications} times: not an annual estimate."
    if study.calendar == "year":
        calendar = f"Annual figures, {when}, each month weighing the same; intervals are stratified by month."
    drawn = "" if study.manifest is None else trucks_note(study.manifest, study.window(0))
    besides = (drawn, stand_in_note([study]), not_calibrated_note([study]))
    return [
        calendar,
        *(note for note in besides if note),
        trucks_only_note(findings.study),
        f"{waits} is predicted. Detection rates are assumed: they rest on a prevalence and on sensor "
        "performance that nobody publishes.",
        f"Intervals are of {percent(findings.study.coverage, 0)} {KIND_WORDS['replications']}{paired}.",
    ]


def calendar_words(findings: Findings) -> str:
    """Return what the figures stand for: a year, or one stretch of the calendar."""
    study = findings.study
    if study.calendar == "year":
        weeks = study.replications // MONTHS
        each = "one stretch" if weeks == 1 else f"{weeks} stretches"
        return f"the year {study.start_date[:4]}: {each} of {study.days} days in every month"
    first = dt.date.fromisoformat(study.start_date)
    last = first + dt.timedelta(days=study.days - 1)
    return f"{first:%d %B %Y}" if first == last else f"{first:%d %B} to {last:%d %B %Y}"


def describe_plans(study: Study, scorers: Mapping[str, Scorer]) -> dict[str, str]:
    """Return the plan of each alternative that makes one, as made for the study's first window."""
    window = study.window(0)
    return {
        name: scenario.policy.describe(scenario, plan_for_window(scenario, scorers, window).past)
        for name, scenario in study.alternatives.items()
        if scenario.policy.plans_ahead
    }


def plan_rows(findings: Findings) -> list[dict[str, str]]:
    """Return each plan beside what its port found."""
    found = {name: findings.interval(name, "detection_expected") for name in findings.plans}
    return [
        {"name": name, "words": words, "found": f"{percent(found[name].mean)} of loads {span(found[name], 100.0)}"}
        for name, words in findings.plans.items()
    ]


PLAN_NOTE: Final = (
    f"Intervals of what the port detected are {KIND_WORDS['replications']}. The plan takes sensors to be independent, "
    "openings to find everything and yards to have room; the port has loads hidden well from every sensor, exams that "
    "miss, and queues."
)
"""What a plan leaves out, and so why the port falls short of it."""


def screening_note(findings: Findings) -> str:
    """Return a sentence on every alternative's portal, or nothing where no portal scans slowly."""
    scenarios = findings.study.alternatives
    if not any(scenario.has_slow_scan() for scenario in scenarios.values()):
        return ""
    return findings.sentences(
        "At the portal: " + "; ".join(_portal_sentence(findings, name) for name in findings.names) + "."
    )


def _portal_sentence(findings: Findings, name: str) -> str:
    metrics = ("screening_wait_mean_min", "slow_rate", "screened_detection")
    wait, slow, detects = (findings.interval(name, metric) for metric in metrics)
    queue = f"a wait of {with_span(wait, ' s', 60.0)}"
    if name in findings.unstable:
        queue = "its wait depends on the length of the run"
    return (
        f"under {name} {queue}, {percent(slow.mean)} of scans slow, "
        f"alarms on {percent(detects.mean)} of the loads scanned {span(detects, 100.0)}"
    )
