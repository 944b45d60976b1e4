"""The preflight behind `python -m gan_lessons check`: one line for each thing that a lesson needs.

Each check is a function that returns a `Finding`; a check that breaks becomes a finding too, never a traceback.
Everything heavy is imported inside of the functions, so that a broken package can still be reported.
"""

from __future__ import annotations  # so that even a Python that is too old gets its answer

import importlib
import importlib.util
import json
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from importlib import metadata
from io import StringIO
from pathlib import Path

from gan_lessons._core import checksums

PACKAGE = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
OLDEST_LAB = "4.2"
FRONT_ENDS = ("anywidget", "@jupyter-widgets/jupyterlab-manager")
# each file, and what surely stands in it
_CLASSES = ("page", "paint", "picture", "sketch", "controls", "clock", "player", "reel", "scrubber", "film", "latent")
_CLASSES += ("dirac", "tiles", "pad", "planes", "series")
IMPORTED = {"pillow": "PIL"}  # packages whose module has another name
STAGE = {f"{name}.js": "class" for name in _CLASSES} | {"arrays.js": "function", "share.js": "function"}
STAGE |= {f"{name}.js": "window" for name in ("frame", "around")}
STAGE |= {f"{name}.css": "{" for name in ("stage", "sketch", "scrubber", "latent", "planes", "series")}
SECONDS = 5.0  # how long the trial training lasts
SMOOTH = 300  # steps a second: 60 frames a second of 5 steps each
ENOUGH = 1.0  # GB that a notebook may take
# GB on the disk. A notebook that was run through takes 1.5 MB (02, measured), so all of them some 20 MB; the rest is
# for films, pages, pictures that are kept, and what JupyterLab and the browser write meanwhile.
ROOM = 0.5
# GB for the installation. Unpacked, requirements.txt takes 1.5 with torch's build for CPUs (measured on Linux); the
# rest is for the downloads.
INSTALLED = 2.0
INSTALL = "python -m pip install -r requirements.txt"
STICK_MARK = "installed_from_bundle.txt"  # beside an environment that the stick's script made
WINDOWS_PATH = 259  # characters that a path may have on Windows unless long paths are enabled
LONGEST = 171  # characters of the longest path inside site-packages: a file of torch 2.13


@dataclass(frozen=True)
class Finding:
    """What one check saw. ok: all is well; text: in plain words, what is there or what to do.

    required: a finding that is not ok stops a lesson; where it is False, it is only a warning.
    """

    name: str
    ok: bool
    text: str
    required: bool = True


def repair(command: str = INSTALL, prefix: str = "") -> str:
    """What mends an installation: a command, but who installed from the stick runs its script again."""
    folder = Path(prefix or sys.prefix).parent
    if not (folder / STICK_MARK).is_file():
        return command
    script = "install.bat" if os.name == "nt" else "sh install.sh"
    return f'open a terminal in the folder of the stick, and type {script} "{folder}"'


def python() -> Finding:
    """Is this Python new enough?"""
    here = f"Python {platform.python_version()} at {sys.executable}"
    if _numbers(platform.python_version()) >= OLDEST:
        return Finding("Python", True, here)
    oldest = ".".join(map(str, OLDEST))
    return Finding("Python", False, f"{here} is too old: make a new environment with Python {oldest} or newer")


def paths(prefix: str = sys.prefix) -> Finding:
    """On Windows: does the environment's folder leave room for the longest path that pip writes into it?"""
    length = len(f"{prefix}\\Lib\\site-packages\\") + LONGEST
    if length <= WINDOWS_PATH:
        return Finding("paths", True, f"the longest has {length} characters, of {WINDOWS_PATH} that Windows allows")
    if long_paths_enabled():
        return Finding("paths", True, "long ones are enabled")
    text = f"torch's longest would have {length} characters, and Windows allows {WINDOWS_PATH}: move the course to a"
    text += f" folder whose path is {length - WINDOWS_PATH} characters shorter, or enable long paths (README, Start)"
    return Finding("paths", False, text, required=False)


def long_paths_enabled() -> bool:
    """Does this Windows allow paths of more than 259 characters? False where that cannot be read."""
    try:
        import winreg

        place = r"SYSTEM\CurrentControlSet\Control\FileSystem"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
            return winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    except (ImportError, OSError):
        return False


