"""What the Stage draws of the Dirac-GAN: its field with a walk, eigenvalues, and the distance that is left."""

from gan_lessons.labs.scenes.charts import BEST, GENERATED, LEARNED, REAL

WINDOW = (-2.5, 2.5)
_DOT = {"kind": "cloud", "mark": "dot"}
_FIELD = {
    "id": "field",
    "title": "Where one step takes both: click to start anywhere",
    "box": [0, 0, 0.54, 1],
    "tall": [0, 0, 1, 0.54],
    "square": True,
    "x": {"label": "theta: where G's point is", "range": list(WINDOW)},
    "y": {"label": "psi: D's slope", "range": list(WINDOW)},
    "layers": [
        {"kind": "arrows", "label": "field", "start": "from", "values": "by", "color": LEARNED, "width": 1.2},
        {"kind": "grid", "label": "walk", "values": "path", "shape": [1, 1], "color": GENERATED, "swatch": "solid"},
        _DOT | {"label": "solution", "values": "goal", "color": BEST, "size": 5, "mark": "square"},
        _DOT | {"label": "start", "values": "start", "color": REAL, "size": 5, "mark": "square"},
        _DOT | {"label": "now", "values": "now", "color": GENERATED, "size": 6},
    ],
}
_EIGENVALUES = {
    "id": "eigenvalues",
    "title": "Eigenvalues at the solution: left of the line it is stable",
    "box": [0.54, 0, 0.46, 0.55],
    "tall": [0, 0.54, 1, 0.24],
    "x": {"label": "real part", "range": [-1.6, 0.6]},
    "y": {"label": "imaginary part", "range": [-1.2, 1.2]},
    "layers": [
        {"kind": "grid", "values": "axis", "shape": [1, 2], "width": 1.5},
        _DOT | {"label": "eigenvalues of the field", "values": "field", "color": REAL, "size": 6, "mark": "square"},
        _DOT | {"label": "of the loop with its steps", "values": "loop", "color": GENERATED, "size": 4},
    ],
}
_DISTANCE = {
    "id": "distance",
    "title": "Distance from the solution",
    "box": [0.54, 0.55, 0.46, 0.45],
    "tall": [0, 0.78, 1, 0.22],
    "x": {"label": "step", "range": None},
    "y": {"label": "log10 of it", "range": [-6, 1]},
    "layers": [{"kind": "trace", "at": "distance", "color": GENERATED}],
}
SCENE = {
    "title": "The Dirac-GAN: the field of theta and psi with a walk, eigenvalues, and the distance from the solution",
    "panels": [_FIELD, _EIGENVALUES, _DISTANCE],
    "tall": {"below": 720, "aspect": 2},
}
