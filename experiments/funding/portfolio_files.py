"""The files of a portfolio: its page, the whole as JSON, its tables as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from experiments.exhibits.portfolio_page import Page, page_of, render
from experiments.exhibits.record import csv_text
from experiments.funding.portfolio_found import PortfolioFound, waits_table
from experiments.output import Output
from experiments.provenance import run_record

FORMAT = "throughgate-portfolio/2"


def write(found: PortfolioFound, folder: Path, wall_s: float = 0.0) -> list[Path]:
    """Write ``portfolio.html``, ``portfolio.json``, ``run.json``, the page's and raw tables."""
    output, page = Output(folder), page_of(found)
    raw = raw_tables(found)
    return [
        output.write_text("portfolio.html", render(found, page)),
        output.write_json("portfolio.json", record(found, page)),
        *(
            output.write_text(f"tables/{table.name}.csv", csv_text(table))
            for table in page.tables()
        ),
        *(
            output.write_text(f"data/{name}.csv", table.to_csv(index=False))
            for name, table in raw.items()
        ),
        output.write_json("run.json", _run(found, wall_s)),
    ]


def _run(found: PortfolioFound, wall_s: float) -> dict[str, Any]:
    """Return what repeats the run: every port's own record."""
    ports = {
        port.name: run_record(port.asked.study, wall_s) | {"overrides": list(port.asked.overrides)}
        for port in found.ports
    }
    return {"verb": "fund", "overrides": list(found.overrides), "wall_s": wall_s, "ports": ports}


def raw_tables(found: PortfolioFound) -> dict[str, pd.DataFrame]:
    """Return every table behind the page by the name of its file."""
    drawn = pd.DataFrame(
        {
            "port": port,
            "input": one.name,
            "group": one.group,
            "value": one.value,
            "distribution": one.words,
            "p10": one.number(0.1),
            "p90": one.number(0.9),
            "unit": one.unit,
            "source": one.source,
            "confidence": one.confidence,
        }
        for port, beliefs in found.beliefs.items()
        for one in beliefs
    )
    return {
        **found.chosen.tables(),
        "waits": waits_table(found),
        "robustness": found.draws.options,
        "draws": found.draws.totals,
        "replications": found.luck.totals,
        "drawn_inputs": drawn,
        "refused": found.refused,
    }


def record(found: PortfolioFound, page: Page) -> dict[str, Any]:
    """Return the whole as plain values."""
    plan, chosen, first = found.plan, found.chosen, found.ports[0].asked
    return {
        "format": FORMAT,
        "overrides": list(found.overrides),
        "objective": plan.objective,
        "usd_per_load": plan.usd_per_load,
        "payer": plan.payer,
        "budget_usd": plan.budget_usd,
        "yearly_usd": plan.yearly_usd,
        "price_year": plan.price_year,
        "ports": {p.name: list(p.asked.overrides) for p in found.ports},
        "replications": first.study.replications,
        "seed": first.study.seed,
        "draws": found.draws.draws,
        "worlds": found.draws.worlds,
        "solver": {
            "name": "HiGHS",
            "gap": chosen.solved.gap,
            "nodes": chosen.solved.nodes,
            "proven": chosen.solved.proven,
        },
        "value": chosen.value,
        "runner_up_value": chosen.runner_up_value,
        "why": list(chosen.why),
        "answer": dict(page.answer),
        "summary": page.summary,
        "headline": [
            {
                "key": t.key,
                "words": t.words,
                "value": t.value,
                "low": t.low,
                "high": t.high,
                "badges": list(t.badges),
            }
            for t in page.tiles
        ],
        "none_share": found.draws.none_share,
        "tables": {name: _rows(table) for name, table in raw_tables(found).items()},
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    known = table.astype(object).where(table.notna(), None)
    return [{str(k): _plain(v) for k, v in row.items()} for row in known.to_dict(orient="records")]


def _plain(value: object) -> object:
    """Return a number that JSON has; what is without end is left out."""
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return None
    return value
