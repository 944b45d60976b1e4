"""The copy of a notebook for nbgrader: what instructors and learners get, and what a submission is worth."""

import copy
import errno
import html
import io
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from helpers.versions import ROOT
from scipy import stats
from torch import nn

import gan_lessons as gl
from gan_lessons.__main__ import main
from gan_lessons._core import files
from gan_lessons.exercises.catalogue import CHAPTERS, exercises, named
from gan_lessons.exercises.judging import judge
from gan_lessons.exercises.nbgrader_format import POINTS, graded, objection
from gan_lessons.exercises.records import Explain, Predict, Repair

NAME = "02_mode_collapse"
FOLDER = ROOT / "notebooks"
SEED = 5
IMPORTED = {"np": np, "torch": torch, "nn": nn, "F": F, "gl": gl, "replace": replace, "stats": stats}
installed = pytest.mark.skipif(find_spec("nbgrader") is None, reason="nbgrader is not installed")


def notebook(number):
    (file,) = FOLDER.glob(f"{number}_*.ipynb")
    return json.loads(file.read_text(encoding="utf-8"))


def marks(content):
    """Grade id -> cell, for the cells that nbgrader knows."""
    found = [cell for cell in content["cells"] if "nbgrader" in cell["metadata"]]
    by_id = {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in found}
    assert len(by_id) == len(found), "two cells have the same grade id"
    return by_id


def text(content):
    return "\n".join("".join(cell["source"]) for cell in content["cells"])


