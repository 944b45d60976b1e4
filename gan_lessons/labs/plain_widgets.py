"""Widgets of ipywidgets where no kernel will be: what `interact` shows along its sliders, others in a sentence."""

import html
import re
from collections.abc import Callable, Iterator, Mapping

from gan_lessons.labs.series_page import Place, Series, series_page

MOST = 13  # places on a slider


def interactive_page(widget) -> tuple[str, str]:
    """The page of what `ipywidgets.interact` made, and where its sliders stand, in words. Each slider has a series, in
    which the others stay where they are."""
    if not widget.kwargs:
        widget.update()
    series = []
    for name, control in zip(widget.kwargs, widget.kwargs_widgets, strict=True):
        places = list(_places(control))
        start = [value for _, value in places].index(control.value)
        shown = [_shown(widget.f, label, widget.kwargs | {name: value}) for label, value in places]
        series.append(Series(control.description or name, shown, start))
    title = f"{widget.f.__name__.replace('_', ' ')}: {', '.join(one.label for one in series)}"
    return series_page(title, series), series[0].places[series[0].start].words


def described(widget) -> str:
    """A widget in words."""
    what = re.sub("(?<=[a-z])(?=[A-Z])", " ", type(widget).__name__).lower()
    label, value = getattr(widget, "description", ""), getattr(widget, "value", None)
    known = f": {label}" * bool(label) + f", at {value:g}" * isinstance(value, int | float)
    return f"In the notebook a widget stands here that needs Python: a {what}{known}."


def _places(control) -> Iterator[tuple[str, object]]:
    """(how it is called, the value), of each that a control can have, or of some that are spread evenly."""
    if hasattr(control, "options"):
        pairs = control.options.items() if isinstance(control.options, Mapping) else control.options
        names, values = zip(*(one if isinstance(one, tuple) else (one, one) for one in pairs), strict=True)
    elif isinstance(control.value, bool):
        names = values = [False, True]
    elif hasattr(control, "min"):
        values = _numbers(control)
        names = [f"{value:.3g}" for value in values]
    else:
        names = values = [control.value]
    return zip(map(str, names), values, strict=True)


def _numbers(control) -> list[float]:
    """Numbers from the least to the most, by whole steps, at most 13; where the slider stands is among them."""
    steps = round((control.max - control.min) / control.step)
    every = -(-steps // (MOST - 1))
    found = [control.min + control.step * i for i in range(0, steps + 1, every)]
    values = [control.base**x for x in found] if hasattr(control, "base") else found
    near = min(range(len(values)), key=lambda i: abs(values[i] - control.value))
    values[near] = control.value
    return values


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
