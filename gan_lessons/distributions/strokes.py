"""A digit drawn by hand as MNIST would have it: scaled to a box of 20 pixels, its centre of mass in the middle."""

from collections.abc import Sequence

import numpy as np

from gan_lessons._core.refusals import refuse
from gan_lessons.distributions.mnist import SIDE

BOX, CENTRE = 20, 14  # pixels: the longer side of a digit's ink, and the place of its centre of mass, as in MNIST
PEN = 2.2  # pixels: of the test digits that are upright ones, the mean width is 2.2
DOT = 0.03  # of the drawing's side: what is smaller is a dot, and not made larger
FINE = 1.0  # pixels between two points of a stroke, at least
MOST = 4_000  # points
WHAT = f"strokes, each a row of points (x, y) with numbers from 0 to 1, {MOST} points at most in all"
Strokes = Sequence[Sequence[Sequence[float]]]


def digit_of(strokes: Strokes) -> np.ndarray:
    """The drawing as an image, uint8 (28, 28), 0 for paper and 255 for ink; no stroke is empty paper.

    strokes: of a pen, each a row of points (x, y) from 0 to 1, x to the right and y downwards. All are scaled so that
    the ink just fits a box of 20 x 20 pixels, drawn with a pen of MNIST's width, and moved so that the centre of mass
    of the ink is at (14, 14). Ink that lies beyond the image is lost. Raises ValueError for what is no such strokes.
    LeCun et al. 1998, section III A, on how MNIST was made."""
    lines = [_line(stroke) for stroke in strokes]
    if sum(map(len, lines)) > MOST:
        refuse("strokes", f"{sum(map(len, lines))} points", WHAT)
    if not lines:
        return np.zeros((SIDE, SIDE), np.uint8)
    corners = np.concatenate(lines)
    low, size = corners.min(0), np.ptp(corners, 0)
    scale = (BOX - PEN) / size.max() if size.max() > DOT else BOX
    lines = [_thinned((line - low - size / 2) * scale + CENTRE) for line in lines]
    for _ in range(2):  # ink that was beyond the edge counts, once it has come in
        off = CENTRE - _centre_of_mass(_ink(lines))
        lines = [line + off for line in lines]
    return np.round(255 * _ink(lines)).astype(np.uint8)


def _line(stroke: Sequence) -> np.ndarray:
    """One stroke, (n, 2)."""
    try:
        line = np.asarray(stroke, float)
    except (TypeError, ValueError):  # no numbers, or rows of different lengths
        line = np.empty(0)
    if line.ndim != 2 or line.shape[1] != 2 or not len(line) or not ((line >= 0) & (line <= 1)).all():  # NaN is neither
        refuse("strokes", stroke, WHAT)
    return line


def _thinned(line: np.ndarray) -> np.ndarray:
    """The same line with fewer points."""
    kept = [line[0]]
    for point in line[1:-1]:
        if np.abs(point - kept[-1]).max() >= FINE:
            kept.append(point)
    return np.array([*kept, line[-1]])


def _ink(lines: Sequence[np.ndarray]) -> np.ndarray:
    """The share of each pixel that is inked, (28, 28): of a round pen along the lines."""
    x0, y0 = np.concatenate([line[:-1] for line in lines]).T.astype(np.float32)  # of each piece
    x1, y1 = np.concatenate([line[1:] for line in lines]).T.astype(np.float32)
    along_x, along_y = x1 - x0, y1 - y0
    y, x = np.mgrid[:SIDE, :SIDE, :1].astype(np.float32)[:2]
    x, y = x - x0, y - y0  # (28, 28, pieces)
    share = ((x * along_x + y * along_y) / np.maximum(along_x**2 + along_y**2, 1e-6)).clip(0, 1)
    squared = ((x - share * along_x) ** 2 + (y - share * along_y) ** 2).min(-1)
    return (PEN / 2 + 0.5 - np.sqrt(squared)).clip(0, 1).astype(float)


def _centre_of_mass(ink: np.ndarray) -> np.ndarray:
    """(x, y) in pixels."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.array([(x * ink).sum(), (y * ink).sum()]) / max(ink.sum(), 1e-12)
