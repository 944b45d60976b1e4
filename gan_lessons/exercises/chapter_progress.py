"""What of a notebook's exercises is done."""

from __future__ import annotations

from gan_lessons._core.pages_folder import folder
from gan_lessons.exercises import answers, folded
from gan_lessons.exercises.catalogue import exercises
from gan_lessons.exercises.checking import show
from gan_lessons.exercises.judging import OPEN

DONE = ("right", "as expected", "not as expected")


def progress(notebook: str) -> None:
    """Shows a line for each exercise of a notebook ("02"): its kind, its state, how often it was tried."""
    there = exercises(notebook)
    if folder():
        return folded.progress(notebook)
    known = answers.known()
    states = {name: known.get(name, {}).get("state", OPEN) for name in there}
    done = sum(states[name] in DONE or (states[name] == "noted" and not one.judged) for name, one in there.items())
    lines = [f"Notebook {notebook}: {done} of {len(there)} done."]
    for name, one in there.items():
        tries = known.get(name, {}).get("tries", 0)
        lines.append(f"{name} ({one.kind}): {states[name]}" + f", {tries} tries" * (tries > 1))
    if quiz := known.get(f"{notebook}.quiz"):
        lines.append(f"quiz: {quiz['answer']}")
    show("\n".join(lines), "right" if done == len(there) else OPEN)
