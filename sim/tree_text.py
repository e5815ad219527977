"""A tree of tests as text that can be read: one line a step, in a log as in a report."""

from __future__ import annotations

from sim.sensor_tree import Point, Tree
from sim.tree_mix import Mix


def render(tree: Tree | Mix) -> str:
    """Return the policy as text, one line a step; shares are of the trucks that come to it.

    Examples
    --------
    >>> from sim.sensor_tree import TreeSensor, frontier
    >>> from sim.tree_mix import at_budget
    >>> vertices = frontier([TreeSensor("scan", 0.1, ((0.2, 0.8),))])
    >>> print(render(vertices[1]))
    cost 0.3000 openings a truck, detection 0.8000; reading 1 is the most suspicious
    test by scan
      reading 1 of 2 (20 % of clean, 80 % of loads): open
      reading 2 of 2 (80 % of clean, 20 % of loads): release
    >>> print(render(at_budget(vertices, 0.15)))
    cost 0.1500 openings a truck, detection 0.4000; reading 1 is the most suspicious
    50 % of trucks:
      release
    50 % of trucks:
      test by scan
        reading 1 of 2 (20 % of clean, 80 % of loads): open
        reading 2 of 2 (80 % of clean, 20 % of loads): release
    """
    head = f"cost {tree.cost:.4f} openings a truck, detection {tree.detection:.4f}"
    parts = tree.trees() if isinstance(tree, Mix) else ((1.0, tree),)
    if any(part.sensor for _, part in parts):
        head += "; reading 1 is the most suspicious"
    lines = [head]
    if len(parts) == 1:
        return "\n".join(lines + _steps(parts[0][1], ""))
    for share, part in parts:
        lines += [f"{_percent(share)} of trucks:", *_steps(part, "  ")]
    return "\n".join(lines)


def _steps(tree: Tree, indent: str) -> list[str]:
    if not tree.sensor:
        return [indent + _verdict(tree)]
    lines = [f"{indent}test by {tree.sensor}"]
    for place, child in enumerate(tree.after):
        label = f"{indent}  {_reading(place, tree.channels)}:"
        if child.sensor:
            lines += [label, *_steps(child, indent + "    ")]
        else:
            lines.append(f"{label} {_verdict(child)}")
    return lines


def _reading(place: int, channels: tuple[Point, ...]) -> str:
    good, bad = channels[place]
    shares = f"{_percent(good)} of clean, {_percent(bad)} of loads"
    return f"reading {place + 1} of {len(channels)} ({shares})"


def _percent(share: float) -> str:
    """Return a share with three figures: 0.0123 -> 1.23 %."""
    return f"{100.0 * share:.3g} %"


def _verdict(tree: Tree) -> str:
    return "open" if tree.opens else "release"
