"""What the Stage draws of a GAN in the plane: D's surface, how G bends its noise, points, arrows, and small charts."""

import numpy as np
import torch

from gan_lessons.distributions import Distribution
from gan_lessons.labs import charts, panels
from gan_lessons.labs.arrows import ARROWS, arrows
from gan_lessons.labs.charts import Known
from gan_lessons.labs.counts import Counts
from gan_lessons.labs.heat import CELLS, Heat
from gan_lessons.labs.noise import LATTICE, lattice, placed
from gan_lessons.labs.panels import DOTS, GENERATED, REAL, Places
from gan_lessons.randomness import generator

NOISE = "#B34FB8"  # a purple that can be seen on white and on black


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
        self.heat, self.metrics = Heat(data, window, beside, scores), charts.in_the_plane(data, window)
        self.looks = _looks(self.heat.looks, tuple(self.metrics))
        self._counts, self._known = Counts(), Known(None, None)
        self._asked, self._still = (None, None), (None, None, None)
        z = lattice(noise)
        self._lattice = {dtype: torch.from_numpy(z)[None].to(dtype) for dtype in (torch.float32, torch.float64)}
        self._lattice_at = placed(z, noise, window).ravel()
        self.standing = Places()  # what stands still is no part of each frame
        sizes = {"real": 2 * self.view, "density": CELLS**2, "noise": 2 * self.view, "noise lattice": 2 * LATTICE**2}
        self._at = {name: self.standing.add(name, n) for name, n in sizes.items()}
        self.places = Places(self.standing.size)
        self.spec = self._spec()

    # -- what is drawn, and where in a frame it is -------------------------------------------------------

    def _spec(self) -> dict:
        plane, chosen = self._plane(), self._chosen("metric")
        parts = [panels.losses(self.places, self.scores), panels.chances(self.places, self.scores)]
        for metric in dict.fromkeys([next(iter(self.metrics)), chosen]):  # the words speak of the first one, too
            third = self.metrics[metric].chart(self.places)
        boxes = [{"box": [0.54, i / 3, 0.46, 1 / 3], "tall": [0, (3 + i) / 6, 1, 1 / 6]} for i in range(3)]
        parts = [chart | box for chart, box in zip([*parts, third], boxes, strict=True)]
        morph = {"label": "noise → data", "from": [self._at["noise"], self._at["noise lattice"]]}
        morph["to"] = [self.places.add("fake", 2 * self.view), self.places.add("lattice", 2 * LATTICE**2)]
        tall = {"below": 720, "aspect": 2}
        return {"title": self.title, "panels": [plane, *parts], "tall": tall, "morph": morph}

    def _plane(self) -> dict:
        panel = {"id": "plane", "title": self.title, "box": [0, 0, 0.54, 1], "tall": [0, 0, 1, 0.5], "square": True}
        panel |= {name: {"label": name, "range": list(self.window)} for name in ("x", "y")}
        panel["reads"] = [{"read": "real density", "n": CELLS, "values": self._at["density"]}]
        return panel | {"y2": self.heat.bar(self.heat.looks[0]), "bar": True, "layers": self._layers()}

    def _layers(self) -> list[dict]:
        at = self.places.add
        layers = self.heat.layers(at("D", CELLS**2), self.places.one("look"))
        fake = at("fake", 2 * self.view)
        bent = {"kind": "grid", "label": self._bent(), "color": NOISE, "width": 1}
        bent |= {"shape": [1, LATTICE**2] if self.noise.dim == 1 else [LATTICE, LATTICE]}
        bent |= {"values": at("lattice", 2 * LATTICE**2)}
        cloud = {"kind": "cloud", "size": 2.2, "color": REAL, "mark": "square", "values": self._at["real"]}
        generated = {"label": f"generated, {self.view} samples", "color": GENERATED, "mark": "dot", "values": fake}
        layers += [bent, cloud | {"label": f"real, {self.view} samples"}, cloud | generated]
        pushes = {"kind": "arrows", "label": "where G's own loss pushes its samples", "width": 1.2}
        layers.append(pushes | {"start": fake[0], "values": at("push", 2 * ARROWS)})
        layers.append(cloud | {"size": 4, "values": at("real_dots", 2 * DOTS)})
        dots = at("fake_dots", 2 * DOTS)
        layers.append(cloud | {"size": 4.5, "color": GENERATED, "mark": "dot", "values": dots})
        layers.append({"kind": "arrows", "width": 1.5, "start": dots[0], "values": at("dots_push", 2 * DOTS)})
        return layers

    def _bent(self) -> str:
        if self.noise.dim == 1:
            return "where G puts its line of noise"
        rest = f" (of {self.noise.dim} dimensions the first two, the others 0)" if self.noise.dim > 2 else ""
        return f"how G bends a grid of its noise{rest}"

    def look(self, name: str, value: str) -> bool:
        """Chooses what is shown, one of `looks`; training does not see it. True if `spec` is another one now.

        Raises ValueError for what is not there to be chosen."""
        panels.choose(self.looks, name, value)
        if name == "metric":
            self.spec = self._spec()
        return name == "metric"

    def _chosen(self, name: str) -> str:
        return panels.chosen(self.looks, name, self.heat.looks[0])

    # -- frames ------------------------------------------------------------------------------------------

    def still(self, trainer, run: int) -> bytes:
        """What does not change from frame to frame: real points, the density of the data, and the noise shown."""
        known, noise = self._data(trainer, run), trainer.viewing_noise
        if self._still[0] is not known or self._still[1] is not noise or self._still[2] != run:
            z = placed(noise[run].numpy(), self.noise, self.window).ravel()
            values = {"real": known.real.ravel(), "density": known.density, "noise": z}
            self._still = known, noise, run, self.standing.fill(values | {"noise lattice": self._lattice_at})
        return self._still[3]

    def frame(self, trainer, snapshot, pair, run: int, batch=None, pushes=None) -> tuple[bytes, dict]:
        """One frame's bytes, and the numbers that the summary speaks of.

        pair: G and D of the shown run alone (`Trainer.alone`). batch: samples to show as dots, real and generated.
        pushes: the generated dots' arrows, as offsets.
        """
        fake, known, look = snapshot.samples[run], self._data(trainer, run), self._chosen("heat")
        numbers, span = panels.seen(snapshot, run) | self._quality(fake, known), self.window[1] - self.window[0]
        values = numbers | {"fake": fake.ravel(), "push": arrows(trainer, pair, run, fake, known.real, span)}
        with torch.no_grad():
            values["lattice"] = pair[0](self._lattice[trainer.viewing_noise.dtype])[0].numpy().ravel()
        values["D"] = self.heat.values(look, pair[1], fake, known, trainer.settings["batch"])
        values["look"] = self.heat.looks.index(look)
        if batch is not None:
            values |= {f"{key}_dots": panels.some(part) for key, part in zip(("real", "fake"), batch, strict=True)}
        if pushes is not None:
            values |= {"dots_push": panels.some(pushes), "push": np.nan}  # these arrows only
        numbers |= self._counts.of(trainer, snapshot, snapshot.diverged < 0, "collapsed") | _against(fake, known.real)
        modes = {"modes": len(known.data.modes)} if "covered" in numbers else {}
        return self.places.fill(values), numbers | modes | {"scores": self.scores}

    def _data(self, trainer, run: int) -> Known:
        """What is known of the shown run's data; made anew only when they change."""
        data = trainer.settings["data"]
        if self._asked[0] is not data or self._asked[1] != run:
            own = data.for_run(run)
            if own != self._known.data:
                real = own.sample((self.view,), generator(0, "plane")).numpy()
                self._known = Known(own, real, self.heat.density(own))
            self._asked = data, run
        return self._known

    def _quality(self, fake: np.ndarray, known: Known) -> dict[str, float]:
        """What the words speak of, and what the chart shows."""
        numbers = {}
        for metric in dict.fromkeys([next(iter(self.metrics)), self._chosen("metric")]):
            numbers |= self.metrics[metric].numbers(fake, known)
        return numbers


def _against(fake: np.ndarray, real: np.ndarray) -> dict:
    """Where generated points lie beside the data, for words: by how many spreads of the data they are shifted to the
    right and up, and how many times as wide they are. The spread is the root mean square of the sds of x and y."""
    with np.errstate(all="ignore"):  # a run that diverged
        spreads = [float(np.sqrt(points.var(0, dtype=float).mean())) for points in (fake, real)]
        shift = (fake.mean(0, dtype=float) - real.mean(0, dtype=float)) / spreads[1]
        return {"shift": tuple(shift.tolist()), "width": spreads[0] / spreads[1]}


def _looks(heat: tuple[str, ...], metrics: tuple[str, ...]) -> dict:
    known = "D as it learned, the best D against this G, or by how much D is off"
    looks = {"heat": {"label": "heat map", "help": known, "values": heat, "index": 0}} if len(heat) > 1 else {}
    known = "What the third chart shows, with what real samples get as a line"
    return looks | {"metric": {"label": "metric", "help": known, "values": metrics, "index": 0}}
