"""Where a training stands, to be compared to the last bit."""

import numpy as np
import torch


def where(trainer):
    """All that decides how a training goes on, as one flat dictionary of arrays and numbers."""
    found = {"diverged": trainer.diverged, "diverged_by": trainer.diverged_network}
    state = trainer.mark()
    found |= {"steps": state.steps, "places": state.places}
    for name, (theta, slots, updates, buffers) in state.players.items():
        found |= {f"{name}.theta": theta, f"{name}.updates": updates}
        found |= {f"{name}.state.{k}": slot for k, slot in enumerate(slots)}
        found |= {f"{name}.buffer.{k}": buffer for k, buffer in enumerate(buffers)}
    return found | {f"seen.{name}": value for name, value in state.seen.items()}


def same(a, b):
    """Equal to the last bit, NaN and NaN too."""

    def equal(one, other):
        if isinstance(one, (torch.Tensor, np.ndarray)):
            return np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True)
        return type(one) is type(other) and one == other

    return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
