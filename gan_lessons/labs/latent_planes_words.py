"""What the lab of latent planes says in words."""

from collections.abc import Sequence

SEARCHED = (
    "A GAN has no encoder. A digit's place was searched here: that of the most similar picture, by squared difference."
)
ENCODED = "Its encoder gives a digit's place."


def about(plane) -> str:
    """What stands under a plane. plane: a `LatentPlane`."""
    return f"{plane.span.words} {ENCODED if plane.encodes else SEARCHED}"


def a_digit(name: int) -> str:
    return f"{'an' if name == 8 else 'a'} {name}"


def place(x: float, y: float) -> str:
    """A point of the planes."""
    return f"the point ({x:.2f}, {y:.2f})".replace("-0.00", "0.00")


def summary(shown) -> str:
    """All that is shown. shown: the lab's `Shown`."""
    point = place(*shown.at).replace("the", "The", 1)
    words = f"{point} is most like {_each(shown.names, [a_digit(name) for (name,) in shown.point.names])}. "
    words += f"The digit is {shown.digit.words}. What remains of it is most like "
    words += f"{_each(shown.names, _remains(shown))}. A is {shown.a.words}, B is {shown.b.words}. "
    ways = [" ".join(map(str, way)) for way in shown.way.names]
    return words + f"The pictures between them are most like {_each(shown.names, ways)}."


def _remains(shown) -> list[str]:
    return [
        f"{a_digit(name)}{', outside of the plane shown' if outside else ''}, with an error of {error:.3f}"
        for (name,), error, outside in zip(shown.remains.names, shown.errors, shown.outside, strict=True)
    ]


def _each(names: Sequence[str], words: Sequence[str]) -> str:
    """Words for each network."""
    return "; ".join(f"{said} ({name})" for name, said in zip(names, words, strict=True))
