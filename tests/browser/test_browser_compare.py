"""GANs side by side in a real JupyterLab: both pictures move, charts have both lines, settings follow the side."""

from helpers.jupyter import both_modes
from helpers.pages import BLUE, VERMILLION, Lab

NAME, KIND = "compare", Lab
CODE = "from gan_lessons.recipes import toys as recipes\nfrom gan_lessons.labs.compare import Compare\n\n"
CODE += "lab = Compare(recipes.wide_ring, {'d_lr': 0.003})\nlab"
GREEN, PINK = (0x00, 0x9E, 0x73), (0xCC, 0x79, 0xA7)


@both_modes
def test_both_sides_play_by_one_clock(lab):
    before = lab.picture()
    lab.play(100)
    lab.pause()
    lab.rest()
    picture = lab.picture()
    lab.shot("two")
    for side in ("side A", "side B"):
        x, y, w, h = (round(edge * picture.ratio) for edge in picture.axes[side]["box"])
        inside = [shot.pixels[y : y + h, x : x + w] for shot in (before, picture)]
        assert (inside[0] != inside[1]).any(-1).mean() > 0.02
        assert picture.near(BLUE, side, 60).sum() > 300 and picture.near(VERMILLION, side, 60).sum() > 300
    for chart in ("losses", "chances", "quality"):
        assert picture.near(GREEN, chart).sum() > 20 and picture.near(PINK, chart).sum() > 20
    assert lab.ask("[side.trainer.steps for side in lab.sides]") == [lab.step] * 2
    assert "B (D's learning rate 0.003): Generated: " in lab.words


def test_the_settings_of_a_side_by_keyboard(lab):
    assert lab.page.get_attribute("[data-set=d_lr]", "aria-valuetext") == "0.001"
    lab.key("[data-set=side]", "ArrowDown")
    lab.page.wait_for_function(
        "() => document.querySelector('[data-set=d_lr]').ariaValueText === '0.003' || "
        "document.querySelector('[data-set=d_lr]').getAttribute('aria-valuetext') === '0.003'"
    )
    lab.key("[data-set=d_lr]", "ArrowRight")
    lab.wait("summary.includes('B (D\\'s learning rate 0.005)')")
    lab.shot("titles")
    assert lab.ask("[side.recipe.d_optimizer.lr for side in lab.sides]") == [0.001, 0.005]
    lab.key("[data-do=undo]", "Enter")
    lab.wait("summary.includes('B (D\\'s learning rate 0.003)')")


def test_a_third_side_comes_and_goes(lab):
    lab.key("[data-set=sides]", "ArrowRight")
    lab.wait("summary.includes(' C (')")
    lab.play(20)
    lab.pause()
    lab.shot("three")
    assert lab.picture().near(VERMILLION, "side C", 60).sum() > 100
    lab.press("undo")
    lab.wait("!summary.includes(' C (')")


def test_a_layer_goes_from_both_sides_at_once(lab):
    name = "real, 450 samples"
    assert lab.page.locator(f"[data-layer='{name}']").count() == 1
    lab.key(f"[data-layer='{name}']", "Space")
    assert not any(lab.picture().near(BLUE, side, 30).sum() > 50 for side in ("side A", "side B"))
    lab.key(f"[data-layer='{name}']", "Space")
