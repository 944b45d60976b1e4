"""The plane of a network's codes: all its codes have two numbers, so the whole of it can be seen."""

from dataclasses import dataclass

import torch

from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.mnist import PIXELS, SHAPE

SIDES = 3.0  # standard deviations of the prior from the middle of a plane to its sides: 99.5 % of it are inside
MIDDLE = 0.01  # of the codes of real digits that may lie beyond each side, where the codes decide
PIECE = 500  # images at a time
COARSE, FINE = 41, 9  # places a side of the two grids that are searched
WHAT = "a network with decode: (n, 2) -> (n, 1, 28, 28) from -1 to 1, and encode, the way back, unless it is a GAN"


@dataclass(frozen=True)
class Span:
    """Which part of the codes a plane shows. middle, reach: along each of the two numbers. words: what it is."""

    middle: tuple[float, float]
    reach: tuple[float, float]
    words: str


class LatentPlane:
    """A network's plane. Its places are (x, y) from -1 to 1, x to the right and y upwards; a code is
    middle + reach * place.

    network: has `decode` and, unless it is a GAN, `encode`, on tensors; a VAE has a `posterior`, too. images: real
    digits (n, 1, 28, 28) from -1 to 1. real: their places, (n, 2), or None for a GAN. Raises ValueError, naming the
    network, for another one."""

    def __init__(self, name: str, network: object, images: torch.Tensor):
        self.name, self.network = name, network
        self.encodes = hasattr(network, "encode")
        if not callable(getattr(network, "decode", None)):
            self._refuse(network)
        self._check("decode", torch.zeros(2, 2), (2, *SHAPE), 1.001)
        if self.encodes:
            self._check("encode", images[:2], images[:2, 0, 0, :2].shape, torch.finfo().max)
        codes = self._in_pieces("encode", images) if self.encodes else None
        self.span = _of_prior() if _has_prior(network) else _of_codes(codes)
        self.real = None if codes is None else self.places(codes)
        self._grid = None

    def codes(self, places: torch.Tensor) -> torch.Tensor:
        """Places (n, 2) as codes."""
        return torch.tensor(self.span.middle) + torch.tensor(self.span.reach) * places

    def places(self, codes: torch.Tensor) -> torch.Tensor:
        """Codes (n, 2) as places, which may lie beyond the sides."""
        return (codes - torch.tensor(self.span.middle)) / torch.tensor(self.span.reach)

    def decode(self, places: torch.Tensor) -> torch.Tensor:
        """The images (n, 784) at places (n, 2), from -1 to 1."""
        return self._in_pieces("decode", self.codes(places)).clamp(-1, 1).flatten(1)

    def find(self, image: torch.Tensor) -> torch.Tensor:
        """The place (2,) of an image (1, 28, 28): its code, or for a GAN that of the nearest picture of the plane."""
        return self.places(self._in_pieces("encode", image[None]))[0] if self.encodes else self.search(image)

    def search(self, image: torch.Tensor) -> torch.Tensor:
        """The place (2,) whose picture has the smallest squared difference from an image: of a grid of the plane, then
        of a finer one around that place."""
        if self._grid is None:
            places = square(COARSE)
            self._grid = places, self.decode(places)
        around = _nearest(image, *self._grid)
        places = (around + square(FINE) * 2 / (COARSE - 1)).clamp(-1, 1)
        return _nearest(image, places, self.decode(places))

    def _check(self, what: str, given: torch.Tensor, shape: tuple[int, ...], most: float) -> None:
        """Refuses a network whose `decode` or `encode` fails, or gives something else than it should."""
        try:
            found = self._in_pieces(what, given)
        except (RuntimeError, TypeError, IndexError, ValueError, AttributeError) as error:
            self._refuse(f"one whose {what} fails for {tuple(given.shape)} ({error})")
        if found.shape != shape:
            self._refuse(f"one whose {what} gives {tuple(found.shape)} for {tuple(given.shape)}")
        if not found.isfinite().all() or found.abs().max() > most:
            self._refuse(f"one whose {what} gives values from {found.min():.3g} to {found.max():.3g}")

    def _refuse(self, value: object) -> None:
        refuse(f"networks[{self.name!r}]", value, WHAT)

    @torch.no_grad()
    def _in_pieces(self, what: str, given: torch.Tensor) -> torch.Tensor:
        """What the network's `decode` or `encode` gives, on the CPU; it is put in `eval()` meanwhile."""
        network = self.network
        was_training, module = getattr(network, "training", False), isinstance(network, torch.nn.Module)
        device = next((weight.device for weight in network.parameters()), given.device) if module else given.device
        try:
            network.eval() if module else None
            pieces = [getattr(network, what)(piece.to(device)) for piece in given.split(PIECE)]
        finally:
            network.train(was_training) if module else None
        return torch.cat(pieces).float().cpu()


def square(size: int) -> torch.Tensor:
    """A grid of places with its corners in those of the plane, (size * size, 2), row by row from the upper left."""
    side = torch.linspace(-1, 1, size)
    y, x = torch.meshgrid(side.flip(0), side, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], -1)


def cells(size: int) -> torch.Tensor:
    """The middles of size x size equal cells of a plane, (size * size, 2), row by row from the upper left."""
    return square(size) * (size - 1) / size


def _nearest(image: torch.Tensor, places: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    return places[(pictures - image.view(1, PIXELS)).square().sum(-1).argmin()]


def _has_prior(network: object) -> bool:
    """Whether codes are drawn from N(0, I): those of a GAN, and of a VAE, which has a `posterior`."""
    return not hasattr(network, "encode") or hasattr(network, "posterior")


def _of_prior() -> Span:
    words = f"The plane shows its prior N(0, I), {SIDES:g} standard deviations to each side."
    return Span((0.0, 0.0), (SIDES, SIDES), words)


def _of_codes(codes: torch.Tensor) -> Span:
    low, high = torch.quantile(codes, torch.tensor([MIDDLE, 1 - MIDDLE]), 0)
    reach = torch.where(high > low, (high - low) / 2, 1.0)  # all codes may be one
    words = "It has no prior: the plane shows where the middle 98 % of the real digits' codes lie, along each number."
    return Span(tuple(((low + high) / 2).tolist()), tuple(reach.tolist()), words)
