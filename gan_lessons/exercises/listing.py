"""`python -m gan_lessons exercises`: what there is to do, by notebook and kind."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from gan_lessons.exercises.catalogue import CHAPTERS, exercises
from gan_lessons.exercises.questions import questions


def main(arguments: list[str]) -> int:
    """Prints a line a notebook; 1 if one has fewer exercises that check than asked for, else 0."""
    parser = argparse.ArgumentParser(prog="python -m gan_lessons exercises", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--at-least", type=int, default=0, metavar="N", help="fail where a notebook has fewer that check"
    )
    parser.add_argument("--names", action="store_true", help="a line for each exercise, too")
    asked = parser.parse_args(arguments)
    short = []
    for notebook in CHAPTERS:
        there = list(exercises(notebook).values())
        judged = [one for one in there if one.judged]
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(Counter(one.kind for one in there).items()))
        refused = sum(one.refused for one in there)
        quiz = f"{len(questions(notebook))} questions in the quiz"
        print(f"{notebook}: {len(judged)} that check ({kinds}), {refused} wrong answers refused, {quiz}")
        if asked.names:
            for one in there:
                print(f"    {one.name} ({one.kind}): {one.refused} wrong answers refused")
        if len(judged) < asked.at_least:
            short.append(notebook)
    if short:
        print(f"fewer than {asked.at_least} that check: {', '.join(short)}", file=sys.stderr)
    return bool(short)
