"""What stands where no kernel will be: each widget leaves a page that works, and is afterwards as it was."""

import os
import re
from pathlib import Path

import nbformat
import pytest
import torch
from helpers.asked_digits import FromTestSet
from helpers.linear_coders import digits, networks
from helpers.players import RING, SMALL, varied
from helpers.states import same, where
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

import gan_lessons as gl
from gan_lessons._core.pages_folder import VARIABLE, folder
from gan_lessons.distributions.images import Handwritten
from gan_lessons.distributions.noise import NormalNoise
from gan_lessons.labs import film_again, latent_planes, plain_widgets, without_kernel
from gan_lessons.labs.series_page import Place, Series, series_page
from gan_lessons.recipes import digits as digit_recipes

VIEW = "application/vnd.jupyter.widget-view+json"
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
WIDTH = {"width": 4}
DIGITS = varied(
    digit_recipes.lean_dcgan, WIDTH, WIDTH, batch=8, noise=NormalNoise(8), steps=40, data=Handwritten(first=500)
)


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """The folder of the pages; with `shown()`, what cells displayed since the last call."""
    films = tmp_path / "films"
    films.mkdir()
    monkeypatch.setenv(VARIABLE, str(films))
    shell, found = InteractiveShell.instance(), CapturingDisplayPublisher()
    monkeypatch.setattr(shell, "display_pub", found)
    monkeypatch.setattr(film_again, "STEPS", 60)
    monkeypatch.setattr(film_again, "LARGE_STEPS", 6)
    monkeypatch.setattr(latent_planes, "SHOWN", 2)
    without_kernel.take_over()
    yield films, lambda: [found.outputs.pop(0)["data"] for _ in list(found.outputs)]
    InteractiveShell.clear_instance()


def page_of(films, data):
    """The page that a cell shows."""
    assert VIEW not in data and "<iframe" in data["text/html"] and 'title="' in data["text/html"]
    return (films / re.search(r'src="\.\./films/([^"]+)"', data["text/html"])[1]).read_text()


def changed(name):
    """A lab that was trained, set anew, and stepped."""
    lab = gl.labs.Lab(SMALL, runs=3, name=name)
    lab.advance(25)
    lab.set("d_lr", 0.003)
    lab.step("D")
    return lab


def half_way(name):
    """A lab in the middle of a round of slow motion."""
    lab = gl.labs.Playground(RING, runs=2, name=name)
    for _ in range(4):
        lab.frame(paid=False, phase=lab.sides[0].phase(0))
    return lab


def pair(name):
    made = gl.labs.Compare(RING, {"d_lr": 0.003}, name=name)
    made.advance(10)
    return made


def of_digits(name):
    lab = gl.labs.Lab(DIGITS, name=name)
    lab.advance(2)
    return lab


@pytest.mark.parametrize("make", [changed, half_way, pair, of_digits], ids=lambda make: make.__name__)
def test_a_film_leaves_the_lab_as_it_was_to_the_last_bit(pages, make):
    lab, twin = make("one"), make("other")
    steps, kept = lab.trainer.steps, list(lab.film.frames)
    display(lab)
    page = page_of(pages[0], pages[1]()[0])
    assert "new FilmPlayer(root" in page and len(page) < 4_000_000
    assert f'"start": {len(kept) - 1}, ' in page, "where the lab stands, and not what comes of it"
    assert lab.trainer.steps == steps and lab.film.frames == kept
    for _ in range(2):
        for side, other in zip(lab.sides, twin.sides, strict=True):
            assert same(where(side.trainer), where(other.trainer)) and side.log.moves == other.log.moves
        assert lab.code() == twin.code()
        lab.advance(3), twin.advance(3)  # and goes on as if nothing had been


def test_a_film_begins_with_what_was_kept_and_goes_on(pages):
    lab = changed("lab")
    frames = film_again.film_on(lab)
    steps = [header["step"] for header, _ in frames]
    assert steps[: len(lab.film.frames)] == [header["step"] for header, _ in lab.film.frames]
    assert steps[-1] == lab.trainer.steps + 60 and len(steps) == len(lab.film.frames) + 60
    lab.advance(60)
    assert frames[-1][1][0] == lab.film.frames[-1][1][0], "the film shows what comes when one plays"


def test_digits_are_scored_in_the_film_and_the_lab_keeps_its_own_score(pages, monkeypatch):
    monkeypatch.setattr(film_again, "MEASURED", 3)
    lab = gl.labs.Lab(DIGITS, name="digits")
    before = dict(vars(lab.sides[0].judge))
    page, words = lab.without_kernel()
    assert re.search(r"Score \d\.\d \(real digits: ", words) and "images a second" not in page
    assert {key: vars(lab.sides[0].judge)[key] for key in ("at", "trouble", "_work")} == {
        key: before[key] for key in ("at", "trouble", "_work")
    }


