"""A lab among other widgets: its settings are traits, it stands in boxes, and it leaves a picture behind."""

import base64
import io
import threading

import ipywidgets
import pytest
from helpers.messages import listened, of_type, say
from helpers.players import RING, SMALL, same, thetas
from PIL import Image

from gan_lessons.labs import film_again
from gan_lessons.labs.compare import Compare
from gan_lessons.labs.lab import Lab
from gan_lessons.labs.playground import Playground
from gan_lessons.plots.diagram import told


@pytest.fixture
def opened():
    labs = []

    def make(kind=Lab, recipe=SMALL, *others, **more):
        labs.append(kind(recipe, *others, **({"runs": 1, "name": f"widget {len(labs)}"} | more)))
        return listened(labs[-1])

    yield make
    for lab in labs:
        lab.close()


@pytest.fixture
def displayed(monkeypatch):
    """What was displayed, and how: (data, the rest)."""
    shown = []
    for name in ("display", "update_display"):
        monkeypatch.setattr(f"IPython.display.{name}", lambda data, **more: shown.append((data, more)))
    return shown


def test_a_setting_is_a_trait_and_one_change_is_one_undo(opened):
    lab, heard = opened(), []
    lab.observe(lambda change: heard.append((change.old, change.new)), "d_lr")
    before = lab.d_lr
    lab.d_lr = 0.003
    assert lab.recipe.discriminator is SMALL.discriminator and lab.trainer.settings["d_optimizer"].lr == 0.003
    assert heard == [(before, 0.003)] and len(lab.done) == 1
    lab.undo()
    assert lab.d_lr == before and heard[-1] == (0.003, before) and not lab.done


def test_what_waits_in_another_thread_does_not_count_as_heard(monkeypatch):
    """A page waits for the answer to a click; what the kernel says meanwhile of something else is none."""
    told = []
    monkeypatch.setattr(ipywidgets.Widget, "send", lambda self, content, buffers=None: told.append(content))
    lab = Lab(SMALL, runs=1, name="heard")
    heard = lambda kind: next(one["heard"] for one in reversed(told) if one["type"] == kind)  # noqa: E731
    say(lab, "step", who="both", sent=5.0)
    assert heard("frame") == 5.0
    with lab.lock:
        click = threading.Thread(target=say, args=(lab, "step"), kwargs={"who": "both", "sent": 9.0})
        click.start()
        click.join(0.3)
        lab.send({"type": "rested"})
        assert click.is_alive() and heard("rested") == 5.0
    click.join()
    assert heard("frame") == 9.0
    lab.send({"type": "rested"})
    assert heard("rested") == 9.0
    say(lab, "set", name="d_lr", value="no number", sent=12.0)
    assert heard("settings") == 12.0, "a refusal is an answer, too"
    lab.close()


def test_what_the_page_or_python_sets_is_seen_by_traits(opened):
    lab = opened()
    say(lab, "set", name="batch", value=16)
    assert lab.batch == 16
    lab.set("batch", 32)
    assert lab.batch == 32
    lab.restart(5)
    assert lab.batch == 32 and lab.seed == 5


@pytest.mark.parametrize("value", ["fast", None, -1, float("nan")])
def test_a_trait_refuses_what_the_setting_refuses(opened, value):
    lab = opened()
    before = lab.d_lr
    with pytest.raises(ValueError, match="d_"):
        lab.d_lr = value
    assert lab.d_lr == before and not lab.done


@pytest.mark.parametrize(("name", "near"), [("d_lrr", "'d_lr'"), ("batchsize", "'batch'"), ("zzz", "'g_steps'")])
def test_a_misspelled_setting_is_refused_with_the_nearest_known_ones(opened, name, near):
    lab = opened()
    with pytest.raises(AttributeError, match=f"{name} is no setting of this lab; .*{near}"):
        setattr(lab, name, 0.003)
    assert name not in vars(lab)


def test_what_widgets_and_private_names_need_can_still_be_set(opened):
    lab = opened()
    lab._mine, lab.layout.width, lab.speed, lab.shown = 1, "50%", 2, 0
    lab.layout = ipywidgets.Layout(height="9em")
    lab.add_traits(own=ipywidgets.IntSlider().traits()["value"])
    lab.own = 3
    assert (lab._mine, lab.own, lab.layout.height) == (1, 3, "9em")
    lab.close()
    with pytest.raises(AttributeError, match="'g_lr'"):
        lab.glr = 0.003


