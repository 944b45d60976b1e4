"""A lab's settings as traits of its widget, for `observe`, `link`, `jslink` and `interact`."""

from difflib import get_close_matches

import traitlets


class Setting(traitlets.TraitType):
    """A setting of a lab. Giving it a value is `lab.set`, and raises ValueError for what cannot work; None: the recipe
    of now has no such setting."""

    def validate(self, lab, value):
        with lab.lock:
            if lab.following or value == self.get(lab):
                return value
            lab.set(self.name, value)
            return _values(lab).get(self.name)


def follow(lab) -> None:
    """Puts the traits where the settings are now; those who observe them are told after that."""
    with lab.lock:
        values = _values(lab)
        with lab.hold_sync(), lab.hold_trait_notifications():
            lab.following = True
            try:
                if new := {name: Setting(None).tag(sync=True) for name in values if not hasattr(lab, name)}:
                    lab.add_traits(**new)
                for name in (name for name, trait in lab.traits().items() if isinstance(trait, Setting)):
                    setattr(lab, name, values.get(name))
            finally:
                lab.following = False


def check_known(lab, name: str) -> None:
    """Raises AttributeError for a public name that an open lab does not have: a setting that is misspelled."""
    if name.startswith("_") or "name" not in vars(lab) or name in vars(lab) or hasattr(type(lab), name):
        return
    known = [own for own, trait in lab.traits().items() if isinstance(trait, Setting)]
    near = get_close_matches(name, known, cutoff=0.5)
    which = f"the nearest are {near}" if near else f"there are {known}"
    raise AttributeError(f"{name} is no setting of this lab; {which}")


def _values(lab) -> dict[str, object]:
    """Name -> value. What a lab has by the same name already, such as its sides, is left out by `follow`."""
    values = {name: control.get(lab.recipe) for name, control in lab.settings.items()}
    return values | {name: shown["values"][shown["index"]] for name, (shown, _) in lab.own_settings().items()}
