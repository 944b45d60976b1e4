"""Slow motion: one step of the game phase by phase, each with a sentence and the line of the loop it belongs to."""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch

from gan_lessons.labs.scenes.arrows import LONGEST, TENTH
from gan_lessons.labs.scenes.charts import DOTS, gives_scores
from gan_lessons.models.whole_batch import WholeBatch
from gan_lessons.trainers.schedules import InTurn, Simultaneous
from gan_lessons.trainers.updates import Look

LOOP = (
    "for step in range(steps):",
    "    for _ in range(d_steps):  # D's turn",
    "        x, fake = real_batch(), G(noise()).detach()  # detach: G stays as it is",
    "        on_real, on_fake = D(x), D(fake)",
    "        d_optimizer.zero_grad()",
    "        objective.d(on_real, on_fake).backward()",
    "        d_optimizer.step()",
    "    for _ in range(g_steps):  # G's turn",
    "        on_fake = D(G(noise()))  # fresh noise",
    "        g_optimizer.zero_grad()",
    "        objective.g(on_fake).backward()",
    "        g_optimizer.step()",
)
LINES = {  # the line that each phase of slow motion belongs to
    **{"step": 0, "D held": 1, "sample": 2, "D forward": 3, "both forward": 3, "D gradient": 5, "D step": 6},
    **{"G held": 7, "G forward": 8, "G gradient": 10, "G step": 11, "both step": 11},
}

_D, _G = ("sample", "D forward", "D gradient", "D step"), ("G forward", "G gradient", "G step")
_AT_ONCE = ("sample", "both forward", "D gradient", "G gradient", "both step")
_NOTHING = "this run's numbers are not finite any more, so there is nothing left to tell."
_CORNERS = ("right", "upper right", "top", "upper left", "left", "lower left", "bottom", "lower right")


@dataclass(frozen=True)
class Phase:
    """One phase of a step.

    name: one of `loop.LINES`. sentence: what happened, in this step's own numbers. line: the index into `LOOP`.
    batch: samples to show as dots (real, generated), each (n, d). arrows: None, or the offsets (n, d), in the data's
    units, of the generated ones' arrows: where G's loss pushes them."""

    name: str
    sentence: str
    line: int = -1
    batch: tuple[np.ndarray, np.ndarray] | None = None
    arrows: np.ndarray | None = None