def test_a_page_hears_why_its_link_was_refused(opened):
    lab = opened()
    before = lab.d_lr
    lab.set_state({"d_lr": -1})
    assert lab.d_lr == before
    assert of_type(lab, "settings")[-1]["note"].startswith("That does not work: d_")


def test_a_slider_of_ones_own_is_linked_both_ways(opened):
    lab, slider = opened(), ipywidgets.FloatSlider(min=0.0, max=0.1, step=1e-4)
    ipywidgets.link((lab, "g_lr"), (slider, "value"))
    slider.value = 0.02
    assert lab.trainer.settings["g_optimizer"].lr == 0.02
    lab.undo()
    assert slider.value == pytest.approx(SMALL.g_optimizer.lr)


def test_interact_drives_a_lab(opened):
    lab = opened()
    widget = ipywidgets.interactive(lambda lr: lab.set("d_lr", lr), lr=(0.001, 0.01, 0.001))
    widget.children[0].value = 0.007
    assert lab.d_lr == 0.007


def test_an_observer_may_set_another_setting(opened):
    lab = opened()
    lab.observe(lambda change: lab.set("g_lr", change.new / 2), "d_lr")
    lab.set("d_lr", 0.004)
    assert lab.g_lr == 0.002 and lab.trainer.settings["g_optimizer"].lr == 0.002


def test_settings_that_are_gone_are_none_and_cannot_be_set(opened):
    lab = opened()
    assert lab.sd > 0
    lab = opened(Playground, RING, name="gone")
    lab.set("data", "two moons")
    if lab.has_trait("sd") and "sd" not in lab.settings:
        assert lab.sd is None
    with pytest.raises(ValueError, match="name must be one of"):
        lab.set("mean", 1.0)


def test_a_lab_stands_in_boxes_and_says_what_it_is(opened):
    lab = opened()
    lab.advance(3)
    assert ipywidgets.VBox([lab]).children == (lab,) and ipywidgets.Tab([lab]).children == (lab,)
    assert repr(lab) == "<Lab 'widget 0': steady, seed 0, step 3>"
    lab.close()
    assert repr(lab) == "<Lab 'widget 0': closed>"


def test_show_brings_settings_into_view_and_folds_the_rest(opened):
    lab = opened(show=("batch", "d_lr"))
    groups = {option["name"]: option["group"] for option in lab.controls}
    assert [name for name in groups if not groups[name]][:2] == ["batch", "d_lr"]
    assert groups["g_lr"] == "G" and groups["d_steps"] == "D" and groups["mean"] == "data"
    assert groups["metric"] == "picture"
    assert {option["group"] for option in opened(name="all").controls} <= {"", "picture"}
    assert opened(Compare, SMALL, {"d_lr": 0.003}, name="c", show=["loss"]).controls[2]["name"] == "loss"


@pytest.mark.parametrize("show", [("d_lr", "size"), "d_lr", 5, [None]])
def test_what_is_not_there_to_be_shown_is_refused(show):
    with pytest.raises(ValueError, match=r"show must be a list of .*'d_lr'"):
        Lab(SMALL, show=show, name="refused")


@pytest.mark.parametrize("recipe", [SMALL, RING], ids=["line", "plane"])
def test_the_picture_of_now_stands_beside_the_widget(opened, displayed, recipe):
    lab = opened(recipe=recipe)
    lab._ipython_display_()  # as IPython does
    (widget, _), (kept, more) = displayed
    assert more["raw"] and more["display_id"] == lab.model_id and more["metadata"]["needs_background"] == "light"
    assert widget["application/vnd.jupyter.widget-view+json"]["model_id"] == lab.model_id
    with Image.open(io.BytesIO(base64.b64decode(kept["image/png"]))) as picture:
        assert picture.width == 900
    assert len(kept["image/png"]) < 200_000
    assert kept["text/plain"].startswith("Step 0") and "Run its cell" in kept["text/plain"]
    lab.advance(4)
    say(lab, "rest")
    newer, again = displayed[2]
    assert (
        newer["text/plain"].startswith("Step 4")
        and newer["image/png"] != kept["image/png"]
        and again["display_id"] == lab.model_id
    )
    assert of_type(lab, "rested")


