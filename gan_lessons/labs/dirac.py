"""The Dirac-GAN lab: two numbers walk through the field of their game, beside its eigenvalues.

The page has all the rules and needs no kernel; `html` makes the same as a page of its own. The rules in Python are
those of `theory.DiracGAN`.
"""

import copy
import os

import anywidget
import numpy as np
import traitlets

from gan_lessons._core.refusals import number, refuse
from gan_lessons.labs.open_labs import one_of_a_name
from gan_lessons.labs.scenes.dirac import SCENE, WINDOW
from gan_lessons.labs.stage import source, styles, widget
from gan_lessons.labs.stage.html_page import Program, save_page
from gan_lessons.theory.dirac import NODES, PENALTIES, PULLS, WEIGHTS, DiracGAN

_DIRAC = Program("DiracView", js=("arrays", "page", "paint", "picture", "controls", "dirac"), css=("stage",))
STEPS = 100  # of a walk that is told in words
ORDERS = ("both at once", "G, then D")
PLACES = [round(-2 + 0.1 * i, 1) for i in range(41)]
SETTINGS = [
    {"name": "objective", "label": "objective", "values": list(PULLS), "help": "What theta and psi play for."},
    {
        "name": "penalty",
        "label": "penalty",
        "values": list(PENALTIES),
        "help": "What keeps D's slope psi in bounds, or, for consensus, both moves. Its weight is the slider below.",
    },
    {
        "name": "weight",
        "label": "weight",
        "values": [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3],
        "help": "Of the penalty; of clipping it is the largest slope allowed. More bends the arrows towards psi = 0.",
    },
    {
        "name": "noise",
        "label": "instance noise",
        "values": [round(0.1 * i, 1) for i in range(13)],
        "help": "Standard deviation of the noise on the real and the generated point. More blur, more damping.",
    },
    {
        "name": "step",
        "label": "step size",
        "values": [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1],
        "help": "The learning rate of both. Long steps overshoot the arrows, outwards.",
    },
    {
        "name": "order",
        "label": "who moves",
        "values": list(ORDERS),
        "help": "Both at once: D answers to where G was. In turn: D answers to where G has gone.",
    },
    {"name": "theta", "label": "start: theta", "values": PLACES, "help": "Where G's point begins. Or click the field."},
    {"name": "psi", "label": "start: psi", "values": PLACES, "help": "Where D's slope begins. Or click the field."},
]
START = {"objective": "minimax", "penalty": "none", "weight": 0.3, "noise": 0.0, "step": 0.2, "order": ORDERS[0]}
START |= {"theta": 1.0, "psi": 1.0}


class DiracLab(anywidget.AnyWidget):
    """The Dirac-GAN on the Stage, to be played, stepped and started anywhere, by mouse, touch and keyboard.

    values: the lab's settings by name, as `values` has them: objective, penalty, weight and noise as `DiracGAN` takes
    them; step, above 0; order, one of `ORDERS`; theta and psi, where the walk starts. The trait `values` follows what
    is chosen in the page, and sets it. name: running a cell again closes the lab of this name.
    Raises ValueError, naming the setting, for what cannot be."""

    _esm = source(*_DIRAC.js) + widget('new DiracView(el, structuredClone(model.get("spec")), null, model)')
    _css = styles(*_DIRAC.css)
    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(self, name: str = "dirac", **values):
        super().__init__(values=START | values, spec=_spec())
        one_of_a_name(self, "dirac", name)

    @traitlets.validate("values")
    def _check_values(self, proposal: dict) -> dict:
        return checked(proposal["value"])

    @property
    def game(self) -> DiracGAN:
        """The game that is played."""
        return game_of(self.values)

    def walk(self, steps: int) -> np.ndarray:
        """The points that Play passes from the start with the settings as they are, (steps + 1, 2)."""
        v = self.values
        return self.game.walk((v["theta"], v["psi"]), v["step"], steps, v["order"] == ORDERS[1])

    def html(self, path: str | os.PathLike | None = None) -> str:
        """The lab as one page, as it is set: no server, no network, no other file.

        path: also writes it there, in place of an old file. Raises ValueError if the name does not end in .html."""
        whole = page_of(self.values)
        if path is not None:
            save_page(path, whole)
        return whole

    def without_kernel(self) -> tuple[str, str]:
        """Its page, and in words where a walk leads."""
        v, walk = self.values, self.walk(STEPS)
        (theta, psi), (x, y) = walk[0], walk[-1]
        words = (
            f"The Dirac-GAN: {v['objective']}, penalty {v['penalty']}, step {v['step']:g}. From theta {theta:g} and "
        )
        return self.html(), f"{words}psi {psi:g}, {STEPS} steps lead to {x:.2f} and {y:.2f}. Balance is at 0 and 0."


def page_of(values: dict) -> str:
    """The lab's page with its settings."""
    return _DIRAC.page(SCENE["title"], _spec() | {"values": checked(values)}, b"")


def game_of(values: dict) -> DiracGAN:
    """The game of the lab's settings."""
    return DiracGAN(*(values[name] for name in ("objective", "penalty", "weight", "noise")))


def checked(values: dict) -> dict:
    """The lab's settings, if they can be. Raises ValueError for what cannot."""
    if not isinstance(values, dict) or values.keys() != START.keys():
        refuse("values", values, f"a value for each of {list(START)}")
    game_of(values).multipliers(values["step"]) if values["penalty"] != "gradient penalty" else game_of(values)
    if values["order"] not in ORDERS:
        refuse("order", values["order"], f"one of {list(ORDERS)}")
    numbers = {name: number(name, values[name]) for name in ("weight", "noise", "step", "theta", "psi")}
    return values | numbers


def _spec() -> dict:
    """What the page is sent."""
    settings = [{"kind": "choice" if isinstance(one["values"][0], str) else "range", **one} for one in SETTINGS]
    known = {"scene": copy.deepcopy(SCENE), "window": list(WINDOW), "settings": settings, "values": START}
    known |= {"nodes": NODES.tolist(), "weights": WEIGHTS.tolist()}
    return known | {"speeds": [1, 2, 5, 10, 20], "orders": list(ORDERS)}
