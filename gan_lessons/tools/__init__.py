"""What the command line offers."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "check": "",
    "badges": "",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
