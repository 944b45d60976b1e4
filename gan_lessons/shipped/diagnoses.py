"""What can be wrong with a GAN: causes, how each is made, and the signs that tell it from the others.

A sign is a sentence and a rule that says of a record whether it is there. A test holds that each record has all signs
of its own cause, and that it lacks one at least of every other.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gan_lessons._core import checksums
from gan_lessons._core.refusals import refuse, whole
from gan_lessons.shipped.patients import FOLDER, Record, Slips, trained

LATE = 30  # moments at the end of a record that "in the end" means: 300 steps


@dataclass(frozen=True, eq=False)
class Seen:
    """What the rules ask of one run of a record: means in the end, and what its samples are."""

    record: Record
    run: int

    def late(self, name: str) -> float:
        """The mean of a series in the end."""
        return float(self.record.series[name][-LATE:, self.run].mean())

    def all(self, name: str) -> np.ndarray:
        """A whole series."""
        return self.record.series[name][:, self.run]

    @property
    def x(self) -> np.ndarray:
        """The samples, (n,)."""
        return self.record.samples[self.run]

    @property
    def narrow(self) -> bool:
        """Whether all samples lie together, within a third of the real width."""
        return self.x.std() < self.record.real[self.run].std() / 3

    @property
    def off(self) -> float:
        """The share of samples that lie in no bell."""
        return float((np.abs(np.abs(self.x) - 0.5) > 0.3).mean())

    @property
    def undecided(self) -> bool:
        """Whether D says about one half to both kinds in the end."""
        return all(abs(self.late(name) - 0.5) < 0.06 for name in ("p_real", "p_fake"))

    @property
    def gap(self) -> np.ndarray:
        """By how much more D says to real than to generated samples, once the first `LATE` moments are over."""
        return (self.all("p_real") - self.all("p_fake"))[LATE:]

    @property
    def swings(self) -> int:
        """How often in the last 1,000 steps the samples' mean went from beyond one bell to beyond the other."""
        mean = self.all("mean")[-100:]
        return int((np.diff(np.sign(mean[np.abs(mean) > 0.5])) != 0).sum())

    @property
    def bend(self) -> float:
        """How far D's curve rises and falls where the real samples are."""
        curve = self.record.curve[self.run][20:101]  # from -1 to 1
        return float(curve.max() - curve.min())


Rule = Callable[[Seen], bool]


@dataclass(frozen=True, eq=False)
class Cause:
    """label: in few words. slips: how it is made. signs: (sentence, rule). about: what to do about it."""

    label: str
    slips: Slips
    signs: tuple[tuple[str, Rule], ...]
    about: str

    def missing(self, record: Record, run: int) -> list[str]:
        """Its signs that a run of a record lacks, as sentences."""
        return [words for words, rule in self.signs if not rule(Seen(record, run))]


_HALF = "D says about one half to real and generated samples alike in the end", lambda seen: seen.undecided
_ONE_PLACE = "all generated samples lie together in one place", lambda seen: seen.narrow
_IN_RANGE = "the real samples reach below 0", lambda seen: seen.record.real[seen.run].min() < -0.2
_BENT = "D's curve rises and falls where the data are", lambda seen: seen.bend > 0.03

