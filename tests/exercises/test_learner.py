"""What a judge gives to an answer must come back as it was, also where it holds NaN."""

import numpy as np
import pytest
import torch

from gan_lessons.exercises.learner import Learner, Wrong


@pytest.mark.parametrize("made", [np.array, torch.tensor], ids=["array", "tensor"])
def test_an_input_with_nan_counts_as_changed_only_if_it_is(made):
    given = made([float("nan"), 1.0])
    assert Learner()(lambda x: x * 2, given).shape == (2,)
    for index in (0, 1):

        def changing(x, index=index):
            x[index] = 5.0

        with pytest.raises(Wrong, match="changes its input"):
            Learner()(changing, given)