def packages() -> Finding:
    """Are all packages there, new enough (the bounds are the course's own metadata), and do they start?"""
    try:
        wanted = [line for line in metadata.requires("gan-lessons") or () if "extra ==" not in line]
    except metadata.PackageNotFoundError:
        return Finding("packages", False, f"the course itself is not installed: {repair()}")
    faults, found = [], []
    for line in wanted:
        name, bound = re.match(r"([\w.-]+)\s*>=\s*([\d.]+)", line).groups()
        fault, version = package(name, bound)
        faults += [fault] if fault else []
        found.append(f"{name} {version}")
    return Finding("packages", not faults, "; ".join(faults) or ", ".join(found))


def package(name: str, bound: str) -> tuple[str, str]:
    """What is wrong with a package and what to do ("" if nothing), and its version."""
    pip = "python -m pip install"
    get = repair(f'{pip} "{name}>={bound}"')
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return f"{name} is not installed: {get}", ""
    if _numbers(version) < _numbers(bound):
        return f"{name} {version} is older than {bound}: {get}", version
    try:
        with redirect_stderr(StringIO()):  # Matplotlib tells at length where it keeps its files; `home` says it
            importlib.import_module(IMPORTED.get(name, name))
    except Exception as error:  # whatever a broken installation raises
        again = repair(f'{pip} --force-reinstall "{name}>={bound}"')
        return f"{name} {version} does not start ({_one_line(error)}): {again}", version
    return "", version


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, so that 2.10 is newer than 2.4: "2.13.0+cpu" -> (2, 13, 0)."""
    return tuple(int(part) for part in re.match(r"\d+(\.\d+)*", version)[0].split("."))


def stage() -> Finding:
    """Are the Stage's own files there, which the notebook sends to the browser?"""
    for name, mark in STAGE.items():
        path = PACKAGE / "labs" / "stage" / name
        if not path.is_file() or mark not in path.read_text(encoding="utf-8"):
            again = repair(f"get the course anew, then {INSTALL}")
            return Finding("labs", False, f"{path} is missing or damaged: {again}")
    return Finding("labs", True, f"their {len(STAGE)} files are there")


def jupyterlab() -> Finding:
    """Does the Jupyter that serves this, or else the one that `jupyter lab` starts, know the Stage's widgets?"""
    if "google.colab" in sys.modules:
        return Finding("JupyterLab", True, "not needed in Colab, which brings its own front end")
    serving = serving_environment()
    command = (serving and serving / _BIN / "jupyter-lab") or shutil.which("jupyter-lab") or _beside_python()
    if command is None:
        text = f"`jupyter lab` is not found (needed unless you use another notebook program): {repair()}"
        return Finding("JupyterLab", False, text, required=False)
    prefix = serving or environment_of(Path(command))
    version = version_in(prefix)
    if version and _numbers(version) < _numbers(OLDEST_LAB):
        pip = f'"{prefix / _BIN / "python"}" -m pip install "jupyterlab>={OLDEST_LAB}"'
        return Finding("JupyterLab", False, f"{command} is {version}, which is older than {OLDEST_LAB}: {repair(pip)}")
    places = labextension_places(prefix)
    for name in FRONT_ENDS:
        if not any(_front_end_is_whole(place / name) for place in places):
            pip = f'"{prefix / _BIN / "python"}" -m pip install --force-reinstall'
            package = "anywidget" if name == "anywidget" else "ipywidgets jupyterlab_widgets"
            again = repair(f"{pip} {package}")
            return Finding("JupyterLab", False, f"{command} lacks the front end of {name}: {again}")
    if not serving and not prefix.samefile(sys.prefix):
        text = f"{command} belongs to another Python than this one ({sys.prefix}): activate this environment first"
        return Finding("JupyterLab", False, text, required=False)
    return Finding("JupyterLab", True, f"{_version('jupyterlab')}, and it finds the widgets' front end")


_BIN = "Scripts" if os.name == "nt" else "bin"


def _beside_python() -> str | None:
    """The command of this environment, which need not be activated."""
    return shutil.which("jupyter-lab", path=str(Path(sys.prefix) / _BIN))


def version_in(prefix: Path) -> str:
    """The version of the JupyterLab that an environment has; "" where that is not found."""
    places = [*prefix.glob("lib/python*/site-packages"), prefix / "Lib" / "site-packages"]
    found = metadata.distributions(name="jupyterlab", path=[str(place) for place in places])
    return next((one.version for one in found), "")


def serving_environment() -> Path | None:
    """The Python environment of the Jupyter that this process runs under, as kernel or in its terminal, or None."""
    try:
        import psutil  # ipykernel brings it

        for words in (parent.cmdline() for parent in psutil.Process().parents()):
            if _is_jupyter(words) and (python := shutil.which(words[0])):
                folder = Path(python).parent
                return folder.parent if folder.name in ("bin", "Scripts") else folder
    except Exception:  # what a machine tells of other processes differs: then nothing is known
        pass
    return None


