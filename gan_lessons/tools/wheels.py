"""The wheels that a kind of machine needs: pip downloads them, and their own metadata say whether any is missing.

pip reads the conditions in metadata (`pywinpty; os_name == "nt"`) for the machine it runs on, also when it downloads
for another. So what another kind of machine needs is found here, one round after the other.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from email.parser import HeaderParser
from pathlib import Path

from gan_lessons.tools.fresh_notebooks import Refused
from gan_lessons.tools.targets import Target

CPU = "https://download.pytorch.org/whl/cpu"  # where PyTorch has its builds for CPUs


# -- getting them


def download(target: Target, wanted: Sequence[str], folder: Path) -> set[Path]:
    """Gets the wheels of such requirements as "numpy==2.4.6" and of all that these need, and returns them.

    torch comes as its build for CPUs. Raises Refused if pip cannot get them."""
    torch = next(line for line in wanted if line.startswith("torch=="))
    if target.is_linux:
        wanted = [f"{line}+cpu" if line == torch else line for line in wanted]
        _torch_for_cpus(target, f"{torch}+cpu", folder)
    _pip(target, [*([] if target.is_this else ["--no-deps"]), *wanted], folder)
    before, (used, missing) = None, needed(target, wanted, folder)
    while missing:
        if missing == before:
            raise Refused(f"pip got no wheels that {target} can install, of these: {', '.join(missing)}.")
        _pip(target, ["--no-deps", *missing], folder)
        before, (used, missing) = missing, needed(target, wanted, folder)
    return used


def _torch_for_cpus(target: Target, torch: str, folder: Path) -> None:
    """From where pip is set to look, and otherwise from PyTorch."""
    if subprocess.run(_command(target, ["--no-deps", torch], folder), capture_output=True).returncode:
        _pip(target, ["--no-deps", torch, "--index-url", CPU], folder)


def _command(target: Target, words: Sequence[str], folder: Path) -> list[str]:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder), "--find-links", str(folder)]
    return [*pip, *target.options(), *words]


def _pip(target: Target, words: Sequence[str], folder: Path) -> None:
    if subprocess.run(_command(target, words, folder)).returncode:
        raise Refused(
            f"pip did not get the wheels for {target}. What it says stands above. Is there a network, are there such "
            "wheels, and is there room on the disk? Then run this again: what is there is kept."
        )


def sweep(folder: Path) -> None:
    """Removes what is no whole wheel, as an interrupted download leaves it."""
    for path in folder.iterdir():
        try:
            with zipfile.ZipFile(path) as wheel:
                whole = wheel.testzip() is None
        except (OSError, zipfile.BadZipFile, EOFError):
            whole = False
        if not whole:
            path.unlink()


# -- are they all there?


def needed(target: Target, wanted: Sequence[str], folder: Path) -> tuple[set[Path], list[str]]:
    """The wheels in a folder that such a machine installs, and the requirements for which there is none."""
    from packaging.requirements import Requirement

    there, conditions = _fitting(target, folder), target.conditions()
    used, missing, seen, open_ = set(), [], set(), [Requirement(line) for line in wanted]
    while open_:
        one = open_.pop()
        if str(one) in seen or (one.marker and not one.marker.evaluate(conditions | {"extra": ""})):
            continue
        seen.add(str(one))
        found = _newest(one, there)
        if found is None:
            missing.append(f"{one.name}{one.specifier}")
            continue
        used.add(found)
        open_ += _asked(found, one.extras, conditions)
    return used, sorted(missing)


def _fitting(target: Target, folder: Path) -> dict[str, list]:
    """Name of a package -> (version, path) of its wheels that such a machine can install."""
    from packaging.utils import parse_wheel_filename

    tags, found = target.tags(), {}
    for path in folder.glob("*.whl"):
        name, version, _, own = parse_wheel_filename(path.name)
        if own & tags:
            found.setdefault(name, []).append((version, path))
    return found


def _newest(requirement, there: dict[str, list]) -> Path | None:
    from packaging.utils import canonicalize_name

    found = there.get(canonicalize_name(requirement.name), [])
    fit = [(version, path) for version, path in found if requirement.specifier.contains(version, prereleases=True)]
    return max(fit)[1] if fit else None


def _asked(wheel: Path, extras: set[str], conditions: dict[str, str]) -> Iterator:
    """What a wheel's metadata ask for under these conditions, as requirements without a condition."""
    from packaging.requirements import Requirement

    with zipfile.ZipFile(wheel) as file:
        name = next(one for one in file.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", one))
        lines = HeaderParser().parsestr(file.read(name).decode("utf-8")).get_all("Requires-Dist") or ()
    for one in map(Requirement, lines):
        if not one.marker or any(one.marker.evaluate(conditions | {"extra": extra}) for extra in ("", *extras)):
            one.marker = None
            yield one