def refused(capsys, *words):
    """The one sentence of a call that is refused."""
    assert main(["nbgrader", *map(str, words)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "Traceback" not in err
    return err


# -- the form


@pytest.mark.parametrize("number", CHAPTERS)
def test_every_exercise_of_every_notebook_is_graded(number):
    there = {one.name: one for one in exercises(number).values() if not isinstance(one, Predict)}
    content = graded(notebook(number), SEED)
    found = marks(content)
    points = {name: cell["metadata"]["nbgrader"].get("points") for name, cell in found.items()}
    wanted = {}
    for name, one in there.items():
        part = name.replace(".", "-")
        wanted |= {f"{part}-answer": POINTS["explain"] if isinstance(one, Explain) else None}
        wanted |= {} if isinstance(one, Explain) else {f"{part}-test": POINTS[one.kind]}
        wanted |= {f"{part}-check": None} if one.kind in ("build", "repair", "measure") else {}
    assert points == wanted
    ids = [cell["id"] for cell in content["cells"]]
    assert len(set(ids)) == len(ids)
    assert "gl.exercises.quiz(" not in text(content) and "gl.exercises.progress(" not in text(content)


@pytest.mark.parametrize("number", CHAPTERS)
@installed
def test_nbgrader_takes_every_notebook(number):
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator

    content = nbformat.from_dict(graded(notebook(number), SEED))
    nbformat.validate(content)
    MetadataValidator().validate_nb(content)


def test_what_is_no_exercise_is_copied():
    before, after = notebook("02"), graded(notebook("02"), SEED)
    kept = {cell["id"]: cell for cell in after["cells"]}
    for cell in before["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "gl.exercises." not in source:
            assert kept[cell["id"]] == cell | {"source": source}
    assert 'gl.exercises.ask("02.strays")' in text(after) and 'gl.exercises.compare("02.strays"' in text(after)
    assert "(../01_gaussian_toy/01_gaussian_toy.ipynb)" in text(after) and "](01_gaussian" not in text(after)
    assert "a quiz of ten questions:" not in text(after) and "colab-badge" not in text(after)


def test_an_answer_is_its_stub_then_the_solution_the_check_and_the_test():
    cells = list(graded(notebook("02"), SEED)["cells"])
    at = next(i for i, cell in enumerate(cells) if cell["id"] == "rkl-check")
    answer, check, test = ("".join(cell["source"]) for cell in cells[at : at + 3])
    stub, _, solution = answer.partition("\n### BEGIN SOLUTION\n")
    assert stub == "def rkl(shares):\n    return ...  # your code here"
    assert solution == named("02.rkl").solution + "### END SOLUTION"
    assert check == 'gl.exercises.check("02.rkl", rkl, hints=0)'
    assert test.splitlines()[1:] == [
        "### BEGIN HIDDEN TESTS",
        '_objection = gl.exercises.objection("02.rkl", rkl, seed=5)',
        "assert not _objection, _objection",
        "### END HIDDEN TESTS",
    ]


def test_a_hidden_test_says_why():
    assert objection("02.rkl", lambda shares: ..., SEED) == "02.rkl: not attempted."
    assert objection("02.half", 0.693, SEED).startswith("02.half: wrong. log 2 is what")
    assert objection("02.half", 0.41, SEED) == ""


def test_a_right_answer_that_prints_is_right(capsys):
    """nbgrader takes whatever a test prints to stderr for a failure."""

    def rkl(shares):
        print("I am here", file=sys.stderr)
        print("and here")
        some = shares[shares > 0]
        return np.log(len(shares)) + (some * np.log(some)).sum()

    assert objection("02.rkl", rkl, SEED) == ""
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("number", CHAPTERS)
def test_hidden_tests_take_the_solutions_and_say_of_stubs_that_they_are_not_attempted(number):
    """As the cells of a submission run. A Repair's solution trains for seconds: test_every_exercise.py judges it."""
    found = {name: "".join(cell["source"]) for name, cell in marks(graded(notebook(number), SEED)).items()}
    for one in exercises(number).values():
        if isinstance(one, Predict | Explain):
            continue
        answer, hidden = (found[f"{one.name.replace('.', '-')}-{part}"] for part in ("answer", "test"))
        stub = answer.partition("\n### BEGIN SOLUTION\n")[0]
        with pytest.raises(AssertionError) as error:
            exec(f"{stub}\n{hidden}", dict(IMPORTED))
        assert str(error.value) == f"{one.name}: not attempted."
        if not isinstance(one, Repair):
            exec(f"{answer}\n{hidden}", dict(IMPORTED))


def broken(change):
    content = copy.deepcopy(notebook("02"))
    cell = next(cell for cell in content["cells"] if cell["id"] == "half-check")
    cell["source"] = change("".join(cell["source"]))
    return content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda source: source.replace("half = ", "third = "), "stub of 02.half does not define half"),
        (lambda source: source.replace("half", "third").replace("02.third", "02.half"), "does not define third"),
        (lambda source: source.replace("02.half", "02.fault"), "02.fault is asked by gl.exercises.check"),
        (lambda source: 'gl.exercises.ask("02.half")', "02.half is asked by gl.exercises.ask"),
        (lambda source: source.replace("02.half", "02.halv"), "did you mean '02.half'"),
    ],
)
def test_cells_of_another_form_are_refused(change, words):
    with pytest.raises(ValueError) as error:
        graded(broken(change), SEED)
    assert words in str(error.value)


# -- the command


def test_writes_a_course_and_then_more_of_it_and_never_over_it(tmp_path, capsys):
    course = tmp_path / "a" / "course"
    assert main(["nbgrader", str(course), "02", "02", "--notebooks", str(FOLDER), "--seed", "7"]) == 0
    assert main(["nbgrader", str(course), "03", "--notebooks", str(FOLDER)]) == 0
    said = capsys.readouterr()
    assert "nbgrader generate_assignment 02_mode_collapse" in said.out and said.err == "" and "seed" not in said.out
    names = sorted(file.relative_to(course).as_posix() for file in course.rglob("*") if file.is_file())
    third = "03_minibatch_discrimination"
    assert names == ["nbgrader_config.py", f"source/{NAME}/{NAME}.ipynb", f"source/{third}/{third}.ipynb"]
    file = course / "source" / NAME / f"{NAME}.ipynb"
    assert json.loads(file.read_text(encoding="utf-8")) == graded(notebook("02"), 7)
    file.write_text("an instructor's own", encoding="utf-8")
    sentence = refused(capsys, course, "01", "02", "--notebooks", FOLDER)
    assert sentence.startswith(f"{file} is there already") and "Rename it" in sentence
    assert file.read_text(encoding="utf-8") == "an instructor's own" and len(list(course.rglob("*.ipynb"))) == 2
    (course / "nbgrader_config.py").write_text("c = 1\n", encoding="utf-8")
    assert "nbgrader_config.py is there already" in refused(capsys, course, "01", "--notebooks", FOLDER)


