"""What the latent lab says in words."""

from gan_lessons.metrics.copies import RARE, TYPICAL, Found


def cell(index: int, size: int) -> str:
    """Where a digit of the sheet is."""
    row, column = divmod(index, size)
    return f"row {row + 1}, column {column + 1}"


def looks(name: int | None) -> str:
    """What the classifier took a digit for."""
    return "" if name is None else f", looks like {'an' if name == 8 else 'a'} {name}"


def summary(shown, size: int) -> str:
    """All that is shown, but for the nearest training digits. shown: the lab's `Shown`."""
    place, way = shown.place, shown.way
    words = "" if shown.steps is None else f"As trained to step {shown.steps:,}. "
    words += f"Plane {place.seed}, its sides {place.reach:g}° from its middle. "
    moves = [f"direction {k} by {offset:+g}" for k, offset in enumerate(place.offsets, 1) if offset]
    moved = f", moved along {' and '.join(moves)}" if moves else ""
    words += f"A: {cell(place.chosen, size)}{moved}{looks(way.names[0])}. "
    words += f"B: {cell(place.second, size)}{looks(way.names[-1])}. "
    shortest, longest = min(way.lengths), max(way.lengths)
    words += f"The {place.path} way from A to B passes through noise of length {shortest:.1f} to {longest:.1f}"
    if way.names[0] is not None:
        words += f"; its pictures look like {', '.join(map(str, way.names))}"
    return words + "."


def nearest_picture(found: Found) -> str:
    """How near the nearest training picture is, where the pictures are no digits."""
    return (
        f"A is {found.distances[0, 0]:.1f} away from its nearest training picture. How near is too near is not known "
        "for these pictures, as none were kept back to compare with: look whether it is the same picture."
    )


def verdict(found: Found) -> str:
    """Is the sample a copy? found: the nearest training digits of one image."""
    distance, label = found.distances[0, 0], found.labels[0, 0]
    a_digit = f"{'an' if label == 8 else 'a'} {label}"
    words = (
        f"A is {distance:.1f} away from its nearest training digit, {a_digit}. Of the real test digits whose nearest "
    )
    words += f"is {a_digit}, half are nearer than {TYPICAL[label]:.1f} and 1 in 100 nearer than {RARE[label]:.1f}: "
    return words + ("look closely, this may be a copy." if distance < RARE[label] else "no sign of a copy.")


def about_directions(known: bool, choosing: int = 0) -> str:
    """What the sliders move along. known: whether G's first layer is. choosing: how many numbers make a choice."""
    words = "Each slider moves A along one direction of the noise, in its standard deviations. "
    if known:
        words += "G's first layer answers most to these directions (the singular vectors of its weights)."
    else:
        words += "The directions are the first coordinates of the noise."
    if choosing:
        words += (
            f" The first {choosing} numbers of the noise do nothing but choose one of {choosing}: no slider moves "
            "them, and where the choice changes the picture leaps."
        )
    return words
