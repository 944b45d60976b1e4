"""A fair game on digits: the guide's tips, and a D or a G that overpowers the other, beside one small GAN.

Every arm of `recipes.fair_digits` trains 300 steps with each of the seeds 10 to 12, and is judged on 2,500 samples of G
with averaged weights. Nothing was tuned on these seeds. One core takes some 20 minutes.
"""

import base64
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from benchmarks.measure import Line
from benchmarks.modes import Header, header
from gan_lessons._core.randomness import generator
from gan_lessons.distributions.images import Handwritten
from gan_lessons.metrics import images as metrics_digits
from gan_lessons.metrics.mean_or_digit import nearness
from gan_lessons.models.latent_space import to_bytes
from gan_lessons.recipes import fair_digits as recipes
from gan_lessons.trainers.trainer import Trainer

SEEDS, EVERY, LOOKS = (10, 11, 12), 50, 25  # steps between two FIDs, and between two looks at the gradients
SAMPLES, TO_CHOOSE, NEAR = 2_500, 1_000, 200  # that judge, that choose the best moment, whose neighbours are sought
FLOOR = "real digits"


@dataclass(frozen=True)
class Judged:
    """What pictures come to. fid, precision, recall: see `metrics.images`. pixels, features, apart: see
    `MeanOrDigit`. picture: the first of them, 784 bytes from 0 (paper) to 255 (ink), in base64."""

    fid: float
    precision: float
    recall: float
    pixels: tuple[float, ...]
    features: tuple[float, ...]
    apart: float
    picture: str


@dataclass(frozen=True)
class Row(Line):
    """One training, or what real digits get, with nothing else in it. end: at the last step. fids: at every 50 steps,
    on 1,000 samples. best: the step with the lowest of them, and best_fid: its FID on other samples, as many as `end`
    has. Before the first step and at every 25, on the next batch: d_length and g_length, of the gradients; p_real and
    p_fake, D's mean verdicts; sure, the share of its verdicts that are below .01 or above .99."""

    name: str
    arm: str
    seed: int
    end: Judged
    fids: tuple[float, ...] = ()
    best: int = 0
    best_fid: float = 0.0
    d_length: tuple[float, ...] = ()
    g_length: tuple[float, ...] = ()
    p_real: tuple[float, ...] = ()
    p_fake: tuple[float, ...] = ()
    sure: tuple[float, ...] = ()


def rows(repeats: int | None = None) -> Iterator[Header | Row]:
    """A header, what real digits get, and a row for each seed and arm. repeats: seeds, instead of 3."""
    yield header()
    yield Row(FLOOR, FLOOR, 0, judged(real_digits()))
    for seed in SEEDS[:repeats]:
        for arm in recipes.ARMS:
            row = measured(arm, seed)
            print(f"{row.name}: FID {row.end.fid}", file=sys.stderr, flush=True)
            yield row


def real_digits() -> torch.Tensor:
    """As many training digits as pictures are judged, (n, 784)."""
    return Handwritten().sample((SAMPLES,), generator(0, "floor"))


def measured(arm: str, seed: int) -> Row:
    """One training, and what it comes to."""
    trainer = recipes.trainer(arm, seed)
    signs, generators = [signs_of(trainer)], []
    for done in range(LOOKS, recipes.STEPS + 1, LOOKS):
        trainer.advance(LOOKS)
        signs.append(signs_of(trainer))
        if done % EVERY == 0:
            generators.append(trainer.averaged_g())
    fids = [_fid(G, TO_CHOOSE, 1) for G in generators]
    best = min(range(len(fids)), key=fids.__getitem__)
    end = judged(metrics_digits.sample(generators[-1], SAMPLES))
    best_fid = end.fid if generators[best] is generators[-1] else _fid(generators[best], SAMPLES, 0)
    series = {name: tuple(one[name] for one in signs) for name in signs[0]}
    return Row(f"{arm}, seed {seed}", arm, seed, end, tuple(fids), EVERY * (best + 1), best_fid, **series)


def signs_of(trainer: Trainer) -> dict[str, float]:
    """What one would watch, on the next batch of each; nothing moves."""
    d, g = trainer.turn("D").look(), trainer.turn("G").look()
    verdicts = d.logits.sigmoid()
    p_real, p_fake = verdicts[0].mean(-1).tolist()
    sure = ((verdicts < 0.01) | (verdicts > 0.99)).double().mean().item()
    lengths = {"d_length": d.length.item(), "g_length": g.length.item()}
    return {name: _short(x) for name, x in {**lengths, "p_real": p_real, "p_fake": p_fake, "sure": sure}.items()}


def judged(images: torch.Tensor) -> Judged:
    """What images (n, 784) come to."""
    found, near = metrics_digits.measure(images), nearness(images[:NEAR])
    places = (tuple(map(_short, three)) for three in (near.pixels, near.features))
    picture = base64.b64encode(to_bytes(images[:1]).tobytes()).decode()
    measures = map(_short, (found.fid, found.precision, found.recall))
    return Judged(*measures, *places, _short(near.apart), picture)


def _fid(G: nn.Module, samples: int, seed: int) -> float:
    seen = metrics_digits.look(metrics_digits.sample(G, samples, seed))
    return _short(metrics_digits.fid(seen, metrics_digits.test_set()))


def _short(number: float) -> float:
    """Four digits: more would pretend."""
    return float(f"{number:.4g}")
