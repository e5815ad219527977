"""The kernel's closing time: who is turned away, who stays until the line is served.

Twins are in ``sim.engine.simpy_port`` (`Port.shut`, `Port.has_work_left`, `Port.send_home`). Compiled by Numba.
A truck is *in line* until its primary inspection begins; those beyond are always dealt with.
"""

from __future__ import annotations

from sim.compiling import kernel_function
from sim.engine.kernel.moves import vacate
from sim.engine.kernel.state import N_LATE, SHUT, index, remove_member
from sim.stations import DIVERT, DIVERTED, N_STATIONS, SERVED_LATE


@kernel_function()
def must_turn_away(f, w, truck, k):  # type: ignore[no-untyped-def]
    """Tell whether a truck that would go to ``k`` is still in line, and the doors are shut."""
    in_line = k == f.join or (w.trail[truck] >> f.join) & 1 == 0
    return f.closing == DIVERT and w.count[SHUT] == 1 and in_line


@kernel_function()
def at_work(f, w, k):  # type: ignore[no-untyped-def]
    """Tell whether a server of ``k`` takes new trucks."""
    for s in range(f.server_first[k], f.server_first[k + 1]):
        if w.on[s] == 1 and w.late[s] == 0:
            return True
    return False


@kernel_function()
def _stands(f, w, k):  # type: ignore[no-untyped-def]
    """Tell whether trucks wait at or before ``k`` that a server there could still serve."""
    waits = w.waiting[k] > 0
    for group in range(4):
        waits = waits or w.blocked_head[k, group] >= 0
    if not waits:
        return False
    for s in range(f.server_first[k], f.server_first[k + 1]):
        if w.on[s] == 1:
            return True
    return False


@kernel_function()
def has_work_left(f, w, k):  # type: ignore[no-untyped-def]
    """Tell whether station ``k`` must stay beyond its hours."""
    if f.finishes[k] == 1:
        return w.waiting[k] > 0
    if f.closing != SERVED_LATE or w.count[SHUT] == 0 or (k > f.join and k != f.judge):
        return False
    last = f.join if k == f.judge else k
    for j in range(last + 1):
        if _stands(f, w, j) or (w.n_busy[j] > 0 and (j < last or k == f.judge)):
            return True
    return k == f.judge and w.waiting[k] > 0


@kernel_function()
def send_home(f, w):  # type: ignore[no-untyped-def]
    """Let the late servers go whose station has no work left."""
    for k in range(N_STATIONS):
        for s in range(f.server_first[k], f.server_first[k + 1]):
            if w.late[s] == 1 and not has_work_left(f, w, k):
                w.late[s] = 0
                w.count[N_LATE] -= 1
                w.on[s] = 0
                remove_member(w.vacant, s)


@kernel_function()
def _turn_away_line(w, r, k, truck, now):  # type: ignore[no-untyped-def]
    while truck >= 0:
        after = w.link[0, truck]
        r.done[k, truck] = DIVERTED
        r.moments[4 * index(r.place[k]) + 3, truck] = now
        r.exit_min[truck] = now
        truck = after


@kernel_function()
def _turn_away_blocked(f, w, r, k, truck, now):  # type: ignore[no-untyped-def]
    while truck >= 0:
        after = w.link[0, truck]
        here = w.held_at[truck]
        r.done[k, truck] = DIVERTED
        r.exit_min[truck] = now
        if here >= 0:
            vacate(w, r, here, f.server_first[here] + r.server[index(r.place[here]), truck], truck, now)
        truck = after


@kernel_function()
def shut(f, w, r, now):  # type: ignore[no-untyped-def]
    """Shut the doors; where trucks are diverted, turn away all that stand in line.

    Return the first and one past the last server that may now take a truck.
    """
    w.count[SHUT] = 1
    if f.closing != DIVERT:
        return 0, 0
    for k in range(f.join + 1):
        w.waiting[k] = 0
        for lane in range(2):
            _turn_away_line(w, r, k, w.head[k, lane], now)
            w.head[k, lane] = -1
            w.waiting_class[k, lane] = 0
        for s in range(f.server_first[k], f.server_first[k + 1]):
            _turn_away_line(w, r, k, w.lane_head[s], now)
            w.lane_head[s] = -1
            w.lane_waiting[s] = 0
    for k in range(f.join + 1):
        for group in range(4):
            _turn_away_blocked(f, w, r, k, w.blocked_head[k, group], now)
            w.blocked_head[k, group] = -1
        w.n_blocked[k] = 0
    return f.server_first[f.join + 1], f.server_first[N_STATIONS]