def test_a_page_is_the_same_each_time_and_named_by_its_title(pages):
    for _ in range(2):
        display(gl.labs.Lab(SMALL, runs=2, name="twice"))
    first, second = pages[1]()
    assert first == second and [file.name[:13] for file in pages[0].iterdir()] == ["steady-seed-0"]


def dirac():
    return gl.labs.DiracLab(name="test")


def scrubber():
    return gl.labs.Scrubber(gl.shipped.sweeps.load("ring_d_rates"), name="test")


def metric_lab():
    return gl.labs.MetricLab(name="test")


def diagnosis():
    return gl.labs.Diagnosis(name="test")


def pairs():
    return gl.labs.RealOrGenerated({"G": gl.shipped.networks.shipped("mlp")[0]}, pairs=4, name="test")


def class_lab():
    return gl.labs.ClassLab(FromTestSet(), name="test")


def latent(name="test"):
    return gl.labs.LatentLab(gl.shipped.networks.shipped("mlp")[0], name=name)


def planes():
    images, labels = digits()
    return gl.labs.LatentPlanes(networks(), images, labels, name="test")


OTHERS = [scrubber, dirac, metric_lab, diagnosis, pairs, class_lab, latent, planes]
SERIES = {metric_lab: len(gl.distributions.FORGERIES), diagnosis: 1, pairs: 1, class_lab: 4, latent: 3, planes: 3}


@pytest.mark.slow
@pytest.mark.parametrize("make", OTHERS, ids=lambda make: make.__name__)
def test_every_other_lab_leaves_a_page_that_teaches(pages, make):
    lab = make()
    before = repr(lab), getattr(lab, "said", "")
    display(lab)
    data = pages[1]()[0]
    page, words = page_of(pages[0], data), data["text/plain"]
    assert len(page) < 4_000_000 and len(words) > 40
    assert (repr(lab), getattr(lab, "said", "")) == before, "the lab is as it was"
    if make in SERIES:
        assert page.count('"places": [') == SERIES[make] and "<button" not in page.partition("<script>")[0]
        assert page.count("data:image/webp") > 3 and page.count("alt=") == page.count("data:image/webp")


def test_a_walk_leaves_the_latent_lab_where_it_was(pages):
    lab, other = latent(), latent("other")
    lab.choose(7), other.choose(7)
    lab.without_kernel()
    assert torch.equal(lab.shown.sheet.images, other.shown.sheet.images) and lab.shown.place == other.shown.place
    lab.set("direction 2", 1.0), other.set("direction 2", 1.0)
    assert torch.equal(lab.shown.sample, other.shown.sample)


@pytest.mark.slow
def test_a_latent_lab_of_a_training_that_has_not_begun_shows_what_would_come(pages):
    lab = gl.labs.Lab(DIGITS, name="to walk in")
    before = where(lab.trainer)
    walk = gl.labs.LatentLab(lab, name="walk")
    page, words = walk.without_kernel()
    assert "As trained to step 6." in page and walk.shown.steps == 0 and same(where(lab.trainer), before)
    assert words.startswith("As trained to step 6.")


def test_a_widget_of_another_library_is_shown_along_its_slider_or_told(pages):
    import ipywidgets as widgets
    from tqdm.notebook import tqdm

    def doubled(x, shout=False):
        print(f"twice {x} is {2 * x}" + "!" * shout)

    widgets.interact(doubled, x=widgets.SelectionSlider(options=[1, 2, 5], value=2))
    display(widgets.FloatLogSlider(value=0.01, base=10, min=-4, max=-1, description="D's rate"))
    list(tqdm(range(3)))
    lab = gl.labs.Lab(SMALL, runs=2, name="closed")
    lab.close()
    display(lab)
    *_, along, told, closed = [data for data in pages[1]() if VIEW in data or "text/html" in data]
    page = page_of(pages[0], along)
    assert all(f"twice {x} is {2 * x}" in page for x in (1, 2, 5)) and "twice 2 is 4!" in page
    assert "twice 2 is 4" in along["text/plain"] and "doubled: x, shout" in along["text/plain"]
    assert told["text/plain"].endswith("a float log slider: D's rate, at 0.01.") and VIEW not in told
    assert "closed" in closed["text/plain"] and VIEW not in closed


@pytest.mark.parametrize(("least", "most", "step", "value"), [(0, 10, 1, 3), (-4.0, -1.0, 0.1, 0.0123)])
def test_a_slider_of_many_places_has_some_and_the_one_where_it_stands(pages, least, most, step, value):
    import ipywidgets as widgets

    kind = widgets.IntSlider if step == 1 else widgets.FloatLogSlider
    seen = []

    def see(x):
        seen.append(x)

    widgets.interact(see, x=kind(value=value, min=least, max=most, step=step))
    made = set(seen)
    assert 10 <= len(made) <= 13 and value in made and min(made) == (least if step == 1 else 1e-4)


