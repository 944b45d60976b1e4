"""A notebook as slides for a projector: pages of HTML that need no kernel and no network."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "from_notebook": "Slide deck notes together",
    "markup": "as_html",
    "page": "slides_page",
    "command": "make",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
