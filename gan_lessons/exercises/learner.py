"""What a judge sees of a learner's answer: calls that cannot hurt, and numbers that were looked at."""

from __future__ import annotations

import copy
import linecache
import warnings
from collections.abc import Callable

import numpy as np
import torch

LONGEST = 160  # characters of a learner's own words in a sentence


class Wrong(Exception):
    """Why an answer is not right, in one or two sentences for the learner."""


class Learner:
    """rng: for inputs that are not shown. report(done, of): how far a long judgement is."""

    def __init__(self, seed: int = 0, report: Callable[[int, int], None] = lambda done, of: None):
        self.rng = np.random.default_rng(seed)
        self.generator = torch.Generator().manual_seed(seed)
        self.report = report

    def __call__(self, answer: Callable, *inputs: object) -> object:
        """The answer's value for copies of the inputs. Raises Wrong if it fails, or changes what it was given."""
        given = copy.deepcopy(inputs)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")  # what a division by 0 gives, the judge looks at itself
                value = answer(*given)
        except NotImplementedError:  # a stub of that kind: the judge says that nothing is written yet
            raise
        except Exception as error:
            raise Wrong(failure(error, answer)) from None
        for before, after in zip(inputs, given, strict=True):
            if isinstance(before, np.ndarray | torch.Tensor) and not _equal(before, after):
                raise Wrong(
                    "It changes its input. Whoever calls it may need that again: work on a copy, or without `+=`."
                )
        return value

    def array(self, value: object, shape: tuple[int, ...] | None = None, what: str = "It") -> np.ndarray:
        """A value as an array of floats. Raises Wrong, with the shapes, if it is nothing such, or not finite."""
        if value is None:
            raise Wrong(f"{what} returns nothing (None). Is there a `return` on its last line?")
        try:
            detached = value.detach().cpu() if isinstance(value, torch.Tensor) else value
            array = np.asarray(detached, dtype=float)
        except (TypeError, ValueError, RuntimeError, OverflowError):
            raise Wrong(f"{what} returns a {type(value).__name__}, and numbers are asked for.") from None
        if shape is not None and array.shape != shape:
            raise Wrong(f"{what} returns the shape {array.shape}, and {shape} is asked for.")
        if not np.isfinite(array).all():
            raise Wrong(
                f"{what} returns {'NaN' if np.isnan(array).any() else 'infinity'} for an input that is harmless."
            )
        return array

    def number(self, value: object, what: str = "It") -> float:
        """A value as one finite number; an array of one number will do."""
        array = self.array(value, what=what)
        if array.size != 1:
            raise Wrong(f"{what} returns {array.size} numbers (shape {array.shape}), and one number is asked for.")
        return float(array.reshape(()))


def failure(error: BaseException, answer: object) -> str:
    """An error in one sentence, with the learner's line."""
    said = f"{type(error).__name__}: {shorten(error)}".rstrip(": ")
    code = getattr(getattr(answer, "forward", answer), "__code__", None) or getattr(answer, "__code__", None)
    file = code.co_filename if code else None
    found, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            found = trace.tb_lineno
        trace = trace.tb_next
    if found is None:
        return f"It stops with {said}."
    line = linecache.getline(file, found).strip()
    return f"It stops in line {found}" + (f", `{shorten(line)}`" if line else "") + f", with {said}."


def shorten(value: object) -> str:
    """A value in words, on one line and not long, whatever it is."""
    try:
        words = " ".join(str(value).split())
    except Exception:  # an object of the learner's that cannot be written
        words = f"a {type(value).__name__}"
    return words if len(words) <= LONGEST else words[:LONGEST] + " ..."


def _equal(before: np.ndarray | torch.Tensor, after: np.ndarray | torch.Tensor) -> bool:
    """NaN is the same as NaN."""
    return before.shape == after.shape and bool(((before == after) | ((before != before) & (after != after))).all())
