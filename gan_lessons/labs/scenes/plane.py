"""What the Stage draws of a GAN in the plane: D's surface, how G bends its noise, points, arrows, and small charts."""

import numpy as np
import torch

from gan_lessons.distributions.base import Distribution
from gan_lessons.labs import words
from gan_lessons.labs.scenes import charts, metrics
from gan_lessons.labs.scenes.arrows import ARROWS, arrows
from gan_lessons.labs.scenes.charts import DOTS, GENERATED, REAL
from gan_lessons.labs.scenes.heat import CELLS, Heat
from gan_lessons.labs.scenes.metrics import Known
from gan_lessons.labs.scenes.noise import LATTICE, lattice, placed
from gan_lessons.labs.scenes.toy import ToyScene
from gan_lessons.models.conditional import asked
from gan_lessons.models.protocol import ask

NOISE = "#B34FB8"  # a purple that can be seen on white and on black


class PlaneScene(ToyScene):
    """The scene of a GAN in the plane.

    data: real data of 2 dimensions. noise: what goes into G. window: (low, high), the square that is drawn.
    beside: in which company D judges single points, if it does not judge them alone. scores: whether D gives scores,
    and no probabilities: then its surface is drawn beside the scores of the samples shown.
    """

    view, stream = 450, "plane"  # generated samples, and as many real ones
    metric_help = "What the third chart shows, with a line at what real samples get: G need not do better."

    def __init__(
        self,
        title: str,
        data: Distribution,
        noise: Distribution,
        window: tuple[float, float],
        beside: str = "",
        scores: bool = False,
    ):
        self.noise, self.heat, self._kept = noise, Heat(data, window, beside, scores), (None, None, None)
        self._modes, z = len(getattr(data, "modes", ())), lattice(noise)
        self._lattice = {dtype: torch.from_numpy(z)[None].to(dtype) for dtype in (torch.float32, torch.float64)}
        self._lattice_at = placed(z, noise, window)
        known = "What colours the plane: D as it learned, the best D against this G, or by how much D is off."
        heat = {"label": "heat map", "help": known, "values": self.heat.looks, "index": 0}
        looks = {"heat": heat} if len(self.heat.looks) > 1 else {}
        super().__init__(title, window, scores, metrics.in_the_plane(data, window), looks)

    # -- what is drawn -----------------------------------------------------------------------------------

    def _spec(self) -> dict:
        still, move, points, nodes = self.standing.add, self.moving.add, (self.view, 2), (LATTICE**2, 2)
        still("real", *points), still("density", CELLS**2)
        morph = {"label": "noise → data", "from": [still("noise", *points), still("noise lattice", *nodes)]}
        morph["to"] = [move("fake", *points), move("lattice", *nodes)]
        boxes, narrow = (
            [[0.54, i / 3, 0.46, 1 / 3] for i in range(3)],
            [[0, 0.43 + 0.19 * i, 1, 0.19] for i in range(3)],
        )
        return self._laid_out(self._plane(), boxes, narrow, tall={"below": 720, "aspect": 2}, morph=morph)

    def _why(self) -> list[str]:
        return words.why(self.scores, 2, self._modes)

    def _plane(self) -> dict:
        panel = {"id": "plane", "title": self.title, "box": [0, 0, 0.54, 1], "tall": [0, 0, 1, 0.43], "square": True}
        panel |= {name: {"label": name, "range": list(self.window)} for name in ("x", "y")}
        panel["reads"] = [{"read": "real density", "n": CELLS, "values": self.standing.side + "density"}]
        return panel | {"y2": self.heat.bar(self.heat.looks[0]), "bar": True, "layers": self._layers()}

    def _layers(self) -> list[dict]:
        add, side = self.moving.add, self.moving.side
        fake, dots = side + "fake", add("fake_dots", DOTS, 2)
        bent = {"kind": "grid", "label": self._bent(), "color": NOISE, "width": 1, "values": side + "lattice"}
        bent["shape"] = [1, LATTICE**2] if self.noise.dim == 1 else [LATTICE, LATTICE]
        real = {"kind": "cloud", "size": 2.2, "color": REAL, "mark": "square", "values": side + "real"}
        generated = real | {"color": GENERATED, "mark": "dot", "values": fake}
        pushes = {"kind": "arrows", "label": "where G's own loss pushes its samples", "width": 1.2, "start": fake}
        return [
            *self.heat.layers(add("D", CELLS**2), add("look")),
            bent,
            real | {"label": f"real, {self.view} samples"},
            generated | {"label": f"generated, {self.view} samples"},
            pushes | {"values": add("push", ARROWS, 2)},
            real | {"size": 4, "values": add("real_dots", DOTS, 2)},
            generated | {"size": 4.5, "values": dots},
            {"kind": "arrows", "width": 1.5, "start": dots, "values": add("dots_push", DOTS, 2)},
        ]

    def _bent(self) -> str:
        if self.noise.dim == 1:
            return "where G puts its line of noise"
        rest = f" (of {self.noise.dim} dimensions the first two, the others 0)" if self.noise.dim > 2 else ""
        return f"how G bends a grid of its noise{rest}"

    # -- frames ------------------------------------------------------------------------------------------

    def still(self, trainer, run: int) -> bytes:
        """What does not change from frame to frame: real points, the density of the data, and the noise shown."""
        known, noise = self._of_data(trainer.settings["data"], run), trainer.viewing_noise
        if self._kept[0] is not known or self._kept[1] is not noise or self._kept[2] != run:
            z = placed(noise[run].numpy(), self.noise, self.window)
            values = {"real": known.real, "density": known.density, "noise": z, "noise lattice": self._lattice_at}
            self._kept = known, noise, run, self.standing.pack(values)
        return self._kept[3]

    def frame(self, trainer, snapshot, pair, run: int, batch=None, pushes=None) -> tuple[bytes, dict]:
        """One frame's bytes, and the numbers that the summary speaks of.

        pair: G and D of the shown run alone (`Trainer.alone`). batch: samples to show as dots, real and generated.
        pushes: the generated dots' arrows, as offsets.
        """
        fake, known = snapshot.samples[run], self._of_data(trainer.settings["data"], run)
        numbers, look = self._numbers(snapshot, run, known), charts.chosen(self.looks, "heat", self.heat.looks[0])
        push = arrows(trainer, pair, run, fake, known.real, self.window[1] - self.window[0])
        values = numbers | {"fake": fake, "push": push}
        with torch.no_grad():
            z = self._lattice[trainer.viewing_noise.dtype]
            first = [0] * z.shape[-2] if ask(pair[0], "classes") else None
            values["lattice"] = asked(pair[0], z, first)[0].numpy()
        values["D"] = self.heat.values(look, pair[1], fake, known, trainer.settings["batch"])
        values["look"] = self.heat.looks.index(look)
        if batch is not None:
            values |= {f"{key}_dots": charts.some(part) for key, part in zip(("real", "fake"), batch, strict=True)}
        if pushes is not None:
            values |= {"dots_push": charts.some(pushes), "push": np.nan}  # these arrows only
        numbers |= self._counts.of(trainer, snapshot, snapshot.diverged < 0, "collapsed") | _against(fake, known.real)
        modes = {"modes": len(known.data.modes)} if "covered" in numbers else {}
        return self.moving.pack(values), numbers | modes | {"scores": self.scores}

    def _known_now(self, data, real) -> Known:
        return Known(data, real, self.heat.density(data))


def _against(fake: np.ndarray, real: np.ndarray) -> dict:
    """Where generated points lie beside the data, for words: by how many spreads of the data they are shifted to the
    right and up, and how many times as wide they are. The spread is the root mean square of the sds of x and y."""
    with np.errstate(all="ignore"):  # a run that diverged
        spreads = [float(np.sqrt(points.var(0, dtype=float).mean())) for points in (fake, real)]
        shift = (fake.mean(0, dtype=float) - real.mean(0, dtype=float)) / spreads[1]
        return {"shift": tuple(shift.tolist()), "width": spreads[0] / spreads[1]}
