"""Which sections' cells must have run before a section of a notebook can run, found by reading the code."""

import ast
import builtins
import symtable

from gan_lessons.tools import times

COLAB = "colab-install"


def needed(notebook):
    """Title -> titles, in the notebook's order. The import cell is not counted."""
    there = times.sections(notebook, {})
    section_of = {name: i for i, one in enumerate(there) for name in one.ids}
    asked = [set() for _ in there]
    last = {}  # name -> the section that gave it its value last
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code" or cell["id"] == COLAB:
            continue
        source, here = plain("".join(cell["source"])), section_of[cell["id"]]
        reads, gives = names(source)
        asked[here] |= {last[name] for name in reads if name in last} - {here, None}
        last |= dict.fromkeys(gives, None if "import gan_lessons" in source else here)
    closed = [set() for _ in there]
    for i, direct in enumerate(asked):  # what comes before is closed already
        closed[i] = direct.union(*(closed[j] for j in direct))
    return {one.title: [there[j].title for j in sorted(closed[i])] for i, one in enumerate(there)}


def plain(source):
    return "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("%"))


def names(source):
    """The names that a cell takes from before it, and those that it gives."""
    reads, gives = set(), set()
    for statement in ast.parse(source).body:
        table = symtable.symtable(ast.unparse(statement), "cell", "exec")
        own = {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()}
        inside = own if isinstance(statement, ast.For | ast.With | ast.FunctionDef | ast.ClassDef) else set()
        reads |= read(table) - gives - inside
        gives |= own
    return reads - set(dir(builtins)), gives


def read(table, outermost=True):
    """Global names that are read in a table of symbols, or in a function inside of it."""
    found = {one.get_name() for one in table.get_symbols() if one.is_referenced() and (outermost or one.is_global())}
    return found.union(*(read(child, False) for child in table.get_children()))
