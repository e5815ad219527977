"""The model card: what a model was trained on, how good it is, and what it must not be used for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from models.evaluate import Evaluation
from models.features import feature_names
from models.fitted import FittedRisk
from sim.scenario import Risk

LABELS: Final = {
    "opened": "trucks examined on an alarm under today's practice; the others have no label",
    "oracle": "the truth of every truck: an upper bound that no port can have",
    "level": "none to rank trucks by; examined trucks only set the level of p_hit",
    "none": "none: this model learns nothing from the past but its scale",
}
RELIABILITY: Final = {
    "trucks": ("examined trucks", ",.0f"),
    "forecast": ("forecast hit rate", ".3%"),
    "observed": ("observed", ".3%"),
    "low": ("from", ".3%"),
    "high": ("to (95%)", ".3%"),
}
"""Groups of equally many expected hits, the safest trucks first."""
IMPORTANCE: Final = {
    "feature": ("feature shuffled", ""),
    "drop": ("fall of the area under the curve", "+.4f"),
    "low": ("from", "+.4f"),
    "high": ("to (95%)", "+.4f"),
}
USE_LIMITS: Final = (
    "Trained on simulated trucks: it shows what a model of this kind could do, not what one does.",
    "It has seen what today's practice finds; loads that today's practice misses teach it nothing.",
    "Held-out figures are of examined trucks, which are not like all trucks; hit rates of all trucks "
    "are lower by two orders of magnitude.",
    "It does not foresee smugglers who learn what is looked for.",
    "A score is a reason to look, never evidence against a person.",
)


def build_model_card(
    fitted: FittedRisk,
    risk: Risk,
    training: Mapping[str, Any],
    evaluation: Evaluation | None = None,
    reliability: pd.DataFrame | None = None,
    importance: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return the card as plain values (JSON).

    ``training`` says what the past held: ``period``, ``weeks``, ``trucks``, ``examples``,
    ``positives``, ``prior_p_hit``, ``port``. ``evaluation``, ``reliability`` and ``importance`` are
    of years held out from training; none for a model that learns nothing.
    """
    unlabelled = "level" if fitted.model.LEARNS else "none"
    labels = risk.labels if fitted.model.NEEDS_LABELS else unlabelled
    return {
        "model": fitted.name,
        "purpose": "rank northbound trucks for inspection from their advance manifests",
        "labels": LABELS[labels],
        "training": dict(training),
        "features": list(feature_names(fitted.width)),
        "settings": dict(risk.settings),
        "calibration": {"intercept": fitted.platt.intercept, "slope": fitted.platt.slope},
        "held_out": None if evaluation is None else dataclasses.asdict(evaluation),
        "reliability": None if reliability is None else reliability.to_dict("records"),
        "importance": None if importance is None else importance.to_dict("records"),
        "limits": list(USE_LIMITS),
    }


def model_card_markdown(card: Mapping[str, Any]) -> str:
    """Return the card as text for people."""
    lines = [f"# Model card: {card['model']}", "", f"Purpose: {card['purpose']}.", ""]
    lines += [f"Labels: {card['labels']}.", "", "## Training", ""]
    lines += [f"- {name}: {value}" for name, value in card["training"].items()]
    lines += ["", "## Settings", ""]
    lines += [f"- {name}: {value:g}" for name, value in card["settings"].items()]
    lines += ["", "## On years held out from training", "", *_held_out(card["held_out"])]
    lines += _table("Reliability", RELIABILITY, card.get("reliability"))
    lines += _table("What the ranking rests on", IMPORTANCE, card.get("importance"))
    lines += ["## Features", "", ", ".join(card["features"]) + ".", "", "## Limits", ""]
    lines += [f"- {limit}" for limit in card["limits"]]
    return "\n".join(lines) + "\n"


def _held_out(evaluation: Mapping[str, Any] | None) -> list[str]:
    if evaluation is None:
        return ["Nothing was learned, so nothing was held out.", ""]
    auc = f"{evaluation['auc']:.3f} ({evaluation['auc_low']:.3f} to {evaluation['auc_high']:.3f})"
    brier = f"{evaluation['brier']:.6f} (constant forecast {evaluation['brier_base']:.6f})"
    return [
        f"{evaluation['trucks']:,} examined trucks, {evaluation['positives']:g} positives. "
        f"Area under the curve {auc}; Brier score {brier}.",
        "",
        "| riskiest share examined | hits | hit rate (95%) | detection rate (95%) |",
        "|---|---|---|---|",
        *(
            "| " + " | ".join([f"{c['share']:.1%}", f"{c['hits']:.1f}", *_rates(c)]) + " |"
            for c in evaluation["capacities"]
        ),
        "",
    ]


def _table(title: str, columns: Mapping[str, tuple[str, str]], rows: Sequence[Mapping[str, Any]] | None) -> list[str]:
    if not rows:
        return []
    heads = "| " + " | ".join(head for head, _ in columns.values()) + " |"
    cells = ([format(row[name], form) for name, (_, form) in columns.items()] for row in rows)
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return [f"## {title}", "", heads, "|" + "---|" * len(columns), *lines, ""]


def _rates(capacity: Mapping[str, Any]) -> list[str]:
    """Return hit rate and detection rate, each with its 95% interval."""
    return [
        "{:.2%} ({:.2%} to {:.2%})".format(*(capacity[f"{name}{end}"] for end in ("", "_low", "_high")))
        for name in ("hit_rate", "detection_rate")
    ]


def model_card_lines(card: Mapping[str, Any]) -> list[str]:
    """Return lines of at most 80 columns on the years held out, for a model that learned."""
    held_out = card["held_out"]
    auc = f"AUC {held_out['auc']:.3f} ({held_out['auc_low']:.3f} to {held_out['auc_high']:.3f})"
    shares = ([f"  {row['share']:>12.1%}", *(cell.ljust(25) for cell in _rates(row))] for row in held_out["capacities"])
    fifths, reasons = card["reliability"], card["importance"][:3]
    return [
        f"  held-out years: {auc} over {held_out['positives']:g} positives",
        "  share examined   hit rate (95%)            detection rate (95%)",
        *("  ".join(cells).rstrip() for cells in shares),
        "  hit rate from safest to riskiest fifth of the expected hits:",
        *(f"    {o['forecast']:.2%} forecast, {o['low']:.2%} to {o['high']:.2%} observed" for o in fifths),
        "  AUC rests most on (95%):",
        *(f"    {o['feature']} {o['drop']:+.3f} ({o['low']:+.3f} to {o['high']:+.3f})" for o in reasons),
    ]
