"""What a campaign says: its words, its charts and its page.

In: a campaign and its tables. Out: lines for the screen, and ``campaign.html``.
Imported by: experiments.adaptation.campaign.
"""
