"""What would have become of a truck had it carried, where selection hangs on the truth.

What others share (`sim.trucks.partner`) is an observation of the truth, so that a truck with a load is
scored, and selected, otherwise than the same truck without one. A probe asks of every truck what
would have become of a load; so it must follow the path of the truck *as if carrying*:

1. `manifest_if_carrying` puts the readings that a load would have had into the manifest;
2. the risk model scores that manifest too, into the columns `IF_CARRYING` of SCORES;
3. the policy selects a second time, on those scores;
4. `paths_of_loads` changes the ledger of the trucks whose selection differs, for the probe alone.

See ``docs/decisions/009-detection-where-information-knows-the-truth.md``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.arrays import IntArray
from sim.frames import column, only_columns, with_columns
from sim.setting.sharing import IF_CARRYING_PREFIX, SHARED_ITEMS
from sim.trucks.insider import carries_with_help

if TYPE_CHECKING:
    from sim.setting.setting import Setting
IF_CARRYING = {"p_hit": "p_hit_if_carrying", "risk_score": "risk_score_if_carrying"}
"""Columns that SCORES have besides where a model reads what others share: the probe's alone."""


def manifest_if_carrying(manifest: pd.DataFrame) -> pd.DataFrame:
    """Return the manifest with every shared item as it would read were each truck carrying."""
    names = [name for name, *_ in SHARED_ITEMS]
    return with_columns(manifest, {name: partial(column, manifest, IF_CARRYING_PREFIX + name) for name in names})


def with_loads_on_board(setting: Setting, manifest: pd.DataFrame, chosen: IntArray) -> pd.DataFrame:
    """Return the manifest with a load on board of the chosen trucks, and all else as it was.

    What they carry, and where, is what they would have carried; of its size nothing is known. Whom
    the run then seizes says by brute force what the probes say by arithmetic.

    Parameters
    ----------
    chosen : int64[m]
        Rows of MANIFEST.
    """
    carrying = manifest["true_carrying"].to_numpy(dtype=bool).copy()
    carrying[chosen] = True
    by_load = {name: manifest[name].to_numpy().copy() for name, *_ in SHARED_ITEMS}
    for name, values in by_load.items():
        values[chosen] = manifest[IF_CARRYING_PREFIX + name].to_numpy()[chosen]
    with_help = carries_with_help(setting.insider, carrying, manifest)
    return manifest.assign(true_carrying=carrying, true_insider_help=with_help, **by_load)


def with_scores_if_carrying(scores: pd.DataFrame, if_carrying: pd.DataFrame) -> pd.DataFrame:
    """Return SCORES with those of the same trucks as if carrying beside them."""
    return with_columns(scores, {then: partial(column, if_carrying, now) for now, then in IF_CARRYING.items()})


def scores_if_carrying(scores: pd.DataFrame) -> pd.DataFrame | None:
    """Return SCORES as if every truck carried; None: no score hangs on the truth."""
    if any(name not in scores for name in IF_CARRYING.values()):
        return None
    plain = only_columns(scores, ("truck", *IF_CARRYING))
    return with_columns(plain, {now: partial(column, scores, then) for now, then in IF_CARRYING.items()})
