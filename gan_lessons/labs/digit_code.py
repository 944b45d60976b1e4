"""What was done to a GAN of digits, as Python that does the same again."""

import torch

from gan_lessons import devices, digits
from gan_lessons.labs import breakdowns
from gan_lessons.labs.code import Log, arguments, imports, shallow

_HOMES = {"digits": digits, "labs.breakdowns": breakdowns}


class DigitLog(Log):
    """As `Log`; the first move may be ("start", name of what ships) or ("load", file, images seen by then).

    device: on which it trains; the code names it where it is not what "auto" would take."""

    def __init__(self, recipe: digits.DigitRecipe, seed: int, device: torch.device):
        super().__init__(recipe, seed, 1)
        self.device = device

    def start(self, name: str) -> None:
        """Notes that it began with the weights of a GAN that ships."""
        self.moves.append(("start", name))

    def load(self, path: str, steps: int, images: int) -> None:
        """Notes that it goes on from a saved file, in which so many steps were done and images seen."""
        self.moves.append(("load", path, steps, images))

    def parts(self, suffix: str = "") -> tuple[list[str], list[str]]:
        """The import lines of `code`, and the rest."""
        gan, recipe = f"gan{suffix}", f"recipe{suffix}"
        device = "" if self.device == devices.choose("auto") else f", device={str(self.device)!r}"
        home, name, base = _named(self.recipe)
        changed = {key: value for key, value in shallow(self.recipe).items() if value != getattr(base, key)}
        start = f"replace({home}.{name}, {arguments(changed)})" if changed else f"{home}.{name}"
        lines = [f"{recipe} = {start}", f"{gan} = {recipe}.trainer({self.seed}{device})"]
        lines += [_line(gan, *move) for move in self.moves]
        found = {("gan_lessons", home)} if home == "digits" else {("gan_lessons.labs", home)}
        if any(move[0] == "start" for move in self.moves):
            found.add(("gan_lessons", "checkpoints"))
        return imports(found, [changed, *self.moves]), lines

    def images(self) -> int:
        """How many real images D has been shown, counted with repeats."""
        seen, batch, schedule = 0, self.recipe.batch, self.recipe.schedule
        for kind, first, *rest in self.moves:
            if kind == "load":
                seen = rest[1]
            elif kind == "change":
                batch, schedule = first.get("batch", batch), first.get("schedule", schedule)
            elif kind == "advance":
                seen += first * batch * getattr(rest[0] or schedule, "d_steps", 1)
        return seen


def _named(recipe: digits.DigitRecipe) -> tuple[str, str, digits.DigitRecipe]:
    """Module, variable and recipe of this one's name; of the lean DCGAN where no recipe has it."""
    for home, module in _HOMES.items():
        for name, value in vars(module).items():
            if isinstance(value, digits.DigitRecipe) and value.name == recipe.name:
                return home.rpartition(".")[2], name, value
    return "digits", "lean_dcgan", digits.lean_dcgan


def _line(gan: str, kind: str, first, *rest) -> str:
    if kind == "start":
        return f"checkpoints.start_from({gan}, *checkpoints.shipped({first!r}))"
    if kind == "load":
        return f"{gan}.load({first!r})"
    if kind == "change":
        return f"{gan}.change({arguments(first)})"
    return f"{gan}.advance({first}{f', {rest[0]!r}' if rest[0] else ''})"