CAUSES = {
    "healthy": Cause(
        "nothing is wrong",
        Slips(),
        (
            ("both bells get their share of the samples", lambda seen: 0.3 < (seen.x < 0).mean() < 0.7),
            ("hardly a sample lies outside of the bells", lambda seen: seen.off < 0.1),
            _HALF,
            _IN_RANGE,
            ("D's probability of generated samples goes below one half", lambda seen: seen.all("p_fake").min() < 0.495),
        ),
        "Leave it alone.",
    ),
    "collapsed": Cause(
        "mode collapse, G too fast for D",
        Slips(rates=(5e-4, 1e-2)),
        (
            _ONE_PLACE,
            ("D never tells the two kinds apart, not even for a while", lambda seen: np.abs(seen.gap).max() < 0.1),
            ("they lie in a bell", lambda seen: seen.off < 0.1),
            _HALF,
            _BENT,
            _IN_RANGE,
        ),
        "Slow G down, quicken D, or show D several samples at once.",
    ),
    "circling": Cause(
        "momentum of .9: round and round",
        Slips(rates=(1e-3, 2e-3), momentum=0.9),
        (
            (
                "the samples' mean swings from past one bell to past the other, to the end",
                lambda seen: seen.swings > 3,
            ),
            ("each swing takes a hundred steps or more", lambda seen: seen.swings < 11),
            ("D is ahead and then fooled, by a tenth each", lambda seen: seen.gap.max() > 0.1 > -0.1 > seen.gap.min()),
            ("D's gradient stays short, below 10", lambda seen: seen.late("d_slope") < 10),
        ),
        "Take Adam's first beta down to .5 or 0: momentum carries both players past the place where they would meet.",
    ),
    "strong_d": Cause(
        "D is too strong for G",
        Slips(rates=(1e-2, 1e-6), steps_of_d=2),
        (
            ("D tells the two kinds apart in the end", lambda seen: seen.late("p_real") - seen.late("p_fake") > 0.3),
            ("G's loss is high, above 1", lambda seen: seen.late("g_loss") > 1),
            ("G's gradient is at least eight times as long as D's", lambda seen: _ratio(seen) > 8),
        ),
        "Slow D down, or give G more steps.",
    ),
    "weak_d": Cause(
        "D is too weak for the data",
        Slips(d_hidden=(2,)),
        (
            ("D's curve is flat where the data are", lambda seen: seen.bend < 0.03),
            ("the samples are not those of the data", lambda seen: seen.narrow or seen.off > 0.2),
            ("D's probabilities go below one half", lambda seen: not _never_below(seen)),
        ),
        "Give D more units: a G cannot learn what its D does not see.",
    ),
    "saturating": Cause(
        "the saturating loss, log(1 - D)",
        Slips(saturating=True, rates=(1e-2, 1e-6), steps_of_d=2),
        (
            ("G's loss is below 0", lambda seen: seen.late("g_loss") < 0),
            ("D tells the two kinds apart in the end", lambda seen: seen.late("p_real") - seen.late("p_fake") > 0.3),
        ),
        "Let G minimise -log D instead: its slope does not vanish where D is sure.",
    ),
    "rates": Cause(
        "learning rates far too high",
        Slips(rates=(0.1, 0.1)),
        (
            ("D's loss leaps up and down to the end", lambda seen: seen.all("d_loss")[-LATE:].std() > 0.25),
            ("all generated samples are one point", lambda seen: seen.x.std() < 0.02),
            ("D says more to real than to generated samples", lambda seen: seen.late("p_real") > seen.late("p_fake")),
            ("D's gradient stays below 50", lambda seen: seen.late("d_slope") < 50),
        ),
        "Divide both rates by ten, and again.",
    ),
    "small_g": Cause(
        "G is too small for the data",
        Slips(g_hidden=()),
        (
            ("many samples lie between and outside of the bells", lambda seen: seen.off > 0.2),
            ("the samples are as wide as the data", lambda seen: not seen.narrow),
            ("D says under .1 to what lies between the bells", lambda seen: seen.record.curve[seen.run][60] < 0.1),
        ),
        "Give G a hidden layer: one straight line of noise makes one bell.",
    ),
    "sigmoid": Cause(
        "a sigmoid too many at D's end",
        Slips(sigmoids=1),
        (
            ("no probability is ever below one half", lambda seen: _never_below(seen)),
            ("G's loss never leaves .31 to .70", lambda seen: bool((abs(seen.all("g_loss") - 0.505) < 0.195).all())),
            ("D's loss never goes below 1", lambda seen: seen.all("d_loss").min() > 1),
        ),
        "Take D's last sigmoid away: a loss of logits has its own.",
    ),
    "unit_data": Cause(
        "data in 0 to 1, G in -1 to 1",
        Slips(unit_data=True),
        (("no real sample is below -0.1", lambda seen: seen.record.real[seen.run].min() > -0.1),),
        "Scale the data to -1 to 1, or give G another last layer.",
    ),
    "swapped": Cause(
        "D's labels are swapped",
        Slips(swapped=True),
        (
            ("D says 1 to generated samples", lambda seen: seen.late("p_fake") > 0.9),
            ("D says 0 to real samples", lambda seen: seen.late("p_real") < 0.1),
        ),
        "Real is 1, generated is 0, in D's loss.",
    ),
    "kept_gradient": Cause(
        "zero_grad is left out for D",
        Slips(keep_d=True),
        (
            ("D's gradient is longer than 50", lambda seen: seen.late("d_slope") > 50),
            ("it grows and grows", lambda seen: seen.late("d_slope") > 3 * seen.all("d_slope")[:LATE].mean()),
        ),
        "Clear the gradients before each backward pass.",
    ),
    "attached": Cause(
        "detach is left out for D's step",
        Slips(attached=True, steps_of_d=2),
        (
            ("D tells the two kinds apart in the end", lambda seen: seen.late("p_real") - seen.late("p_fake") > 0.3),
            ("the samples have gone to one place", lambda seen: seen.narrow),
            ("G's gradient is long, and not eight times as long as D's", lambda seen: _pushed(seen)),
            ("D's loss does not leap", lambda seen: seen.x.std() > 0.02),
        ),
        "Give D `fake.detach()`, and clear G's gradients before its own step.",
    ),
    "eval_norm": Cause(
        "G meets D in eval(), with batch norm",
        Slips(norm="batch"),
        (
            ("D's loss falls below .6, as if it knew", lambda seen: seen.late("d_loss") < 0.6),
            ("D in eval() says over .4 to generated samples", lambda seen: seen.late("p_fake") > 0.4),
            ("D does not say 0 to all real samples", lambda seen: seen.late("p_real") > 0.1),
        ),
        "Train and judge D in the same mode, or do without batch normalisation in D.",
    ),
    "test_noise": Cause(
        "wider noise at test than in training",
        Slips(test_noise=8.0),
        (
            _HALF,
            ("many samples lie in no bell", lambda seen: seen.off > 0.2),
            _BENT,
            _IN_RANGE,
            ("the samples are as wide as the data or wider", lambda seen: not seen.narrow),
        ),
        "Draw the same noise in training and afterwards.",
    ),
}


