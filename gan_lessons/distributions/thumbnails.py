"""One picture file as a small square of numbers: turned upright, its middle cut out, scaled down, on white."""

from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

SMALLEST = 8  # pixels of the shorter side
MOST = 89_478_485  # pixels, above which Pillow by itself warns of a decompression bomb
SPARE = 2  # times the size wanted that a JPEG is decoded at, at least, so that the filter has pixels to work on
TURNS = {  # EXIF's orientation -> what makes it upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Unfit(ValueError):
    """Why a file is left out, in words that follow its name."""


def thumbnail(file: BinaryIO, kind: str, size: int, colour: bool) -> np.ndarray:
    """A picture file as uint8 (3, size, size), or where not `colour` as ink, 0 white and 255 black, (1, size, size).

    Of an animated file it is the first frame. Raises `Unfit` for a picture too small or too large, or of another kind
    than its name says, and whatever Pillow raises for a broken one."""
    try:
        image = Image.open(file, formats=("JPEG", "PNG", "WEBP"))
    except UnidentifiedImageError:
        raise Unfit("broken (no JPEG, PNG or WebP picture inside)") from None
    except Image.DecompressionBombError:
        raise Unfit(f"of more than {2 * MOST / 1e6:.0f} million pixels") from None
    with image:
        _check(image, kind)
        image.draft("RGB" if colour else "L", (SPARE * size,) * 2)  # a JPEG is decoded smaller; others stay
        orientation = image.getexif().get(0x0112)
        small = _square(image, size)
    small = small.transpose(TURNS[orientation]) if orientation in TURNS else small
    pixels = np.asarray(small.convert("RGB" if colour else "L"), np.uint8)
    return pixels.transpose(2, 0, 1) if colour else 255 - pixels[None]


def _check(image: Image.Image, kind: str) -> None:
    width, height = image.size
    if min(image.size) < SMALLEST:
        raise Unfit(f"of {width} x {height} pixels, and {SMALLEST} a side are the least")
    if width * height > MOST:
        raise Unfit(f"of {width:,} x {height:,} pixels, which are more than {MOST / 1e6:.0f} million")
    found = {"MPO": "JPEG"}.get(image.format, image.format)
    if found != kind:
        raise Unfit(f"named as {kind}, but {found} inside")


def _square(image: Image.Image, size: int) -> Image.Image:
    """The middle square, scaled by Lanczos' filter, in grey or in colour, on white where it is transparent."""
    side = min(image.size)
    left, top = ((length - side) // 2 for length in image.size)
    image = image.crop((left, top, left + side, top + side))
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would cut off at 255
        image = Image.fromarray((np.asarray(image, np.float64) / 257).round().clip(0, 255).astype(np.uint8))
    clear = "A" in image.mode or "a" in image.mode or "transparency" in image.info
    image = image.convert("RGBA" if clear else image.mode if image.mode in ("L", "RGB") else "RGB")
    small = image.resize((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if not clear:
        return small
    white = Image.new("RGBA", small.size, "white")
    white.alpha_composite(small)
    return white.convert("RGB")
