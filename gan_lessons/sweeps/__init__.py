"""A slider's whole range at many seeds."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "sweep": "Sweep sweep_of",
    "result": "SweepResult",
    "rescue": "",
    "batching": "",
    "executors": "",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
