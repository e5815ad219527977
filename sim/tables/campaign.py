"""EPOCHS and OPTIONS: what the weeks of a campaign leave behind.

Columns whose names begin with ``true_`` are what no agency could know: they never enter a model, a plan or a review.
"""

from __future__ import annotations

from typing import Final

from sim.tables.columns import Column

_RUN: Final = (
    Column("alternative", "str", "-", "alternative, as METRICS name it"),
    Column(
        "adversary", "str", "-", "how organizations choose: static, responsive, learning, fictitious, exp3 or knowing"
    ),
    Column("replication", "int", "-", "number of the replication, from 0"),
    Column("week", "int", "-", "week of the campaign, from 0; week 0 is the week of compare"),
)

EPOCHS: Final = (
    *_RUN,
    Column("start_date", "str", "-", "first day of the week, YYYY-MM-DD"),
    Column("trucks", "int", "-", "trucks that arrived"),
    Column("wait_mean_min", "float", "min", "average wait, as METRICS give it"),
    Column("scan_rate", "float", "0-1", "trucks scanned, as METRICS give it"),
    Column("true_attempts_expected", "float", "loads", "expected attempts, by trucks at this port and outside", "true"),
    Column("true_loads_expected", "float", "loads", "expected loads in trucks that left primary", "true"),
    Column("true_outside_expected", "float", "loads", "expected attempts by other ways", "true"),
    Column("true_found_expected", "float", "loads", "expected loads detected", "true"),
    Column("true_delivered_expected", "float", "loads", "expected loads that passed the port", "true"),
    Column("true_detection", "float", "0-1", "true_found_expected / true_loads_expected; NaN: no load came", "true"),
    Column(
        "true_best_evasion", "float", "0-1", "1 - P(found) on the option found least of those that are used", "true"
    ),
    Column("true_exploitable", "float", "0-1", "true_best_evasion - (1 - true_detection)", "true"),
    Column("true_loads_drawn", "float", "loads", "loads that came by trucks, drawn", "true"),
    Column("found_drawn", "float", "loads", "loads detected, drawn: what the agency sees"),
    Column("random_found_drawn", "float", "loads", "of these, in trucks that only random selection sent to the portal"),
    Column(
        "random_loads_projected",
        "float",
        "loads",
        "random_found_drawn, each over the share of its way selected at random; NaN: no fair random selection",
    ),
    Column("model_age_weeks", "int", "weeks", "weeks since the risk model was trained, or since week 0"),
    Column("retrained", "bool", "-", "whether this is the first week of a model trained in the campaign"),
    Column("labels_positive", "int", "loads", "loads detected in the campaign that the model has learned from"),
    Column("drift_alarm", "bool", "-", "whether finds of the weeks before fell off so far that the alarm rang"),
    Column(
        "planned_loss",
        "float",
        "0-1",
        "stackelberg, monotone: loads that planners expect to pass, of those tried; NaN: another rule",
    ),
    Column("planned_loss_if_ties_against", "float", "0-1", "the same where smugglers break ties against the agency"),
    Column("trust_us", "float", "0-1", "trust of the United States in Mexico before the week"),
    Column("trust_mx", "float", "0-1", "trust of Mexico in the United States before the week"),
    Column("sent_share", "float", "0-1", "of agreed items, those that Mexico sends"),
    Column("used_share", "float", "0-1", "of items sent, those that the port uses"),
    Column("finds_credited", "float", "loads", "finds that are credited to shared items"),
    Column("leaks_noticed", "float", "leaks", "leaks that came to both governments' notice"),
    Column("true_leaks_drawn", "float", "leaks", "leaks that happened", "true"),
    Column("true_called_off_expected", "float", "loads", "of true_outside_expected, those a leak called off", "true"),
    Column("true_rule_known", "float", "0-1", "part of the targeting rule known by leaks before the week", "true"),
    Column("true_sources_left", "float", "0-1", "part of the sources of tips that is left before the week", "true"),
    Column("true_insider_booth", "float", "0-1", "officers at booths who help smugglers, before the week", "true"),
    Column("true_insider_dock", "float", "0-1", "officers at docks who help smugglers, before the week", "true"),
    Column("true_insider_image", "float", "0-1", "analysts who help smugglers, before the week", "true"),
)
"""One row an alternative, adversary, replication and week."""

OPTIONS: Final = (
    *_RUN,
    Column("front", "str", "-", "whose truck: fast, laden or empty; any: not told apart"),
    Column("day_part", "str", "-", "six hours from midnight: night, morning, afternoon, evening; any"),
    Column("concealment", "str", "-", "how the load is hidden; any"),
    Column("true_base_share", "float", "0-1", "share of attempts under the static threat, of those by trucks", "true"),
    Column("true_share", "float", "0-1", "expected loads of the option / loads of all options", "true"),
    Column("true_loads_expected", "float", "loads", "expected loads", "true"),
    Column("true_detection", "float", "0-1", "P(found | option); NaN: no truck of the option came", "true"),
    Column("true_loads_drawn", "float", "loads", "loads drawn", "true"),
    Column("found_drawn", "float", "loads", "loads detected, drawn"),
)
"""One row an alternative, adversary, replication, week and option."""
