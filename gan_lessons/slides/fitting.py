"""Texts that fit on a slide: blocks and sentences of Markdown, and how many lines they take."""

from __future__ import annotations

import re
from collections.abc import Sequence

LINE, ROOM = 44, 11.5  # letters in a line of a slide, and lines under its heading
WORDS = 55  # of a section's opening: whole sentences, one at least


def blocks(text: str) -> list[str]:
    """What empty lines part."""
    return [block.strip("\n") for block in re.split(r"\n\s*\n", text) if block.strip()]


def is_list(block: str) -> bool:
    return bool(re.match(r"[-*] |\d+\. ", block))


def is_prose(block: str) -> bool:
    return not is_list(block) and not re.match(r"[>|#<\[]|!\[|\$\$|```", block)


def sentences(block: str) -> list[str]:
    """Of a paragraph; "et al." ends none."""
    return re.split(r"(?<=[.?!])(?<!\bal\.)\s+(?=[A-Z*`\"(])", block.strip())


def first_words(text: str) -> str:
    """The first sentences of the first paragraph, and a list that it announces; or the list that stands first."""
    first, *rest = [block for block in blocks(text) if is_list(block) or is_prose(block)] or [""]
    if is_list(first):
        return first
    if first.endswith(":") and rest and is_list(rest[0]):
        return f"{first}\n\n{rest[0]}"
    kept: list[str] = []
    for sentence in sentences(first):
        if kept and len(" ".join([*kept, sentence]).split()) > WORDS:
            break
        kept.append(sentence)
    return " ".join(kept)


def last_question(text: str) -> str:
    """The question that a text ends with, or ""."""
    *_, block = blocks(text) or [""]
    last = sentences(block)[-1] if is_prose(block) else ""
    return last if last.endswith("?") else ""


def items(block: str) -> list[str]:
    """The items of a list; another block is one."""
    return re.split(r"\n(?=[-*] |\d+\. )", block.strip())


def fitted(pieces: Sequence[str]) -> list[str]:
    """Texts of `ROOM` lines at most, each of some of the pieces; a piece stays whole."""
    found: list[str] = []
    for piece in pieces:
        if found and lines(found[-1]) + lines(piece) <= ROOM:
            found[-1] += f"\n\n{piece}"
        else:
            found.append(piece)
    return found


def lines(text: str) -> float:
    """About how many lines a text takes on a slide, with the space after each block."""
    pieces = [item for block in blocks(text) for item in items(block)]
    return sum(0.4 + (2 if piece.startswith("$$") else -(-len(piece) // LINE)) for piece in pieces)
