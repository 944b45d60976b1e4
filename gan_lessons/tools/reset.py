"""One notebook fresh again: `python -m gan_lessons reset 02` renames the learner's to a name that says when.

Nothing of the learner's is written over. The old notebook is renamed before the fresh one is written; if that fails, it
gets its name back.
"""

import errno
import os
import sys
from datetime import datetime
from itertools import count
from pathlib import Path

from gan_lessons._core.files import open_new
from gan_lessons.tools.fresh_notebooks import FOLDER, ROOT, Refused, fresh, from_git, same, told_plainly, write

USAGE = f"""usage: python -m gan_lessons reset NAME [FOLDER]

NAME    of a notebook, such as 02 or 02_mode_collapse
FOLDER  with your notebooks ({FOLDER}); yours is kept in it under a new name"""


def reset(name: str, folder: Path, root: Path = ROOT, when: datetime | None = None) -> str:
    """Gives a notebook fresh, and returns what was done. Raises Refused, with what to do, where that cannot be."""
    file, content = named(name, fresh(root))
    path = folder / file
    if path.is_dir():
        raise Refused(f"{path.absolute()} is a folder, and not a notebook. Rename it, and run this again.")
    if folder.resolve() == (root / "notebooks").resolve() and not from_git(root):
        raise Refused(
            f"{folder} is the course's own folder, and without git there is no other copy. Get the course anew."
        )
    with told_plainly(folder, " Nothing was changed."):
        if not folder.is_dir():
            _no_folder(folder, file)
        if not os.path.lexists(path):
            write(path, content)
            return f"{file} was not there. A fresh one is in {folder.absolute()}"
        if same(path, content):
            return f"{file} is fresh already: it is as the course has it."
        kept = keep(path, when or datetime.now())
        try:
            write(path, content)
        except BaseException as error:
            if not given_back(kept, path) and isinstance(error, OSError):
                raise Refused(f"{file} could not be written. Yours is kept: {kept.absolute()}") from None
            raise
    return (
        f"{file} is fresh again. Yours is kept beside it: {kept.name}\n"
        "Is it open in JupyterLab? Then choose File, Reload Notebook from Disk."
    )


def named(name: str, notebooks: dict[str, bytes]) -> tuple[str, bytes]:
    """The notebook of a number or a name, and its content. Raises Refused, naming all, if there is none."""
    for file, content in notebooks.items():
        if name.zfill(2) == file[:2] or name.removesuffix(".ipynb") == file.removesuffix(".ipynb"):
            return file, content
    names = ", ".join(file.removesuffix(".ipynb") for file in notebooks)
    raise Refused(f"There is no notebook {name!r}. Give a number or a name of these: {names}.")


def _no_folder(folder: Path, file: str) -> None:
    if os.path.lexists(folder):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    again = f"python -m gan_lessons reset {file[:2]}"
    if Path(file).is_file():
        raise Refused(f"There is no folder {folder}. For the notebooks that are here: {again} .")
    raise Refused(
        f"There is no folder {folder}. Give the one with your notebooks: {again} FOLDER. "
        "Have you none yet? `python -m gan_lessons start` makes it."
    )


def keep(path: Path, when: datetime) -> Path:
    """Renames a file to a name that says when and that no file has, and returns that."""
    for number in count(1):
        again = f"_{number}" if number > 1 else ""
        kept = path.with_name(f"{path.stem}_kept_{when:%Y-%m-%d_%H-%M-%S}{again}{path.suffix}")
        try:
            open_new(kept).close()  # from here on the name is ours: another reset cannot take it, too
            break
        except FileExistsError:
            continue
    try:
        os.replace(path, kept)
    except BaseException:
        if kept.stat().st_size == 0:  # an interrupt may come when the learner's is there already
            kept.unlink()
        raise
    return kept


def given_back(kept: Path, path: Path) -> bool:
    """Renames a kept file back. Returns False if that fails, or if there is a file of its name by now."""
    try:
        if not os.path.lexists(path):
            os.rename(kept, path)
            return True
    except OSError:
        pass
    return False


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Resets one notebook; 2 with a few sentences where that cannot be."""
    if not 1 <= len(arguments) <= 2 or any(not word or word.startswith("-") for word in arguments):
        print(USAGE, file=sys.stderr)
        return 2
    name, *folders = arguments
    try:
        print(reset(name, Path(os.path.expanduser(*(folders or [FOLDER]))), root))
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    return 0
