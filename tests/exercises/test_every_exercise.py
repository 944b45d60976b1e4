"""Every exercise: its solution is right, its stub is not attempted, and each wrong answer has a sentence of its own."""

import ast
import builtins
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from torch import nn

import gan_lessons as gl
from gan_lessons.exercises.catalogue import CHAPTERS, exercises
from gan_lessons.exercises.judging import OPEN, RIGHT, WRONG, judge, letters_of
from gan_lessons.exercises.records import Build, Explain, Measure, Predict, Read, Repair

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ALL = [one for notebook in CHAPTERS for one in exercises(notebook).values()]
of = lambda kinds, but=(): [one for one in ALL if isinstance(one, kinds) and not isinstance(one, but)]  # noqa: E731
named = {"ids": lambda one: one.name}
SURE = 300.0  # seconds: on a busy machine, too, an answer is judged by what it is and not by its time


def written(source):
    """What a learner's cell leaves under the name that it defines last."""
    space = {"np": np, "torch": torch, "nn": nn, "F": F, "gl": gl, "replace": replace, "stats": stats}
    before = set(space)
    exec(compile(source, "<answer>", "exec"), space)
    return space[[name for name in space if name not in before and name != "__builtins__"][-1]]


def written_names(source):
    """What a source defines at its outermost level, in order."""
    for node in ast.parse(source).body:
        yield from [node.name] if hasattr(node, "name") else [to.id for to in getattr(node, "targets", ())]


@pytest.mark.parametrize("one", ALL, **named)
def test_nothing_written_is_not_attempted(one):
    stub = lambda *inputs: ...  # noqa: E731
    assert {judge(one, nothing).state for nothing in (..., None, "", stub)} == {OPEN}


@pytest.mark.parametrize("one", ALL, **named)
def test_has_two_hints_and_a_solution(one):
    assert len({*one.hints, one.solution}) == 3 and all(one.hints) and one.solution.strip()


@pytest.mark.parametrize("one", of(Read), **named)
def test_one_option_is_right_and_each_has_its_sentence(one):
    assert sum(option.right for option in one.options) == 1 and len(one.options) >= 4
    states = [judge(one, letter).state for letter in letters_of(one)]
    assert states.count(RIGHT) == 1 and states.count(WRONG) == len(states) - 1
    assert len({option.said for option in one.options}) == len({option.words for option in one.options}) == len(states)
    assert one.solution.startswith(letters_of(one)[one.solution_index]), "the solution begins with its letter"


@pytest.mark.parametrize("one", of(Predict), **named)
def test_what_the_run_shows_is_the_right_option(one):
    assert one.outcome(one.example) == one.solution_index


@pytest.mark.parametrize("one", of(Measure), **named)
def test_measured(one):
    found = judge(one, written(one.solution), SURE)
    assert found.state == RIGHT, found.said
    refused = [judge(one, value, SURE) for value in one.wrong]
    assert [verdict.state for verdict in refused] == [WRONG] * len(refused) and len(refused) >= 3
    assert len({verdict.said for verdict in refused}) >= 3
    assert {one.right, one.too_low, one.too_high}.isdisjoint(mistake.said for mistake in one.mistakes)


@pytest.mark.parametrize("one", of(Build), **named)
def test_the_solution_is_right(one):
    begun = time.perf_counter()
    found = judge(one, written(one.solution), SURE)
    print(f"{one.name}: {time.perf_counter() - begun:.2f} s")
    assert found.state == RIGHT, found.said
    assert judge(one, written(one.solution), SURE, seed=1).right, "for other hidden inputs, too"


@pytest.mark.parametrize("one", of(Build), **named)
def test_each_wrong_answer_is_refused_with_its_own_sentence(one):
    said = {source: judge(one, written(source), SURE) for source in one.wrong}
    assert len(said) >= 3
    for source, part in one.wrong.items():
        assert said[source].state == WRONG, source
        assert part in said[source].said, said[source].said
        assert "cannot be judged" not in said[source].said
    assert len({verdict.said for verdict in said.values()}) == len(said), "two of them have the same sentence"


def test_a_wrong_answer_has_the_name_that_the_cell_checks():
    for one in of(Build):
        name = [*written_names(one.solution)][-1]
        assert [one.name for source in one.wrong if name not in written_names(source)] == []


@pytest.mark.parametrize("one", of(Build), **named)
def test_an_answer_without_an_end_is_stopped(one):
    def endless(*inputs, **named):
        while True:
            pass

    class Endless(nn.Module):
        def __init__(self, *inputs, **named):
            super().__init__()
            endless()

    right = written(one.solution)
    if not callable(right) or isinstance(right, nn.Module):
        return
    found = judge(one, Endless if isinstance(right, type) else endless, seconds=0.3)
    assert found.state == WRONG and "within 0.3 seconds" in found.said


class Unwritten:
    def __str__(self):
        raise RuntimeError("no words")

    __repr__ = __bool__ = __len__ = __float__ = __array__ = __str__


class Odd:
    def __eq__(self, other):
        raise SystemExit

    __hash__ = None


ODD = [Unwritten(), Odd(), float("nan"), "x" * 2**20, int, object, [], {}, 10**400, np.array([]), torch.ones(2, 2), 1j]


@pytest.mark.parametrize("one", of(object, Explain), **named)
def test_any_object_gets_a_short_sentence(one):
    for answer in (*ODD, lambda *inputs: 1 / 0, lambda: 0, lambda *inputs: ODD[0], lambda *inputs: "x" * 2**20):
        found = judge(one, answer)
        assert found.state == WRONG, answer
        assert 10 < len(found.said) < 700 and "Traceback" not in found.said


def test_repairs_are_judged_over_seeds():
    for one in of(Repair):
        told = []
        judge(one, written(one.solution), SURE, report=lambda done, of, told=told: told.append((done, of)))
        assert told and told[-1][0] == told[-1][1], one.name


def names_of(source):
    """The names that a source uses and does not define, and those that it defines."""
    used, made = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.alias):
            made.add(node.asname or node.name.partition(".")[0])
    return used - made - set(dir(builtins)), made


@pytest.mark.parametrize("notebook", CHAPTERS)
def test_a_solution_uses_only_what_its_notebook_has(notebook):
    path = next(NOTEBOOKS.glob(f"{notebook}_*.ipynb"))
    sources = ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"] if cell["cell_type"] == "code"]
    there = set().union(*(names_of(source)[1] for source in sources if "google.colab" not in source))
    for one in exercises(notebook).values():
        if isinstance(one, Build | Measure):
            assert names_of(one.solution)[0] <= there, one.name