def _is_jupyter(words: Sequence[str]) -> bool:
    """Is it a program of Jupyter's, by itself or by its Python? An editor or a shell of such a file is none."""
    first, *rest = [Path(word).name.lower() for word in words] or [""]
    by_python = first.startswith(("python", "pypy")) and any(one.startswith("jupyter") for one in rest)
    return first.startswith("jupyter") or by_python


def environment_of(command: Path) -> Path:
    """The Python environment of a console command: where its first line points, else where it lies.

    A shim that is no Python script (pyenv's, for example) says nothing, and is taken to mean this environment.
    """
    with command.open("rb") as file:
        head = file.read(512).decode("utf-8", errors="ignore")
    pointed = re.search(r"""(/[^"'\n]*)/bin/python""", head) if head.startswith("#!") else None
    if pointed:
        return Path(pointed[1])
    return Path(sys.prefix) if head.startswith("#!") else command.resolve().parent.parent


def labextension_places(prefix: Path) -> list[Path]:
    """Where the JupyterLab of the environment `prefix` looks for front ends."""
    from jupyter_core.paths import ENV_JUPYTER_PATH, jupyter_path

    own = {str(Path(place) / "labextensions") for place in ENV_JUPYTER_PATH}
    shared = [Path(place) for place in jupyter_path("labextensions") if place not in own]
    return [prefix / "share" / "jupyter" / "labextensions", *shared]


def _front_end_is_whole(folder: Path) -> bool:
    """Does a labextension's package.json name an entry file that is there?"""
    try:
        build = json.loads((folder / "package.json").read_text(encoding="utf-8"))["jupyterlab"]["_build"]
        return (folder / build["load"]).is_file()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def home() -> Finding:
    """Can Jupyter keep its files in the learner's home folder?"""
    from gan_lessons.tools import home

    closed = home.closed()
    if closed is None:
        return Finding("home", True, "JupyterLab can keep its files there")
    text = f"nothing can be written in {closed}, where JupyterLab keeps its files: open JupyterLab with"
    return Finding(
        "home", False, f"{text} `python -m gan_lessons start`, which keeps them beside yours", required=False
    )


def data(folder: Path = checksums.DATA) -> Finding:
    """Are the files that ship with the course as they were made?"""
    faults = checksums.faults(folder)
    if faults:
        again = repair(f"get {folder} anew (git checkout, or install again)")
        return Finding("data", False, f"{'; '.join(faults)}: {again}")
    number = len(checksums.files(folder))
    return Finding("data", True, f"all {number} files are intact" if number else "this version ships no data files")


def device() -> Finding:
    """What will torch compute on, and why?"""
    from gan_lessons._core import devices

    return Finding("device", True, devices.why())


def cores() -> Finding:
    """How many cores may be used? CPU_LIMIT, where a hub sets it, says so."""
    limit, machine = os.environ.get("CPU_LIMIT"), os.cpu_count()
    if limit is None:
        return Finding("cores", True, f"{machine}; no CPU_LIMIT is set")
    try:
        if float(limit) > 0:
            return Finding("cores", True, f"CPU_LIMIT={limit} of this machine's {machine}")
    except ValueError:
        pass
    text = f"CPU_LIMIT={limit!r} is not a number above 0: set it to the cores that you may use, or unset it"
    return Finding("cores", False, text, required=False)


def memory() -> Finding:
    """Is there room for a notebook, which may take up to 1 GB?"""
    free = free_memory()
    if free is None:
        return Finding("memory", False, f"cannot be read here; a notebook needs about {ENOUGH:g} GB", required=False)
    if free < ENOUGH:
        text = f"only {free:.1f} GB free, a notebook may take {ENOUGH:g} GB: close other programs and other kernels"
        return Finding("memory", False, text, required=False)
    return Finding("memory", True, f"{free:.1f} GB free")


def free_memory(root: Path = Path("/")) -> float | None:
    """Free memory in GB (the container's limit counts where there is one), or None where nothing tells."""
    free = []
    try:
        available = re.search(r"MemAvailable:\s+(\d+) kB", (root / "proc/meminfo").read_text(encoding="utf-8"))
        free.append(int(available[1]) * 1024)
    except (OSError, TypeError):
        try:
            import psutil

            free.append(psutil.virtual_memory().available)
        except Exception:  # psutil is a convenience: without it nothing is known
            return None
    try:
        group = root / "sys/fs/cgroup"
        used, limit = (int((group / f"memory.{what}").read_text(encoding="utf-8")) for what in ("current", "max"))
        cache = re.search(r"inactive_file (\d+)", (group / "memory.stat").read_text(encoding="utf-8"))
        free.append(limit - used + int(cache[1]))  # the kernel gives this cache back when a program needs the room
    except (OSError, ValueError, TypeError):  # no such limit, or it says "max"
        pass
    return min(free) / 1e9


