"""Risk models: a score for each truck from what is declared and from past inspections.

In: visible columns of MANIFEST; for training, results of past inspections.
Out: SCORES: the probability of a find and a place among past trucks.
Imported by: `experiments`. It cannot import the hidden loads or the engines.
"""