def test_the_seed_differs_each_time_and_is_never_that_of_the_learners_check(tmp_path):
    found = set()
    for name in ("one", "two"):
        main(["nbgrader", str(tmp_path / name), "02", "--notebooks", str(FOLDER)])
        content = json.loads((tmp_path / name / "source" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
        found.add(marks(content)["02-rkl-test"]["source"])
    assert len(found) == 2 and not any("seed=0)" in source for source in found)


def test_what_reset_keeps_is_no_lesson(tmp_path, capsys):
    for name in ("02_mode_collapse", "02_mode_collapse_kept_2026-11-28_09-10-36"):
        (tmp_path / f"{name}.ipynb").write_bytes((FOLDER / "02_mode_collapse.ipynb").read_bytes())
    assert main(["nbgrader", str(tmp_path / "course"), "02", "--notebooks", str(tmp_path)]) == 0
    assert [path.name for path in (tmp_path / "course" / "source").iterdir()] == ["02_mode_collapse"]


def test_all_notebooks_without_a_number(tmp_path):
    assert main(["nbgrader", str(tmp_path), "--notebooks", str(FOLDER)]) == 0
    assert len(list((tmp_path / "source").glob("*/*.ipynb"))) == len(CHAPTERS)


def test_refusals(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    odd = tmp_path / "odd"
    odd.mkdir()
    assert "There are no notebooks of the course in notebooks. Call this in" in refused(capsys, "course")
    assert "There is no notebook 12 in" in refused(capsys, "course", "12", "--notebooks", FOLDER)
    for content in ("{", "[]", '{"cells": []}', '{"cells": [1]}', "\0"):
        (odd / "02_odd.ipynb").write_text(content, encoding="utf-8")
        assert "02_odd.ipynb is no notebook of the course" in refused(capsys, "course", "--notebooks", odd)
    for folder in (file, file / "course"):
        assert "cannot be used (" in refused(capsys, folder, "02", "--notebooks", FOLDER)
    for seed in ("0", "x", "1.5", "99999999999", "٣"):
        assert "--seed must be a whole number from 1" in refused(
            capsys, "course", "--seed", seed, "--notebooks", FOLDER
        )
    assert not (tmp_path / "course").exists()
    if os.geteuid() if hasattr(os, "geteuid") else False:  # who is root may write everywhere
        (tmp_path / "locked").mkdir(mode=0o500)
        assert "cannot be used (" in refused(capsys, tmp_path / "locked", "02", "--notebooks", FOLDER)


def test_a_full_disk_leaves_no_half_notebook(tmp_path, capsys, monkeypatch):
    class Full(io.BytesIO):
        def write(self, content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "open_new", lambda path: path.touch() or Full())
    said = refused(capsys, tmp_path, "02", "--notebooks", FOLDER)
    assert said == f"{tmp_path} cannot be used (No space left on device). Give another folder.\n"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


# -- nbgrader itself

GRADED = {one.name.replace(".", "-"): one for one in exercises("02").values() if not isinstance(one, Predict)}
POINTED = {name: POINTS[one.kind] for name, one in GRADED.items() if one.judged}
RIGHT = {name: one.solution for name, one in GRADED.items()}
RIGHT |= {"02-fault": 'answer_fault = "C"', "02-minimax": "Both move G little."}
WRONG = {
    "02-rkl": "def rkl(shares):\n    while True:\n        pass",
    "02-half": "half = 0.693",
    "02-slow_d": "mended = replace(gl.recipes.wide_ring, batch=512)",
    "02-seeds": "seeds = 73",
    "02-fault": 'answer_fault = "a"',
}
GRADES = """
import json, sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    found = {}
    for student in sys.argv[2:]:
        (one,) = book.find_submission(sys.argv[1], student).notebooks
        found[student] = {grade.name: None if grade.needs_manual_grade else grade.score for grade in one.grades}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder in which three learners' submissions were graded; call: runs nbgrader there."""
    if find_spec("nbgrader") is None:
        pytest.skip("nbgrader is not installed")
    folder = tmp_path_factory.mktemp("course")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}

    def call(*words):
        begun = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=1800
        )
        assert done.returncode == 0, done.stdout + done.stderr
        print(f"{' '.join(words[1:3]) if words[0] == '-m' else 'grades'}: {time.perf_counter() - begun:.0f} s")
        return done.stdout

    call("-m", "gan_lessons", "nbgrader", str(folder), "02", "--seed", "271828", "--notebooks", str(FOLDER))
    call("-m", "nbgrader", "generate_assignment", NAME)
    for student, answers in {"right": RIGHT, "wrong": WRONG, "empty": {}}.items():
        content = json.loads(released(folder).read_text(encoding="utf-8"))
        for name, source in answers.items():
            marks(content)[f"{name}-answer"]["source"] = source
        file = folder / "submitted" / student / NAME / f"{NAME}.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    for student in ("right", "wrong", "empty"):
        call("-m", "nbgrader", "autograde", NAME, "--student", student)
    call("-m", "nbgrader", "generate_feedback", NAME)
    grades = json.loads(call("-c", GRADES, NAME, "right", "wrong", "empty"))
    return folder, grades


def released(folder):
    return folder / "release" / NAME / f"{NAME}.ipynb"


@pytest.mark.slow
def test_the_learners_copy_holds_nothing_hidden(course):
    content = json.loads(released(course[0]).read_text(encoding="utf-8"))
    whole = released(course[0]).read_text(encoding="utf-8")
    assert "271828" not in whole and "objection" not in whole and "SOLUTION" not in whole and "HIDDEN" not in whole
    found = marks(content)
    for name, cell in found.items():
        if name.endswith("-answer"):
            assert named(name[:-7].replace("-", ".", 1)).solution.strip() not in "".join(cell["source"])
    assert "".join(found["02-rkl-answer"]["source"]).rstrip() == "def rkl(shares):\n    return ...  # your code here"
    assert "Write your answer here" in "".join(found["02-minimax-answer"]["source"])
    assert [found[name]["metadata"].get("editable") for name in ("02-rkl-check", "02-rkl-test")] == [False, False]


@pytest.mark.slow
def test_scores(course):
    none = {f"{name}-test": 0 for name in POINTED} | {"02-minimax-answer": 0}
    full = {f"{name}-test": points for name, points in POINTED.items()} | {"02-minimax-answer": None}  # a text is read
    assert course[1] == {"right": full, "wrong": none | {"02-seeds-test": 2}, "empty": none}


@pytest.mark.slow
def test_the_learners_copy_as_it_is_is_not_attempted_and_no_error(course):
    file = course[0] / "autograded" / "empty" / NAME / f"{NAME}.ipynb"
    content = json.loads(file.read_text(encoding="utf-8"))
    failed = [
        cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"])
        for cell in content["cells"]
        for output in cell.get("outputs", ())
        if output["output_type"] == "error"
    ]
    assert sorted(failed) == sorted(f"{name}-test" for name in POINTED)
    said = json.dumps([cell["outputs"] for name, cell in marks(content).items() if name.endswith("-check")])
    assert said.count("not attempted.") >= 4


@pytest.mark.slow
def test_the_feedback_holds_the_sentences(course):
    page = html.unescape((course[0] / "feedback" / "wrong" / NAME / f"{NAME}.html").read_text(encoding="utf-8"))
    errors = [part.partition("\n")[0] for part in page.split("AssertionError</span>: ")[1:]]
    errors += [part.partition("\n")[0] for part in page.split("AssertionError: ")[1:]]
    said = "\n".join(errors)
    assert "02.rkl: wrong. No answer came within 15 seconds" in said
    assert f"02.half: wrong. {judge(named('02.half'), 0.693).said}" in said
    assert "02.slow_d: wrong. Something beside the two learning rates" in said
    assert f"02.fault: wrong. {named('02.fault').options[0].said}" in said
