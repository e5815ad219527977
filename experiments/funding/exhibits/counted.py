"""Counts of equipment and people in words: plurals, and persons apart from the posts that they man."""

from __future__ import annotations

from typing import Final

from experiments.funding.exhibits.cells import significant
from experiments.funding.exhibits.elements import plain_name

COUNTED: Final = {
    "ai_review": ("AI review", "AI reviews"),
    "data_sharing": ("link of data sharing", "links of data sharing"),
    "joint_inspection": ("joint inspection", "joint inspections"),
    "training": ("course of training", "courses of training"),
    "vetting": ("vetting program", "vetting programs"),
}
"""Measures that are not counted by their name and an s: one of them, and several."""


def counted_words(name: str, n: float) -> str:
    """Return so many units of a measure.

    Examples
    --------
    >>> counted_words("portal", 1.0), counted_words("secondary_scanner", 4.0), counted_words("data_sharing", 2.0)
    ('1 portal', '4 secondary scanners', '2 links of data sharing')
    """
    singular, plural = COUNTED.get(name, (plain_name(name), f"{plain_name(name)}s"))
    return f"{significant(n)} {singular if n == 1.0 else plural}"


def persons_words(name: str, n: float, persons_per_post: float) -> str:
    """Return so many persons of one kind, full time, and how many posts they man over the week.

    Examples
    --------
    >>> persons_words("analyst", 6.4, 3.2), persons_words("officer", 3.2, 3.2)
    ('6.4 full-time analysts (2 posts)', '3.2 full-time officers (1 post)')
    >>> persons_words("officer", 1.0, 3.2)
    '1 full-time officer (0.312 posts)'
    """
    posts = round(n / persons_per_post, 3)
    persons = f"{significant(n)} full-time {plain_name(name)}{'' if n == 1.0 else 's'}"
    return f"{persons} ({significant(posts)} {'post' if posts == 1.0 else 'posts'})"
