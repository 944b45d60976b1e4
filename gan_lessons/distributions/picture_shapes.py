"""How many numbers a picture has, and how they fold into channels, height and width."""

from gan_lessons._core.refusals import refuse

SIZES, CHANNELS = (28, 32, 64), (1, 3)  # pixels a side; grey and colour
SHAPES = {channels * side * side: (channels, side, side) for channels in CHANNELS for side in SIZES}


def shape_of(dim: int, name: str = "data") -> tuple[int, int, int]:
    """The shape (channels, height, width) of a picture that is a point in so many dimensions; no two have as many.

    Raises ValueError, under `name`, for a number that no picture has."""
    if dim not in SHAPES:
        sizes = f"{', '.join(map(str, SIZES[:-1]))} or {SIZES[-1]} pixels a side"
        allowed = f"pictures of {sizes} in one channel or three, in {list(SHAPES)} dimensions"
        refuse(name, f"in {dim} dimensions", allowed)
    return SHAPES[dim]
