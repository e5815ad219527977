"""The compiled part of `sim.recursion`: one station after the other. Compiled by Numba.

``f`` is the Flow, ``w`` the working state (`sim.recursion.Sweep`), ``r`` the Record.
"""

from __future__ import annotations

from numba import types

from sim.bits import fetch, index, lowest_common, put_in, take_out
from sim.flow import CLEARED
from sim.jit import move
from sim.order import ANALYST, EXIT, N_STATIONS, SERVED, START, STATION_SHIFT
from sim.route import route_standard
from sim.schedule import DUE, push

FAILED = 1
"""Index in ``count``: 1 where the sweep may differ from the engines."""
N_LINE = 2
"""Index in ``count``: trucks that have come to the station at hand."""
BEGUN = 3
"""Index in ``count``: those of them that had begun before the last one came."""
N_SOURCES = 4
"""Index in ``count``: lists from which trucks come to the station at hand."""
TRUCK = (1 << STATION_SHIFT) - 1
ROAD = N_STATIONS
"""The list of the arrivals, and their rank among events at equal times."""


@move()
def ask(f, w, r, truck, here, now):  # type: ignore[no-untyped-def]
    """Ask where the truck goes, and put it on the list of those that left ``here``.

    Only the standard route is swept, so its code stands here and is not called.
    """
    k = route_standard(
        truck, here, w.seen[truck], w.alarmed[truck], f.columns, w.count, w.count, now, w.state
    )
    if k == EXIT:
        r.exit_min[truck] = now
        return
    if k <= here or k >= ANALYST or (w.seen[truck] >> k) & 1 == 1:
        w.count[FAILED] = 1
        return
    w.seen[truck] |= 1 << k
    row = ROAD if here == START else here
    w.to[row, w.n_out[row]] = k
    w.out[row, w.n_out[row]] = truck
    w.n_out[row] += 1


@move()
def left_min(f, r, row, truck):  # type: ignore[no-untyped-def]
    return f.arrive_min[truck] if row == ROAD else r.moments[4 * index(r.place[row]) + 3, truck]


@move()
def find_sources(f, w, k):  # type: ignore[no-untyped-def]
    """Note the lists on which somebody goes to ``k``, and the first who does."""
    w.count[N_SOURCES] = 0
    for row in range(N_STATIONS + 1):
        w.place[row] = 0
        if k == f.judge or (row != ROAD and (row >= k or row == ANALYST)):
            continue
        while w.place[row] < w.n_out[row] and w.to[row, w.place[row]] != k:
            w.place[row] += 1
        if w.place[row] < w.n_out[row]:
            w.sources[w.count[N_SOURCES]] = row
            w.count[N_SOURCES] += 1


@move()
def next_entry(f, w, r, k):  # type: ignore[no-untyped-def]
    """Return time and key of the next truck that comes to ``k``; the key is -1 after the last."""
    time, key, chosen = f.horizon_min, types.int64(-1), 0
    for source in range(w.count[N_SOURCES]):
        row = w.sources[source]
        place = w.place[row]
        while place < w.n_out[row] and w.to[row, place] != k:
            place += 1
        w.place[row] = place
        if place == w.n_out[row]:
            continue
        truck = types.int64(w.out[row, place])
        late = row == f.join and w.by_image[truck] == 1
        own = (types.int64(f.judge if late else row) << STATION_SHIFT) | truck
        left = left_min(f, r, row, truck)
        if key < 0 or left < time or (left == time and own < key):
            time, key, chosen = left, own, row
    if key >= 0:
        w.place[chosen] += 1
    return time, key


@move()
def next_image(f, w, r):  # type: ignore[no-untyped-def]
    """Return time and key of the next image that comes to the judges; the key is -1 at the end."""
    while w.place[f.fork] < w.n_out[f.fork]:
        truck = types.int64(w.out[f.fork, w.place[f.fork]])
        w.place[f.fork] += 1
        if f.alarm[f.fork, truck] != CLEARED:
            return r.moments[4 * r.place[f.fork] + 3, truck], truck
    return f.horizon_min, types.int64(-1)


@move()
def come(f, w, r, k):  # type: ignore[no-untyped-def]
    """Let the next truck join the line of ``k``; return its time and its key (-1: nobody came)."""
    if k == f.judge:
        time, key = next_image(f, w, r)
    else:
        time, key = next_entry(f, w, r, k)
    if key >= 0:
        truck = key & TRUCK
        r.moments[4 * index(r.place[k]), truck] = time
        w.line[w.count[N_LINE]] = truck
        w.count[N_LINE] += 1
    return time, key


