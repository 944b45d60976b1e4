"""What the Stage draws of a GAN of digits: a sheet of samples beside charts of losses, of verdicts and of scores."""

import math

import numpy as np

from gan_lessons.labs import breakdowns, panels
from gan_lessons.labs.digit_scores import SAMPLES, Judge
from gan_lessons.labs.film import Film
from gan_lessons.labs.panels import GENERATED, Places, trace
from gan_lessons.mnist import PIXELS, SIDE

ROWS = 8
FILM_BYTES = 8_000_000  # of the frames that are kept, in the kernel and in the page
NORMAL = "normal"
_COUNTED = f"{SAMPLES:,} samples, not Inception"
_FLOOR = f"{SAMPLES:,} real digits"


class DigitScene:
    """The scene of a GAN of digits. name: of the recipe. scores: whether D gives scores, and no probabilities.

    Pixels travel as bytes: 64 pictures take 50 kB of a frame, and the charts some 40 bytes."""

    view = ROWS * ROWS

    def __init__(self, name: str, scores: bool):
        self.name, self.scores, self.looks, self.places = name, scores, {}, Places()
        sheet, charts = self._sheet(), self._charts()
        self.top = self.places.one("fid_top")
        charts[-1]["y"] = {"label": f"FID, {_COUNTED}", "top": self.top}
        boxes = [{"box": [0.46 + 0.27 * (i % 2), i // 2 / 2, 0.27, 0.5]} for i in range(4)]
        tall = [{"tall": [0, 0.34 + 0.165 * i, 1, 0.165]} for i in range(4)]
        charts = [chart | box | narrow for chart, box, narrow in zip(charts, boxes, tall, strict=True)]
        self.spec = {"title": f"{name}: {self.view} digits that G makes of the same noise", "panels": [sheet, *charts]}
        self.spec |= {"tall": {"below": 640, "aspect": 3.0}, "long": True, "keep": FILM_BYTES // (4 * self.places.size)}
        self.spec |= {"setups": setups(), "setup": name if name in breakdowns.BY_NAME else NORMAL}

    def _sheet(self) -> dict:
        layer = {"kind": "sheet", "values": self.places.add("pixels", self.view * PIXELS // 4)}
        layer |= {"rows": ROWS, "columns": ROWS, "side": SIDE}
        panel = {"id": "sheet", "title": f"{self.name}: what G makes", "layers": [layer]}
        panel |= {"box": [0, 0, 0.46, 1], "tall": [0, 0, 1, 0.34], "square": True, "bare": True}
        panel["cells"] = ROWS * (SIDE + 1) + 1  # pixels of pictures, and a line between any two and around
        span = [0.5, ROWS + 0.5]
        return panel | {"x": {"label": "column", "range": span}, "y": {"label": "row", "range": span[::-1]}}

    def _charts(self) -> list[dict]:
        floors = [panels.mark(0, _FLOOR) | {"at": self.places.one(name)} for name in ("real_score", "real_fid")]
        dashed = [floor | {"dash": "dashed"} for floor in floors]
        y = {"label": f"score, {_COUNTED}", "range": [1, 10.6]}
        score = [trace(self.places, "score", GENERATED), dashed[0] | {"below": True}]
        fid = [trace(self.places, "fid", GENERATED), dashed[1]]
        return [
            panels.losses(self.places, self.scores),
            panels.chances(self.places, self.scores),
            panels.chart("score", "score (up to 10; more is better)", y, score),
            panels.chart("fid", "FID (less is better)", {}, fid),
        ]

    def still(self, trainer, run: int) -> bytes:
        """What does not change from frame to frame: nothing."""
        return b""

    def frame(self, snapshot, judge: Judge) -> tuple[bytes, dict[str, float]]:
        """One frame's bytes, and the numbers of its charts."""
        numbers = panels.seen(snapshot, 0) | {"score": judge.score, "fid": judge.fid}
        numbers |= {"real_score": judge.real_score, "real_fid": judge.real_fid}
        values = numbers | {"pixels": pixels(snapshot.samples[0]).view(np.float32).ravel(), "fid_top": _top(judge)}
        return self.places.fill(values), numbers


def pixels(samples: np.ndarray) -> np.ndarray:
    """Samples (n, 784) from -1 to 1 as bytes from 0, paper, to 255, ink; what is no number is paper."""
    return np.nan_to_num((samples + 1) * 127.5, nan=0.0).round().clip(0, 255).astype(np.uint8)


def setups() -> list[dict]:
    """The scenes that a button sets up, as the page needs them."""
    found = [
        {"name": name, "label": name[0].upper() + name[1:], "help": recipe.source.removeprefix("ours: ")}
        for name, recipe in breakdowns.BY_NAME.items()
    ]
    return [*found, {"name": NORMAL, "label": "Back to normal", "help": "The recipe that the lab was opened with"}]


def _top(judge: Judge) -> float:
    """Where the axis of the FID ends: it comes down with the FID, to where the floor can be told from 0."""
    wanted = np.nanmax([2 * judge.fid, 5 * judge.real_fid, 5.0])
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= wanted)


class DigitFilm(Film):
    """A film that stays below `FILM_BYTES`: when it is full, every other frame goes and the stride doubles."""

    def add(self, header: dict, values: bytes) -> None:
        """As `Film.add`."""
        super().add(header, values)
        if len(self.frames) > FILM_BYTES // len(values):
            self._stride *= 2
            kept = [i for i, n in enumerate(self._indices) if n % self._stride == 0 or i == len(self._indices) - 1]
            self.frames = [self.frames[i] for i in kept]
            self._indices = [self._indices[i] for i in kept]
