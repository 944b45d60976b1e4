"""What the Stage draws of a GAN of digits or of other pictures: a sheet of samples beside charts.

The charts are of losses and of verdicts, and of digits, which the course has a judge for, of scores."""

import math
from math import prod

import numpy as np

from gan_lessons.distributions import mnist
from gan_lessons.distributions.picture_shapes import shape_of
from gan_lessons.labs import image_words
from gan_lessons.labs.judge import SAMPLES, Judge
from gan_lessons.labs.scenes import charts
from gan_lessons.labs.scenes.arrays import Arrays
from gan_lessons.labs.scenes.charts import GENERATED, trace
from gan_lessons.recipes import breakdowns

ROWS = 8
FILM_BYTES = 8_000_000  # of the frames that are kept, in the kernel and in the page
NORMAL = "normal"
_COUNTED = f"{SAMPLES:,} samples, not Inception"


class DigitScene:
    """The scene of a GAN of digits, or of other pictures. name: of the recipe. scores: whether D gives scores, and no
    probabilities. dim: numbers a picture. digits: whether they are MNIST's, which are scored.

    Pixels travel as bytes: 64 digits take 50 kB of a frame, colours at 32 pixels 197 kB, the charts some 40 bytes."""

    view = ROWS * ROWS

    def __init__(self, name: str, scores: bool, dim: int = mnist.PIXELS, digits: bool = True):
        self.name, self.scores, self.looks, self.moving = name, scores, {}, Arrays()
        self.shape, self.digits = shape_of(dim), digits
        sheet, parts = self._sheet(), self._charts()
        title = f"{self._called()}: {self.view} {image_words.noun(digits)} that G makes of the same noise"
        self.spec = {"title": title, "panels": [sheet, *_placed(parts)]}
        self.spec |= {"arrays": {"moving": self.moving.spec, "still": {}}, "tall": {"below": 640, "aspect": 3.0}}
        self.spec |= {"why": image_words.why(scores, digits), "long": True}
        self.spec["keep"] = FILM_BYTES // len(self.moving.pack({}))
        if digits:
            self.spec |= {"setups": setups(), "setup": name if name in breakdowns.BY_NAME else NORMAL}

    def _called(self) -> str:
        """Its name, but of a scene that breaks down only the letter: a person is to say what is wrong."""
        return f"scene {breakdowns.LETTERS[self.name]}" if self.name in breakdowns.LETTERS else self.name

    def _sheet(self) -> dict:
        side, inks = self.shape[-1], "colour" if self.shape[0] == 3 else "ink" if self.digits else "grey"
        layer = {"kind": "sheet", "values": self.moving.add("pixels", self.view, prod(self.shape), dtype="uint8")}
        layer |= {"rows": ROWS, "columns": ROWS, "side": side, "inks": inks}
        panel = {"id": "sheet", "title": f"{self._called()}: what G makes", "layers": [layer]}
        panel |= {"box": [0, 0, 0.46, 1], "tall": [0, 0, 1, 0.34], "square": True, "bare": True}
        panel["cells"] = ROWS * (side + 1) + 1  # pixels of pictures, and a line between any two and around
        span = [0.5, ROWS + 0.5]
        return panel | {"x": {"label": "column", "range": span}, "y": {"label": "row", "range": span[::-1]}}

    def _charts(self) -> list[dict]:
        add = self.moving.add
        always = [charts.losses(self.moving, self.scores), charts.chances(self.moving, self.scores)]
        if not self.digits:
            return always
        floors = [charts.mark(0, "real") | {"at": add(name)} for name in ("real_score", "real_fid")]
        score, fid = (
            [trace(self.moving, "score", GENERATED), floors[0]],
            [trace(self.moving, "fid", GENERATED), floors[1]],
        )
        y = {"label": f"score, {_COUNTED}", "range": [1, 10.6]}, {"label": f"FID, {_COUNTED}", "top": add("fid_top")}
        return [
            *always,
            charts.chart("score", "score (up to 10; more is better)", y[0], score),
            charts.chart("fid", "FID (less is better)", y[1], fid),
        ]

    def still(self, trainer, run: int) -> bytes:
        """What does not change from frame to frame: nothing."""
        return b""

    def frame(self, snapshot, judge: Judge) -> tuple[bytes, dict[str, float]]:
        """One frame's bytes, and the numbers of its charts."""
        numbers = charts.seen(snapshot, 0) | {"score": judge.score, "fid": judge.fid}
        numbers |= {"real_score": judge.real_score, "real_fid": judge.real_fid}
        drawn = numbers | {"fid_top": _top(judge)} if self.digits else charts.seen(snapshot, 0)
        return self.moving.pack(drawn | {"pixels": pixels(snapshot.samples[0])}), numbers


def _placed(parts: list[dict]) -> list[dict]:
    """Four charts in two columns, or two below each other."""
    columns = len(parts) // 2
    boxes = [[0.46 + 0.54 / columns * (i % columns), i // columns / 2, 0.54 / columns, 0.5] for i in range(len(parts))]
    high = 0.66 / len(parts)
    return charts.boxed(parts, boxes, [[0, 0.34 + high * i, 1, high] for i in range(len(parts))])


def pixels(samples: np.ndarray) -> np.ndarray:
    """Samples (n, d) from -1 to 1 as bytes from 0, paper, to 255, ink (of colours light); what is no number is 0."""
    return np.nan_to_num((samples + 1) * 127.5, nan=0.0).round().clip(0, 255).astype(np.uint8)


def setups() -> list[dict]:
    """The scenes that a button sets up, as the page needs them."""
    what = "A GAN that breaks down. Play it, and say what goes wrong and why."
    found = [{"name": name, "label": letter, "help": what} for name, letter in breakdowns.LETTERS.items()]
    normal = "Begins again with the recipe that the lab was opened with, from the same seed."
    return [*found, {"name": NORMAL, "label": "Back to normal", "help": normal}]


def _top(judge: Judge) -> float:
    """Where the axis of the FID ends: it comes down with the FID, to where the floor can be told from 0."""
    wanted = np.nanmax([2 * judge.fid, 5 * judge.real_fid, 5.0])
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= wanted)