class SlowMotion:
    """Walks a trainer through one step after the other. Between D's move and G's, a step is half done.

    Of several updates of a network in one step the first is looked at, and all are made at once. Looking disturbs
    nothing. window: the stretch that is drawn, which decides how long arrows are; None: there are none.
    """

    def __init__(self, window: tuple[float, float] | None = None):
        self._span = None if window is None else window[1] - window[0]
        self._schedule, self._at, self._half = None, 0, None
        self._d = self._g = self._d_before = self._g_before = None

    def next(self, trainer, log, run: int) -> Phase:
        """Goes one phase on, and says what happened. run: of which samples and numbers are told."""
        if not self._at:
            self._schedule = trainer.settings["schedule"]
        plan = _plan(self._schedule)
        name, i = plan[self._at], self._at + 1
        phase = getattr(self, "_" + name.replace(" ", "_").lower())(trainer, log, run)
        self._at = i % len(plan)
        return replace(phase, name=name, sentence=f"{i} of {len(plan)}: {phase.sentence}", line=LINES[name])

    def finish(self, trainer, log) -> None:
        """Completes a half-done step with G's move; the two halves are one ordinary step."""
        if self._half:
            trainer.advance(1, self._half)
            log.moves.pop()
            log.advance(1)
        self._at, self._half = 0, None

    # -- D's turn ----------------------------------------------------------------------------------------

    def _sample(self, trainer, log, run) -> Phase:
        at_once = isinstance(self._schedule, Simultaneous)
        self._d = trainer.turn("D", "G" if at_once else "D")
        self._g = trainer.turn("G") if at_once else None
        self._d_before, self._g_before = self._d.look(), self._g and self._g.look()
        real, fake = self._both(run)
        which = "one batch for both" if at_once else _which(self._schedule.d_steps, "D")
        blur = ", all blurred by instance noise" if trainer.settings["instance_noise"] else ""
        some = f"; {DOTS} of each are drawn" if len(real) > DOTS else ""
        words = f"{which}: {len(real)} real samples (squares) and {len(fake)} forgeries made of fresh noise (dots)"
        return _told(f"{words}{blur}{some}.", self._d_before.fake[run], batch=(real, fake))

    def _d_forward(self, trainer, log, run) -> Phase:
        look = self._d_before.of(run)
        words = f"D judges {_company(trainer.D)}. {_called(trainer, look, 'the squares', 'the dots')}."
        return _told(words, look.logits, batch=self._both(run))

    def _d_gradient(self, trainer, log, run) -> Phase:
        look, n = self._d_before.of(run), trainer.players["D"].theta.shape[-1]
        names = ", ".join(type(penalty).__name__ for penalty in trainer.settings["penalties"])
        words = f"D's loss on this batch is {_number(look.loss)}. Its gradient, with a length of "
        words += f"{_number(look.length)}, says which way to change each of D's {n} weights"
        words += f"; penalties ({names}) count in it, but not in the loss that is shown." if names else "."
        return _told(words, look.loss, look.length, batch=self._both(run))

    def _d_step(self, trainer, log, run) -> Phase:
        theta, schedule = trainer.players["D"].theta.clone(), self._schedule
        if not schedule.g_steps:
            trainer.advance(1), log.advance(1)
        elif not self._half:
            part = InTurn(schedule.d_steps, 0)
            trainer.part(part), log.part(part)
            self._half = InTurn(0, schedule.g_steps)
        n, before, after = schedule.d_steps, self._d_before.of(run), self._d.look().of(run)
        way = _way(trainer.players["D"], theta, run)
        words = f"D moved {_times(n)}, its weights by {_number(way)}. On {_first(n, 'batch')} its loss went from "
        words += f"{_change(before.loss, after.loss)}, {_revised(trainer, before, after)}.{_drawn(trainer, way)}"
        return _told(words, way, after.loss, after.logits, batch=self._both(run))

    def _d_held(self, trainer, log, run) -> Phase:
        return _told("D is held still.")

    # -- G's turn ----------------------------------------------------------------------------------------

    def _g_forward(self, trainer, log, run) -> Phase:
        self._g = trainer.turn("G")
        self._g_before = self._g.look()
        look = self._g_before.of(run)
        words = f"{_which(self._schedule.g_steps, 'G')}: {len(look.fake)} forgeries made of fresh noise (dots). "
        return _told(f"{words}{_called(trainer, look, 'them')}.", look.fake, look.logits, batch=_only(look.fake))

    def _g_gradient(self, trainer, log, run) -> Phase:
        look, k = self._g_before.of(run), trainer.settings["unroll"]
        push = self._g.push(self._g_before.fake)[run].double()
        through = f"the D that {k} more updates would give" if k else "D"
        beside = ", beside a real batch of its own," if "G" in trainer.settings["objective"].sees_real else ""
        words = f"G's loss through {through}{beside} is {_number(look.loss)}. It pushes {_towards(push)}, with a mean "
        words += f"strength of {_number(push.norm(dim=-1).mean())}: so fast would that loss fall if each went its way."
        objective = trainer.settings["objective"]
        words += f" The term of {objective.name} in it moves no sample." * (objective.on_samples is not objective)
        return _told(words, look.loss, push, batch=_only(look.fake), arrows=self._arrows(push))

    def _g_step(self, trainer, log, run) -> Phase:
        theta, n = trainer.players["G"].theta.clone(), self._schedule.g_steps
        if self._half:
            self.finish(trainer, log)
        else:
            trainer.advance(1), log.advance(1)
        before, after, way = self._g_before.of(run), self._g.look().of(run), _way(trainer.players["G"], theta, run)
        words = f"G moved {_times(n)}, its weights by {_number(way)}. On {_first(n, 'batch of noise')} its loss went "
        words += f"from {_change(before.loss, after.loss)}, and its forgeries moved by "
        words += f"{_number(_far(before, after))} on average."
        return _told(words, way, after.loss, after.fake, batch=_only(after.fake))

    def _g_held(self, trainer, log, run) -> Phase:
        return _told("G is held still.")

    # -- both at once, and what else a schedule may do ---------------------------------------------------

    def _both_forward(self, trainer, log, run) -> Phase:
        phase = self._d_forward(trainer, log, run)
        return replace(phase, sentence=f"{phase.sentence} Both losses are taken here, before either network moves.")

    def _both_step(self, trainer, log, run) -> Phase:
        words, ways = self._advance(trainer, log, run)
        d, g = self._d_before.of(run), self._g_before.of(run)
        d_after, g_after = self._d.look().of(run), self._g.look().of(run)
        words = f"both moved at the same moment, {words}. On the same batch D's loss went from "
        words += f"{_change(d.loss, d_after.loss)}, G's from {_change(g.loss, g_after.loss)}, and the forgeries moved "
        words += f"by {_number(_far(g, g_after))} on average.{_drawn(trainer, ways[0])}"
        return _told(words, ways, d_after.loss, g_after.loss, g_after.fake, batch=_only(g_after.fake))

    def _step(self, trainer, log, run) -> Phase:
        words, ways = self._advance(trainer, log, run)
        return _told(f"one step of this schedule moved {words}.", ways)

    def _advance(self, trainer, log, run) -> tuple[str, torch.Tensor]:
        """One whole step, and how far the weights moved in it."""
        players = trainer.players["D"], trainer.players["G"]
        thetas = [player.theta.clone() for player in players]
        trainer.advance(1), log.advance(1)
        d, g = (_way(player, theta, run) for player, theta in zip(players, thetas, strict=True))
        return f"D's weights by {_number(d)} and G's by {_number(g)}", torch.stack([d, g])

    # -- what is shown -----------------------------------------------------------------------------------

    def _both(self, run: int) -> tuple[np.ndarray, np.ndarray]:
        return self._d.batch.real[run].numpy(), self._d_before.fake[run].numpy()

    def _arrows(self, push: torch.Tensor) -> np.ndarray | None:
        """Arrows as long as `arrows.arrows` draws them."""
        if self._span is None or not push.isfinite().all():
            return None
        falls = push * TENTH * self._span
        return (LONGEST * self._span * falls / (1 + falls.norm(dim=-1, keepdim=True))).numpy()


