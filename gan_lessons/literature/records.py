"""The data: papers, terms and uses as they stand in `files/`, one JSON object a line, each with a check of its form."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gan_lessons._core.refusals import refuse

FILES = Path(__file__).parent / "files"
LONGEST = 160  # characters of what a paper is said to have added

TOPICS = {  # as they stand in the data, and in words; the map shows all but the last two
    "theory": "objectives, theory",
    "training": "stability, variety",
    "images": "better pictures",
    "conditional": "labels and text",
    "translation": "image to image",
    "restoration": "resolution, holes",
    "editing": "faces, editing, art",
    "video": "video and 3-D",
    "sequences": "text, sound, music",
    "recognition": "recognition",
    "encoders": "codes, autoencoders",
    "evaluation": "evaluation",
    "diffusion": "diffusion and after",
    "articles": "articles, tools",
    "society": "forgeries in the world",
    "background": "mathematics, training",
}
OFF_THE_MAP = ("society", "background")

NOTEBOOKS = {  # the number that the data give, and the notebook's file
    "00": "00_start_here",
    "01": "01_gaussian_toy",
    "02": "02_mode_collapse",
    "03": "03_minibatch_discrimination",
    "04": "04_mnist_dcgan",
    "05": "05_fair_game",
    "06": "06_objectives",
    "07": "07_autoencoders_vae_gan",
    "08": "08_evaluating_gans",
    "09": "09_conditional_gans",
    "10": "10_playground",
}


@dataclass(frozen=True)
class Paper:
    """A paper, article or project. authors: as one cites them. year: of publication. says: what it added, in our words.

    checked: whether the link was found beside this title in another text. notebooks: the numbers of those that show
    the idea. built_on: keys of papers. listed_in: the founding articles that name it: guide, aylien, devnag."""

    key: str
    name: str
    authors: str
    year: int
    title: str
    link: str
    checked: bool
    topic: str
    says: str
    notebooks: tuple[str, ...]
    built_on: tuple[str, ...]
    listed_in: tuple[str, ...]

    def __post_init__(self):
        if self.topic not in TOPICS:
            refuse(f"topic of {self.key!r}", self.topic, f"one of {list(TOPICS)}")
        if not self.link.startswith(("https://", "http://")):
            refuse(f"link of {self.key!r}", self.link, "an address")
        if not 0 < len(self.says) <= LONGEST:
            refuse(f"says of {self.key!r}", self.says, f"1 to {LONGEST} characters")

    @property
    def arxiv(self) -> str | None:
        """Its number at arXiv, such as "1406.2661", or None."""
        found = re.fullmatch(r"https://arxiv\.org/abs/(\d{4}\.\d{4,5})", self.link)
        return found and found[1]

    @property
    def posted(self) -> float:
        """When it was first seen, in years: the month of its arXiv number, else the end of its year."""
        number = self.arxiv
        return 2000 + int(number[:2]) + (int(number[2:4]) - 1) / 12 if number else self.year + 11 / 12

    @property
    def cited(self) -> str:
        """As a text cites it: "Goodfellow et al. 2014"."""
        return f"{re.sub(r'(?:[A-Z][a-z]?[.-]+ ?)+(?=[A-Za-z])', '', self.authors)} {self.year}"


@dataclass(frozen=True)
class Term:
    """A term of the glossary. means: a sentence or two. notebook: the number of the one that explains it."""

    term: str
    means: str
    notebook: str


@dataclass(frozen=True)
class Use:
    """A use of GANs that the beginner's guide names. then: how GANs did it; since: what became of it. papers: keys."""

    use: str
    then: str
    since: str
    papers: tuple[str, ...]


@cache
def papers() -> dict[str, Paper]:
    """The bibliography by key, topic by topic, each in the order of time."""
    return {paper.key: paper for paper in _read("papers", Paper)}


@cache
def terms() -> dict[str, Term]:
    """The glossary by term, in alphabetical order."""
    return {term.term: term for term in sorted(_read("glossary", Term), key=lambda term: term.term.lower())}


@cache
def use_cases() -> tuple[Use, ...]:
    """What GANs are used for, in the guide's order."""
    return tuple(_read("uses", Use))


def _read(name: str, kind: Callable) -> list:
    lines = (FILES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = (json.loads(line) for line in lines)
    return [kind(**{field: tuple(v) if isinstance(v, list) else v for field, v in row.items()}) for row in rows]
