"""Two ports of queueing theory side by side, as a private corridor."""

from __future__ import annotations

from pathlib import Path

TOY = """# Two bare ports.
name: toy
title: "Two bare ports"
question: "Who goes where?"
ports:
  left: {{option: bare, base_share: {share}, extra_min: 0.0, overrides: [{left}]}}
  right: {{option: bare, base_share: {rest}, extra_min: 0.0, overrides: [{right}]}}
per_min: {per_min}  # [A 0.001..0.1] of no source
information: equilibrium
demand_lost_after_min: {limit}
patience_spread_share: 0.3
inspection: {{posts_per_booth: 1.0, service_min: 10.0}}
measures: {measures}
"""
FLAT = ("traffic=flat", "traffic.trucks_per_h=40", "policy=no_referral", "store=null", "processes=1")
"""Trucks of each port, an hour; with base shares, half of those of both together."""
SEEN = ("port.portal.servers=40", "port.secondary.servers=40", "port.dock.servers=60", "policy=random_share")
"""What makes a bare port find loads."""


def toy_folder(
    folder: Path,
    *,
    measures: str = "{}",
    share: float = 0.5,
    per_min: float = 0.02,
    limit: str = "null",
    left: str = "",
    right: str = "",
) -> str:
    """Write the corridor ``toy`` to a folder of private configs, and return the override that reads it."""
    path = folder / "corridor" / "toy.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = TOY.format(
        share=share, rest=round(1.0 - share, 9), per_min=per_min, limit=limit, measures=measures, left=left, right=right
    )
    path.write_text(text, encoding="utf-8")
    return f"hydra.searchpath=['file://{folder}']"
