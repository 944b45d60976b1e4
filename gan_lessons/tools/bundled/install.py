"""Installs the GAN lessons from the folder that this file lies in, without a network.

usage: python install.py [FOLDER]

FOLDER gets an environment (env), the notebooks and a script that starts them. What the learner changed is kept.
An old Python reads this file, too: it must not use what Python 3.6 does not know.
"""

import errno
import glob
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
WHEELS = os.path.join(HERE, "wheels")
SUMS = os.path.join(HERE, "SHA256SUMS")
MARK = "installed_from_bundle.txt"  # in a folder of ours; holds what was installed, once that is whole
WINDOWS = os.name == "nt"
WINDOWS_PATH = 259  # characters that a path may have on Windows unless long paths are enabled
COMPILED = 0.3e9  # bytes that Python adds when the packages are first used
USAGE = 'install.bat "FOLDER"' if WINDOWS else 'sh install.sh "FOLDER"'
AGAIN = "Copy the whole folder again from where it was made, and run this again."


class Refused(Exception):
    """What cannot be done: why, and what to do, in a few sentences for the learner."""


class Misfit(Refused):
    """Another Python could do it."""


# -- the wheels


def fitting():
    """Names of the wheels that this Python can install. Raises Misfit where those of torch are for others."""
    sys.path.insert(0, pip_wheel())
    # macOS puts a hidden file beside each that it copies to a stick
    names = sorted(name for name in os.listdir(WHEELS) if name.endswith(".whl") and not name.startswith("."))
    try:
        from pip._vendor.packaging.tags import sys_tags
        from pip._vendor.packaging.utils import parse_wheel_filename
    except (ImportError, SyntaxError):  # this Python is too old for pip itself
        found = []
    else:
        ours = set(sys_tags())
        found = [name for name in names if ours & parse_wheel_filename(name)[3]]
    if not any(name.startswith("torch-") for name in found):
        for_others = ", ".join(name[:-4].split("-", 2)[2] for name in names if name.startswith("torch-"))
        here = f"Python {platform.python_version()} ({sys.executable}) on {platform.system()} {platform.machine()}"
        raise Misfit(f"The wheels in this folder do not fit {here}. They are for: {for_others}. See README.txt.")
    return found


def fits():
    """The exit status of --fits: 1 where another Python is needed."""
    try:
        fitting()
    except Misfit:
        return 1
    except Refused:
        pass
    return 0


def pip_wheel():
    """Path of the wheel of pip, which installs the others. Raises Refused where it is missing or damaged."""
    found = glob.glob(os.path.join(glob.escape(WHEELS), "pip-*.whl"))
    if not found:
        raise Refused(f"There is no wheel of pip in {WHEELS}. {AGAIN}")
    verify([os.path.basename(found[0])])
    return found[0]


def verify(names):
    """Raises Refused unless these wheels are as they were made, and none that was made is missing."""
    if not os.path.isfile(SUMS):
        raise Refused(f"This folder is not whole: SHA256SUMS is missing. {AGAIN}")
    with open(SUMS, encoding="utf-8") as file:
        listed = dict(reversed(line.split(None, 1)) for line in file.read().splitlines() if line)
    missing = [name for name in sorted(listed) if not os.path.exists(os.path.join(HERE, name))]
    damaged = [name for name in names if listed.get(f"wheels/{name}") != digest(os.path.join(WHEELS, name))]
    if missing or damaged:
        what = f"{missing[0]} is missing" if missing else f"{damaged[0]} is damaged"
        raise Refused(f"This folder is not whole: {what}. {AGAIN}")


def digest(path):
    """SHA-256 of a file in hexadecimal digits; None where it cannot be read."""
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                found.update(block)
    except OSError:
        return None
    return found.hexdigest()


def unpacked(names):
    """Bytes that wheels take when they are installed, and the characters of the longest path in them."""
    inside = []
    for name in names:
        with zipfile.ZipFile(os.path.join(WHEELS, name)) as wheel:
            inside += wheel.infolist()
    paths = [one.filename for one in inside if ".data/" not in one.filename]
    return sum(one.file_size for one in inside), max(map(len, paths))


# -- the folder


def default_folder(longest):
    """In the home folder; on Windows in the drive's first folder if the home's path is too long."""
    home = os.path.join(os.path.expanduser("~"), "gan_lessons")
    if WINDOWS and too_long(home, longest) > 0:
        return os.environ.get("SYSTEMDRIVE", "C:") + "\\gan_lessons"
    return home


def too_long(folder, longest):
    """How many characters a folder's path has too many for Windows; 0 or less is fine."""
    return len(folder + "\\env\\Lib\\site-packages\\") + longest - WINDOWS_PATH


def long_paths_enabled():
    """Does this Windows allow longer paths? False where that cannot be read."""
    try:
        import winreg

        place = r"SYSTEM\CurrentControlSet\Control\FileSystem"
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
            return winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    except (ImportError, OSError):
        return False


def claim(folder, longest):
    """Makes a folder ours, and returns what was installed there before ("" if nothing whole). Raises Refused."""
    mark = os.path.join(folder, MARK)
    if WINDOWS and too_long(folder, longest) > 0 and not long_paths_enabled():
        more = too_long(folder, longest)
        raise Refused(f"The path {folder} is {more} characters too long for Windows. Give a folder with a shorter one.")
    if os.path.isfile(mark):
        with open(mark, encoding="utf-8") as file:
            return file.read()
    if os.path.exists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise Refused(f"{folder} is there already, and this script did not make it. Give another folder.")
    os.makedirs(folder, exist_ok=True)
    write(mark, "")
    return ""


