"""What the Stage draws of several GANs side by side: each one's picture, and charts with the lines of all of them."""

from collections.abc import Callable
from copy import deepcopy

import numpy as np

from gan_lessons.labs.plane import PlaneScene
from gan_lessons.labs.scenes import LineScene

COLORS = ("#009E73", "#CC79A7", "#B07A00", "#6F5FB8")  # neither that of real nor that of generated samples
NAMES = "ABCD"


class CompareScene:
    """Scenes of one kind beside each other, their charts laid upon each other. scenes: one a side, 2 to 4.

    A frame is the scenes' frames one after the other, behind all that stands still in them."""

    def __init__(self, scenes: list[PlaneScene] | list[LineScene]):
        self.scenes, self.view = scenes, scenes[0].view
        for scene in scenes:
            _reserve(scene)
        self.spec = self._spec()

    @property
    def looks(self) -> dict:
        """What can be chosen of the picture, for all sides alike."""
        return self.scenes[0].looks

    def look(self, name: str, value: str) -> bool:
        """As a scene's `look`; sides that have no such choice stay as they are."""
        changed = [scene.look(name, value) for scene in self.scenes if name in scene.looks]
        self.spec = self._spec()
        return any(changed)

    def _spec(self) -> dict:
        moved = [_moved(scene.spec, place) for scene, place in zip(self.scenes, self._places(), strict=True)]
        n, first = len(moved), moved[0]
        share = 0.62 if n == 2 else 0.76
        panels = [spec["panels"][0] | _main_box(i, n, share) for i, spec in enumerate(moved)]
        for i, panel in enumerate(panels):
            panel |= {"id": f"side {NAMES[i]}", "title": NAMES[i]}
        for k in range(3):
            box = {"box": [k / 3, share, 1 / 3, 1 - share], "tall": [0, (n + k / 2) / (n + 1.5), 1, 0.5 / (n + 1.5)]}
            panels.append(_joined([spec["panels"][k + 1] for spec in moved]) | box)
        spec = {"title": " and ".join(NAMES[:n]) + " side by side", "panels": panels, "height": 1.3 if n == 2 else 1.9}
        spec |= {"tall": {"below": 720, "aspect": n + 1.5}}
        if all("morph" in one for one in moved):
            ends = {key: [place for one in moved for place in one["morph"][key]] for key in ("from", "to")}
            spec["morph"] = first["morph"] | ends
        return spec

    def _places(self) -> list[Callable[[int], int]]:
        """For each side, from a place in its own frame to the place in the whole one."""
        still = [scene.places.start for scene in self.scenes]
        sizes = [scene.places.size - scene.places.start for scene in self.scenes]
        starts = [sum(still[:i]) for i in range(len(still))]
        rest = [sum(still) + sum(sizes[:i]) for i in range(len(sizes))]
        return [_placing(*place) for place in zip(still, starts, rest, strict=True)]


def _reserve(scene: PlaneScene | LineScene) -> None:
    """Gives every metric its places now: later they would move those of the sides behind, and with them what kept
    frames say."""
    metric = scene.looks["metric"]
    for value in (*metric["values"], metric["values"][metric["index"]]):
        scene.look("metric", value)


def _placing(still: int, start: int, rest: int) -> Callable[[int], int]:
    return lambda place: place + start if place < still else place - still + rest


def _moved(spec: dict, place: Callable[[int], int]) -> dict:
    """A scene's spec with all its places in frames moved."""
    spec = deepcopy(spec)
    pair = lambda values: [place(values[0]), values[1]]  # noqa: E731
    for panel in spec["panels"]:
        if "top" in panel["y"]:
            panel["y"]["top"] = place(panel["y"]["top"])
        for layer in [*panel["layers"], *panel.get("reads", [])]:
            for key in {"values", "upper", "when"} & layer.keys():
                layer[key] = pair(layer[key])
            for key in {"at", "start"} & layer.keys():
                layer[key] = place(layer[key])
            if layer.get("kind") == "points":
                layer["y"] = place(layer["y"])
    for key in ("from", "to") if "morph" in spec else ():
        spec["morph"][key] = [pair(values) for values in spec["morph"][key]]
    return spec


def _main_box(i: int, n: int, share: float) -> dict:
    rows = 1 if n == 2 else 2
    box = [0.5 * (i % 2), share * (i // 2) / rows, 0.5, share / rows]
    return {"box": box, "tall": [0, i / (n + 1.5), 1, 1 / (n + 1.5)]}


def _joined(charts: list[dict]) -> dict:
    """One chart with the lines of all sides, each side in its colour; what does not move is drawn once.

    Where one D gives probabilities and another scores, the axis names both, and what is known of one is not drawn."""
    units = list(dict.fromkeys(chart["y"]["label"] for chart in charts))
    layers = [layer for layer in charts[0]["layers"] if layer["kind"] != "trace" and ("at" in layer or len(units) == 1)]
    for side, chart in enumerate(charts):
        name = {"label": f"lines of side {NAMES[side]}", "color": COLORS[side]}
        layers += [layer | name for layer in chart["layers"] if layer["kind"] == "trace"]
    return charts[0] | {"y": charts[0]["y"] | {"label": " or ".join(units)}, "layers": layers}


def joined(parts: list[bytes]) -> bytes:
    """Frames, or what stands still, one after the other."""
    return b"".join(parts)


def differing(first: dict[str, object], other: dict[str, object]) -> str:
    """In words, by which settings a side differs from A. first, other: label -> value."""
    found = [f"{label} {_short(value)}" for label, value in other.items() if first.get(label) != value]
    return ", ".join(found)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, (int, float, np.number)) else str(value)
