"""What ships with the course, what loads it and what makes it again."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "networks": "start_from card",
    "runs": "",
    "sweeps": "",
    "modes": "",
    "tables": "",
    "patients": "",
    "diagnoses": "",
    "autoencoders": "",
    "slider_series": "",
    "make": "",
    "classifier": "",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
