"""`python -m gan_lessons nbgrader`: the notebooks as a course that nbgrader hands out, collects and grades."""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import re
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gan_lessons._core.files import write_new
from gan_lessons.exercises.catalogue import named
from gan_lessons.exercises.judging import SECONDS, judge, letters_of
from gan_lessons.exercises.limited import Nowhere
from gan_lessons.exercises.records import Build, Exercise, Explain, Measure, Predict, Read

POINTS = {"build": 3, "repair": 3, "measure": 2, "explain": 2, "read": 1}
HIGHEST = 2**31 - 1  # of a seed
PATIENCE = 3  # times an exercise's own limit: a machine that grades is busy, and no learner sits there to try again
CHECK = re.compile(r'gl\.exercises\.check\("(\d\d\.\w+)", (\w+)(?:, hints=\d)?\)')
ASK = re.compile(r'gl\.exercises\.ask\("(\d\d\.\w+)"\)')
LEFT_OUT = re.compile(r'gl\.exercises\.(?:progress|quiz)\("\d\d"\)')  # they read the learner's own file of answers
NAME = re.compile(r"\d\d_\w+\.ipynb")  # what `reset` keeps has another
LINK = re.compile(r"\]\((\d\d_\w+)\.ipynb")
NOTE = """This copy is to be handed in, and graded. Write your answers where the dots are.

- A cell with a check cannot be changed. For a hint, copy it into a new cell and set `hints=1`, `2` or `3`.
- A cell that says "The grader's test" is left as it is.
- Predictions are not graded, and the quiz is only in the course's own notebook."""
CONFIG_NAME = "nbgrader_config.py"
CONFIG = """# nbgrader's settings for the lessons on GANs. `python -m gan_lessons nbgrader` wrote this file.
c = get_config()

c.CourseDirectory.course_id = "gan_lessons"
c.Execute.timeout = 600  # seconds that a cell may take: some train networks
c.ClearSolutions.code_stub = {"python": ""}  # in each cell a stub stands before the solution, and stays
c.ClearSolutions.text_stub = "*Write your answer here, in a sentence or two.*"
"""


# -- what a hidden test calls


def objection(name: str, answer: object, seed: int) -> str:
    """The verdict on an answer in words, and "" if it is right. seed: of the inputs that are not shown."""
    exercise = named(name)
    with contextlib.redirect_stderr(Nowhere()):  # nbgrader takes anything printed there for a failure
        verdict = judge(exercise, answer, PATIENCE * getattr(exercise, "seconds", SECONDS), seed)
    return "" if verdict.right else f"{name}: {verdict.state}. {verdict.said}".rstrip()


# -- a notebook


def graded(notebook: dict, seed: int) -> dict:
    """The instructor's copy of a notebook's content. seed: of the inputs that its hidden tests give.

    Raises ValueError for an exercise whose cell has not the form that CONTRIBUTING.md describes."""
    cells: list[dict] = []
    for i, cell in enumerate(notebook["cells"]):
        if i == 1:
            cells.append(_markdown("graded-note", NOTE))
        if "badges" in cell["metadata"].get("tags", ()):
            continue  # they open the course's own notebook, which cannot be handed in
        cells += _converted(cell, cells, seed)
    return notebook | {"cells": cells}


def _converted(cell: dict, before: list[dict], seed: int) -> Iterator[dict]:
    source = "".join(cell["source"])
    if cell["cell_type"] != "code":
        yield cell | {"source": LINK.sub(r"](../\1/\1.ipynb", source)}
        return
    stub, _, last = source.rstrip().rpartition("\n")
    if LEFT_OUT.fullmatch(last):
        _drop_announcement(before)
    elif found := CHECK.fullmatch(last):
        yield from _written(cell, stub.rstrip(), last, named(found[1]), found[2], seed)
    elif (found := ASK.fullmatch(source.strip())) and not isinstance(named(found[1]), Predict):
        yield from _asked(cell, named(found[1]), seed)
    else:
        yield cell | {"source": source, "outputs": [], "execution_count": None}


def _written(cell: dict, stub: str, check: str, exercise: Exercise, answer: str, seed: int) -> Iterator[dict]:
    """An answer in code: its cell, the learner's check, and the hidden test."""
    if not isinstance(exercise, Build | Measure):
        raise ValueError(f"{exercise.name} is asked by gl.exercises.check, which is for what is written in code.")
    for source, what in ((stub, "The cell's stub"), (exercise.solution, "The solution")):
        if answer not in _defined(source):
            raise ValueError(f"{what} of {exercise.name} does not define {answer}, which the cell checks.")
    yield _code(cell["id"], _with_solution(stub, exercise.solution), _marks(exercise, "answer", solution=True))
    yield _code(f"{cell['id']}-visible", check, _marks(exercise, "check", locked=True))
    yield _test(cell, exercise, answer, seed)


def _asked(cell: dict, exercise: Exercise, seed: int) -> Iterator[dict]:
    """A question without its buttons, and a cell for the answer."""
    yield _code(f"{cell['id']}-question", f'gl.exercises.ask("{exercise.name}", buttons=False)')
    if isinstance(exercise, Explain):
        yield _markdown(cell["id"], exercise.solution.strip(), _marks(exercise, "answer", solution=True, grade=True))
        return
    if not isinstance(exercise, Read):
        raise ValueError(f"{exercise.name} is asked by gl.exercises.ask, which is for questions.")
    letters, answer = letters_of(exercise), f"answer_{exercise.name.partition('.')[2]}"
    stub = f"{answer} = ...  # a letter in quotation marks, from a to {letters[-1]}"
    solution = f'{answer} = "{letters[exercise.solution_index]}"'
    yield _code(cell["id"], _with_solution(stub, solution), _marks(exercise, "answer", solution=True))
    yield _test(cell, exercise, answer, seed)