def test_a_lab_that_no_cell_displays_draws_no_picture_to_leave(opened, displayed, monkeypatch):
    lab = opened()
    monkeypatch.setattr(lab, "picture_png", lambda words: pytest.fail("a picture for nobody"))
    say(lab, "rest")
    assert not displayed and of_type(lab, "rested")


@pytest.mark.parametrize(
    ("kind", "recipe", "others"),
    [(Lab, SMALL, []), (Playground, RING, []), (Compare, RING, [{"d_lr": 0.02}])],
    ids=["line", "plane", "compare"],
)
def test_a_run_that_is_chosen_has_all_of_its_film(opened, kind, recipe, others):
    labs = [opened(kind, recipe, *others, runs=3) for _ in range(2)]
    labs[1].set("run", 2)
    for lab in labs:
        lab.advance(5), lab.step("D"), lab.set("g_lr", 0.02), lab.advance(7)
        say(lab, "credit", n=2), lab.advance(4)
    say(labs[0], "set", name="run", value=2)
    assert of_type(labs[0], "settings")[-1]["note"] == "Run 2 is drawn now."
    one, other = ([(header["step"], arrays) for header, arrays in lab.film.frames] for lab in labs)
    assert one == other and len(one) == 7
    sent = labs[0].sent[max(i for i, message in enumerate(labs[0].sent) if message["type"] == "reset") :]
    assert [message["step"] for message in sent if message.get("kept")] == [step for step, _ in one]
    for lab in labs:
        lab.advance(3)
    assert all(same(thetas(a.trainer), thetas(b.trainer)) for a, b in zip(labs[0].sides, labs[1].sides, strict=True))
    assert labs[0].code() == labs[1].code()


def test_in_slow_motion_too_a_chosen_run_has_its_film_and_training_stays_as_it_was(opened):
    lab = opened(runs=2)
    lab.advance(4)
    for _ in range(4):  # D's half of a step is done
        say(lab, "credit", n=1, slow=True)
    before = thetas(lab.trainer)
    say(lab, "set", name="run", value=2)
    assert same(thetas(lab.trainer), before)
    assert [header["step"] for header, _ in lab.film.frames] == [0, 4]


def test_where_all_again_would_take_too_long_charts_begin_anew_and_the_page_says_so(opened, monkeypatch):
    monkeypatch.setattr(film_again, "SECONDS", 0.0)
    monkeypatch.setattr(film_again, "SURE", 0.0)
    lab = opened(runs=3)
    lab.advance(5), lab.advance(5)
    before = thetas(lab.trainer)
    say(lab, "set", name="run", value=2)
    assert same(thetas(lab.trainer), before)
    assert "Charts and looking back begin here" in of_type(lab, "settings")[-1]["note"]
    assert [header["step"] for header, _ in lab.film.frames] == [10]
    lab.advance(5)
    say(lab, "set", name="run", value=2)
    assert of_type(lab, "settings")[-1]["note"] == "" and len(lab.film.frames) == 2


def test_a_closed_lab_is_displayed_in_words(opened, displayed):
    lab = opened()
    lab.close()
    lab._ipython_display_()  # as IPython does
    assert [data for data, _ in displayed] == [{"text/plain": "<Lab 'widget 0': closed>"}]


@pytest.mark.parametrize(("kind", "begin"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_the_page_gets_pictures_as_files(opened, kind, begin):
    lab = opened()
    say(lab, "picture", format=kind)
    (file,) = of_type(lab, "file")
    assert file["name"] == "gan" + kind and file["buffers"][0].startswith(begin)
    say(lab, "picture", format=".exe")
    assert "format must be one of" in of_type(lab, "settings")[-1]["note"]


def test_the_page_gets_the_two_networks_as_they_are_set(opened):
    lab = opened(Playground, RING)
    say(lab, "networks"), say(lab, "set", name="d_lr", value=0.1), say(lab, "networks")
    first, same = of_type(lab, "networks")
    assert same == first and first["words"] == told(RING.stages())
    assert base64.b64decode(first["png"]).startswith(b"\x89PNG")
    say(lab, "set", name="g_layers", value=3), say(lab, "networks")
    newer = of_type(lab, "networks")[-1]
    assert newer["words"] == told(lab.recipe.stages()) != first["words"] and newer["png"] != first["png"]


def test_the_page_gets_plain_pytorch(opened):
    lab = opened()
    say(lab, "plain")
    assert of_type(lab, "code")[-1]["text"] == lab.plain_code()
