"""The playground in a real JupyterLab: what a person draws, changes, takes back, saves and loads, by mouse and by keys.

`helpers.pages` says how pixels are read.
"""

import json

import numpy as np
import pytest
from helpers.jupyter import both_modes
from helpers.pages import BLUE, BRING_OUT, CANVAS, STANDS, VERMILLION, Lab

from benchmarks.browser import run_all

NAME, KIND = "playground", Lab
CODE = """from gan_lessons.recipes import toys as recipes
from gan_lessons.labs.playground import Playground

lab = Playground()
lab"""
NOTE = ".gan-stage .gan-note"


def said(lab, words):
    lab.page.wait_for_function(
        "([selector, words]) => document.querySelector(selector).textContent.includes(words)", arg=[NOTE, words]
    )


def choose(lab, name, word):
    lab.page.evaluate(BRING_OUT, f"[data-set={name}]")
    lab.page.select_option(f"[data-set={name}]", label=word)


@both_modes
def test_choices_and_sliders_by_mouse_act_on_training(lab):
    lab.play(50)
    choose(lab, "loss", "least squares")
    lab.wait("summary.includes('sigmoid of D')")
    assert lab.ask("repr(lab.trainer.settings['objective'])") == "losses.least_squares"
    lab.pause()
    choose(lab, "data", "PacGAN's grid")
    lab.wait("summary.includes('of 25 modes covered')")
    said(lab, "Training began again at step 0")
    assert lab.picture().axes["plane"]["x"] == [-5.5, 5.5]
    lab.play(20)
    lab.pause()
    assert lab.picture().near(BLUE, "plane", 60).sum() > 300
    lab.shot("grid")


def test_by_keyboard_alone(lab):
    lab.key("[data-set=d_optimizer]", "a")  # SGD, Adam: a letter chooses
    lab.page.wait_for_function(
        "() => document.querySelector('[data-set=d_optimizer]').selectedOptions[0].text === 'Adam'"
    )
    lab.settled("type(lab.recipe.d_optimizer).__name__ == 'Adam'")
    lab.key("[data-set=g_layers]", "ArrowRight")
    said(lab, "Training began again")
    assert lab.ask("[type(lab.recipe.d_optimizer).__name__, len(lab.recipe.generator.hidden)]") == ["Adam", 3]
    focus = lab.page.evaluate("() => document.activeElement.dataset.set")
    assert focus == "g_layers"  # the settings were offered anew, and the key's owner still has the focus
    lab.key("[data-set=pack]", "ArrowRight")
    lab.settled("lab.recipe.discriminator.pack == 2")  # the note is the same as before, so it tells nothing
    for left in (2, 1, 0):
        lab.key("[data-do=undo]", "Enter")
        lab.settled(f"len(lab.done) == {left}")
    first = ["SGD", 2, 1]
    networks = "len(lab.recipe.generator.hidden), lab.recipe.discriminator.pack"
    lab.settled(f"[type(lab.recipe.d_optimizer).__name__, {networks}] == {first}")
    lab.page.wait_for_selector("[data-do=undo]:disabled")


def test_a_line_instead_of_the_plane_and_back(lab):
    choose(lab, "data", "on a line: a Gaussian")
    lab.wait("summary.includes('(real 4.00)')")
    assert "densities" in lab.picture().axes
    lab.play(30)
    lab.pause()
    assert lab.picture().near(VERMILLION, "densities").sum() > 50
    lab.press("undo")
    lab.wait("summary.includes('of 2 modes covered')")
    assert "plane" in lab.picture().axes


def test_drawing_by_mouse_is_trained_on(lab):
    lab.press("draw")
    lab.page.evaluate(STANDS)  # the buttons for drawing take some of the picture's height
    x, y, w, h = lab.picture().axes["plane"]["box"]
    box = lab.page.locator(CANVAS).bounding_box()
    at = lambda across, up: (box["x"] + x + across * w, box["y"] + y + (1 - up) * h)  # noqa: E731
    lab.page.mouse.move(*at(0.2, 0.2))
    lab.page.mouse.down()
    for part in np.linspace(0.2, 0.8, 15):
        lab.page.mouse.move(*at(part, part))
    lab.page.mouse.up()
    lab.shot("drawing")
    assert set(lab.picture().axes) == {"plane"}
    lab.page.click("[data-sketch=done]")
    said(lab, "Training began again at step 0. The real data are ")
    points = np.array(lab.ask("lab.drawn.tolist()"))
    assert len(points) > 10 and np.abs(points[:, 0] - points[:, 1]).max() < 0.1
    assert points.min() == pytest.approx(-1.5, abs=0.1) and points.max() == pytest.approx(1.5, abs=0.15)
    assert lab.ask("(lab.trainer.steps, len(lab.film.frames))") == [0, 1], "training began again"
    lab.play(100)
    lab.pause()
    assert set(lab.picture().axes) > {"plane"}, "the charts are back"
    assert lab.ask("type(lab.trainer.settings['data']).__name__") == "Points"
    lab.shot("drawn")
    lab.press("undo")
    lab.wait("summary.includes('of 2 modes covered')")


