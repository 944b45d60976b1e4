"""The run that a lab has kept as one page: a film that plays, and is scrubbed, with no kernel and no network."""

from collections.abc import Sequence
from math import prod

import numpy as np

from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.drawn import counted
from gan_lessons.labs.frames import Frame
from gan_lessons.labs.reel import Reel
from gan_lessons.labs.scenes.arrays import stacked
from gan_lessons.labs.stage.html_page import Program, literal
from gan_lessons.recipes import toys
from gan_lessons.recipes.choices import DRAWN, data_chosen, named
from gan_lessons.recipes.recipe import Recipe

LIMIT = 3_900_000  # bytes of a page: it is to stay under 4 MB
_FILM = Program("FilmPlayer", js=("arrays", "page", "paint", "picture", "reel", "film"), css=("stage",))


def film_page(spec: dict, frames: Sequence[Frame], title: str, note: str = "", start: int = -1) -> str:
    """The page as text.

    spec: a scene's. frames: as `frames.Frames` keeps them. title: of the page. note: below the picture, such as where
    the run comes from; after it the page says how many of the frames it has, where all of them are too much. start: the
    frame that it shows before anybody plays it, by its place in frames; the last by default. Raises ValueError if there
    is no frame or none at start, or they are not those of the scene."""
    if not len(frames):
        refuse("frames", frames, "one frame or more")
    if start not in range(-len(frames), len(frames)):
        refuse("start", start, f"the place of one of {len(frames)} frames, from 0, or from -1 backwards")
    rows = [[header["step"], header["summary"], header["notice"]] for header, _ in frames]
    kept = _kept(spec, rows)
    reel = Reel(t=len(kept))
    for name, values in _stacked(spec["arrays"], [frames[i][1] for i in kept]).items():
        reel.add_near(name, "t", values)
    words = f"{len(kept)} of {len(rows)} frames, evenly spread," if len(kept) < len(rows) else f"All {len(rows)} frames"
    words = f"{note} {words} are in this page.".strip()
    known, row = reel.packed()
    first = int(np.abs(kept - range(len(rows))[start]).argmin())
    film = {"scene": spec, "note": words, "reel": known, "start": first, "frames": [rows[i] for i in kept]}
    return _FILM.page(title, film, row)


def page_of(lab, frames: Sequence[Frame], start: int = -1) -> str:
    """The page of a lab's film. start: as in film_page."""
    title = f"{named(lab.recipe)}, seed {lab.seed + lab.shown}"
    return film_page(lab.scene.spec, frames, title, f"What is trained: {source_of(lab.recipe)}.", start)


def source_of(recipe: Recipe) -> str:
    """Where what is trained comes from; data that were drawn or chosen since by their own name."""
    word, known = data_chosen(recipe), toys.BY_NAME.get(recipe.name)
    if word == DRAWN:
        return f"{recipe.data.source or counted(len(recipe.data.points))}, by {recipe.name}"
    return recipe.source if known is None or data_chosen(known) == word else f"{word}, by {recipe.name}"


def _stacked(arrays: dict, frames: list[tuple[bytes, bytes]]) -> dict[str, np.ndarray]:
    """Name -> that array of all frames, (T, *shape)."""
    moving, still = zip(*frames, strict=True)
    try:
        return stacked(arrays["moving"], moving) | stacked(arrays["still"], still)
    except ValueError as error:
        refuse("frames", str(error), "frames of this scene, with all of its arrays")


def _kept(spec: dict, rows: list[list]) -> np.ndarray:
    """Which frames there is room for, spread evenly, with the first and the last."""
    arrays = [one for part in spec["arrays"].values() for one in part.values()]
    size = {dtype: sum(prod(one["shape"]) for one in arrays if one["dtype"] == dtype) for dtype in ("float32", "uint8")}
    around = len(_FILM.page("", spec, b"")) + 6 * size["float32"]
    one = 4 / 3 * (2 * size["float32"] + size["uint8"]) + max(len(literal(row)) for row in rows) + 2
    room = max(2, int((LIMIT - around) / one))
    return np.unique(np.linspace(0, len(rows) - 1, min(len(rows), room)).round().astype(int))
