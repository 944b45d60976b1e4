"""Refusals: limits hold for a number of any type, whatever its own precision would make of them."""

import numpy as np
import pytest

from gan_lessons._core.refusals import number, row
from gan_lessons.distributions.line import Gaussian
from gan_lessons.losses.objectives import LabelSmoothing
from gan_lessons.theory.divergences import kl_gaussians
from gan_lessons.trainers.optim import Adam
from gan_lessons.trainers.records import History

NARROW = {
    "betas": lambda: Adam(betas=(np.float32(1), 0.9)),
    "sd": lambda: Gaussian(sd=np.float16(0)),
    "a number": lambda: number("x", np.float32(1 - 1e-9), high=1 - 1e-9),
    "a row": lambda: row("x", np.array([1 - 1e-9], np.float32), high=1 - 1e-9),
    "mean_p": lambda: kl_gaussians("3", 1, 0, 1),
    "path": lambda: History.load(1),
}


@pytest.mark.parametrize("name", NARROW)
def test_what_only_looks_allowed_is_refused(name):
    with pytest.raises(ValueError, match=r"must be|needs"):
        NARROW[name]()


def test_what_is_allowed_stays_allowed_in_narrow_types():
    assert Adam(lr=np.float32(0.5)).lr == Gaussian(sd=np.float16(0.5)).sd == 0.5
    assert LabelSmoothing(np.float32(0.75)) == LabelSmoothing(0.75)
