"""What is too large to answer within seconds is refused by a lab as by a settings file, and nothing changed."""

import pytest

import gan_lessons as gl

TOO_LARGE = {"runs": 100_000, "g_layers": 100_000, "d_steps": 10**9, "batch": 2**33, "g_width": 10**7}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_is_refused(name):
    lab = gl.labs.Playground(name="limits")
    lab.advance(1)
    recipe, steps = lab.recipe, lab.trainer.steps
    with pytest.raises(ValueError, match="must be"):
        lab.set(name, TOO_LARGE[name])
    assert (lab.recipe, lab.trainer.steps, lab.runs) == (recipe, steps, 1)
    lab.close()


def test_a_speed_of_0_is_refused():
    lab = gl.labs.Lab(gl.recipes.steady, runs=1, name="limits")
    with pytest.raises(ValueError, match=r"^speed must be a whole number of at least 1, not 0"):
        lab.speed = 0
    assert lab.speed == 5
    lab.close()


def test_the_page_follows_what_python_sets():
    lab = gl.labs.Lab(gl.recipes.steady, runs=1, name="limits")
    sent = []
    lab.send = lambda message, buffers=None: sent.append(message)
    lab.set("d_lr", 0.001)
    told = [message for message in sent if message["type"] == "settings"][-1]
    (slider,) = [setting for setting in lab.controls if setting["name"] == "d_lr"]
    assert slider["values"][told["index"]["d_lr"]] == 0.001 and told["undo"]
    lab.undo()
    told = [message for message in sent if message["type"] == "settings"][-1]
    assert slider["values"][told["index"]["d_lr"]] == 0.01 and not told["undo"]
    lab.close()
