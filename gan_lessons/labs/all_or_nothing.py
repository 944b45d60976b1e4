"""What a person does in a lab is done wholly, or, where anything is raised (an interrupt too), not at all."""

from copy import copy

import torch


class all_or_nothing:
    """`with lab.lock, all_or_nothing(lab)`: whatever is raised in here leaves the lab, its trainings and its picture as
    they were.

    Not with `contextlib`: an interrupt between its lines would leave what it guards unguarded."""

    def __init__(self, lab):
        self.lab, self.before, self.film = lab, dict(vars(lab)), _copied(lab.film)
        self.following = torch.is_grad_enabled()
        self.done, self.sides = list(lab.done), [(side, side.mark()) for side in lab.sides]
        self.looks = {name: _word(look) for name, look in lab.scene.looks.items()} if lab.sides else {}

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind, *_) -> None:
        if kind is None or self.lab.closed:
            return
        torch.set_grad_enabled(self.following)
        lab, epoch, shown = self.lab, self.lab.epoch, (self.lab.film, self.lab.scene, list(self.lab.film.frames))
        vars(lab).update(self.before, epoch=epoch, done=self.done, still=None)
        vars(lab.film).update(self.film)
        for side, mark in self.sides:
            side.back(mark)
        for name, word in self.looks.items():
            if _word(lab.scene.looks[name]) != word:
                lab.scene.look(name, word)
        if self.sides and (shown != (lab.film, lab.scene, lab.film.frames) or lab.spec != lab.scene.spec):
            lab.spec = lab.scene.spec
            lab.page.film()


def _copied(film) -> dict:
    return {name: copy(value) for name, value in vars(film).items()}


def _word(look: dict) -> str:
    return look["values"][look["index"]]
