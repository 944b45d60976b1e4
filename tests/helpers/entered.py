"""Runs the sections of a notebook as somebody does who enters in the middle: `python entered.py NOTEBOOK NEEDED OUT`.

NEEDED: a file with JSON, section -> the sections that run before it. A line of JSON goes to OUT for each section, once
its cells have run after the import cell and those sections' cells alone. What several sections need runs once: the
process is then copied (`fork`) for each of them.
"""

import json
import os
import sys
from pathlib import Path

from gan_lessons.tools import times


def cells_of(notebook):
    """The import cell, and section -> its cells of code, without the cell for Colab."""
    source = {cell["id"]: cell for cell in notebook["cells"] if cell["id"] != "colab-install"}
    first = next(name for name, cell in source.items() if "import gan_lessons" in "".join(cell["source"]))
    there = {one.title: [name for name in one.ids if name != first] for one in times.sections(notebook, {})}
    return source[first], {title: [source[name] for name in ids if name in source] for title, ids in there.items()}


def trie(paths):
    """Nested dicts that lead along the paths."""
    root = {}
    for path in paths:
        here = root
        for title in path:
            here = here.setdefault(title, {})
    return root


def run(shell, cells):
    """The first error of some cells, or ""."""
    for cell in cells:
        if "raises-exception" in cell["metadata"].get("tags", ()):
            continue
        done = shell.run_cell("".join(cell["source"]))
        if not done.success:
            return f"{cell['id']}: {(done.error_before_exec or done.error_in_exec)!r}"
    return ""


def walk(shell, sections, branches, asked, out, path=()):
    """Runs each branch in a copy of this process, and says of those that are asked for whether they ran."""
    for title, further in branches.items():
        child = os.fork()
        if child:
            _, status = os.waitpid(child, 0)
            if status:
                say(out, [*path, title], f"the process ended with {status}")
            continue
        error = run(shell, sections[title])
        here = (*path, title)
        if here in asked:
            say(out, here, error)
        if not error:
            walk(shell, sections, further, asked, out, here)
        os._exit(0)


def say(out, path, error):
    with out.open("a", encoding="utf-8") as file:
        print(json.dumps({"section": path[-1], "after": list(path[:-1]), "error": error}), file=file)


def main(notebook, needed, out):
    from IPython.core.interactiveshell import InteractiveShell

    content, needs = (json.loads(Path(name).read_text(encoding="utf-8")) for name in (notebook, needed))
    imports, sections = cells_of(content)
    shell = InteractiveShell.instance()
    asked = {(*before, title) for title, before in needs.items()}
    if error := run(shell, [imports]):
        return error
    return walk(shell, sections, trie(sorted(asked)), asked, Path(out))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
