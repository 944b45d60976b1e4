"""Where Jupyter, IPython and Matplotlib keep their files, and where they do if the learner's home folder takes none."""

from __future__ import annotations

import os
from pathlib import Path

INSTEAD = ".home"  # beside the notebooks
PLACES = {
    "JUPYTER_CONFIG_DIR": "jupyter_config",
    "JUPYTER_DATA_DIR": "jupyter",
    "JUPYTER_RUNTIME_DIR": "jupyter_runtime",
    "IPYTHONDIR": "ipython",
    "MPLCONFIGDIR": "matplotlib",
}


def closed() -> Path | None:
    """The first folder of Jupyter's in which nothing can be written, or None."""
    from jupyter_core import paths

    for place in (paths.jupyter_runtime_dir(), paths.jupyter_config_dir(), paths.jupyter_data_dir()):
        there = Path(place)
        while not there.exists() and there != there.parent:
            there = there.parent
        if not (there.is_dir() and os.access(there, os.W_OK)):
            return Path(place)
    return None


def beside(folder: Path) -> dict[str, str]:
    """The environment variables that have all of them write beside the notebooks."""
    return {name: str(folder.absolute() / INSTEAD / place) for name, place in PLACES.items()}
