"""What scenes share: colours, the small charts of losses and of D's verdicts, and what can be chosen of a picture."""

import numpy as np

from gan_lessons._core.refusals import refuse
from gan_lessons.labs.scenes.arrays import Arrays
from gan_lessons.losses import objectives
from gan_lessons.theory.divergences import LOG_2
from gan_lessons.theory.optimal_d import LOG_4

REAL, GENERATED, LEARNED, BEST = "#0072B2", "#D55E00", "#767676", "#009E73"  # Okabe and Ito's, and a grey
DOTS = 64  # samples of a batch shown in slow motion


def trace(arrays: Arrays, name: str, color: str, dash: str = "solid") -> dict:
    """A line over time of the number `name` of each frame."""
    return {"kind": "trace", "at": arrays.add(name), "color": color, "dash": dash}


def mark(y: float, note: str = "") -> dict:
    """A dotted line at a height that stays, with a short word beside it (`below`: False or True where two are near)."""
    return {"kind": "line", "y": y, "note": note, "dash": "dotted", "width": 1.5}


def chart(key: str, title: str, y: dict, layers: list[dict]) -> dict:
    """A small panel with steps across; it has no place on the canvas yet."""
    return {"id": key, "title": title, "x": {"label": "step", "range": None}, "y": y, "layers": layers}


def boxed(panels: list[dict], boxes: list[list[float]], narrow: list[list[float]]) -> list[dict]:
    """Panels on the canvas: [left, top, width, height] as shares, and of a narrow canvas."""
    return [panel | {"box": box, "tall": tall} for panel, box, tall in zip(panels, boxes, narrow, strict=True)]


def gives_scores(objective: objectives.Objective) -> bool:
    """Whether D's output under an objective is a score, and no logit of a probability."""
    scores = objectives.least_squares, objectives.hinge, objectives.wasserstein, objectives.relativistic
    return objective.on_samples.adversarial in scores


def losses(arrays: Arrays, scores: bool) -> dict:
    """The chart of both losses, and where D's are probabilities what the losses are when D can only guess."""
    layers = [trace(arrays, "d_loss", LEARNED), trace(arrays, "g_loss", GENERATED, "dashed")]
    if not scores:
        layers += [mark(LOG_4, "log 4") | {"below": False}, mark(LOG_2, "log 2") | {"below": True}]
    y = {"label": "loss" if scores else "nats", "include": [0, 1.6], "cap": [-2, 5]}
    return chart("losses", "loss of D (solid) and of G (dashed)", y, layers)


def chances(arrays: Arrays, scores: bool) -> dict:
    """The chart of what D said of its last batch."""
    layers = [trace(arrays, "p_real", REAL), trace(arrays, "p_fake", GENERATED, "dashed")]
    if not scores:
        layers.append(mark(0.5, "guess"))
    y = {"label": "sigmoid of score" if scores else "probability", "range": [0, 1]}
    return chart("chances", "D on real (solid), on generated (dashed)", y, layers)


def seen(snapshot, run: int) -> dict[str, float]:
    """The numbers that those two charts show of a run."""
    return {name: float(getattr(snapshot, name)[run]) for name in ("d_loss", "g_loss", "p_real", "p_fake")}


def some(samples: np.ndarray, n: int = DOTS) -> np.ndarray:
    """The first n of samples (any, d); NaN where there are fewer."""
    padded = np.full((n, samples.shape[-1]), np.nan)
    padded[: len(samples[:n])] = samples[:n]
    return padded


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
