"""Records to films."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "film": "Film frames",
    "writers": "save_gif save_mp4 to_html save_html",
    "walk": "frame walk_gif",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
