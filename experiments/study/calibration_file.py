"""``calibration=FILE``: a file that ``throughgate calibrate`` wrote, checked before Hydra reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

import configs
from sim.errors import ConfigError

CALIBRATION: Final = "calibration"
"""Config group that sets keys of several parts, those that were fitted to observed waits."""
CALIBRATED: Final = ("port", "staffing")
"""Parts whose keys a calibration may set."""


def check_calibration_file(file: Path) -> None:
    """Refuse (ConfigError) a file that is not there, or is no calibration under a name of its own."""
    if not file.is_file():
        raise ConfigError(CALIBRATION, f"no such file: {str(file)!r}")
    own = Path(configs.__file__).parent / CALIBRATION / f"{file.stem}.yaml"
    if file.parent.name != CALIBRATION or file.suffix != ".yaml" or (own.is_file() and own != file):
        problem = f"expected a file of its own name in a folder {CALIBRATION!r}, as throughgate calibrate writes it"
        raise ConfigError(CALIBRATION, f"{problem}; got {str(file)!r}")
    text = file.read_text(encoding="utf-8")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(CALIBRATION, f"{file.name} is no YAML ({str(error).splitlines()[0]})") from None
    strays = sorted(map(str, content.keys() - set(CALIBRATED))) if isinstance(content, dict) else ["no keys"]
    if strays or "${" in text or "_target_" in text or not text.startswith("# @package _global_\n"):
        problem = f"expected values of {' and '.join(CALIBRATED)} under '# @package _global_', nothing to be filled in"
        raise ConfigError(CALIBRATION, f"{file.name}: {problem}; got {strays[0] if strays else 'something else'}")
