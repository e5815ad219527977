"""What a study of collusion says: its words, its chart and its page.

In: a study and what its logs say. Out: lines for the screen, ``collusion.csv`` and ``collusion.html``.
Imported by: experiments.collusion.collusion.
"""
