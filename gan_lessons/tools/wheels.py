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
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from gan_lessons.tools.fresh_notebooks import Refused

CPU = "https://download.pytorch.org/whl/cpu"  # where PyTorch has its builds for CPUs
# what a platform is to the conditions in metadata: sys_platform, os_name, platform_system
SYSTEMS = {
    "win": ("win32", "nt", "Windows"),
    "macosx": ("darwin", "posix", "Darwin"),
    "manylinux": ("linux", "posix", "Linux"),
}
MACHINES = {"win_amd64": "AMD64", "win_arm64": "ARM64"}
PLATFORM = re.compile(r"win_(?:amd64|arm64)|macosx_(\d+)_(\d+)_(arm64|x86_64)|manylinux_2_(\d+)_(x86_64|aarch64)")
OLDEST_GLIBC = 5  # of the manylinux tags


@dataclass(frozen=True)
class Target:
    """A kind of machine. python: such as "3.12"; platform: pip's word for it, or "" for this machine's."""

    python: str
    platform: str = ""

    def __str__(self) -> str:
        return f"Python {self.python} on {self.system()}"

    def system(self) -> str:
        """In words, such as "Windows (AMD64)"."""
        values = self.conditions()
        name = "macOS" if values["sys_platform"] == "darwin" else values["platform_system"]
        found = re.match(r"macosx_(\d+)_", self.platform)
        return f"{name}{f' {found[1]} or newer' if found else ''} ({values['platform_machine']})"

    @property
    def version(self) -> tuple[int, ...]:
        return tuple(map(int, self.python.split(".")))

    def platforms(self) -> list[str]:
        """All words of pip for what runs there, the newest first."""
        from packaging import tags

        found = PLATFORM.fullmatch(self.platform)
        if not found:
            return list(tags.platform_tags())
        if self.platform.startswith("macosx"):
            return list(tags.mac_platforms((int(found[1]), int(found[2])), found[3]))
        if self.platform.startswith("manylinux"):
            newer = [f"manylinux_2_{minor}_{found[5]}" for minor in range(int(found[4]), OLDEST_GLIBC - 1, -1)]
            return [*newer, *(f"manylinux{year}_{found[5]}" for year in (2014, 2010, 1)), f"linux_{found[5]}"]
        return [self.platform]

    def options(self) -> list[str]:
        """What tells pip to download for it."""
        named = [word for platform in self.platforms() for word in ("--platform", platform)] if self.platform else []
        return ["--only-binary=:all:", "--python-version", self.python, *named]

    def tags(self) -> set:
        """The tags of all wheels that it can install."""
        from packaging import tags

        interpreter = f"cp{''.join(map(str, self.version))}"
        own = tags.cpython_tags(self.version, platforms=self.platforms())
        return {*own, *tags.compatible_tags(self.version, interpreter, self.platforms())}

    def conditions(self) -> dict[str, str]:
        """The values that the conditions in metadata ask for."""
        from packaging.markers import default_environment

        values = default_environment() | {"python_version": self.python, "python_full_version": f"{self.python}.0"}
        if self.platform:
            kind = next(kind for kind in SYSTEMS if self.platform.startswith(kind))
            values |= dict(zip(("sys_platform", "os_name", "platform_system"), SYSTEMS[kind], strict=True))
            values["platform_machine"] = MACHINES.get(self.platform) or re.search(r"[a-z0-9]+(_64)?$", self.platform)[0]
        return values

    @property
    def is_this(self) -> bool:
        """Is it what runs here?"""
        return not self.platform and self.version == sys.version_info[:2]

    @property
    def is_linux(self) -> bool:
        return self.conditions()["sys_platform"] == "linux"


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
