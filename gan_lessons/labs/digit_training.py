"""One GAN of digits in a lab: recipe, trainer, what was done to it, how fast it is, and moments to go back to."""

import time
from collections import deque
from dataclasses import replace

from gan_lessons import checkpoints, devices, digits
from gan_lessons.errors import refuse
from gan_lessons.labs.digit_code import DigitLog
from gan_lessons.labs.digit_scores import Judge
from gan_lessons.labs.training import Moment
from gan_lessons.trainers import SETTINGS

KEPT_BYTES = 64_000_000  # for moments of one training: 12 of the lean DCGAN; 4 are kept of any
PACE = 64  # steps over which the pace is measured


class DigitTraining:
    """As `training.Training`, for one run of digits. start: None, or the name of a GAN that ships, to begin with its
    weights. Steps take long, so going back does none again: it goes to a moment that was kept."""

    runs = 1

    def __init__(self, recipe: digits.DigitRecipe, seed: int, view: int, device: devices.Device, start: str | None):
        self.recipe, self.seed, self.start, self.device = recipe, seed, start, device
        self.trainer = recipe.trainer(seed, device=device, view=view)
        self.log, self.judge = DigitLog(recipe, seed, self.trainer.device), Judge(recipe.noise, recipe.data)
        if start is not None:
            checkpoints.start_from(self.trainer, *checkpoints.shipped(start))
            self.log.start(start)
        self._pace, self._size = deque(maxlen=PACE), len(recipe.data.images())
        self._moments, self._stride = [self.moment()], 1

    @classmethod
    def loaded(cls, path: str, recipe: digits.DigitRecipe, seed: int, view: int, device: devices.Device):
        """A training that goes on from a saved file; the images seen until then are counted in batches of now.

        Raises ValueError if the file is not of this recipe and seed."""
        training = cls(recipe, seed, view, device, None)
        trainer = training.trainer
        trainer.load(path)
        training.log.load(str(path), trainer.steps, trainer.d_player.updates * recipe.batch)
        training._moments = [training.moment()]
        return training

    def step(self, schedule=None) -> None:
        """One step, and its part of the measuring. schedule: another one for this step only."""
        start = time.perf_counter()
        self.trainer.advance(1, schedule)
        self.log.advance(1, schedule)
        trained = time.perf_counter()
        self.judge.tick(self.trainer, trained - start)
        self._pace.append(time.perf_counter() - start)

    def measure(self) -> None:
        """Measures what there is now, all at once."""
        self.judge.finish(self.trainer)

    def change(self, recipe: digits.DigitRecipe) -> None:
        """Goes on with a recipe that differs in settings of the trainer only. Raises ValueError and changes nothing if
        that cannot work."""
        changed = {key: getattr(recipe, key) for key in SETTINGS if key not in ("noise", "unroll")}
        changed = {key: new for key, new in changed.items() if new != self.trainer.settings[key]}
        self.trainer.change(**changed)
        self.recipe = recipe
        if changed:
            self.log.change(**changed)
            self._pace.clear()

    # -- progress ----------------------------------------------------------------------------------------

    @property
    def images(self) -> int:
        """Real images that D was shown."""
        return self.log.images()

    @property
    def images_a_step(self) -> int:
        """How many of them a step has."""
        return self.recipe.batch * getattr(self.recipe.schedule, "d_steps", 1)

    @property
    def epochs(self) -> float:
        """How often D was shown the whole data."""
        return self.images / self._size

    @property
    def seconds(self) -> float:
        """What a step takes, measuring included; NaN before the first."""
        return sum(self._pace) / len(self._pace) if self._pace else float("nan")

    def drawn(self, seconds: float) -> None:
        """Counts the making of a frame into the pace."""
        if self._pace:
            self._pace[-1] += seconds

    # -- going back --------------------------------------------------------------------------------------

    def moment(self) -> Moment:
        """Where it stands now."""
        return Moment(self.trainer.steps, self.trainer.keep(), self.recipe, tuple(self.log.moves))

    def keep(self) -> None:
        """Keeps this moment; when there are too many, every other one goes and they come half as often."""
        if self.trainer.steps < self._moments[-1].step + 10 * self._stride:
            return
        self._moments.append(self.moment())
        if len(self._moments) > max(4, KEPT_BYTES // self.trainer.nbytes):
            self._moments, self._stride = self._moments[::2], 2 * self._stride

    def forget(self) -> None:
        """Lets go of the moments kept, but for the first."""
        self._moments, self._stride = self._moments[:1], 1

    def back_to(self, step: int) -> None:
        """Goes back to the last moment that was kept at or before a step."""
        if not 0 <= step <= self.trainer.steps:
            refuse("step", step, f"one of 0 to {self.trainer.steps}")
        self._moments = [moment for moment in self._moments if moment.step <= step] or self._moments[:1]
        self.restore(self._moments[-1])

    def restore(self, moment: Moment) -> None:
        """Goes to a moment of this training, before or after now."""
        self.trainer.return_to(moment.state)
        self.recipe, self.log.moves = moment.recipe, list(moment.moves)
        self.judge.forget()


FROM = {"dcgan": digits.going_on, "mlp": digits.mlp_gan}  # how what ships goes on, unless a person says otherwise


def for_start(recipe: digits.DigitRecipe | None, start: str | None) -> digits.DigitRecipe:
    """The recipe with the networks of what ships under this name, and where it has no penalties with theirs too.

    Raises ValueError for a name that is not there, and for a recipe of the other kind of network."""
    if start is None:
        return recipe or digits.lean_dcgan
    if start not in FROM:
        refuse("start", start, 'None, "dcgan" or "mlp"')
    own = FROM[start]
    if recipe is None:
        return own
    if recipe.network != start:
        refuse("recipe", recipe.name, f"left out, or a recipe whose network is {start!r}, to start from {start!r}")
    networks = {name: getattr(own, name) for name in digits.NETWORKS}
    return replace(recipe, penalties=recipe.penalties or own.penalties, **networks)
