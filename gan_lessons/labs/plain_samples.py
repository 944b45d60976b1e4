"""Data and noise as the body of a plain PyTorch function `(shape, rng)`, which draws what the package draws.

Each entry of `LINES` gives the lines for a distribution of its class, whose settings are numbers and not one a run. The
draws come in the package's order, for that decides which random number goes where.
"""

import textwrap
from collections.abc import Callable

from gan_lessons.distributions import drawn, line, noise, plane
from gan_lessons.distributions.base import Distribution

MOST = 200  # points of one's own: more would bury the few lines that matter
_PLACE = "where, normal = torch.rand(shape, generator=rng), torch.randn((*shape, 2), generator=rng)"
_AROUND = "torch.stack([radius * angle.cos(), radius * angle.sin()], -1)"


def _normal(mean: float, sd: float) -> list[str]:
    return [f"return {mean} + {sd} * torch.randn((*shape, 1), generator=rng)"]


def _even(low: float, high: float, dim: int) -> list[str]:
    start, width = f"{low} + " * (low != 0), f"{high - low} * " * (high - low != 1)
    return [f"return {start}{width}torch.rand((*shape, {dim}), generator=rng)"]


def _ladder(data: noise.StratifiedNoise) -> list[str]:
    return [
        f"ladder = torch.linspace({-data.reach}, {data.reach}, shape[-1])[:, None]  # one rung a sample",
        f"return ladder + {data.jitter} * torch.rand((*shape, 1), generator=rng)",
    ]


def _mixture(data: line.Mixture) -> list[str]:
    return [
        "which, normal = torch.rand((*shape, 1), generator=rng), torch.randn((*shape, 1), generator=rng)",
        f"means, sds = torch.tensor({[*data.means]}), torch.tensor({[*data.sds]})",
        f"edges = torch.tensor([*itertools.accumulate({[*data.weights]})][:-1])",
        "component = torch.bucketize(which, edges, right=True)",
        "return means[component] + sds[component] * normal",
    ]


def _drawn_line(data: drawn.DrawnLine) -> list[str]:
    return [
        "which, normal = torch.rand((*shape, 1), generator=rng), torch.randn((*shape, 1), generator=rng)",
        *_listed("points", data.points),
        "return points[(which * len(points)).long().clamp(max=len(points) - 1)] + " + f"{data.jitter} * normal",
    ]


def _listed(name: str, values) -> list[str]:
    """A tensor of many numbers, over as many lines as it needs."""
    inside = textwrap.wrap(", ".join(map(str, values)), 100, break_long_words=False)
    return [f"{name} = torch.tensor([", *(f"    {row}" for row in inside), "])"]


def _centred(*centres: str) -> Callable[[plane.Planar], list[str]]:
    """Blobs. centres: lines that make the tensor of this name, with settings in braces; none: the centres listed."""

    def lines(data) -> list[str]:
        made = [text.format(data=data).replace("= 1.0 * ", "= ") for text in centres] or _listed(
            "centres", data.centres
        )
        place = "centres[(where * len(centres)).long().clamp(max=len(centres) - 1)]"
        return [_PLACE, *made, f"return {place} + {data.sd} * normal"]

    return lines


def _curve(*place: str) -> Callable[[plane.Planar], list[str]]:
    """A curve with noise around it. place: lines that make `place` from `where`, with the settings in braces."""
    return lambda data: [_PLACE, *(text.format(data=data) for text in place), f"return place + {data.sd} * normal"]


LINES: dict[type[Distribution], Callable[..., list[str]]] = {
    noise.NormalNoise: lambda data: [f"return torch.randn((*shape, {data.dim}), generator=rng)"],
    noise.UniformNoise: lambda data: _even(data.low, data.high, data.dim),
    noise.StratifiedNoise: _ladder,
    line.Gaussian: lambda data: _normal(data.mean, data.sd),
    line.Uniform: lambda data: _even(data.low, data.high, 1),
    line.Mixture: _mixture,
    drawn.DrawnLine: _drawn_line,
    plane.Points: _centred(),
    plane.Blobs: _centred(),
    plane.TwoGaussians: _centred(),
    plane.Ring: _centred(
        "angles = [2 * math.pi * i / {data.n} for i in range({data.n})]",
        "centres = {data.radius} * torch.tensor([(math.cos(angle), math.sin(angle)) for angle in angles])",
    ),
    plane.ThreeBlobs: _centred(
        "angles = [math.pi / 2 + 2 * math.pi * i / 3 for i in range(3)]",
        "centres = {data.radius} * torch.tensor([(math.cos(angle), math.sin(angle)) for angle in angles])",
    ),
    plane.Grid: _centred(
        "ticks = [{data.spacing} * (i - ({data.side} - 1) / 2) for i in range({data.side})]",
        "centres = torch.tensor([(x, y) for x in ticks for y in ticks])",
    ),
    plane.Line: _curve(
        "start, end = torch.tensor({data.start}), torch.tensor({data.end})",
        "place = start + where[..., None] * (end - start)",
    ),
    plane.SwissRoll: _curve(
        "radius, angle = {data.radius} * (1 + 2 * where) / 3, 2 * math.pi * {data.turns} * where",
        f"place = {_AROUND}",
    ),
    plane.Spiral: _curve(
        "arm = (where * {data.arms}).floor().clamp(max={data.arms} - 1)",
        "out = (where * {data.arms} - arm).sqrt()",
        "radius, angle = {data.radius} * out, 2 * math.pi * ({data.turns} * out + arm / {data.arms})",
        f"place = {_AROUND}",
    ),
    plane.TwoMoons: _curve(
        "moon = (where * 2).floor().clamp(max=1)",
        "radius, angle = {data.radius}, math.pi * (where * 2 - moon)",
        f"upper = {_AROUND} - torch.tensor([radius / 2, radius / 4])",
        "place = (1 - 2 * moon)[..., None] * upper",
    ),
}


def refused(data: Distribution) -> str:
    """Why a distribution cannot be written so, in words; "" if it can."""
    if type(data) not in LINES:
        return f"samples of the kind {type(data).__name__}"
    many = max((len(value) for value in vars(data).values() if isinstance(value, tuple)), default=0)
    return f"data of {many:,} points ({MOST} at most)" if many > MOST else ""