def _ratio(seen: Seen) -> float:
    return seen.late("g_slope") / max(seen.late("d_slope"), 1e-9)


def _pushed(seen: Seen) -> bool:
    return seen.late("g_slope") > 1 and _ratio(seen) < 8


def _never_below(seen: Seen) -> bool:
    return min(seen.all("p_real").min(), seen.all("p_fake").min()) > 0.4999


def record(cause: str) -> Record:
    """The record that ships of a cause. Raises ValueError for a cause that there is not, and for a damaged file."""
    return Record.of(checksums.read(_file(cause)))


def _file(cause: str) -> str:
    return f"{FOLDER}/{cause}.npz" if cause in CAUSES else refuse("cause", cause, f"one of {list(CAUSES)}")


def main(arguments: list[str] | None = None) -> None:
    """Trains GANs of all causes, or of those named, and puts their records in the place of those that ship."""
    parser = argparse.ArgumentParser("python -m gan_lessons patients", description=main.__doc__)
    parser.add_argument("causes", nargs="*", metavar="CAUSE", help=f"one of {', '.join(CAUSES)}; by default all")
    for cause, file in [(cause, _file(cause)) for cause in parser.parse_args(arguments).causes or CAUSES]:
        trained(CAUSES[cause].slips).save(checksums.DATA / file)
        print("wrote", file)
    checksums.write()


def answer(cause: str, chosen: str, record: Record, run: int) -> tuple[bool, str]:
    """Whether a diagnosis is right, and a sentence that says why. Raises ValueError for a cause that there is not."""
    for name, word in (("cause", cause), ("chosen", chosen)):
        if word not in CAUSES:
            refuse(name, word, f"one of {list(CAUSES)}")
    if whole("run", run, 0) >= len(record.samples):
        refuse("run", run, f"one of the {len(record.samples)} runs, from 0")
    if cause == chosen:
        return True, f"Right. {CAUSES[cause].about}"
    missing = CAUSES[chosen].missing(record, run)
    return False, f"No. With this, {missing[0]}. Here it is not so." if missing else "No."
