"""A learner's own notebooks: `python -m gan_lessons start` copies the course's, and opens JupyterLab on the first.

A file that is there is never written over. So the command is also how one comes back: what is there is kept, what is
missing is added, and JupyterLab opens.
"""

import errno
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from gan_lessons.tools import check, home
from gan_lessons.tools.fresh_notebooks import FOLDER, ROOT, Refused, fresh, same, told_plainly, write

USAGE = f"""usage: python -m gan_lessons start [FOLDER] [--no-browser] [--copy-only] [--allow-root]

FOLDER        for your notebooks ({FOLDER}); what is there is kept
--no-browser  JupyterLab only tells its address
--copy-only   JupyterLab is not started
--allow-root  JupyterLab starts also for the system's administrator, as containers have it"""
FOR_LAB = ("--no-browser", "--allow-root")


@dataclass(frozen=True)
class Copied:
    """File names. first: of the course; added: now; kept: were there, and are not as the course has them."""

    first: str
    added: tuple[str, ...]
    kept: tuple[str, ...]
    total: int


def copy(folder: Path, root: Path = ROOT) -> Copied:
    """Adds the notebooks that a folder lacks. Raises Refused, with what to do, where that cannot be."""
    notebooks = fresh(root)
    with told_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        there = [name for name in notebooks if os.path.lexists(folder / name)]
        added = [name for name in notebooks if name not in there]
        for name in added:
            write(folder / name, notebooks[name])
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    kept = [name for name in there if not same(folder / name, notebooks[name])]
    return Copied(next(iter(notebooks)), tuple(added), tuple(kept), len(notebooks))


def in_words(done: Copied, folder: Path, given: str) -> str:
    """What was copied and what was kept. given: the folder as the command has it."""
    where = folder.absolute()
    lines = [f"{len(done.added)} of {done.total} notebooks copied to {where}"]
    if not done.added:
        lines = [f"All {done.total} notebooks are there already: {where}"]
    if done.kept:
        lines.append(f"Kept, for they differ from the course's: {', '.join(done.kept)}")
        lines.append(f"A fresh one, with yours kept beside it: {_reset(done.kept[0][:2], given)}")
    return "\n".join(lines)


def _reset(number: str, given: str) -> str:
    command = f"python -m gan_lessons reset {number}"
    if check.repair() != check.INSTALL:  # from a stick: the environment is active in JupyterLab's terminal alone
        return f"choose File, New, Terminal in JupyterLab, and type {command} ."
    quoted = shlex.quote(given) if os.name != "nt" else f'"{given}"' if " " in given else given
    return f"{command} {quoted}" if given else command


def open_lab(folder: Path, first: str, options: Sequence[str] = ()) -> None:
    """JupyterLab on a folder, until it ends. Raises Refused, with what to do, if it cannot start or fails.

    options: of JupyterLab."""
    fault = _fault()
    if fault:
        raise Refused(f"JupyterLab was not opened: {fault}. Then run this again. Your notebooks are there.")
    places = {}
    if closed := home.closed():
        places = home.beside(folder)
        print(f"Nothing can be written in {closed}, so JupyterLab keeps its files in {folder / home.INSTEAD}")
    print("JupyterLab starts. Its address comes below; if its port is taken, it takes the next. Ctrl-C ends it.")
    print("Does no browser open? Then copy the address that ends in token=... into one.", flush=True)
    # -P: a file of the learner's that is named like a module of Python must not be taken for it
    command = [sys.executable, "-P", "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{first}"]
    command += [f"--ServerApp.root_dir={folder.absolute()}", *options]
    status = _run(command, cwd=folder, env=os.environ | places)
    if status > 0:
        raise Refused(
            f"JupyterLab ended with a fault (exit status {status}). What it says of it stands above. "
            "`python -m gan_lessons check` looks at your machine. Your notebooks are there."
        )


def _fault() -> str:
    try:
        metadata.distribution("gan-lessons")
    except metadata.PackageNotFoundError:
        return f"the course itself is not installed: {check.repair()}"
    return check.package("jupyterlab", check.OLDEST_LAB)[0]


def _run(command: Sequence[str], **more) -> int:
    """Runs a program to its end, and returns its exit status.

    Ctrl-C goes to it as well, and it is the one who asks whether to end. Who ends this process (SIGTERM) ends both."""
    process, asked = None, False

    def end(*_):
        nonlocal asked
        asked = True
        if process:
            process.terminate()

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, end),
    }
    try:
        process = subprocess.Popen(command, **more)
        if asked:  # before there was a program to end
            process.terminate()
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Copies and opens; 2 with a few sentences where that cannot be."""
    options = {word for word in arguments if word.startswith("-")}
    folders = [word for word in arguments if word not in options]
    if not options <= {*FOR_LAB, "--copy-only"} or len(folders) > 1 or "" in folders:
        print(USAGE, file=sys.stderr)
        return 2
    folder = Path(os.path.expanduser(*(folders or [FOLDER])))
    try:
        done = copy(folder, root)
        print(in_words(done, folder, *(folders or [""])))
        if "--copy-only" not in options:
            open_lab(folder, done.first, [option for option in FOR_LAB if option in options])
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    return 0
