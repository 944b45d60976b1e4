"""What a lab does for one kind of data: its picture, its pace, what its page offers. Toys and images."""

import contextlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from gan_lessons._core.refusals import refuse
from gan_lessons._core.threads import one_thread
from gan_lessons.labs import image_words, words
from gan_lessons.labs.frames import Frames
from gan_lessons.labs.scenes.charts import gives_scores
from gan_lessons.labs.scenes.images import FILM_BYTES, DigitScene
from gan_lessons.labs.scenes.line import LineScene
from gan_lessons.labs.scenes.plane import PlaneScene
from gan_lessons.models.surface import company
from gan_lessons.recipes.choices import named
from gan_lessons.recipes.recipe import Recipe


@dataclass(frozen=True)
class Kind:
    """name: of the lab, unless it is given one. offers: what the page offers beside play and steps. speeds: steps a
    frame. speed, runs: the defaults. threads: in which training runs. frames: makes an empty film. scene(recipe, runs):
    what is drawn. picture(lab, side, phase): a frame's header, what stands still in it, and its numbers. patient: a
    frame may take several messages, so that what a person does never waits for more than a step or two."""

    name: str
    offers: tuple[str, ...]
    speeds: tuple[int, ...]
    speed: int
    runs: int
    threads: Callable[[], AbstractContextManager]
    frames: Callable[[], Frames]
    scene: Callable
    picture: Callable
    patient: bool


def of(recipe: Recipe) -> Kind:
    """The kind of a recipe's data."""
    return IMAGES if recipe.large else TOYS


def scene_of(recipe: Recipe, runs: int) -> LineScene | PlaneScene:
    """The scene that fits a recipe's data on a line or in the plane."""
    title = f"{named(recipe)}: the real data and what the GAN makes"  # no numbers: sliders change them
    how = {"beside": company(recipe.networks()["D"]), "scores": gives_scores(recipe.objective)}
    if recipe.data.dim == 1:
        return LineScene(title, recipe.window, runs, recipe.discriminator.features is None, **how)
    if recipe.data.dim == 2:
        return PlaneScene(title, recipe.data, recipe.noise, recipe.window, **how)
    refuse("recipe", recipe.name, "one whose data lie on a line or in the plane")


def layout(recipe: Recipe) -> tuple:
    """What of a recipe decides how its scene is laid out."""
    D, scores = recipe.discriminator, gives_scores(recipe.objective)
    judging = () if recipe.large else (D.features, D.pack, D.minibatch, D.norm)
    judging = *judging, recipe.objective.asks(recipe.data, recipe.noise)
    many = len(getattr(recipe.data, "modes", ()))
    density = hasattr(recipe.data, "log_prob")
    noise = type(recipe.noise), recipe.noise.dim
    return named(recipe), recipe.window, recipe.data.dim, type(recipe.data), many, density, *noise, scores, *judging


def _toy_picture(lab, side, phase) -> tuple[dict, bytes, bytes]:
    run, snapshot = lab.shown, side.trainer.snapshot()
    shown = (phase.batch, phase.arrows) if phase else ()
    values, numbers = lab.scene.frame(side.trainer, snapshot, side.alone(run), run, *shown)
    numbers["asked"] = side.trainer.asked(run)
    said = f"{phase.sentence} " if phase else ""
    said += words.summary(snapshot, numbers, run, side.runs, side.seed)
    header = {"step": snapshot.step, "summary": said, "notice": words.notice(side.trainer, run)}
    header |= {"phase": phase.name if phase else "", "line": phase.line if phase else -1}
    return header, lab.scene.still(side.trainer, run), values


def _image_picture(lab, side, phase) -> tuple[dict, bytes, bytes]:
    start = time.perf_counter()
    with side.trainer.paying.best():
        snapshot = side.trainer.snapshot()
        values, numbers = lab.scene.frame(snapshot, side.judge)
    said = image_words.summary(side, numbers, lab.until, lab.scene.scores)
    side.drawn(time.perf_counter() - start)
    header = {"step": snapshot.step, "summary": said, "notice": image_words.notice(side.trainer)}
    return header | {"phase": "", "line": -1}, b"", values


TOYS = Kind(
    name="player",
    offers=("slow",),
    speeds=(1, 2, 5, 10, 20, 50),
    speed=5,
    runs=100,
    threads=one_thread,
    frames=Frames,
    scene=scene_of,
    picture=_toy_picture,
    patient=False,
)
IMAGES = Kind(
    name="digits",
    offers=("digits",),
    speeds=(1, 2, 5, 10, 20),
    speed=1,
    runs=1,
    threads=contextlib.nullcontext,  # a trainer of networks of this size finds out how many pay
    frames=partial(Frames, FILM_BYTES),
    scene=lambda recipe, runs: DigitScene(
        recipe.name, gives_scores(recipe.objective), recipe.data.dim, image_words.are_digits(recipe.data)
    ),
    picture=_image_picture,
    patient=True,
)