def disk(folder: Path = Path(), prefix: str = sys.prefix) -> Finding:
    """Is there room for what lessons write in this folder, and while torch is missing, for the installation?"""
    free = shutil.disk_usage(folder).free / 1e9
    if importlib.util.find_spec("torch") is None:
        room = shutil.disk_usage(prefix).free / 1e9
        if room < INSTALLED:
            text = f"only {room:.1f} GB free for {prefix}: the installation takes {INSTALLED:g} GB with torch's build"
            return Finding("disk", False, f"{text} for CPUs, and several times that with the one for GPUs", False)
    if free < ROOM:
        text = f"only {free:.2f} GB free in {folder.resolve()}, and lessons need {ROOM:g} GB: make room, or work in a"
        text += " folder on another disk"
        return Finding("disk", False, text, required=False)
    return Finding("disk", True, f"{free:.1f} GB free")


def training(seconds: float = SECONDS) -> Finding:
    """Trains a toy for a few seconds and tells its speed."""
    advance, steps, start = trial(), 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        advance(50)
        steps += 50
    text = f"{steps:,} steps in {passed:.0f} s, {steps / passed:,.0f} a second"
    if steps / passed < SMOOTH:
        text += f": the labs will not be smooth (that takes {SMOOTH}); close other programs and other kernels"
        return Finding("training", False, text, required=False)
    return Finding("training", True, text)


def trial() -> Callable[[int], object]:
    """What the trial training does: a function that advances one toy by so many steps."""
    from gan_lessons.recipes import toys as recipes

    return recipes.aylien_head.trainer(seeds=range(1)).advance


CHECKS = (
    python,
    *([paths] if os.name == "nt" else []),
    packages,
    stage,
    jupyterlab,
    home,
    data,
    device,
    cores,
    memory,
    disk,
    training,
)


def findings(checks: Iterable[Callable[[], Finding]] = CHECKS) -> Iterable[Finding]:
    """Runs the checks one after the other. One that raises becomes a finding that says so."""
    for check in checks:
        try:
            yield check()
        except Exception as error:  # a preflight reports whatever is broken
            text = f"could not be checked ({_one_line(error)}). Mend what is named above."
            text += f" If that does not help: {repair()}"
            yield Finding(check.__name__, False, text)


def main(arguments: Sequence[str] = (), checks: Iterable[Callable[[], Finding]] = CHECKS) -> int:
    """Prints a line for each finding as it comes; 0 if lessons can begin (warnings do not count), else 1.

    arguments: of the command. It takes `--json` alone, and then prints one JSON object at the end; 2 for anything else.
    """
    if list(arguments) not in ([], ["--json"]):
        print("usage: python -m gan_lessons check [--json]", file=sys.stderr)
        return 2
    if arguments:
        return _as_json(checks)
    good = True
    for finding in findings(checks):
        print(line(finding, sys.stdout.encoding or "ascii", sys.stdout.isatty()), flush=True)
        good &= finding.ok or not finding.required
    print("Ready." if good else "Not ready yet: mend the lines marked above, then run this again.")
    return 0 if good else 1


def _as_json(checks: Iterable[Callable[[], Finding]]) -> int:
    """Prints {"ready": ..., "findings": [{"name", "ok", "text", "required"}, ...]}, and returns 0 if ready, else 1."""
    with redirect_stdout(sys.stderr):  # what a package says when it starts is no part of the answer
        found = list(findings(checks))
    ready = all(finding.ok or not finding.required for finding in found)
    print(json.dumps({"ready": ready, "findings": [asdict(finding) for finding in found]}, indent=1))
    return 0 if ready else 1


def line(finding: Finding, encoding: str = "utf-8", colour: bool = False) -> str:
    """One line for a terminal: a mark, the name, the text. Plain letters where the terminal has no ticks."""
    kind = 0 if finding.ok else 1 if not finding.required else 2
    mark = ("\N{CHECK MARK}", "!", "\N{BALLOT X}")[kind]
    try:
        mark.encode(encoding)
    except UnicodeEncodeError:
        mark = ("ok", "!", "X")[kind]
    if colour and "NO_COLOR" not in os.environ:
        mark = f"\033[{(32, 33, 31)[kind]}m{mark}\033[0m"
    text = finding.text.encode(encoding, errors="replace").decode(encoding)
    return f"{mark} {finding.name}: {text}"


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _version(name: str) -> str:
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return name
