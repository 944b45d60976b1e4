"""What the Stage draws of a GAN in the plane: D's surface, how G bends its noise, points, arrows, and small charts."""

import numpy as np
import torch
from scipy.special import ndtri

from gan_lessons import metrics_2d
from gan_lessons.distributions import Distribution, NormalNoise
from gan_lessons.gradients import push
from gan_lessons.labs import panels
from gan_lessons.labs.panels import BEST, DOTS, GENERATED, REAL, Places, trace
from gan_lessons.models.surface import surface
from gan_lessons.randomness import generator
from gan_lessons.verdicts import judge

CELLS, LATTICE, ARROWS = 40, 20, 100  # cells of D's surface and lines of the lattice, each way; samples with an arrow
NOISE = "#B34FB8"  # a purple that can be seen on white and on black
# An arrow's length is LONGEST s / (1 + s) of the window, where s says by how many nats G's loss would fall within a
# tenth of it. So lengths can be compared from frame to frame, and a push that vanishes is seen to vanish.
LONGEST, TENTH = 0.08, 0.1


class PlaneScene:
    """The scene of a GAN in the plane.

    data: real data of 2 dimensions. noise: what goes into G. window: (low, high), the square that is drawn.
    beside: in which company D judges single points, if it does not judge them alone. scores: whether D gives scores,
    and no probabilities: then its surface is drawn beside the scores of the samples shown.
    """

    view = 450  # generated samples, and as many real ones

    def __init__(
        self,
        title: str,
        data: Distribution,
        noise: Distribution,
        window: tuple[float, float],
        beside: str = "",
        scores: bool = False,
    ):
        self.title, self.window, self.noise, self.scores = title, window, noise, scores
        self.standing, self._known = Places(), (None,)  # the real points stand still: they are no part of each frame
        real = self.standing.add("real", 2 * self.view)
        self.places = Places(self.standing.size)
        middles = np.linspace(*window, 2 * CELLS + 1)[1::2]
        self.points = torch.from_numpy(np.stack(np.meshgrid(middles, middles), -1).reshape(1, -1, 2))
        self.lattice = torch.from_numpy(lattice(noise))[None]
        charts = [panels.losses(self.places, scores), panels.chances(self.places, scores), self._quality(data)]
        boxes = [{"box": [0.54, i / 3, 0.46, 1 / 3], "tall": [0, (3 + i) / 6, 1, 1 / 6]} for i in range(3)]
        charts = [chart | box for chart, box in zip(charts, boxes, strict=True)]
        tall = {"below": 720, "aspect": 2}
        self.spec = {"title": title, "panels": [self._plane(real, beside), *charts], "tall": tall}

    def _plane(self, real: list[int], beside: str) -> dict:
        heat = "D's score: blue is more real" if self.scores else "D's verdict: blue is real, orange is generated"
        heat += f" ({beside})" if beside else ""
        panel = {"id": "plane", "title": self.title, "box": [0, 0, 0.54, 1], "tall": [0, 0, 1, 0.5], "square": True}
        panel |= {name: {"label": name, "range": list(self.window)} for name in ("x", "y")}
        label = "D's score (0.5: the mean here)" if self.scores else "D: probability of real"
        bar = {"of": heat, "low": GENERATED, "high": REAL}
        return panel | {"y2": {"label": label, "range": [0, 1]}, "bar": bar, "layers": self._layers(real, heat)}

    def _layers(self, real: list[int], heat: str) -> list[dict]:
        at = self.places.add
        layers = [{"kind": "heat", "label": heat, "n": CELLS, "values": at("D", CELLS**2), "read": "D"}]
        layers[0] |= {"color": REAL, "low": GENERATED, "high": REAL}
        fake = at("fake", 2 * self.view)
        bent = {"kind": "grid", "label": self._bent(), "color": NOISE, "width": 1}
        bent |= {"shape": [1, LATTICE**2] if self.noise.dim == 1 else [LATTICE, LATTICE]}
        bent |= {"values": at("lattice", 2 * LATTICE**2)}
        cloud = {"kind": "cloud", "size": 2.2, "color": REAL, "mark": "square", "values": real}
        generated = {"label": f"generated, {self.view} samples", "color": GENERATED, "mark": "dot", "values": fake}
        layers += [bent, cloud | {"label": f"real, {self.view} samples"}, cloud | generated]
        arrows = {"kind": "arrows", "label": "where G's own loss pushes its samples", "width": 1.2}
        layers.append(arrows | {"start": fake[0], "values": at("push", 2 * ARROWS)})
        layers.append(cloud | {"size": 4, "values": at("real_dots", 2 * DOTS)})
        layers.append(cloud | {"size": 4.5, "color": GENERATED, "mark": "dot", "values": at("fake_dots", 2 * DOTS)})
        return layers

    def _bent(self) -> str:
        if self.noise.dim == 1:
            return "where G puts its line of noise"
        rest = f" (of {self.noise.dim} dimensions the first two, the others 0)" if self.noise.dim > 2 else ""
        return f"how G bends a grid of its noise{rest}"

    def _quality(self, data: Distribution) -> dict:
        if hasattr(data, "modes"):
            layers = [trace(self.places, "covered", BEST)]
            layers.append(trace(self.places, "hq", GENERATED, "dashed") | {"axis": "y2"})
            title, k = "modes covered (solid), samples near one (dashed)", len(data.modes)
            layers.append(panels.mark(k, f"all {k}") | {"below": True})
            y2 = {"label": "share", "range": [0, 1.08]}
            return panels.chart("quality", title, {"label": "modes", "range": [0, 1.08 * k]}, layers) | {"y2": y2}
        floor = panels.mark(0, "real against real") | {"at": self.places.one("floor")}
        layers = [trace(self.places, "sliced_w1", GENERATED), floor]
        y = {"label": "units of x", "include": [0, 0], "cap": [0, self.window[1] - self.window[0]]}
        return panels.chart("quality", "sliced W1 from generated to real", y, layers)

    def still(self, trainer, run: int) -> bytes:
        """What does not change from frame to frame: the real points of a run's data."""
        return self.standing.fill({"real": self._data(trainer, run)[1].ravel()})

    def frame(self, trainer, snapshot, pair, run: int, batch=None) -> tuple[bytes, dict]:
        """One frame's bytes, and the numbers that the summary speaks of.

        pair: G and D of the shown run alone (`Trainer.alone`). batch: samples to show as dots, real and generated.
        """
        G, D = pair
        fake = snapshot.samples[run]
        numbers = panels.seen(snapshot, run) | self._score(trainer, fake, run)
        values = numbers | {"fake": fake.ravel(), "push": self._push(trainer, pair, run)}
        with torch.no_grad():
            values["lattice"] = G(self.lattice.to(trainer.viewing_noise.dtype))[0].numpy().ravel()
        values["D"] = self._surface(D, fake, self._data(trainer, run)[1], trainer.settings["batch"])
        if batch is not None:
            values |= {f"{key}_dots": panels.some(part) for key, part in zip(("real", "fake"), batch, strict=True)}
        verdict = judge(snapshot.samples, trainer.settings["data"])
        fine = snapshot.diverged < 0
        counts = {name: int((fine & getattr(verdict, name)).sum()) for name in ("good", "collapsed")}
        modes = {"modes": len(trainer.settings["data"].modes)} if "covered" in numbers else {}
        return self.places.fill(values), numbers | counts | modes | {"scores": self.scores}

    def _surface(self, D, fake: np.ndarray, real: np.ndarray, batch: int) -> np.ndarray:
        """D at the middles of the cells. Of scores only differences count, in units of their own spread."""
        fake = torch.from_numpy(fake)[None]
        companions, points = fake[:, : max(1, batch - 1)], self.points.to(fake.dtype)
        if not self.scores:
            return surface(D, points, companions)[0].numpy()
        drawn = torch.cat([points, fake, torch.from_numpy(real)[None].to(fake.dtype)], 1)
        there, here = surface(D, drawn, companions, lambda score: score)[0].split([CELLS**2, 2 * self.view])
        return ((there - here.mean()) / here.std()).sigmoid().numpy()

    def _data(self, trainer, run: int) -> tuple:
        """The shown run's data, the real points that are drawn, and how far they are from other real ones."""
        data = trainer.settings["data"].for_run(run)
        if self._known[0] != data:
            real, other = (data.sample((self.view,), generator(i, "plane")).numpy() for i in range(2))
            floor = None if hasattr(data, "modes") else float(metrics_2d.sliced_w1(other, real))
            self._known = data, real, floor
        return self._known

    def _score(self, trainer, fake: np.ndarray, run: int) -> dict[str, float]:
        data, real, floor = self._data(trainer, run)
        if floor is not None:
            return {"sliced_w1": float(metrics_2d.sliced_w1(fake, real)), "floor": floor}
        modes = metrics_2d.modes_of(fake, data.modes, data.mode_sd)
        return {"covered": float(modes.covered), "hq": float(modes.hq)}

    def _push(self, trainer, pair, run: int) -> np.ndarray:
        """Arrows as offsets from the first generated points."""
        real = torch.from_numpy(self._data(trainer, run)[1])
        pack = getattr(pair[1], "pack", 1)
        n = ARROWS // pack * pack
        noise = trainer.viewing_noise[run : run + 1, :n]
        _, pushes = push(trainer.settings["objective"], *pair, noise, real[None, :n].to(noise.dtype))
        span = self.window[1] - self.window[0]
        falls = pushes[0].numpy().astype(float) * TENTH * span
        return panels.some(LONGEST * span * falls / (1 + np.linalg.norm(falls, axis=-1, keepdims=True)), ARROWS)


def lattice(noise: Distribution) -> np.ndarray:
    """A slice of the noise's space at even quantiles, (LATTICE^2, dim): row by row over the first two dimensions, with
    the others 0; for noise on a line, numbers that rise."""
    n = LATTICE if noise.dim > 1 else LATTICE**2
    u = (np.arange(n) + 0.5) / n
    if isinstance(noise, NormalNoise):
        levels = ndtri(u)
    else:
        levels = np.quantile(noise.sample((10_000,), generator(0, "lattice"))[:, 0].numpy(), u)
    if noise.dim == 1:
        return levels[:, None]
    first, second = np.meshgrid(levels, levels)
    rest = np.zeros((n * n, noise.dim - 2))
    return np.column_stack([first.ravel(), second.ravel(), rest])
