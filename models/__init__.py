"""Risk models: they see declared manifest columns and past inspections, nothing else."""
