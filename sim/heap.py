"""The kernel's schedule of service ends: a flat binary heap of (time, key). Compiled by Numba."""

from __future__ import annotations

from sim.jit import move

HEAP = 0
"""Index in ``count`` of the heap's size."""


@move()
def push(w, time, key):  # type: ignore[no-untyped-def]
    place = w.count[HEAP]
    w.count[HEAP] = place + 1
    while place > 0:
        above = (place - 1) >> 1
        if w.heap_min[above] < time or (w.heap_min[above] == time and w.heap_key[above] < key):
            break
        w.heap_min[place] = w.heap_min[above]
        w.heap_key[place] = w.heap_key[above]
        place = above
    w.heap_min[place] = time
    w.heap_key[place] = key


@move()
def pop(w):  # type: ignore[no-untyped-def]
    size = w.count[HEAP] - 1
    w.count[HEAP] = size
    time, key = w.heap_min[size], w.heap_key[size]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        right = below + 1
        if right < size and (
            w.heap_min[right] < w.heap_min[below]
            or (w.heap_min[right] == w.heap_min[below] and w.heap_key[right] < w.heap_key[below])
        ):
            below = right
        if time < w.heap_min[below] or (time == w.heap_min[below] and key < w.heap_key[below]):
            break
        w.heap_min[place] = w.heap_min[below]
        w.heap_key[place] = w.heap_key[below]
        place = below
    w.heap_min[place] = time
    w.heap_key[place] = key
