"""`Diagnosis`: GANs with a hidden cause of trouble; one sees their symptoms and says the cause."""

import html

import ipywidgets as widgets
import numpy as np

from gan_lessons._core.refusals import whole
from gan_lessons.labs import open_labs
from gan_lessons.labs.series_page import Place, Series, series_page
from gan_lessons.metrics.shares import share
from gan_lessons.plots.picture import Picture, canvas
from gan_lessons.plots.symptoms import draw_symptoms
from gan_lessons.shipped import diagnoses
from gan_lessons.shipped.patients import SEEDS, Record

START = "What is wrong with this GAN? Look at all six pictures, then choose."


class Diagnosis(widgets.VBox):
    """A doctor's practice: one GAN after the other, its symptoms, and a button for each cause.

    seed: decides the order of the patients. name: running the cell again closes the lab of this name. The first answer
    to each patient counts; `right` and `asked` keep the score."""

    def __init__(self, seed: int = 0, name: str = "diagnosis"):
        rng = np.random.default_rng(whole("seed", seed, 0))
        names = list(diagnoses.CAUSES)
        self.patients = [(names[i], int(rng.integers(len(SEEDS)))) for i in rng.permutation(len(names))]
        self.name, self.at, self.answered, self.score = name, 0, False, []
        self._picture, self._said = widgets.HTML(), widgets.HTML()
        self._buttons = {}
        for cause in sorted(names, key=lambda cause: diagnoses.CAUSES[cause].label):
            button = widgets.Button(description=diagnoses.CAUSES[cause].label, layout={"width": "auto"})
            button.on_click(lambda _, cause=cause: self.choose(cause))
            self._buttons[cause] = button
        self._next = widgets.Button(description="Next patient", button_style="primary")
        self._next.on_click(lambda _: self.next())
        columns = "repeat(auto-fill, minmax(20em, 1fr))"
        grid = widgets.GridBox(list(self._buttons.values()), layout={"grid_template_columns": columns})
        super().__init__([self._picture, self._said, grid, self._next])
        open_labs.one_of_a_name(self, "diagnosis", name)
        self._show()

    @property
    def patient(self) -> Record:
        """The record of the GAN that is seen now; `run` says which of its runs."""
        return diagnoses.record(self.patients[self.at][0])

    @property
    def run(self) -> int:
        """The run that is seen now."""
        return self.patients[self.at][1]

    @property
    def asked(self) -> int:
        """How many patients have been answered."""
        return len(self.score)

    @property
    def right(self) -> int:
        """How many of the first answers were right."""
        return sum(self.score)

    def choose(self, cause: str) -> bool:
        """Says a cause, and whether it is right. Raises ValueError for a cause that there is not."""
        right, words = diagnoses.answer(self.patients[self.at][0], cause, self.patient, self.run)
        if not self.answered:
            self.score, self.answered = [*self.score, right], True
        self._buttons[cause].button_style = "success" if right else "warning"
        self._say(f"{diagnoses.CAUSES[cause].label}: {words}")
        return right

    def next(self) -> None:
        """Goes on to the next patient; after the last to the first."""
        self.at, self.answered = (self.at + 1) % len(self.patients), False
        self._show()

    def without_kernel(self) -> tuple[str, str]:
        """A page of all patients, with each cause to unfold; and the question, in words."""
        label = {cause: known.label for cause, known in diagnoses.CAUSES.items()}
        places = []
        for i, (name, run) in enumerate(self.patients, 1):
            record = diagnoses.record(name)
            answers = (
                (label[cause], diagnoses.answer(name, cause, record, run)[1]) for cause in sorted(label, key=label.get)
            )
            seen = _picture(record, run)
            places.append(Place(f"{i} of {len(self.patients)}", seen._repr_html_(), START, tuple(answers)))
        return series_page("Which failure is it?", [Series("patient", places, self.at)]), START

    def _show(self) -> None:
        self._picture.value = _picture(self.patient, self.run)._repr_html_()
        for button in self._buttons.values():
            button.button_style = ""
        self._say(START)

    def _say(self, words: str) -> None:
        score = "" if not self.score else f" First answers right: {share(np.array(self.score, bool))}."
        place = f"Patient {self.at + 1} of {len(self.patients)}."
        self._said.value = f'<p role="status">{html.escape(f"{place} {words}{score}")}</p>'

    def close(self) -> None:
        """Closes it and all its parts."""
        open_labs.forget(self)
        super().close()

    def __repr__(self) -> str:
        place = f"patient {self.at + 1} of {len(self.patients)}"
        return f"Diagnosis({self.name!r}: {place}, {self.right} of {self.asked} right)"


def _picture(record: Record, run: int) -> Picture:
    figure, axes = canvas(2, 3, width=10.5, height=4.0)
    draw_symptoms(axes, record, run)
    return Picture(figure, described(record, run))


def described(record: Record, run: int) -> str:
    """The symptoms in words, for who cannot see the pictures."""
    names = {"d_loss": "D's loss", "g_loss": "G's loss", "p_real": "D on real data", "p_fake": "D on generated data"}
    names |= {"d_slope": "the length of D's gradient", "g_slope": "the length of G's gradient"}
    parts = []
    for name, words in names.items():
        values = record.series[name][:, run]
        early, late = values[: diagnoses.LATE].mean(), values[-diagnoses.LATE :].mean()
        parts.append(f"{words} goes from {early:.3g} to {late:.3g}, between {values.min():.3g} and {values.max():.3g}")
    mean = record.series["mean"][:, run]
    parts.append(f"the mean of the generated samples, {', '.join(f'{x:.1f}' for x in mean[::5])} every fifty steps")
    for x, words in ((record.real[run], "real"), (record.samples[run], "generated")):
        low, middle, high = np.quantile(x, (0.1, 0.5, 0.9))
        below = f"a tenth lies below {low:.2f}, half below {middle:.2f}, nine tenths below {high:.2f}"
        parts.append(f"of the {words} samples {below}")
    curve = record.curve[run]
    at = ", ".join(f"{curve[i]:.2f} at {x}" for i, x in ((20, -1), (40, -0.5), (60, 0), (80, 0.5), (100, 1)))
    return "; ".join([*parts, f"D's curve is {at}"]) + "."
