"""The learner's answers, in a small file beside the notebooks. Nothing is sent anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from gan_lessons._core.files import replacing

NAME = "gan_answers.json"
FORMAT = "gan_lessons answers, 1"
LONGEST = 10_000  # characters of an answer that are kept
WAIT = 5.0  # seconds for another notebook that writes

Answers = dict[str, dict]

_unsaved: dict[Path, Answers] = {}  # of files that cannot be used: for as long as the kernel lives
_told: set[tuple[Path, str]] = set()


def path() -> Path:
    """Where the answers are: in the folder that the kernel runs in, which is the notebook's."""
    return Path.cwd() / NAME


def known(tell: Callable[[str], None] = print) -> Answers:
    """Name -> what was answered: "state", "answer", "tries", "when". tell: gets a sentence if the file is of no use."""
    file = path()
    try:
        kept = _read(file)
    except (OSError, ValueError) as error:
        _complain(file, "read", error, tell)
        kept = {}
    return kept | _unsaved.get(file, {})


def keep(name: str, state: str, answer: str, tell: Callable[[str], None] = print) -> None:
    """Keeps an answer. What other notebooks kept meanwhile stays. A file that is no answers file is left as it is."""
    file = path()
    try:
        with FileLock(file.with_name(f".{NAME}.lock"), timeout=WAIT):
            kept = _read(file)
            kept[name] = _entry(kept.get(name, {}), state, answer)
            with replacing(file) as out:
                text = json.dumps({"format": FORMAT, "answers": kept}, indent=1, ensure_ascii=False)
                out.write(text.encode("utf-8", "replace"))
    except (OSError, ValueError, Timeout) as error:
        _complain(file, "written", error, tell)
        before = _unsaved.setdefault(file, {})
        before[name] = _entry(before.get(name, {}), state, answer)


def _entry(before: dict, state: str, answer: str) -> dict:
    tries = before.get("tries", 0)
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    return {"state": state, "answer": answer[:LONGEST], "tries": tries + 1, "when": when}


def _read(file: Path) -> Answers:
    """Raises ValueError for what is no answers file."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        content = json.loads(text)
        kept, fine = content["answers"], content["format"] == FORMAT
        for one in kept.values():
            fine = (
                fine
                and all(isinstance(one[key], str) for key in ("state", "answer", "when"))
                and int(one["tries"]) >= 0
            )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        fine = False
    if not fine:
        raise ValueError("it is damaged, or no file of answers")
    return kept


def _complain(file: Path, done: str, error: Exception, tell: Callable[[str], None]) -> None:
    """Says once what is wrong with the file, and what to do."""
    why = f"{NAME} cannot be {done} ({error})"
    if (file, why) not in _told:
        _told.add((file, why))
        ours = "" if isinstance(error, OSError) else " It is left as it is: rename or delete it to begin anew."
        tell(f"{why}. Answers are kept only until the kernel stops.{ours}")