@move()
def begin(f, w, r, k, s, truck, now):  # type: ignore[no-untyped-def]
    end = now + f.service_min[k, truck]
    fetch(f.columns, truck, 0)
    r.moments[4 * index(r.place[k]) + 1, truck] = now
    r.server[index(r.place[k]), truck] = s - f.server_first[k]
    if end <= now or now == f.horizon_min:
        w.count[FAILED] = 1
    key = (types.int64(k) << STATION_SHIFT) | truck
    if end <= f.horizon_min:
        r.moments[4 * index(r.place[k]) + 2, truck] = end
        r.done[k, truck] = SERVED
        if k == f.join and w.judged_min[truck] >= end:
            w.by_image[truck] = 1
            end, key = w.judged_min[truck], (types.int64(f.judge) << STATION_SHIFT) | truck
    push(w, end, key)


@move()
def leave(f, w, r, k, truck, now):  # type: ignore[no-untyped-def]
    r.moments[4 * index(r.place[k]) + 3, truck] = now
    if k == f.judge:
        w.judged_min[truck] = now
        return
    if k == f.fork:
        if f.alarm[k, truck] != CLEARED:
            # until it is judged, the image holds the truck for good
            w.judged_min[truck] = f.horizon_min + 1.0
    elif f.alarm[k, truck] == 1:
        w.alarmed[truck] |= 1 << k
    if k == f.join and f.fork >= 0 and r.done[f.fork, truck] == SERVED:
        w.alarmed[truck] |= types.int64(f.alarm[f.fork, truck] == 1) << f.fork
    ask(f, w, r, truck, k, now)


@move()
def crowded(f, w, r, k):  # type: ignore[no-untyped-def]
    """Tell whether the room may have been full since the truck came that began last."""
    last = w.count[N_LINE] - 1
    if f.room[k, 0] < 0:
        return False
    came = r.moments[4 * index(r.place[k]), w.line[last]]
    began = 4 * index(r.place[k]) + 1
    while w.count[BEGUN] < last and r.moments[began, w.line[w.count[BEGUN]]] < came:
        w.count[BEGUN] += 1
    room = f.room[k, 0] if f.shared_room[k] == 1 else min(f.room[k, 0], f.room[k, 1])
    waits = r.moments[4 * index(r.place[k]) + 1, w.line[last]] != came
    return last - w.count[BEGUN] + types.int64(waits) >= room


@move()
def sweep(f, w, r, k):  # type: ignore[no-untyped-def]
    """Serve everybody who comes to station ``k``, in the order of events."""
    w.count[DUE], w.count[N_LINE], w.count[BEGUN] = 0, 0, 0
    find_sources(f, w, k)
    n_idle = f.server_first[k + 1] - f.server_first[k]
    for s in range(f.server_first[k], f.server_first[k + 1]):
        put_in(w.idle, s)
    came, key = come(f, w, r, k)
    while w.count[FAILED] == 0:
        due, after = w.due_min[w.count[DUE]], w.due_key[w.count[DUE]]
        first = came < due or (came == due and key < after)
        if key >= 0 and n_idle > 0 and first:
            s, now, n_idle = lowest_common(w.idle, w.own[k]), came, n_idle - 1
            take_out(w.idle, s)
        elif due > f.horizon_min:
            break
        else:
            now, truck = due, after & TRUCK
            w.count[DUE] -= 1
            s = f.server_first[k] + r.server[index(r.place[k]), truck]
            leave(f, w, r, k, truck, now)
            if key < 0 or not first:
                put_in(w.idle, s)
                n_idle += 1
                continue
        begin(f, w, r, k, s, key & TRUCK, now)
        if crowded(f, w, r, k):
            w.count[FAILED] = 1
        came, key = come(f, w, r, k)
    while key >= 0:
        if f.room[k, 0] >= 0:
            w.count[FAILED] = 1
        came, key = come(f, w, r, k)


def sweep_all(f, w, r):  # type: ignore[no-untyped-def]
    """Let the trucks arrive, then serve station after station; the images before primary."""
    for truck in range(len(f.arrive_min)):
        if f.arrive_min[truck] <= f.horizon_min:
            ask(f, w, r, truck, START, f.arrive_min[truck])
    for turn in range(N_STATIONS):
        # the images are judged right after the station that takes them
        k = turn
        if f.judge >= 0 and turn > f.fork:
            k = f.judge if turn == f.fork + 1 else turn - 1
        if (f.absent >> k) & 1 == 0 and f.server_first[k + 1] > f.server_first[k]:
            sweep(f, w, r, k)
