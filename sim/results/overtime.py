"""How long booths worked beyond their own hours: a truck in hand at the end of a shift is finished."""

# Numba has no types
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
import pandas as pd
from numba import types

from sim.compiling import compiled_and_kept
from sim.frames import column
from sim.stations import PRIMARY


def overtime_min(ledger: pd.DataFrame, capacity: pd.DataFrame) -> float:
    """Return the booth-minutes with a truck in hand beyond the booth's own hours.

    A truck in hand at the end of a shift is finished; ports that serve their line late begin more.
    """
    start, leave = (
        np.ascontiguousarray(column(ledger, f"primary_{moment}_min"), dtype=np.float64) for moment in ("start", "leave")
    )
    servers = np.ascontiguousarray(column(ledger, "primary_server"), dtype=np.int64)
    mine = column(capacity, "station") == PRIMARY
    booth, up, down = (column(capacity, name)[mine] for name in ("server", "up_min", "down_min"))
    order = np.lexsort((up, booth))
    booth, up, down = booth[order], up[order], down[order]
    n_booths = 1 + int(max(servers.max(initial=-1), booth.max(initial=-1)))
    first = np.searchsorted(booth, np.arange(n_booths + 1))
    ends, late = np.zeros(n_booths + 1, dtype=np.int64), np.zeros(len(start))
    compiled_reader()(start, leave, servers, first, up, down, ends, late)
    # NumPy's own sums, booth by booth, so that METRICS stay what they were to the last bit
    return float(sum(late[begin:end].sum() for begin, end in itertools.pairwise(ends)))


def read_late_minutes(start, leave, servers, first, up, down, ends, late):
    """Fill ``late`` [n] with every truck's minutes beyond the hours of its booth, booth after booth.

    Intervals of booth b are ``first[b]`` .. ``first[b + 1] - 1``, by their beginning; a truck belongs to the last
    that has begun as its service begins. Of a booth without any all is late. The booth's places in ``late`` end
    with ``ends[b + 1]``.
    """
    for truck in range(len(start)):
        if np.isfinite(start[truck]) and servers[truck] + 2 < len(ends):
            ends[servers[truck] + 2] += 1
    for booth in range(1, len(ends)):
        ends[booth] += ends[booth - 1]
    for truck in range(len(start)):
        if not np.isfinite(start[truck]):
            continue
        booth = servers[truck]
        place = ends[booth + 1]
        ends[booth + 1] += 1
        if not np.isfinite(leave[truck]):
            continue
        least, most = first[booth], first[booth + 1]
        while least < most:
            middle = (least + most) // 2
            if up[middle] <= start[truck]:
                least = middle + 1
            else:
                most = middle
        # of a truck begun before the first of them nothing is late before the last of them ends
        interval = least - 1 if least > first[booth] else first[booth + 1] - 1
        closed = down[interval] if first[booth] < first[booth + 1] else start[truck]
        late[place] = max(leave[truck] - max(start[truck], closed), 0.0)


@functools.cache
def compiled_reader() -> Any:  # noqa: ANN401
    """Return `read_late_minutes` compiled (from the compiler's disk cache when nothing has changed)."""
    floats, numbers = (types.Array(kind, 1, "C", readonly=True) for kind in (types.float64, types.int64))
    out = (types.int64[::1], types.float64[::1])
    signature = types.void(floats, floats, numbers, numbers, floats, floats, *out)
    return compiled_and_kept(read_late_minutes, (__name__,), signature, nogil=True, _nrt=False)