def _test(cell: dict, exercise: Exercise, answer: str, seed: int) -> dict:
    points = POINTS[exercise.kind]
    head = f"# The grader's test of {exercise.name}: {points} point{'s' * (points > 1)}."
    call = f'_objection = gl.exercises.objection("{exercise.name}", {answer}, seed={seed})'
    source = f"{head}\n### BEGIN HIDDEN TESTS\n{call}\nassert not _objection, _objection\n### END HIDDEN TESTS"
    return _code(f"{cell['id']}-graded", source, _marks(exercise, "test", grade=True, locked=True))


def _with_solution(stub: str, solution: str) -> str:
    """A stub, and a solution that comes after it in the instructor's copy alone."""
    return f"{stub}\n### BEGIN SOLUTION\n{solution.strip()}\n### END SOLUTION"


def _defined(source: str) -> set[str]:
    """The names that a source defines at its outermost level."""
    tree = ast.parse(source)
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    return {*stored, *(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))}


def _marks(exercise: Exercise, part: str, solution: bool = False, grade: bool = False, locked: bool = False) -> dict:
    """A cell's metadata for nbgrader."""
    marks = {"schema_version": 3, "solution": solution, "grade": grade, "locked": locked, "task": False}
    marks["grade_id"] = f"{exercise.name.replace('.', '-')}-{part}"
    return {"nbgrader": marks | ({"points": POINTS[exercise.kind]} if grade else {})}


def _code(name: str, source: str, metadata: dict | None = None) -> dict:
    empty = {"outputs": [], "execution_count": None}
    return {"cell_type": "code", "id": name, "metadata": metadata or {}, "source": source} | empty


def _markdown(name: str, source: str, metadata: dict | None = None) -> dict:
    return {"cell_type": "markdown", "id": name, "metadata": metadata or {}, "source": source}


def _drop_announcement(before: list[dict]) -> None:
    """Takes away the paragraph that announces a cell which is left out: "What is done so far:"."""
    if before and before[-1]["cell_type"] == "markdown" and before[-1]["source"].rstrip().endswith(":"):
        kept = before[-1]["source"].rstrip().rpartition("\n\n")[0]
        before[-1:] = [before[-1] | {"source": kept}] if kept else []


# -- a course


def write_course(folder: Path, numbers: Sequence[str], notebooks: Path, seed: int) -> list[Path]:
    """Writes nbgrader's folder `source` and its settings, and returns the notebooks' files.

    numbers: of notebooks ("02"); none means all that are there. notebooks: the folder that holds them. Raises
    ValueError, with a sentence that says what to do, for what is not there and for a file that is there already."""
    texts = {}
    for file in _chosen(notebooks, numbers):
        copy = folder / "source" / file.stem / file.name
        texts[copy] = json.dumps(graded(_read(file), seed), indent=1, ensure_ascii=False) + "\n"
    written, config = list(texts), folder / CONFIG_NAME
    if not (config.is_file() and config.read_text(encoding="utf-8") == CONFIG):
        texts[config] = CONFIG
    for file in texts:
        if file.exists():
            raise ValueError(f"{file} is there already, and is left as it is. Rename it, or choose another folder.")
    for file, text in texts.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_new(file, text.encode())
    return written


def _chosen(notebooks: Path, numbers: Sequence[str]) -> list[Path]:
    there = {file.name[:2]: file for file in sorted(notebooks.glob("*.ipynb")) if NAME.fullmatch(file.name)}
    if not there:
        how = "Call this in the course's folder, or name the folder of its notebooks with --notebooks."
        raise ValueError(f"There are no notebooks of the course in {notebooks}. {how}")
    for number in numbers:
        if number not in there:
            raise ValueError(f"There is no notebook {number} in {notebooks}. These are there: {', '.join(there)}.")
    return [there[number] for number in dict.fromkeys(numbers or there)]


def _read(file: Path) -> dict:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        cells = [(cell["cell_type"], cell["id"], cell["source"], cell["metadata"].get) for cell in content["cells"]]
    except (ValueError, LookupError, TypeError, AttributeError):
        cells = []
    if not cells:
        raise ValueError(f"{file} is no notebook of the course, or it is damaged.")
    return content


def main(arguments: list[str]) -> int:
    """Writes a course; 2 with one sentence where that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m gan_lessons nbgrader", description=__doc__.splitlines()[0])
    parser.add_argument("folder", metavar="DIR", help="of the course; it is made if need be")
    parser.add_argument("numbers", metavar="NN", nargs="*", default=(), help="notebooks, such as 02; without one all")
    parser.add_argument("--notebooks", default="notebooks", metavar="FOLDER", help="where they are (notebooks)")
    parser.add_argument("--seed", metavar="N", help="of the hidden tests' inputs, 1 or more (by chance)")
    asked = parser.parse_args(arguments)
    folder = Path(asked.folder)
    try:
        written = write_course(folder, asked.numbers, Path(asked.notebooks), _seed(asked.seed))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        place, why = error.filename or folder, error.strerror or error
        print(f"{place} cannot be used ({why}). Give another folder.", file=sys.stderr)
        return 2
    print(f"Written to {folder / 'source'}: {', '.join(file.stem for file in written)}.")
    print(f"Go to {folder}. There the learners' copy is made with: nbgrader generate_assignment {written[0].stem}")
    return 0


def _seed(given: str | None) -> int:
    """A seed that is not 0, which is that of the learner's own checks."""
    if given is None:
        return 1 + secrets.randbelow(HIGHEST)
    if not given.isascii() or not given.isdecimal() or not 1 <= int(given) <= HIGHEST:
        raise ValueError(f"--seed must be a whole number from 1 to {HIGHEST}, not {given}.")
    return int(given)
