"""Questions put to the port: the only place that knows Hydra, figures, files and the screen."""
