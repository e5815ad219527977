"""What is assumed: YAML only. The package exists so that Hydra finds ``pkg://configs``."""
