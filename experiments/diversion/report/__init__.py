"""What a corridor says: its answer, its charts and its page.

In: a corridor and its tables. Out: lines for the screen, and ``corridor.html``.
Imported by: experiments.diversion.corridor.
"""
