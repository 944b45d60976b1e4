"""Whether what cells show is for a page without a kernel, and where the pages of labs are written then."""

import os
from pathlib import Path

from gan_lessons._core.refusals import refuse

VARIABLE = "GAN_LESSONS_PAGES"


def folder() -> Path | None:
    """The folder that the variable names, or None where a kernel will be behind what is shown.

    Raises ValueError for a folder that is not there."""
    name = os.environ.get(VARIABLE)
    if name and not Path(name).is_dir():
        refuse(VARIABLE, name, "a folder that is there")
    return Path(name) if name else None
