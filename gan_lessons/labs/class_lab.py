"""`ClassLab`: a generator that is asked for a class: the same noise in every class, and classes mixed."""

import html
from collections.abc import Sequence

import ipywidgets as widgets
import torch
from matplotlib.figure import Figure

from gan_lessons._core.randomness import generator
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.labs import open_labs
from gan_lessons.labs.series_page import Place, Series, series_page
from gan_lessons.metrics.images import look
from gan_lessons.models.asking import PLURALS, Asking
from gan_lessons.plots.class_grid import draw_class_grid, draw_mixture
from gan_lessons.plots.images import draw_sheet
from gan_lessons.plots.picture import Picture

ROWS, WAYS, MIXTURES = 5, 2, 11  # noises on the grid; sliders that move them; pictures from one class to another
OFFSETS = tuple(i / 2 for i in range(-6, 7))
SHARES = tuple(range(0, 101, 10))
WRAPPED = {"flex_flow": "row wrap"}  # on a phone one below the other


class ClassLab(widgets.VBox):
    """Buttons for the class, for one to mix it with and for the noise, and sliders: all that a person can do there is
    a method here, and `said` is what is seen, in words.

    G: a generator of digits that takes labels, such as `gl.shipped.networks.shipped("conditional_dcgan")[0]`. noise:
    for a G that found codes by itself, the `CodedNoise` that it was trained with. seed: of the grid's noise. name:
    running the cell again closes the lab of this name. Raises ValueError for a G that can be asked for nothing."""

    def __init__(self, G: torch.nn.Module, noise=None, seed: int = 0, name: str = "class"):
        self.asking, self.name, self.seed, self.said = Asking(G, noise), name, whole("seed", seed, 0), ""
        self._ways, self._paused = self.asking.ways(WAYS), False
        self._build()
        sliders = [self._share, *self._moves, self._other]
        rows = [widgets.HBox(row, layout=WRAPPED) for row in ([self._class, self._mixed, self._row], sliders)]
        super().__init__([*rows, self._picture, self._said])
        open_labs.one_of_a_name(self, "class lab", name)
        self._show()

    def _build(self) -> None:
        word = self.asking.word.capitalize()
        several = range(self.asking.classes)
        # buttons: in a list that drops down JupyterLab takes the arrow keys for its own
        self._class, self._mixed = _row(several, word), _row(several, "Mixed with")
        self._row = _row([(str(i + 1), i) for i in range(ROWS)], "Noise")
        self._mixed.value = 1
        slider = {"continuous_update": False, "layout": {"width": "260px"}}
        self._share = widgets.SelectionSlider(options=SHARES, value=0, description="% mixed in", **slider)
        kind = "Number" if self.asking.continuous else "Direction"
        self._moves = [
            widgets.SelectionSlider(options=OFFSETS, value=0.0, description=f"{kind} {i + 1}", **slider)
            for i in range(len(self._ways))
        ]
        self._other = widgets.Button(description="Other noise", tooltip="Other noise in all rows")
        self._other.on_click(lambda _: self.other_noise())
        self._picture, self._said = widgets.HTML(), widgets.HTML()
        for control in (self._class, self._mixed, self._row, self._share, *self._moves):
            control.observe(lambda _: self._show(), "value")

    # -- what a person can do, from Python as from the page

    def ask(self, wanted: int, noise: int | None = None) -> str:
        """Asks for a class, from noise 1 to 5 of the grid; returns what is shown in words.

        Raises ValueError for a class that G does not know, and for another noise."""
        self.asking.check("wanted", wanted)
        if noise is not None and noise not in range(1, ROWS + 1):
            refuse("noise", noise, f"a row of the grid, from 1 to {ROWS}")
        return self._set({self._class: wanted} | ({} if noise is None else {self._row: noise - 1}))

    def mix(self, other: int, percent: int) -> str:
        """Mixes another class in: of the label that G is told, `percent` are the other's. Raises ValueError for a class
        that G does not know, and for a percent that is no multiple of 10 from 0 to 100."""
        self.asking.check("other", other)
        if percent not in SHARES:
            refuse("percent", percent, f"one of {list(SHARES)}")
        return self._set({self._mixed: other, self._share: percent})

    def move(self, way: int, by: float) -> str:
        """Moves the noise of all rows along way 1, 2, ... by so many standard deviations. Raises ValueError for a way
        that there is not, and for a `by` that the slider has not."""
        if way not in range(1, len(self._moves) + 1):
            refuse("way", way, f"a whole number from 1 to {len(self._moves)}")
        if by not in OFFSETS:
            refuse("by", by, f"one of {list(OFFSETS)}")
        return self._set({self._moves[way - 1]: by})

    def other_noise(self) -> str:
        """Draws other noise for all rows: that of the next seed."""
        self.seed += 1
        self._show()
        return self.said

    def without_kernel(self) -> tuple[str, str]:
        """A page with a slider for what is asked for, the mixture and each move; and what is shown, in words."""
        controls = [(self._class, range(self.asking.classes)), (self._share, SHARES)]
        controls += [(one, sorted({*OFFSETS[::2], one.value})) for one in self._moves]
        labels = [self.asking.word, f"% of {self._mixed.value} mixed in", *(one.description for one in self._moves)]
        said = self.said
        series = [self._series(*control, label) for control, label in zip(controls, labels, strict=True)]
        return series_page(f"A generator that is asked for a {self.asking.word}", series), said

    def _series(self, control, values: Sequence[float], label: str) -> Series:
        """What is shown along one control."""
        before = control.value
        seen = [(f"{value:g}", self._set({control: value}), self._picture.value) for value in values]
        self._set({control: before})
        return Series(label, [Place(value, shown, said) for value, said, shown in seen], values.index(before))

    # -- what is shown

    @property
    def noise(self) -> torch.Tensor:
        """The noise of the grid's rows, (5, dim), as it is moved."""
        drawn = self.asking.noise(ROWS, generator(self.seed, "classes"))
        by = torch.tensor([move.value for move in self._moves])
        return drawn + by @ self._ways

    @property
    def grid(self) -> torch.Tensor:
        """The grid's pictures, (5 * classes, 784), row by row: a column is a class, a row one noise."""
        k = self.asking.classes
        return self.asking(self.noise.repeat_interleave(k, 0), torch.arange(k).repeat(ROWS))

    @property
    def mixture(self) -> torch.Tensor:
        """The chosen noise from the class to the one that is mixed in, (11, 784), in steps of 10 %."""
        shares, labels = torch.tensor(SHARES)[:, None] / 100, torch.eye(self.asking.classes)
        mixed = (1 - shares) * labels[self._class.value] + shares * labels[self._mixed.value]
        return self.asking(self.noise[self._row.value].expand(MIXTURES, -1), mixed)

    def _words(self, grid: torch.Tensor, mixture: torch.Tensor) -> str:
        word, wanted, share = self.asking.word, self._class.value, self._share.value
        one = mixture[SHARES.index(share)][None]
        digit, sure = _named(one)
        mixed = f", mixed with {share} % of {self._mixed.value}" if share else ""
        named = look(grid).logits.argmax(-1).view(ROWS, -1)
        words = f"Asked for {word} {wanted}{mixed}, noise {self._row.value + 1}: "
        words += f"the classifier takes it for a {digit} ({sure:.0%}). "
        if word == "class":
            right = (named == torch.arange(self.asking.classes)).sum().item()
            return words + f"Of the grid's {named.numel()} digits it takes {right} for what was asked."
        column = ", ".join(map(str, named[:, wanted].tolist()))
        return words + f"In the column of this code it sees {column}."

    def _set(self, values: dict) -> str:
        """Moves controls together, and shows once."""
        self._paused = True
        try:
            for control, value in values.items():
                control.value = value
        finally:
            self._paused = False
        self._show()
        return self.said

    def _show(self) -> None:
        if self._paused:
            return
        grid, mixture = self.grid, self.mixture
        self.said = self._words(grid, mixture)
        alt = (
            f"A grid of digits, a column for each of the {self.asking.classes} {PLURALS[self.asking.word]}. {self.said}"
        )
        figure = Figure(figsize=(10.0, 3.75))  # places are given: to find them takes matplotlib long
        at = SHARES.index(self._share.value)
        draw_sheet(figure.add_axes((0.01, 0.3, 0.24, 0.62)), mixture[at][None].numpy(), 1)
        chosen = self._row.value, self._class.value
        draw_class_grid(
            figure.add_axes((0.3, 0.3, 0.68, 0.6)), grid.numpy(), self.asking.classes, chosen, self.asking.word
        )
        ends = str(self._class.value), str(self._mixed.value)
        draw_mixture(figure.add_axes((0.3, 0.13, 0.68, 0.15)), mixture.numpy(), at, ends)
        self._picture.value = Picture(figure, alt)._repr_html_()
        self._said.value = f'<p role="status">{html.escape(self.said)}</p>'

    def close(self) -> None:
        """Closes it and all its parts."""
        open_labs.forget(self)
        super().close()

    def __repr__(self) -> str:
        return f"ClassLab({self.name!r}: {self.asking.word} {self._class.value}, noise {self._row.value + 1})"


def _row(options, description: str) -> widgets.ToggleButtons:
    look = {"style": {"button_width": "2.6em"}, "layout": {"margin": "0 1.5em 0 0"}}
    return widgets.ToggleButtons(options=list(options), description=description, **look)


def _named(image: torch.Tensor) -> tuple[int, float]:
    """What the classifier takes one picture (1, 784) for, and how sure it is."""
    chances = look(image).logits.softmax(-1)[0]
    return chances.argmax().item(), chances.max().item()
