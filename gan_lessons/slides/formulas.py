"""Formulas as MathML, which browsers draw by themselves: on slides, and on the site's pages (`docs/conf.py`)."""

import re

from latex2mathml.converter import convert


def mathml(formula: str, block: bool = False) -> str:
    """A formula of LaTeX. block: it stands on lines of its own. A function's name stands apart from a letter or a
    number that follows it: log D."""
    made = convert(formula, display="block" if block else "inline")
    return re.sub(r"(<mi>[a-z]{2,}</mi>)(?=<m[in]>)", r'\1<mspace width="0.17em" />', made)
