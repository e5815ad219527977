"""Model c in cimba (compiled by Numba on a C engine): a process for each server, not each truck.

Servers take trucks, as whole numbers, from a store in front of each station: of the styles that
cimba offers this is the fastest. Imported only where cimba is installed (extra ``bench``).
"""

from __future__ import annotations

import math

import cimba as cb

from experiments.benchmarks.model_c import ARRIVALS_PER_MIN, AT, DOCK_SHAPE, LN_SD, MEAN_MIN, SERVERS, SHARE

GAP_MIN = 1.0 / ARRIVALS_PER_MIN
BOOTHS, SCANNERS, DOCKS = SERVERS
BOOTH_MIN, SCAN_MIN, DOCK_MIN = MEAN_MIN
SCANNED, DOCKED = SHARE[1:]
BOOTH_LN, SCAN_LN = (math.log(mean) - LN_SD**2 / 2.0 for mean in MEAN_MIN[:2])
DOCK_SCALE = DOCK_MIN / DOCK_SHAPE


class CimbaPort(cb.Model):
    """Booths, scanners, docks; start and end of every service are kept, truck by truck."""

    trucks: cb.Param[int] = 1
    exponential: cb.Param[bool] = False
    to_booth: cb.Store[int]
    to_scan: cb.Store[int]
    to_dock: cb.Store[int]
    came: cb.Array[float]
    booth_began: cb.Array[float]
    booth_ended: cb.Array[float]
    scan_began: cb.Array[float]
    scan_ended: cb.Array[float]
    dock_began: cb.Array[float]
    dock_ended: cb.Array[float]
    booth_wait: cb.Output[float]
    scan_wait: cb.Output[float]
    dock_wait: cb.Output[float]

    @cb.process
    def arrivals(self) -> None:
        """Let the trucks come."""
        for truck in range(self.trucks):
            cb.hold(cb.random.exponential(GAP_MIN))
            self.came[truck] = cb.now()
            self.to_booth.put(truck)

    @cb.process(copies=BOOTHS)
    def booth(self) -> None:
        """Serve one truck after the other."""
        while True:
            truck = self.to_booth.get()
            self.booth_began[truck] = cb.now()
            if self.exponential:
                cb.hold(cb.random.exponential(BOOTH_MIN))
            else:
                cb.hold(cb.random.lognormal(BOOTH_LN, LN_SD))
            self.booth_ended[truck] = cb.now()
            if cb.random.bernoulli(SCANNED):
                self.to_scan.put(truck)

    @cb.process(copies=SCANNERS)
    def scanner(self) -> None:
        """Scan one truck after the other."""
        while True:
            truck = self.to_scan.get()
            self.scan_began[truck] = cb.now()
            if self.exponential:
                cb.hold(cb.random.exponential(SCAN_MIN))
            else:
                cb.hold(cb.random.lognormal(SCAN_LN, LN_SD))
            self.scan_ended[truck] = cb.now()
            if cb.random.bernoulli(DOCKED):
                self.to_dock.put(truck)

    @cb.process(copies=DOCKS)
    def dock(self) -> None:
        """Examine one truck after the other."""
        while True:
            truck = self.to_dock.get()
            self.dock_began[truck] = cb.now()
            if self.exponential:
                cb.hold(cb.random.exponential(DOCK_MIN))
            else:
                cb.hold(cb.random.gamma(DOCK_SHAPE, DOCK_SCALE))
            self.dock_ended[truck] = cb.now()

    @cb.on_end
    def measure(self) -> None:
        """Average the waits; arrays begin as zeros, and no service ends at 0."""
        scanned, docked = 0, 0
        booth_wait, scan_wait, dock_wait = 0.0, 0.0, 0.0
        for truck in range(self.trucks):
            booth_wait += self.booth_began[truck] - self.came[truck]
            if self.scan_ended[truck] > 0.0:
                scanned += 1
                scan_wait += self.scan_began[truck] - self.booth_ended[truck]
            if self.dock_ended[truck] > 0.0:
                docked += 1
                dock_wait += self.dock_began[truck] - self.scan_ended[truck]
        self.booth_wait = booth_wait / self.trucks
        self.scan_wait = scan_wait / scanned
        self.dock_wait = dock_wait / docked


KEPT = tuple(name for name in CimbaPort.__annotations__ if name.endswith(("came", "began", "ended")))
WAITS = tuple(name for name in CimbaPort.__annotations__ if name.endswith("_wait"))


def run_in_cimba(n: int, seed: int, exponential: bool) -> tuple[float, ...]:
    """Run model c in cimba, on one core; `RuntimeError` if the run failed."""
    port = CimbaPort()
    port.trucks, port.exponential = n, exponential
    for name in KEPT:
        setattr(port, name, cb.Array(n))
    found = cb.Experiment(port, seed=seed).run(workers=1)
    if found.failed.any():
        raise RuntimeError(f"cimba: {found.failure_reasons[0, 0]}")
    return tuple(float(getattr(found[port], name)[0, 0]) for name in WAITS)


assert len(WAITS) == len(AT)  # noqa: S101  (one wait a station)