def room(folder, size):
    """Raises Refused if a folder's disk has not this many bytes for what will be in it."""
    there = folder
    while not os.path.exists(there) and there != os.path.dirname(there):  # a drive of Windows may be missing
        there = os.path.dirname(there)
    free, need = shutil.disk_usage(there).free / 1e9, (size + COMPILED) / 1e9
    if free < need:
        raise Refused(
            f"Only {free:.1f} GB are free for {folder}, and the installation takes {need:.1f} GB. Make room, or give "
            f"a folder on another disk: {USAGE}"
        )


def write(path, content):
    """Writes a small file, with the line ends of this system."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


# -- the installation


def environment(folder):
    """Makes the environment anew with all that the lessons need, and returns nothing. Raises Refused."""
    try:
        import venv
    except ImportError:
        raise Refused(f"{sys.executable} cannot make environments: it lacks the module venv. See README.txt.") from None
    print("Now the packages are being installed. This takes one to three minutes.", flush=True)
    venv.EnvBuilder(clear=True, symlinks=not WINDOWS).create(os.path.join(folder, "env"))
    command = [python(folder), os.path.join(pip_wheel(), "pip"), "install", "--quiet", "--no-index", "--no-compile"]
    command += ["--find-links", WHEELS, "-r", os.path.join(HERE, "requirements.txt")]
    if subprocess.call(command, env=clean()):
        free = shutil.disk_usage(folder).free / 1e9
        raise Refused(
            f"pip could not install the packages. What it says stands above; {free:.1f} GB are free in {folder}. "
            "Mend that, and run this again."
        )


def clean():
    """The environment variables without what leads Python or pip elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    return dict(kept, PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1")


def programs(folder):
    """The folder of the environment's programs."""
    return os.path.join(folder, "env", "Scripts" if WINDOWS else "bin")


def python(folder):
    """Path of the environment's Python."""
    return os.path.join(programs(folder), "python.exe" if WINDOWS else "python")


def lessons(folder, *words):
    """Runs one of the course's commands in a folder, and returns its exit status."""
    env = dict(clean(), PATH=programs(folder) + os.pathsep + os.environ.get("PATH", ""))
    return subprocess.call([python(folder), "-m", "gan_lessons", *words], cwd=folder, env=env)


START_BAT = """@echo off
cd /d "%~dp0"
set "PYTHONPATH="
set "PYTHONHOME="
set "PATH=%~dp0env\\Scripts;%PATH%"
python -m gan_lessons start notebooks %*
pause
"""
START_SH = """#!/bin/sh
# Opens the GAN lessons.
CDPATH='' cd "$(dirname "$0")" || exit
unset PYTHONPATH PYTHONHOME
PATH="$PWD/env/bin:$PATH" exec python -m gan_lessons start notebooks "$@"
"""


def start_script(folder):
    """Writes the script that opens the lessons, and returns the command that runs it."""
    name, content = ("start.bat", START_BAT) if WINDOWS else ("start.sh", START_SH)
    write(os.path.join(folder, name), content)
    path = os.path.join(folder, name)
    return "sh " + shlex.quote(path) if not WINDOWS else '"' + path + '"' if " " in path else path


def install(folders):
    """All of it. Raises Refused where something stands in the way."""
    names = fitting()
    verify(names)
    size, longest = unpacked(names)
    folder = os.path.abspath(os.path.expanduser(folders[0])) if folders else default_folder(longest)
    try:
        if not os.path.isdir(os.path.join(folder, "env")):
            room(folder, size)
        before = claim(folder, longest)
        command = start_script(folder)
        there = before == digest(SUMS) and os.path.exists(python(folder))
        if there:
            print(f"All packages are installed already in {folder}", flush=True)
        if not (there and ready(folder)):
            write(os.path.join(folder, MARK), "")
            environment(folder)
            write(os.path.join(folder, MARK), digest(SUMS))
            there = ready(folder)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else error
        what = "Make room on its disk, or give" if error.errno == errno.ENOSPC else "Give"
        raise Refused(f"{folder} cannot be used ({why}). {what} another folder: {USAGE}") from None
    if not there:
        raise Refused("All is installed, and this machine is not ready yet. Do what the check says above.")
    print(f"This command opens the lessons, now and on any other day: {command}")


def ready(folder):
    """Copies the notebooks, and runs the check: is it content? Raises Refused where they cannot be copied."""
    copied = lessons(folder, "start", "notebooks", "--copy-only")
    if copied == 2:
        raise Refused("The notebooks were not copied. Do what is said above, and run this again.")
    return not copied and not lessons(folder, "check")


def main(words):
    """The command: 0 when all is there, 2 with a few sentences where something stands in the way."""
    try:
        if words == ["--fits"]:  # a folder that is not whole is told when it is to be used
            return fits()
        if len(words) > 1 or any(not word or word.startswith("-") for word in words):
            raise Refused(f"Give one folder, or none for gan_lessons in your home folder: {USAGE}")
        install(words)
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. Run this again: it goes on.\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
