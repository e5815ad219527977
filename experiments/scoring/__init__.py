"""The parts of ``throughgate scorecard``: lines, targets, periods, verdicts, editions, papers."""
