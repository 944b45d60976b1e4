"""The course's commands: those for learners (`check`, `start`, `reset`), and those that make again what ships."""

import sys
from importlib import import_module

# name -> (its file, whose `main` gets the other words; what it does)
COMMANDS = {
    "check": ("tools.check", "is this machine ready for the lessons? A line each, and what to do; --json for programs"),
    "start": (
        "tools.start",
        "[FOLDER]: copies the notebooks there, never over yours, and opens JupyterLab on the first",
    ),
    "reset": ("tools.reset", "NAME [FOLDER]: one notebook fresh again; yours is kept beside it under a new name"),
    "bundle": ("tools.bundle", "DIR: fills a folder for a USB stick, from which the course installs without a network"),
    "export": ("labs.exported_page", "NOTEBOOK ...: each as a page of HTML beside it, which needs no kernel"),
    "badges": ("tools.badges", "rewrites the badges in README.md and the notebooks; --check only says which differ"),
    "exercises": ("exercises.listing", "lists the exercises; --at-least N fails where a notebook has fewer that check"),
    "times": ("tools.times", "writes how long each section of the notebooks takes; --measure runs them first"),
    "nbgrader": (
        "exercises.nbgrader_format",
        "DIR [NN ...]: the notebooks as a course that nbgrader hands out and grades",
    ),
    "slides": ("slides.command", "DIR [NN ...]: the notebooks as slides for a projector, with the speaker's notes"),
    "checksums": ("_core.checksums", "lists all shipped files with their checksums, after one was added or changed"),
    "ship": ("shipped.make", "NAME: trains a network that ships (classifier, dcgan, vae, ...), and puts it in place"),
    "runs": ("shipped.runs", "NAME ...: trains runs that ship, and puts them in place"),
    "patients": (
        "shipped.diagnoses",
        "[CAUSE ...]: trains the GANs with a hidden slip, and puts them in place",
    ),
    "series": (
        "shipped.slider_series",
        "[NAME ...]: trains the autoencoders that sliders show, and puts them in place",
    ),
    "sweep": ("shipped.sweeps", "NAME ...: trains sweeps that ship, and puts them in place"),
}
USAGE = "usage: python -m gan_lessons COMMAND\n\n" + "\n".join(
    f"{name:11}{what}" for name, (_, what) in COMMANDS.items()
)


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        print(USAGE, file=sys.stderr)
        return 2
    name, *rest = arguments
    return import_module(f"gan_lessons.{COMMANDS[name][0]}").main(rest) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
