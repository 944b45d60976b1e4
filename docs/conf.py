"""The course as a site, made from its notebooks. In the root: `python -m sphinx -W -c docs . build/site`.

Every notebook runs in a kernel of its own and an empty folder, so no learner's answers get in. Neither the build nor
the pages need a network.
"""

import json
import os
from pathlib import Path

from docutils import nodes

import gan_lessons
from docs import tables
from gan_lessons._core import pages_folder
from gan_lessons.slides.formulas import mathml
from gan_lessons.tools import badges
from gan_lessons.tools.fresh_notebooks import in_checkout

ADDRESS = badges.address()
NO_PYTHON = """**You need no Python for this page.** Every cell has been run. A lab is a film here, or pictures with
a slider: press *Play*, or move the slider. An exercise unfolds its hints and its solution. Where the text asks you to
run a cell, or names a button that you do not see, it means the notebook itself. You can open it here:

"""

project = "GAN lessons"
copyright = "the authors of GAN lessons. Text and pictures: CC BY 4.0. Code: BSD 3-Clause"
release = gan_lessons.__version__

root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "workshop/**.md"]
include_patterns += [f"notebooks/{path.name}" for path in in_checkout(badges.ROOT)]
exclude_patterns = ["**/.*"]
extensions = ["myst_nb", "sphinx_copybutton"]

nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 1200  # seconds that a cell may take
nb_output_stderr = "remove"  # bars of progress
nb_merge_streams = True  # what a cell prints is one box
nb_render_markdown_format = "myst"  # of outputs: CommonMark has no tables
nb_ipywidgets_js = {}
nb_code_prompt_show = "Show this cell"
nb_code_prompt_hide = "Hide this cell"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
myst_substitutions = tables.all_tables()

html_theme = "sphinx_book_theme"
html_title = project
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_search_summary = False  # it would be fetched, which a page from disk may not
html_sourcelink_suffix = ""
html_theme_options = {
    "repository_url": ADDRESS,
    "repository_branch": "main",
    "launch_buttons": {
        "notebook_interface": "jupyterlab",
        "binderhub_url": "https://mybinder.org",
        "colab_url": "https://colab.research.google.com",
    },
    "use_repository_button": True,
    "toc_title": "On this page",
    "home_page_in_toc": True,
    "footer_content_items": ["copyright.html"],
    "navbar_persistent": [],
    "secondary_sidebar_items": [],  # its room is for labs; the sections of a page stand in the other sidebar
}
html_sidebars = {"**": ["navbar-logo.html", "search-button-field.html", "page-toc.html", "sbt-sidebar-nav.html"]}


def read(app, docname: str, source: list[str]) -> None:
    """A source as the site has it: badges in words; in a notebook how to read it, checks folded, no cell for Colab."""
    text = tables.in_words(source[0])
    if docname.startswith("notebooks/"):
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            tags = cell["metadata"].setdefault("tags", [])
            if badges.TAGS[0] in tags:
                cell["source"] = NO_PYTHON + "".join(cell["source"])
            elif badges.TAGS[1] in tags:
                tags.append("remove-cell")
            elif cell["metadata"].get("jupyter", {}).get("source_hidden"):
                tags.append("hide-input")
        text = json.dumps(notebook)
    elif docname.startswith("workshop/") and docname != "workshop/README":
        text = text.replace("\n", ": for instructors\n", 1)  # it is called as its notebook is
    source[0] = text


def short_titles(app, env) -> None:
    """In lists of pages a lesson goes by its number and name; what it is about stands on its page."""
    for name in [name for name in env.titles if name.startswith(("notebooks/", "workshop/"))]:
        short = env.titles[name].astext().partition(":")[0]
        env.titles[name] = nodes.title("", short)
        next(env.tocs[name].findall(nodes.reference))[:] = [nodes.Text(short)]


def without_state(app, env) -> None:
    """Leaves out the state of widgets, which only a kernel could go on with."""
    for kept in env.nb_metadata.values():
        kept.get("js_files", {}).pop("ipywidgets_state", None)


def launchers(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Only notebooks are launched elsewhere."""
    if not pagename.startswith("notebooks/"):
        buttons = context["header_buttons"]
        context["header_buttons"] = [one for one in buttons if one.get("label") != "launch-buttons"]


def places(app) -> None:
    """Where labs put their pages (`labs.without_kernel`), and the way from the site's top to its first page."""
    first = app.builder.get_target_uri(root_doc)
    Path(app.outdir, "index.html").write_text(f'<meta http-equiv="refresh" content="0; url={first}">', "utf-8")
    folder = Path(app.outdir, "films").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[pages_folder.VARIABLE] = str(folder)


def math(block: bool):
    """How a formula becomes MathML, which browsers draw by themselves."""

    def visit(self, node):
        formula = mathml(node.astext(), block)
        self.body.append(formula.replace("<math ", '<math tabindex="0" ', 1) if block else formula)  # it may scroll
        raise nodes.SkipNode

    return visit, None


def setup(app):
    app.connect("source-read", read)
    app.connect("env-updated", short_titles)
    app.connect("env-updated", without_state)
    app.connect("html-page-context", launchers, priority=900)  # after the theme
    app.connect("builder-inited", places)
    app.add_html_math_renderer("mathml", math(block=False), math(block=True))
