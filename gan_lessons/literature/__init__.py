"""The course's bibliography and its map, the uses of GANs, and the glossary: one file of data each."""

from gan_lessons._core.lazy import offer

OFFERED = {
    "records": "Paper Term Use TOPICS NOTEBOOKS papers terms use_cases",
    "shown": "Shown",
    "years": "map",
    "lists": "table uses glossary",
}
__getattr__, __dir__ = offer(__name__, OFFERED)
