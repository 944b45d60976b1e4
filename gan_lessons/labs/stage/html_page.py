"""Pages that need no server, no network and no other file: they work when opened from disk."""

import base64
import html
import json
import os
from dataclasses import dataclass
from pathlib import Path

from gan_lessons._core.refusals import refuse
from gan_lessons.labs.stage import source, styles
from gan_lessons.trainers.records import replacing

# A page opened from disk may not import modules, so its script is inline. It may load nothing at all.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body[data-jp-theme-light="true"] {{ color-scheme: light; }}
body[data-jp-theme-light="false"] {{
  --jp-layout-color0: #111; --jp-layout-color2: #333; --jp-border-color1: #666; --jp-ui-font-color1: #e6e6e6;
  color-scheme: dark;
}}
body {{ margin: 0; background: var(--jp-layout-color0, #fff); }}
main {{ max-width: 1100px; margin: 0 auto; padding: 8px; }}
{css}
</style>
</head>
<body>
<main>
<h1 class="gan-spoken">{title}</h1>
<div id="root"><noscript>This page needs JavaScript.</noscript></div>
</main>
<script>
"use strict";
(() => {{
{js}
const root = document.getElementById("root");
root.replaceChildren();
{start};
}})();
</script>
</body>
</html>
"""


@dataclass(frozen=True)
class Program:
    """What draws in a page or in a widget. name: its class in JavaScript, made as `new name(element, spec, bytes)`.

    js, css: the pieces that it needs (`stage.source`, `stage.styles`)."""

    name: str
    js: tuple[str, ...]
    css: tuple[str, ...]

    def page(self, title: str, spec: dict, values: bytes) -> str:
        """A whole page. spec, values: what is drawn."""
        start = f"new {self.name}(root, {literal(spec)}, {_literal_bytes(values)})"
        return _PAGE.format(title=html.escape(title), css=styles(*self.css), js=source("frame", *self.js), start=start)


def save_page(path: str | os.PathLike, text: str) -> None:
    """Writes a page as a file that ends in .html; an old one of this name makes way for it.

    Raises ValueError for another name."""
    if Path(path).suffix != ".html":
        refuse("path", Path(path).name, "a name that ends in .html")
    with replacing(path) as file:
        file.write(text.encode())


def literal(value: object) -> str:
    """A value that JSON can hold as JavaScript; no text in it can end the script that it stands in."""
    return json.dumps(value).replace("<", "\\u003c")


def _literal_bytes(values: bytes) -> str:
    """Bytes as JavaScript for a Uint8Array."""
    return f'Uint8Array.from(atob("{base64.b64encode(values).decode()}"), (letter) => letter.charCodeAt(0))'
