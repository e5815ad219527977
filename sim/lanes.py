"""The kernel's single lanes: which line a truck joins, whom a lane takes next, what it alarms on.

Twins of the same names are in ``sim.station``. Compiled by Numba.
"""

from __future__ import annotations

from sim.jit import move


@move()
def lane_of(f, k, truck):  # type: ignore[no-untyped-def]
    return 0 if k == f.judge else f.lane_class[truck]


@move()
def alarms(f, r, k, truck):  # type: ignore[no-untyped-def]
    """Tell whether the station alarms on the truck, by the service that it was given."""
    if k == f.profiled and r.slow[truck] == 1:
        return f.slow_alarm[truck] == 1
    return f.alarm[k, truck] == 1


@move()
def choose_lane(f, w, k, lane, truck):  # type: ignore[no-untyped-def]
    """Return the truck's lane: by its own draw, else the shortest; open before closed ones."""
    first, last = f.server_first[k], f.server_first[k + 1]
    for need in (1, 0):
        fit, best, least = 0, -1, 0
        for s in range(first, last):
            if (f.serves[s] >> lane) & 1 == 1 and w.on[s] >= need:
                fit += 1
                length = w.lane_waiting[s] + w.busy[s]
                if best < 0 or length < least:
                    best, least = s, length
        if fit == 0:
            continue
        if f.lane_random[k] == 0:
            return best
        left = int(f.lane_draw[truck] * fit)
        for s in range(first, last):
            if (f.serves[s] >> lane) & 1 == 1 and w.on[s] >= need:
                if left == 0:
                    return s
                left -= 1
    return -1


@move()
def next_of_lane(f, w, k, s):  # type: ignore[no-untyped-def]
    """Take the next of the server's own line, or of a closed one whose head joined earlier."""
    row = 1 if k == f.judge else 0
    best, line = w.lane_head[s], s
    for other in range(f.server_first[k], f.server_first[k + 1]):
        truck = w.lane_head[other]
        if truck < 0 or w.on[other] == 1 or (f.serves[s] >> lane_of(f, k, truck)) & 1 == 0:
            continue
        if best < 0 or w.joined[row, truck] < w.joined[row, best]:
            best, line = truck, other
    if best >= 0:
        w.lane_head[line] = w.link[row, best]
        w.lane_waiting[line] -= 1
        w.waiting[k] -= 1
    return best
