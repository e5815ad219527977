"""The funding case: simulated alternatives turned into costs, benefits, uncertainty and a choice.

``case`` holds what is asked, ``response`` what the simulation says of it, ``appraised`` what comes
of both; the arithmetic of money is in `experiments.economics`.
"""
