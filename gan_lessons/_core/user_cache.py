"""The folder of this user in which things are kept that can be made again."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def folder() -> Path:
    """The one of this user, on this machine. It need not be there, and it may be that nothing can be written to it."""
    return place(os.environ, sys.platform)


def place(environment: Mapping[str, str], system: str) -> Path:
    """Where it is: on Linux in $XDG_CACHE_HOME or ~/.cache, on macOS in ~/Library/Caches, on Windows in %LOCALAPPDATA%,
    as the folder gan_lessons."""
    home = Path(os.path.expanduser("~"))
    if system == "win32":
        base = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif system == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "gan_lessons"
