"""Widgets of ipywidgets where no kernel will be: what `interact` shows along its sliders, others in a sentence."""

import html
import re
from collections.abc import Callable, Mapping

from gan_lessons.labs.series_page import Place, Series, series_page

MOST = 13  # places on a slider


def interactive_page(widget) -> tuple[str, str]:
    """The page of what `ipywidgets.interact` made, and where its sliders stand, in words. Each slider has a series, in
    which the others stay where they are."""
    if not widget.kwargs:
        widget.update()
    series = []
    for name, control in zip(widget.kwargs, widget.kwargs_widgets, strict=True):
        places, start = _places(control)
        shown = [_shown(widget.f, label, widget.kwargs | {name: value}) for label, value in places]
        series.append(Series(control.description or name, shown, start))
    title = f"{widget.f.__name__.replace('_', ' ')}: {', '.join(one.label for one in series)}"
    return series_page(title, series), series[0].places[series[0].start].words


def described(widget) -> str:
    """A widget in words."""
    what = re.sub("(?<=[a-z])(?=[A-Z])", " ", type(widget).__name__).lower()
    label, value = getattr(widget, "description", ""), getattr(widget, "value", None)
    known = f": {label}" * bool(label)
    if isinstance(value, int | float) and not isinstance(value, bool):
        known += f", at {value:g}"
    article = "an" if what[0] in "aeiou" else "a"
    return f"In the notebook a widget stands here that needs Python: {article} {what}{known}."


def _places(control) -> tuple[list[tuple[str, object]], int]:
    """(how it is called, the value), of each that a control can have, or of some that are spread evenly; and which of
    them it has. One that has several at once, or no least and most, has one place."""
    value, start = control.value, 0
    if isinstance(getattr(control, "index", None), int):
        pairs = control.options.items() if isinstance(control.options, Mapping) else control.options
        return [(str(one[0]), one[1]) if isinstance(one, tuple) else (str(one), one) for one in pairs], control.index
    if isinstance(value, bool):
        values, start = [False, True], int(value)
    elif isinstance(value, int | float) and hasattr(control, "min"):
        values, start = _numbers(control)
        return [(f"{one:.3g}", one) for one in values], start
    else:
        values = [value]
    return [(str(one), one) for one in values], start


def _numbers(control) -> tuple[list[float], int]:
    """Numbers that begin with the least, by whole steps, at most 13; and the place of that where the slider stands."""
    wide = control.max - control.min
    step = control.step or wide / (MOST - 1) or 1  # a slider may have no steps, or a single number
    steps = int(wide / step + 1e-9)
    every = max(1, -(-steps // (MOST - 1)))
    found = [control.min + step * i for i in range(0, steps + 1, every)]
    values = [control.base**x for x in found] if hasattr(control, "base") else found
    near = min(range(len(values)), key=lambda i: abs(values[i] - control.value))
    values[near] = control.value
    return values, near


def _shown(f: Callable, label: str, arguments: dict) -> Place:
    """What a function shows."""
    from IPython.utils.capture import capture_output

    with capture_output() as seen:
        f(**arguments)
    said = seen.stdout.strip()
    bundles = [output.data for output in seen.outputs]
    parts = [found for data in bundles if (found := _html(data))]
    if "\n" in said:  # a single line stands in the words below
        parts.append(f"<pre>{html.escape(said)}</pre>")
    alts = [html.unescape(alt) for part in parts for alt in re.findall('alt="([^"]*)"', part)]
    return Place(label, "".join(parts), " ".join([*alts, said] if alts else []) or said)


def _html(data: dict) -> str:
    if "text/html" in data:
        return data["text/html"]
    if "image/png" in data:
        return f'<img alt="" src="data:image/png;base64,{data["image/png"].strip()}">'
    return f"<pre>{html.escape(data.get('text/plain', ''))}</pre>"