def _plan(schedule) -> tuple[str, ...]:
    """The phases of one step."""
    if isinstance(schedule, InTurn):
        return (_D if schedule.d_steps else ("D held",)) + (_G if schedule.g_steps else ("G held",))
    return _AT_ONCE if isinstance(schedule, Simultaneous) else ("step",)


def _only(fake: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """A batch of which only the forgeries are drawn."""
    return fake[:0].numpy(), fake.numpy()


# -- words ---------------------------------------------------------------------------------------------------


def _told(words: str, *numbers: torch.Tensor, **shown) -> Phase:
    """A phase whose words hold if all of their numbers are numbers."""
    return Phase("", words if all(number.isfinite().all() for number in numbers) else _NOTHING, **shown)


def _which(n: int, who: str) -> str:
    return f"a batch for {who}" if n == 1 else f"the first of {n} batches for {who}"


def _first(n: int, what: str) -> str:
    return f"the {'same' if n == 1 else 'first'} {what}"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


def _scores(trainer) -> bool:
    return gives_scores(trainer.settings["objective"])


def _company(D) -> str:
    """What D looks at for one verdict."""
    if isinstance(D, WholeBatch):
        return "each batch as one example"
    pack, together = getattr(D, "pack", 1), getattr(D, "looks_at", "samples") == "batches"
    what = f"packs of {pack}" if pack > 1 else "each sample"
    return f"{what} in the company of the whole batch" if together else what if pack > 1 else f"{what} by itself"


def _kind(trainer, look: Look) -> str:
    return ("mean " if look.logits.shape[-1] > 1 else "") + ("score" if _scores(trainer) else "verdict")


def _called(trainer, look: Look, *those: str) -> str:
    """What D says of one batch, or of two."""
    scores = _scores(trainer)
    said = [_number(x) if scores else f"{x:.0%} real" for x in look.verdicts(scores)]
    said = " and ".join(f"{words} for {of}" for words, of in zip(said, those, strict=True))
    return f"D's {_kind(trainer, look)} is {said}"


def _revised(trainer, before: Look, after: Look) -> str:
    """What D said of its batches, and says now."""
    scores = _scores(trainer)
    pairs = zip(before.verdicts(scores), after.verdicts(scores), strict=True)
    real, fake = (_change(*pair, not scores) + ("" if scores else " real") for pair in pairs)
    return f"its {_kind(trainer, before)} on the squares from {real} and on the dots from {fake}"


def _number(x: torch.Tensor, digits: int = 3) -> str:
    """With so many digits that count."""
    return f"{x.item() + 0.0:#.{digits}g}".rstrip(".")  # + 0: a rounded -0 is a 0


def _change(before: torch.Tensor, after: torch.Tensor, percent: bool = False) -> str:
    """Two numbers, with as many digits as it takes to tell them apart (four more than usual at most)."""
    written = [[f"{x:.{k}%}" if percent else _number(x, 3 + k) for x in (before, after)] for k in range(5)]
    return " to ".join(next((pair for pair in written if pair[0] != pair[1]), written[0]))


def _way(player, theta: torch.Tensor, run: int) -> torch.Tensor:
    """How far a run's weights moved from theta."""
    return (player.theta - theta)[run].double().norm()


def _far(before: Look, after: Look) -> torch.Tensor:
    """How far forgeries moved, on average."""
    return (after.fake - before.fake).double().norm(dim=-1).mean()


def _drawn(trainer, way: torch.Tensor) -> str:
    if isinstance(trainer.D, WholeBatch) or not way:
        return ""  # a D of whole batches has no verdict on a single place, so nothing of it is drawn
    return f" D's {'curve' if trainer.settings['data'].dim == 1 else 'surface'} has changed with it."


def _towards(push: torch.Tensor) -> str:
    """Which forgeries are pushed where: on a line how many to each side, in the plane to which corner most."""
    if push.shape[-1] == 1:
        return f"{(push > 0).sum()} forgeries to the right and {(push < 0).sum()} to the left"
    x, y = push.mean(0)[:2].tolist()
    if not math.hypot(x, y) > push.norm(dim=-1).mean() / 3:
        return "the forgeries in no common direction"
    return f"the forgeries mostly to the {_CORNERS[round(math.atan2(y, x) / (math.pi / 4)) % 8]}"
