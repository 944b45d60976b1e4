"""What the Stage draws of several GANs side by side: each one's picture, and charts with the lines of all of them."""

from gan_lessons.labs.scenes.charts import boxed
from gan_lessons.labs.scenes.line import LineScene
from gan_lessons.labs.scenes.plane import PlaneScene

COLORS = ("#009E73", "#CC79A7", "#B07A00", "#6F5FB8")  # neither that of real nor that of generated samples
NAMES = "ABCD"


class CompareScene:
    """Scenes of one kind beside each other, their charts laid upon each other. scenes: one a side, 2 to 4.

    A frame is the scenes' frames one after the other, each array named after its side."""

    def __init__(self, scenes: list[PlaneScene] | list[LineScene]):
        self.scenes, self.view = scenes, scenes[0].view
        for name, scene in zip(NAMES, scenes, strict=False):
            scene.as_side(f"{name} ")
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
        specs, n = [scene.spec for scene in self.scenes], len(self.scenes)
        share = 0.62 if n == 2 else 0.76
        panels = [
            spec["panels"][0] | _main_box(i, n, share) | {"id": f"side {NAMES[i]}", "title": NAMES[i]}
            for i, spec in enumerate(specs)
        ]
        parts = [_joined([spec["panels"][k] for spec in specs]) for k in (1, 2, 3)]
        boxes = [[k / 3, share, 1 / 3, 1 - share] for k in range(3)]
        panels += boxed(parts, boxes, [[0, (n + k / 2) / (n + 1.5), 1, 0.5 / (n + 1.5)] for k in range(3)])
        spec = {"title": " and ".join(NAMES[:n]) + " side by side", "panels": panels, "height": 1.3 if n == 2 else 1.9}
        spec |= {"tall": {"below": 720, "aspect": n + 1.5}, "why": specs[0]["why"]}
        spec["arrays"] = {part: _merged([one["arrays"][part] for one in specs]) for part in ("moving", "still")}
        if all("morph" in one for one in specs):
            ends = {key: [name for one in specs for name in one["morph"][key]] for key in ("from", "to")}
            spec["morph"] = specs[0]["morph"] | ends
        return spec


def _merged(parts: list[dict]) -> dict:
    return {name: value for part in parts for name, value in part.items()}


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


def side_by_side(parts: list[bytes]) -> bytes:
    """Frames, or what stands still, one after the other."""
    return b"".join(parts)
