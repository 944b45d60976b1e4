"""The pages that people read in the repository: their links, and the shell commands that they name."""

import re
import shlex
from dataclasses import dataclass

from helpers.versions import ROOT

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "workshop").rglob("*.md")) + sorted((ROOT / "docs").glob("*.md"))
SHELLS = ("bash", "sh", "shell", "console", "powershell", "bat")
PROGRAMS = {"python", "bash", "sh", "pytest", "pip", "jupyter", "voila", "torchrun", "git", "nbgrader", "pre-commit"}
PROGRAMS |= {"chromium", "source", "sudo", "curl", "helm", "kubectl"}
BLOCK = re.compile(r"(?ms)^( *)```(\S*)[^\n]*\n(.*?)^ *```$")


@dataclass(frozen=True)
class Command:
    """words: as a shell splits them. whole: from a block, and so to be typed as it stands; otherwise it stands in a
    sentence, which may name a command without what follows it."""

    page: str
    words: tuple[str, ...]
    whole: bool

    def __str__(self):
        return " ".join(self.words)


def text(path):
    return path.read_text(encoding="utf-8")


def blocks(path, languages):
    """The blocks of code in these languages, without their indentation."""
    found = BLOCK.findall(text(path))
    return [re.sub(f"(?m)^{indent}", "", code) for indent, language, code in found if language in languages]


def prose(path):
    """A page without its blocks of code."""
    return BLOCK.sub("", text(path))


def commands():
    """All commands of all pages, each once."""
    found = {}
    for path in PAGES:
        page = path.relative_to(ROOT).as_posix()
        whole = [line for code in blocks(path, SHELLS) for line in code.replace("\\\n", " ").splitlines()]
        named = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose(path))]
        for line in whole + [code for code in named if " " in code and code.split()[0] in PROGRAMS]:
            for words in split(line):
                command = Command(page, words, line in whole)
                found.setdefault((words, command.whole), command)
    return list(found.values())


def split(line):
    """The commands of a line: those that `&&`, `;` and `|` join, without comments."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="&;|")
    lexer.whitespace_split, lexer.escape = True, ""  # a backslash is Windows' here
    parts = [[]]
    for word in lexer:
        if set(word) <= set("&;|"):
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(words) for words in parts if words]


def links(path):
    """What a page links to: of Markdown, of <address>, and of a bare address outside of code."""
    plain = re.sub(r"`[^`\n]*`", "", re.sub(r"(?s)<!--.*?-->", "", prose(path)))
    bare = re.findall(r"https?://[^\s)>\]\"']+", plain)
    return list(dict.fromkeys([*re.findall(r"\]\(([^)\s]+)\)", plain), *bare]))


def anchors(path):
    """The anchors of a page's headings, as GitHub makes them."""
    found = [
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"(?m)^#+ (.+)$", prose(path))
    ]
    return {f"{name}-{found[:i].count(name)}" if name in found[:i] else name for i, name in enumerate(found)}
