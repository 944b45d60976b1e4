"""The chart of quality, which a person chooses: how near the generated samples are to the data, and how near real ones.

A metric of few samples is not 0 for a perfect generator. So each distance comes with its noise floor: what real samples
get that are compared to the same data, as many as generated ones are shown, a mean over `REPEATS` draws.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

import numpy as np
from scipy.special import rel_entr

from gan_lessons._core.randomness import generator
from gan_lessons.distributions.base import Distribution
from gan_lessons.labs.scenes import charts
from gan_lessons.labs.scenes.arrays import Arrays
from gan_lessons.labs.scenes.charts import BEST, GENERATED, REAL, trace
from gan_lessons.metrics import line as metrics
from gan_lessons.metrics import plane as metrics_2d
from gan_lessons.theory.divergences import LOG_2
from gan_lessons.theory.kernel_density import density

REPEATS = 20
POINTS = 200  # on the line


@dataclass(eq=False)
class Known:
    """What is known of one run's data while they stay as they are.

    real: samples that are drawn, (n, d). density: where it is known, on the line at `POINTS`, in the plane of each
    cell. floors: noise floors by name, each measured when it is first asked for."""

    data: Distribution
    real: np.ndarray
    density: np.ndarray | None = None
    floors: dict[str, float] = field(default_factory=dict)

    @cached_property
    def seen(self) -> np.ndarray:
        """Real samples in the plane along each direction, by size, (directions, n)."""
        return np.sort(metrics_2d.project(self.real), -1)


@dataclass(frozen=True)
class Metric:
    """One choice of what the chart shows.

    chart: declares its arrays and gives the panel. measure: (samples (*runs, n, d), known) -> numbers by name, each
    (*runs,). floor: the name of the noise floor of the first of them, "" if it has none."""

    chart: Callable[[Arrays], dict]
    measure: Callable[[np.ndarray, Known], dict[str, np.ndarray]]
    floor: str = ""

    def numbers(self, samples: np.ndarray, known: Known) -> dict[str, float]:
        """What is measured of samples (n, d), and the floor."""
        numbers = {name: float(value) for name, value in self.measure(samples, known).items()}
        if self.floor and self.floor not in known.floors:
            others = known.data.sample((REPEATS, len(samples)), generator(1, "floor")).numpy()
            known.floors[self.floor] = float(next(iter(self.measure(others, known).values())).mean())
        return numbers | ({self.floor: known.floors[self.floor]} if self.floor else {})


def on_a_line(window: tuple[float, float]) -> dict[str, Metric]:
    """By name, for data on a line; the first is what is shown unless a person chooses."""
    x, far = np.linspace(*window, POINTS), {"include": [0, 0], "cap": [0, window[1] - window[0]]}

    def w1(samples, known):
        return {"w1": metrics.w1(samples, known.data.quantile)}

    def jsd(samples, known):
        return {"jsd": _jsd(known.density, density(samples[..., 0].astype(float), x), x[1] - x[0])}

    distance = partial(_distance, name="w1", title="W1 from generated to real", y={"label": "units of x"} | far)
    nats = partial(_distance, name="jsd", title="JSD of generated and real (kernel estimate)", y=_UP_TO_LOG_2)
    return {
        "moments": Metric(partial(_moments, window=window), _mean_and_sd),
        "W1": Metric(distance, w1, "w1_floor"),
        "JSD": Metric(nats, jsd, "jsd_floor"),
    }


def in_the_plane(data: Distribution, window: tuple[float, float]) -> dict[str, Metric]:
    """By name, for data in the plane; the first is what is shown unless a person chooses."""

    def sliced_w1(samples, known):  # as `metrics_2d.sliced_w1`, for as many generated samples as real ones
        return {"sliced_w1": np.abs(np.sort(metrics_2d.project(samples), -1) - known.seen).mean((-1, -2))}

    def jsd(samples, known):
        return {"jsd": metrics_2d.jsd_histogram(samples, known.real, window)}

    def modes(samples, known, names):
        found = metrics_2d.modes_of(samples, known.data.modes, known.data.mode_sd)
        return {name: getattr(found, name) for name in names}

    covered, kl = partial(modes, names=("covered", "hq")), partial(modes, names=("rkl", "fkl"))
    y = {"label": "units of x", "include": [0, 0], "cap": [0, window[1] - window[0]]}
    distance = partial(_distance, name="sliced_w1", title="sliced W1 from generated to real", y=y)
    nats = partial(_distance, name="jsd", title="JSD of generated and real (20 x 20 cells)", y=_UP_TO_LOG_2)
    found = {"sliced W1": Metric(distance, sliced_w1, "floor"), "JSD": Metric(nats, jsd, "jsd_floor")}
    if not hasattr(data, "modes"):
        return found
    k = len(data.modes)
    of_modes = {"modes": Metric(partial(_covered, k=k), covered), "KL of modes": Metric(_kl, kl, "rkl_floor")}
    return of_modes | found


def _jsd(p: np.ndarray, q: np.ndarray, step: float) -> np.ndarray:
    """The Jensen-Shannon divergence in nats of densities on an even grid (..., n); all outside of it is one more cell.

    As `theory.jsd`, but samples may lie outside, as those of a GAN that has just begun do."""
    p, q = (np.concatenate([d * step, np.maximum(0, 1 - step * d.sum(-1, keepdims=True))], -1) for d in (p, q))
    middle = (p + q) / 2
    return np.clip((rel_entr(p, middle) + rel_entr(q, middle)).sum(-1) / 2, 0, LOG_2)


def _mean_and_sd(samples: np.ndarray, known: Known) -> dict[str, np.ndarray]:
    with np.errstate(invalid="ignore", over="ignore"):  # a run that diverged has none
        mean, sd = samples[..., 0].mean(-1, dtype=float), samples[..., 0].std(-1, dtype=float)
    return {"mean": mean, "sd": sd, "real_mean": known.data.mean, "real_sd": known.data.sd}


# -- panels ------------------------------------------------------------------------------------------------

_UP_TO_LOG_2 = {"label": "nats (at most log 2 = 0.69)", "range": [0, 0.72]}


def _distance(arrays: Arrays, name: str, title: str, y: dict) -> dict:
    floor = "floor" if name == "sliced_w1" else f"{name}_floor"
    line = charts.mark(0, "real") | {"at": arrays.add(floor)}
    return charts.chart("quality", title, y, [trace(arrays, name, GENERATED), line])


def _moments(arrays: Arrays, window: tuple[float, float]) -> dict:
    target = {"kind": "line", "dash": "dotted", "width": 1.5, "color": REAL}
    layers = [
        target | {"at": arrays.add(name), "note": name.removeprefix("real_")} for name in ("real_mean", "real_sd")
    ]
    layers += [trace(arrays, "mean", GENERATED), trace(arrays, "sd", GENERATED, "dashed")]
    y = {"label": "units of x", "include": [0, 1], "cap": list(window)}
    return charts.chart("moments", "generated mean (solid), sd (dashed)", y, layers)


def _covered(arrays: Arrays, k: int) -> dict:
    layers = [trace(arrays, "covered", BEST), trace(arrays, "hq", GENERATED, "dashed") | {"axis": "y2"}]
    layers.append(charts.mark(k))
    y, y2 = {"label": f"modes of {k}", "range": [0, 1.08 * k]}, {"label": "share", "range": [0, 1.08]}
    return charts.chart("quality", "modes covered (solid), samples near one (dashed)", y, layers) | {"y2": y2}


def _kl(arrays: Arrays) -> dict:
    layers = [trace(arrays, "rkl", GENERATED), trace(arrays, "fkl", GENERATED, "dashed")]
    layers.append(charts.mark(0, "real") | {"at": arrays.add("rkl_floor")})
    title = "KL of its modes from the data's (solid), and back (dashed; infinite if one is missed)"
    return charts.chart("quality", title, {"label": "nats", "include": [0, 0.2], "cap": [0, 4]}, layers)
