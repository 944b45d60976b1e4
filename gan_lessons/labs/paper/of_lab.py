"""What a lab shows, on paper: its newest frame, and a caption that says of what training it is."""

from matplotlib.figure import Figure

from gan_lessons.labs.controls import KNOWN, apart, sides
from gan_lessons.labs.paper.figure import figure
from gan_lessons.labs.scenes.compare import NAMES


def picture(lab, words: str = "") -> tuple[Figure, str]:
    """The figure, and its caption. words: more of them below the figure. Hold the lab's lock."""
    about, spec = caption(lab), lab.scene.spec
    if len(lab.sides) > 1:
        titles = {f"side {name}": words for name, words in zip(NAMES, _sides(lab), strict=False)}
        panels = [panel | {"title": titles.get(panel["id"], panel["title"])} for panel in spec["panels"]]
        spec = spec | {"panels": panels}
    return figure(spec, lab.film.frames, f"{about} {words}".strip()), about


def caption(lab) -> str:
    """Which recipe was trained from which seed to which step, and in which settings it differs from the recipe."""
    recipe, run = lab.sides[0].recipe, lab.shown
    which = f"run {run + 1} of {lab.runs}, " if lab.runs > 1 else ""
    where = f"{which}seed {lab.seed + run}, step {lab.film.frames[-1][0]['step']:,}"
    if len(lab.sides) > 1:
        words = [f"{recipe.name}: {where}.", *(f"{side}." for side in _sides(lab))]
    else:
        differs = apart(KNOWN.get(recipe.name, lab.normal), recipe)
        words = [f"{recipe.name}{f' with {differs}' if differs else ''}: {where}."]
    if any(move[0] == "change" for side in lab.sides for move in side.log.moves):
        words.append("These are the settings of now: some were changed on the way.")
    return " ".join(words)


def _sides(lab) -> list[str]:
    words = sides([side.recipe for side in lab.sides], lab.normal)
    return [f"{name}: {said}" for name, said in zip(NAMES, words, strict=False)]
