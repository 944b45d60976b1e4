"""What scenes share: colours, places in a frame, and the small charts of losses and of D's probabilities."""

import numpy as np

from gan_lessons import losses as objectives
from gan_lessons import theory
from gan_lessons.errors import refuse

REAL, GENERATED, LEARNED, BEST = "#0072B2", "#D55E00", "#767676", "#009E73"  # Okabe and Ito's, and a grey
DOTS = 64  # samples of a batch shown in slow motion


class Places:
    """Gives every layer its place in a frame, and fills frames. start: the place of the first number."""

    def __init__(self, start: int = 0):
        self.start, self.size, self._at = start, start, {}

    def add(self, name: str, n: int) -> list[int]:
        """Reserves n numbers; returns [offset, n]. A name that has its place keeps it."""
        if name not in self._at:
            self._at[name] = slice(self.size, self.size + n)
            self.size += n
        return [self._at[name].start, n]

    def one(self, name: str) -> int:
        """Reserves one number; returns its offset."""
        return self.add(name, 1)[0]

    def fill(self, values: dict[str, np.ndarray]) -> bytes:
        """A frame as float32 bytes, from `start` on; what is not given is NaN, which is not drawn."""
        frame = np.full(self.size, np.nan, np.float32)
        for name, value in values.items():
            frame[self._at[name]] = value
        return frame[self.start :].tobytes()


def trace(places: Places, name: str, color: str, dash: str = "solid") -> dict:
    """A line over time of the number `name` of each frame."""
    return {"kind": "trace", "at": places.one(name), "color": color, "dash": dash}


def mark(y: float, note: str = "") -> dict:
    """A dotted line at a height that stays, with a word on it."""
    return {"kind": "line", "y": y, "note": note, "dash": "dotted", "width": 1.5}


def chart(key: str, title: str, y: dict, layers: list[dict]) -> dict:
    """A small panel with steps across; it has no place on the canvas yet."""
    return {"id": key, "title": title, "x": {"label": "step", "range": None}, "y": y, "layers": layers}


def gives_scores(objective: objectives.Objective) -> bool:
    """Whether D's output under an objective is a score, and no logit of a probability."""
    scores = objectives.least_squares, objectives.hinge, objectives.wasserstein, objectives.relativistic
    return objective in scores


def losses(places: Places, scores: bool) -> dict:
    """The chart of both losses, and where D's are probabilities what the losses are when D can only guess."""
    layers = [trace(places, "d_loss", LEARNED), trace(places, "g_loss", GENERATED, "dashed")]
    if not scores:
        layers += [mark(theory.LOG_4, "log 4"), mark(theory.LOG_2, "log 2") | {"below": True}]
    y = {"label": "loss" if scores else "nats", "include": [0, 1.6], "cap": [-2, 5]}
    return chart("losses", "loss of D (solid) and of G (dashed)", y, layers)


def chances(places: Places, scores: bool) -> dict:
    """The chart of what D said of its last batch."""
    layers = [trace(places, "p_real", REAL), trace(places, "p_fake", GENERATED, "dashed")]
    if not scores:
        layers.append(mark(0.5, "can only guess"))
    y = {"label": "sigmoid of score" if scores else "probability", "range": [0, 1]}
    return chart("chances", "D on real (solid), on generated (dashed)", y, layers)


def seen(snapshot, run: int) -> dict[str, float]:
    """The numbers that those two charts show of a run."""
    return {name: float(getattr(snapshot, name)[run]) for name in ("d_loss", "g_loss", "p_real", "p_fake")}


def some(samples: np.ndarray, n: int = DOTS) -> np.ndarray:
    """The first n of samples (any, d), flat; NaN where there are fewer."""
    padded = np.full((n, samples.shape[-1]), np.nan)
    padded[: len(samples[:n])] = samples[:n]
    return padded.ravel()


def choose(looks: dict, name: str, value: str) -> None:
    """Keeps a choice in a scene's `looks`. Raises ValueError for what is not there to be chosen."""
    if name not in looks:
        refuse("name", name, f"one of {sorted(looks)}")
    if value not in looks[name]["values"]:
        refuse("value", value, f"one of {list(looks[name]['values'])}")
    looks[name]["index"] = looks[name]["values"].index(value)


def chosen(looks: dict, name: str, otherwise: str = "") -> str:
    """The word that is chosen; `otherwise` where there is no choice."""
    return looks[name]["values"][looks[name]["index"]] if name in looks else otherwise
