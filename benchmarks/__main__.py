"""`python -m benchmarks toy`: one JSON object a line, with the keys name, value, unit, baseline, ratio, n.

ratio says how many times better than the baseline for the same work: above 1 is better.
"""

import argparse
import ast
import contextlib
import importlib
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path


def suites() -> dict[str, str]:
    """The suites found, name -> first line of its docstring. Nothing is imported: some need a browser."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(part, ast.FunctionDef) and part.name == "rows" for part in tree.body):
            found[path.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def main(arguments: Sequence[str]) -> int:
    """Runs one suite, or lists them. Exits with 2, naming what there is, for a suite or an option not known."""
    found = suites()
    parser = _parser(found)
    options = parser.parse_args(arguments)
    if options.suite is None:
        print("\n".join(f"python -m benchmarks {name:<8} {what}" for name, what in found.items()))
        return 0
    rows = importlib.import_module(f"benchmarks.{options.suite}").rows
    more = {} if options.students is None else {"students": options.students}
    if more and "students" not in inspect.signature(rows).parameters:
        parser.error(f"{options.suite} has no students: only the suite hub does")
    file = contextlib.nullcontext() if options.out is None else options.out.open("a", encoding="utf-8")
    with file as out:
        for row in rows(options.repeats, **more):
            for place in filter(None, (sys.stdout, out)):
                print(row.line(), file=place, flush=True)
    return 0


def _parser(found: dict[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("suite", nargs="?", choices=found, help="which to run; without it they are listed")
    parser.add_argument("--repeats", type=_count, help="measurements of each side of a row (default: the suite's own)")
    parser.add_argument("--students", type=_count, help="of the suite hub: how many at once")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also append the lines to this file")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
