"""Where the latent lab's pictures come from: a network, a training in progress, or any function of noise."""

import contextlib

import torch
from torch import nn

from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions.picture_shapes import SHAPES, shape_of
from gan_lessons.models.latent_space import generate
from gan_lessons.trainers.trainer import Trainer

WHAT = "a generator of digits, (1, n, inputs) -> (1, n, 784) from -1 to 1, or of other pictures, a trainer or lab of it"


class Source:
    """Noise in, pictures out: (n, inputs) -> (n, d), on the CPU, from -1 to 1; of digits d is 784.

    G: a network that knows its `inputs`; a function, for which `inputs` says it; a `Trainer`; or a lab that has a
    `trainer` and a `lock`. Of a training a copy is taken, with averaged weights where its optimizer keeps them, so that
    it may go on meanwhile: `renewed` takes a new one. steps: how long that was trained, or None. data: what it was
    trained on, or None. shape: of a picture, channels first. Raises ValueError for a G that makes no pictures, and for
    one whose inputs are not known."""

    def __init__(self, G: object, inputs: int | None = None):
        self.given, self.steps, self.data = G, None, None
        self.training = isinstance(_trainer(G), Trainer)
        if not self.training and not callable(G):
            refuse("G", G, WHAT)
        self._take()
        known = getattr(self.G, "inputs", None)
        if known is None and inputs is None:
            refuse("inputs", inputs, "given for a function that does not know how many numbers it takes")
        if None not in (known, inputs) and inputs != known:
            refuse("inputs", inputs, f"what this G takes, {known}, or left out")
        self.inputs = whole("inputs", inputs if known is None else known)
        self.shape = shape_of(_dim(self.G, self.inputs))

    def renewed(self) -> "Source":
        """The same with the weights of a training as they are now.

        Raises ValueError if its lab is closed, trains a G of other inputs or pictures by now."""
        new = Source(self.given, None if self.training else self.inputs)
        if new.inputs != self.inputs:
            raise ValueError(f"G takes {new.inputs} numbers now, not {self.inputs}: run the lab's cell again")
        if new.shape != self.shape:
            raise ValueError(f"G makes pictures of {new.shape} now, not {self.shape}: run the lab's cell again")
        return new

    def _take(self) -> None:
        if not self.training:
            self.G = self.given
            return
        with getattr(self.given, "lock", contextlib.nullcontext()):
            trainer = _trainer(self.given)
            self.G, self.steps, self.data = trainer.averaged_g(), trainer.steps, trainer.settings["data"]

    def __call__(self, noise: torch.Tensor) -> torch.Tensor:
        return generate(self.G, noise[None]).clamp(-1, 1)


def _trainer(G: object) -> object:
    """The trainer of a lab, or the thing itself."""
    return getattr(G, "trainer", G)


def _dim(G: object, inputs: int) -> int:
    """How many numbers a picture has."""
    try:
        images = (
            G(torch.zeros(1, 2, inputs))
            if not isinstance(G, nn.Module)
            else generate(G, torch.zeros(1, 2, inputs))[None]
        )
    except (RuntimeError, TypeError, IndexError, ValueError) as error:
        raise ValueError(f"G must be {WHAT}; with {inputs} inputs this one fails ({error})") from None
    if not isinstance(images, torch.Tensor) or images.shape[:-1] != (1, 2) or images.shape[-1] not in SHAPES:
        refuse("G", f"one that gives {tuple(getattr(images, 'shape', ()))}", WHAT)
    if not torch.isfinite(images).all() or images.abs().max() > 1.001:
        refuse("G", f"one that gives values from {images.min():.3g} to {images.max():.3g}", WHAT)
    return images.shape[-1]
