"""`RealOrGenerated`: pairs of digits, one real and one generated; the learner says which is real."""

import html

import ipywidgets as widgets
import numpy as np
import torch
from matplotlib.figure import Figure

from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.distributions import mnist
from gan_lessons.labs import open_labs
from gan_lessons.labs.series_page import Place, Series, series_page
from gan_lessons.metrics.shares import share
from gan_lessons.models.latent_space import generate
from gan_lessons.plots.images import draw_sheet
from gan_lessons.plots.picture import Picture

SIDES = ("left", "right")


class RealOrGenerated(widgets.VBox):
    """Shows pair after pair and keeps the score, one for each generator.

    generators: name -> a function of (n, a torch Generator) -> digits (n, 784) from -1 to 1, or a network G; each gets
    as many pairs. pairs: how many in all. name: running the cell again closes the lab of this name."""

    def __init__(self, generators: dict, pairs: int = 30, seed: int = 0, name: str = "real or generated"):
        if not isinstance(generators, dict) or not generators:
            refuse("generators", generators, 'a dict of one generator or more, such as {"dcgan": G}')
        self.name, rng = name, np.random.default_rng(whole("seed", seed, 0))
        whole("pairs", pairs)
        self.whose = [list(generators)[i % len(generators)] for i in rng.permutation(pairs)]
        self.real_side = [SIDES[i] for i in rng.integers(2, size=pairs)]
        self._real, self._fake = _real(pairs, rng), _generated(generators, self.whose, seed)
        self.answers: list[bool] = []
        self._picture, self._said = widgets.HTML(), widgets.HTML()
        self._buttons = [widgets.Button(description=f"The {side} one is real") for side in SIDES]
        for side, button in zip(SIDES, self._buttons, strict=True):
            button.layout.width = "auto"
            button.on_click(lambda _, side=side: self.answer(side))
        super().__init__([self._picture, widgets.HBox(self._buttons), self._said])
        open_labs.one_of_a_name(self, "real or generated", name)
        self._show(f"Pair 1 of {pairs}. Which one did a person write?")

    @property
    def done(self) -> bool:
        """Whether all pairs are answered."""
        return len(self.answers) == len(self.whose)

    def answer(self, side: str) -> bool | None:
        """Says which of the two is real, "left" or "right"; whether that is right. After the last pair nothing happens.

        Raises ValueError for another side."""
        if side not in SIDES:
            refuse("side", side, f"one of {SIDES}")
        if self.done:
            return None
        at = len(self.answers)
        right = side == self.real_side[at]
        self.answers.append(right)
        self._show(f"{'Right' if right else 'Wrong'} about pair {at + 1}: {self._told(at)}. {self.said}")
        return right

    @property
    def said(self) -> str:
        """The score so far, for each generator, with the interval of each share."""
        at = len(self.answers)
        place = "That was the last pair." if self.done else f"Pair {at + 1} of {len(self.whose)}."
        scores = []
        for name in dict.fromkeys(self.whose):
            own = [right for right, whose in zip(self.answers, self.whose, strict=False) if whose == name]
            if own:
                scores.append(f"against {name} {share(np.array(own, bool))}")
        return " ".join([place, f"Right answers: {'; '.join(scores)}." if scores else ""]).strip()

    def without_kernel(self) -> tuple[str, str]:
        """A page of all pairs, each with what it was to unfold; and the question, in words."""
        question, n, places = "Which one did a person write?", len(self.whose), []
        for at in range(n):
            places.append(Place(f"{at + 1} of {n}", self._pair(at), question, (("Which was real?", self._told(at)),)))
        return series_page("Real or generated?", [Series("pair", places)]), question

    def _told(self, at: int) -> str:
        return f"the {self.real_side[at]} one was real, the other one was made by {self.whose[at]}"

    def _pair(self, at: int) -> str:
        pair = [self._real[at], self._fake[at]][:: 1 if self.real_side[at] == "left" else -1]
        figure = Figure(figsize=(4.6, 2.3))  # places are given: to find them takes matplotlib long
        for left, side, image in zip((0.03, 0.53), SIDES, pair, strict=True):
            draw_sheet(figure.add_axes((left, 0.03, 0.44, 0.84)), image[None], 1, side)
        alt = "Two digits side by side, one written by a person and one generated."
        return Picture(figure, alt)._repr_html_()

    def _show(self, words: str) -> None:
        self._picture.value = self._pair(min(len(self.answers), len(self.whose) - 1))
        self._said.value = f'<p role="status">{html.escape(words)}</p>'
        for button in self._buttons:
            button.disabled = self.done

    def close(self) -> None:
        """Closes it and all its parts."""
        open_labs.forget(self)
        super().close()

    def __repr__(self) -> str:
        return f"RealOrGenerated({self.name!r}: {sum(self.answers)} of {len(self.answers)} right)"


def _real(pairs: int, rng: np.random.Generator) -> np.ndarray:
    """Test digits (pairs, 784), from -1 to 1."""
    images = mnist.load("test").images
    return mnist.scaled(images[rng.choice(len(images), pairs)]).reshape(pairs, -1)


def _generated(generators: dict, whose: list[str], seed: int) -> np.ndarray:
    """Digits (pairs, 784), each by the generator whose turn it is."""
    found = np.empty((len(whose), mnist.PIXELS), np.float32)
    for i, (name, G) in enumerate(generators.items()):
        at = [k for k, other in enumerate(whose) if other == name]
        rng = generator(seed, "pairs", i)
        if at:
            found[at] = _made(G, len(at), rng)
    return found


def _made(G, n: int, rng: torch.Generator) -> np.ndarray:
    """Raises ValueError for pictures of another shape, or not from -1 to 1."""
    if isinstance(G, torch.nn.Module):
        return generate(G, torch.randn(1, n, G.inputs, generator=rng)).numpy()
    images = np.asarray(G(n, rng), dtype=np.float32).reshape(n, -1)
    if images.shape[1] != mnist.PIXELS:
        refuse("generators", f"one that makes {images.shape}", f"functions that make digits ({n}, {mnist.PIXELS})")
    if not np.isfinite(images).all() or np.abs(images).max() > 1.001 or images.min() >= 0:
        values = f"one that makes values from {images.min():.3g} to {images.max():.3g}"
        refuse("generators", values, "functions that make pictures from -1 (paper) to 1 (ink)")
    return images
