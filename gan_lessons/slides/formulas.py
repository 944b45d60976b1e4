"""Formulas as MathML, which browsers draw by themselves: on slides, and on the site's pages (`docs/conf.py`)."""

import re
from xml.etree.ElementTree import tostring

from latex2mathml.converter import convert_to_element


def mathml(formula: str, block: bool = False) -> str:
    """A formula of LaTeX. block: it stands on lines of its own. A function's name stands apart from a letter or a
    number that follows it: log D. HTML in a formula is shown as it is written."""
    made = tostring(convert_to_element(formula, display="block" if block else "inline"), encoding="unicode")
    made = re.sub(r"&amp;(?=#x[0-9A-F]+;)", "&", made)  # of signs, which stand there by their numbers
    return re.sub(r"(<mi>[a-z]{2,}</mi>)(?=<m[in]>)", r'\1<mspace width="0.17em" />', made)