def test_drawing_by_keyboard(lab):
    lab.key("[data-do=draw]", "Enter")
    for _ in range(3):
        lab.page.keyboard.press("Shift+ArrowRight")
        lab.page.keyboard.press("Space")
    lab.page.keyboard.press("Enter")
    said(lab, "The real data are 3 points of your own")
    assert lab.ask("lab.trainer.steps") == 0
    assert lab.ask("len(lab.drawn)") == 3
    assert lab.page.evaluate("() => document.activeElement.dataset.do") == "draw"


@both_modes
def test_looking_back_and_going_on_from_there(lab):
    lab.play(200)
    lab.pause()
    lab.rest()
    end = lab.step
    lab.key("[data-do=scrub]", "Home", *["ArrowRight"] * 10)
    there = lab.step
    assert 0 < there < end
    lab.press("back")
    said(lab, f"Back at step {there:,}")
    assert lab.ask("lab.trainer.steps") == there == lab.step
    lab.press("both")
    lab.wait(f"canvas.dataset.step === '{there + 1}'")
    lab.press("undo")
    said(lab, "Taken back: going back.")
    lab.wait(f"canvas.dataset.step === '{end}'")
    assert lab.ask("lab.trainer.steps") == end


def test_saving_leaves_looking_back_alone(lab):
    lab.play(60)
    lab.pause()
    lab.rest()
    lab.key("[data-do=scrub]", "Home", *["ArrowRight"] * 3)
    there = lab.step
    for name in ("keep", "page"):
        with lab.page.expect_download():
            lab.press(name)
        lab.page.wait_for_timeout(300)
        assert lab.step == there and lab.page.is_visible("[data-do=back]")


def test_files(lab, tmp_path):
    lab.play(60)
    lab.pause()
    lab.rest()
    kept = {}
    for name, ending in (("png", ".png"), ("keep", ".json"), ("page", ".html")):
        with lab.page.expect_download() as waiting:
            lab.press(name)
        kept[name] = tmp_path / f"saved{ending}"
        waiting.value.save_as(kept[name])
    assert kept["png"].read_bytes().startswith(b"\x89PNG")
    settings = json.loads(kept["keep"].read_text())
    assert settings["format"] == "gan_lessons settings"
    weights, step = lab.ask("lab.trainer.players['G'].theta.tolist()"), lab.step
    lab.press("seed")
    lab.wait("canvas.dataset.step === '0'")
    with lab.page.expect_file_chooser() as chooser:
        lab.press("load")
    chooser.value.set_files(kept["keep"])
    said(lab, f"Trained again as the file says, to step {step:,}.")
    assert lab.ask("lab.trainer.players['G'].theta.tolist()") == weights
    page = lab.page.context.browser.new_page()
    page.goto(kept["page"].as_uri())
    page.wait_for_selector("canvas[data-step]")
    page.close()


def test_a_foreign_file_is_said_in_the_lab(lab, tmp_path):
    foreign = tmp_path / "foreign.json"
    foreign.write_text('{"nbformat": 4}')
    step = lab.step
    with lab.page.expect_file_chooser() as chooser:
        lab.press("load")
    chooser.value.set_files(foreign)
    said(lab, "That does not work: ")
    assert lab.step == step


@both_modes
def test_a_run_that_diverges_stops_and_can_be_rescued(lab):
    choose(lab, "loss", "Wasserstein")
    choose(lab, "start", "ring")
    lab.settled("lab.recipe.name == 'ring'")
    lab.ask("[lab.set('loss', 'Wasserstein'), lab.set('d_optimizer', 'SGD'), lab.set('g_optimizer', 'SGD')] and None")
    lab.ask("[lab.set('d_lr', 1e6), lab.set('g_lr', 1e6)] and None")
    lab.page.click("[data-do=play]:has-text('Play')")
    said(lab, "Training stopped: no run has finite numbers any more")
    lab.page.wait_for_selector("[data-do=play]:has-text('Play')")
    lab.shot("diverged")
    lab.press("rescue")
    said(lab, "Back at step ")
    assert lab.ask("int(lab.trainer.diverged[0])") == -1
    assert "Back to the last good frame" not in lab.page.inner_text(".gan-bar")


def test_the_optimum_and_the_difference_are_drawn(lab):
    lab.play(200)
    lab.pause()
    lab.rest()
    pictures = {}
    for word in ("D*", "D - D*", "D"):
        choose(lab, "heat", word)
        lab.settled(f"lab.scene.heat.looks[lab.scene.looks['heat']['index']] == {word!r}")
        pictures[word] = lab.picture().pixels
        lab.shot(f"heat-{len(pictures)}")
    assert all((pictures["D"] != pictures[word]).any(-1).mean() > 0.05 for word in ("D*", "D - D*"))


def test_a_kernel_that_is_gone_is_said_and_the_film_stays(opened):
    lab = opened.fresh()
    lab.play(60)
    lab.pause()
    lab.rest()
    step = lab.step
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    said(lab, "The kernel behind this lab is gone")
    lab.shot("gone")
    lab.key("[data-do=scrub]", "Home")
    assert lab.step == 0
    lab.key("[data-do=scrub]", "End")
    assert lab.step == step and lab.picture().near(BLUE, "plane", 60).sum() > 100
    lab.page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
    )
    run_all(lab.page)
    lab.errors.clear()
