"""Sentences beside the tables: what was drawn, rejected and simulated."""

from __future__ import annotations

from made_response import WORLDS, standard, valuation

from experiments.funding.uncertainty.analysis import uncertainty_notes


def test_the_notes_say_what_was_drawn_and_how_many_were_rejected() -> None:
    said = " ".join(uncertainty_notes(valuation(simulated=True), standard()))
    assert f"{WORLDS} sets of assumptions were simulated, all on the same 16 seeds" in said
    assert f"{standard().draws - WORLDS} more draws take them in turn" in said
    assert f"Of {WORLDS + 10} sets of assumptions looked at, 10 were rejected" in said
    alone = " ".join(uncertainty_notes(valuation(), standard()))
    assert "nothing was redrawn" in alone
    assert "rejected" not in alone