@pytest.mark.parametrize(
    ("kind", "more", "places"),
    [
        ("IntSlider", {"value": 4, "min": 4, "max": 4}, [4]),
        ("IntSlider", {"value": 0, "min": 0, "max": 1, "step": 5}, [0]),
        ("FloatSlider", {"value": 0.35, "min": 0.0, "max": 1.0, "step": 0.35}, [0.0, 0.35, 0.7]),
        ("BoundedFloatText", {"value": 12.0, "min": 0.0, "max": 12.0}, list(range(13))),  # it has no step
        ("IntRangeSlider", {"value": (1, 3), "min": 0, "max": 5}, [(1, 3)]),
        ("SelectMultiple", {"value": (1, 2), "options": [1, 2, 3]}, [(1, 2)]),
        ("Dropdown", {"value": None, "options": ["a", "b"]}, [None]),
        ("Dropdown", {"value": (1, 2), "options": [("one", (1, 1)), ("two", (1, 2))]}, [(1, 1), (1, 2)]),
        ("Text", {"value": "words"}, ["words"]),
        ("Checkbox", {"value": True}, [False, True]),
    ],
    ids=str,
)
def test_a_control_of_any_kind_has_a_place_where_it_stands(kind, more, places):
    import ipywidgets as widgets

    seen = []

    def see(x):
        seen.append(x)

    shown = widgets.interactive(see, x=getattr(widgets, kind)(**more))
    shown.update()  # as ipywidgets 7 does when it is shown, and version 8 when it is made
    seen.clear()
    page, _ = plain_widgets.interactive_page(shown)
    assert seen == places
    assert f'"start": {places.index(more["value"])}, ' in page


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        ("Text", {"value": "words"}, "a text."),
        ("Button", {"description": "Go"}, "a button: Go."),
        ("VBox", {}, "a vbox."),
        ("Checkbox", {"value": True}, "a checkbox."),
        ("IntSlider", {"value": 3, "description": "n"}, "an int slider: n, at 3."),
    ],
)
def test_a_widget_of_any_kind_is_told_in_words(kind, more, words):
    import ipywidgets as widgets

    assert plain_widgets.described(getattr(widgets, kind)(**more)).endswith(f"that needs Python: {words}")


def test_without_the_variable_nothing_changes(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert folder() is None
    shell = InteractiveShell.instance()
    try:
        without_kernel.take_over()
        assert gl.labs.Lab not in shell.display_formatter.ipython_display_formatter
    finally:
        InteractiveShell.clear_instance()


def test_a_folder_that_is_not_there_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    with pytest.raises(ValueError, match="GAN_LESSONS_PAGES must be a folder that is there, not '"):
        folder()


def test_pages_of_pictures_without_a_picture_are_refused():
    for series in ([], [Series("x", [])]):
        with pytest.raises(ValueError, match="series must be one or more, each with a place or more"):
            series_page("A page", series)
    assert "new SeriesView(root" in series_page("A page", [Series("x", [Place("1", "", "words")])])


# -- the notebooks


def sources():
    """(notebook, the code of a cell)."""
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code":
                yield path.stem, cell.source


def test_each_lab_of_a_notebook_has_a_page_without_a_kernel():
    used = {(name, lab) for name, source in sources() for lab in re.findall(r"gl\.labs\.(\w+)\(", source)}
    assert len(used) >= 20
    assert [one for one in used if not hasattr(getattr(gl.labs, one[1]), "without_kernel")] == []


def test_other_widgets_of_notebooks_are_of_kinds_that_are_tried_above():
    used = {word for _, source in sources() for word in re.findall(r"\bwidgets\.(\w+)", source)}
    assert used == {"interact", "SelectionSlider", "FloatLogSlider", "link"}


@pytest.mark.slow
def test_a_notebook_that_is_run_for_a_page_has_no_widget_in_its_outputs(tmp_path):
    from nbclient import NotebookClient

    cells = [
        "import ipywidgets as widgets\nfrom tqdm.auto import tqdm\nimport gan_lessons as gl",
        "lab = gl.labs.Lab(gl.recipes.steady, runs=2)\nlab",
        "rate = widgets.FloatLogSlider(value=lab.d_lr, base=10, min=-4, max=-1)\n"
        'widgets.link((rate, "value"), (lab, "d_lr"))\nrate',
        "_ = list(tqdm(range(3)))",
        "@widgets.interact(x=widgets.SelectionSlider(options=[1, 2], value=2))\ndef show(x):\n    print(x)",
        'gl.exercises.ask("01.first")\ngl.exercises.quiz("01")\ngl.exercises.progress("01")',
        "gl.labs.DiracLab()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    env = os.environ | {VARIABLE: str(tmp_path)}
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute(env=env)
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    assert [output for output in outputs if VIEW in output.get("data", {})] == []
    assert len(list(tmp_path.glob("*.html"))) == 3 and not (tmp_path / "gan_answers.json").exists()
