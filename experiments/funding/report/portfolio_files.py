"""A portfolio's files: its page, its record for machines, its workbook, and its tables as CSV."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

import pandas as pd

from experiments.files import OutputFolder
from experiments.funding.portfolio.results import PortfolioResults, port_waits_table
from experiments.funding.report.labeled_portfolio import labeled_portfolio
from experiments.funding.report.portfolio_page import build_portfolio_page, render_portfolio_page
from experiments.funding.report.portfolio_workbook import write_portfolio_workbook
from experiments.funding.report.record import report_table_csv
from experiments.funding.report.summary import Report
from experiments.funding.sets.input_distributions import uncertain_inputs_table
from experiments.study.run_record import run_record

FORMAT: Final = "throughgate-portfolio/3"
PLAN_KEYS: Final = ("objective", "usd_per_load", "payer", "budget_usd", "yearly_usd", "price_year")
"""Keys of the plan that its record repeats as they are."""


def write_portfolio_files(portfolio: PortfolioResults, folder: Path, wall_s: float = 0.0) -> list[Path]:
    """Write ``portfolio.html``, ``.json`` and ``.xlsx``, ``run.json``, the page's and raw tables."""
    shown = labeled_portfolio(portfolio)
    output, report = OutputFolder(folder), build_portfolio_page(shown)
    raw, ports = raw_portfolio_tables(portfolio), {port.name: port.asked for port in portfolio.ports}
    records = {n: run_record(case.study, wall_s) | {"overrides": list(case.overrides)} for n, case in ports.items()}
    run = {"verb": "fund", "overrides": list(portfolio.overrides), "wall_s": wall_s, "ports": records}
    return [
        output.write_text("portfolio.html", render_portfolio_page(shown, report)),
        output.write_json("portfolio.json", portfolio_record(portfolio, report)),
        write_portfolio_workbook(output, shown),
        *(output.write_text(f"tables/{table.name}.csv", report_table_csv(table)) for table in report.tables()),
        *(output.write_text(f"data/{name}.csv", table.to_csv(index=False)) for name, table in raw.items()),
        output.write_json("run.json", run),
    ]


def raw_portfolio_tables(portfolio: PortfolioResults) -> dict[str, pd.DataFrame]:
    """Return every table behind the page by the name of its file."""
    drawn = {port: uncertain_inputs_table(inputs) for port, inputs in portfolio.beliefs.items()}
    drawn_inputs = pd.concat(drawn, names=["port"]).reset_index("port").drop(columns="p50")
    return {
        **portfolio.chosen.tables(),
        "waits": port_waits_table(portfolio),
        "robustness": portfolio.draws.options,
        "draws": portfolio.draws.totals,
        "replications": portfolio.luck.totals,
        "drawn_inputs": drawn_inputs.rename(columns={"key": "input"}),
        "refused": portfolio.refused,
        "packages": portfolio.packages,
        "interactions": portfolio.interactions,
    }


def portfolio_record(portfolio: PortfolioResults, report: Report) -> dict[str, Any]:
    """Return the whole as plain values."""
    plan, chosen, first = portfolio.plan, portfolio.chosen, portfolio.ports[0].asked
    return {
        "format": FORMAT,
        "overrides": list(portfolio.overrides),
        **{key: getattr(plan, key) for key in PLAN_KEYS},
        "ports": {p.name: list(p.asked.overrides) for p in portfolio.ports},
        "replications": first.study.replications,
        "seed": first.study.seed,
        "draws": portfolio.draws.draws,
        "worlds": portfolio.draws.worlds,
        "solver": {"name": "HiGHS"} | {key: getattr(chosen.solved, key) for key in ("gap", "nodes", "proven")},
        "value": chosen.value,
        "runner_up_value": chosen.runner_up_value,
        "why": list(labeled_portfolio(portfolio).chosen.why),
        "answer": dict(report.answer),
        "summary": report.summary,
        "headline": [tile.record() for tile in report.tiles],
        "none_share": portfolio.draws.none_share,
        "tables": {name: _rows(table) for name, table in raw_portfolio_tables(portfolio).items()},
    }


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows with numbers that JSON has; what is missing or without end is null."""
    known = table.astype(object).where(table.notna(), None)
    return [
        {str(k): None if isinstance(v, float) and math.isinf(v) else v for k, v in row.items()}
        for row in known.to_dict(orient="records")
    ]
