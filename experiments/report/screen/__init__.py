"""What a run or comparison says on the terminal: what will be run, the answer in 25 lines, and the rest on request.

In: Study, weekly loads, Findings.
Out: lines on the terminal.
Imported by: verbs that run a study.
"""
